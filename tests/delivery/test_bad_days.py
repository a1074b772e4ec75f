"""Bad days: a text corrected while it goes out, clocks that jump or differ, a relay that is down, a database that
takes nothing."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.db import OperationalError
from django.utils import timezone

from barograph.delivery import batches, recording, reports, sending, services
from barograph.delivery.transports import Answer, Unreachable
from barograph.delivery.transports.memory import MemoryTransport
from tests.delivery.mailings import mailing, readers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]
NEW = {"subject": "Corrected", "html": "<p>Right</p>", "text": "Right", "pictures": [], "topics": []}


def subjects(outbox):
    return [message_from_bytes(raw, policy=policy.default)["Subject"] for _, _, raw in outbox]


def test_a_text_corrected_while_it_goes_out_reaches_the_rest_and_the_report_says_so(outbox, monkeypatch):
    monkeypatch.setattr(batches.Claims.take, "__defaults__", (5,))
    readers(20)
    made = mailing()

    class Relay(MemoryTransport):
        def send(self, *message):
            answer = super().send(*message)
            if len(outbox) == 7:
                assert services.correct(mailing_id=made.pk, **NEW)
                assert not services.correct(mailing_id=made.pk, **NEW)  # nothing new
            return answer

    assert sending.send(made.pk, transport=Relay()).is_finished
    assert subjects(outbox) == ["Subject"] * 10 + ["Corrected"] * 10  # the batch in hand went as it was
    assert len({recipient for _, recipient, _ in outbox}) == 20
    made.refresh_from_db()
    (said,) = reports.report(made).corrections
    assert said["sent"] == 5  # as counted when its batch began
    assert not services.correct(mailing_id=made.pk, **{**NEW, "text": "Too late"})


def test_a_correction_between_two_runs_reaches_who_waits(outbox):
    readers(2)
    made = mailing()
    MemoryTransport.answers.append(Answer(450, "4.2.1 busy"))
    services.send(made.pk)
    services.correct(mailing_id=made.pk, **NEW)
    made.deliveries.update(next_try_at=timezone.now())
    assert services.send(made.pk).is_finished
    assert subjects(outbox) == ["Subject", "Corrected"]


@pytest.mark.parametrize("jump", [timedelta(hours=-30), timedelta(hours=3)])
def test_a_clock_that_jumps_doubles_and_loses_nobody(outbox, monkeypatch, jump):
    readers(12)
    made = mailing()
    now = timezone.now

    class Relay(MemoryTransport):
        def send(self, *message):
            if len(outbox) == 4:
                for place in ("django.utils.timezone.now", "barograph.delivery.batches.now"):
                    monkeypatch.setattr(place, lambda: now() + jump)
            return super().send(*message)

    first = sending.send(made.pk, transport=Relay())
    for _run in range(3):
        if first.is_finished:
            break
        monkeypatch.setattr("django.utils.timezone.now", now)
        monkeypatch.setattr("barograph.delivery.batches.now", now)
        first = services.send(made.pk)
    assert first.is_finished
    assert len({recipient for _, recipient, _ in outbox}) == len(outbox) == 12


def test_a_relay_that_is_down_for_a_day_costs_nobody_anything_and_needs_no_word(outbox, monkeypatch):
    readers(3)
    made = mailing()
    clock = {"now": timezone.now()}
    for place in ("django.utils.timezone.now", "barograph.delivery.batches.now"):
        monkeypatch.setattr(place, lambda: clock["now"])
    up_again, runs = clock["now"] + timedelta(days=1), 0
    while clock["now"] < up_again:
        MemoryTransport.answers[:] = [Unreachable("connection refused")] * 3
        report = services.send(made.pk)
        assert timedelta(0) < report.come_back_at - clock["now"] <= timedelta(minutes=15)
        clock["now"], runs = report.come_back_at, runs + 1
    assert 90 < runs < 110  # every quarter of an hour
    MemoryTransport.answers.clear()
    assert set(made.deliveries.values_list("state", "tries", "drops")) == {("queued", 0, 0)}
    assert services.send(made.pk).is_finished
    assert len({recipient for _, recipient, _ in outbox}) == len(outbox) == 3
    made.refresh_from_db()
    assert (made.sent, made.failed, made.trouble, made.hold) == (3, 0, "", "")


@pytest.mark.parametrize("words", ["database is locked", "database or disk is full"])
def test_a_database_that_takes_nothing_for_a_while_leaves_one_mail_in_doubt(outbox, monkeypatch, words):
    """The worker lives on, and could not even give back what it had in hand."""
    readers(6)
    made = mailing()

    def refuse(*_args, **_more):
        raise OperationalError(words)

    class Relay(MemoryTransport):
        def send(self, *message):
            if len(outbox) == 2:
                monkeypatch.setattr(recording.Record, "begin", refuse)
                monkeypatch.setattr(batches.Claims, "_mine", refuse)
            return super().send(*message)

    with pytest.raises(OperationalError):
        sending.send(made.pk, transport=Relay())
    assert set(made.deliveries.values_list("state", flat=True)) == {"sent", "claimed"}
    monkeypatch.undo()
    assert services.send(made.pk).is_finished
    identities = [message_from_bytes(raw)["Message-ID"] for *_, raw in outbox]
    assert len(set(identities)) == 6
    assert len(identities) == 7  # the one that was answered and could not be written down, with its own Message-ID


@pytest.mark.postgres  # which machines share
@pytest.mark.parametrize("wrong", [timedelta(hours=-30), timedelta(hours=3)])
def test_a_machine_whose_clock_is_wrong_takes_nothing_from_another(outbox, monkeypatch, wrong):
    readers(4)
    made = mailing()
    elsewhere = batches.Claims(made, owner="elsewhere/boot/1/1")
    held = {pk for pk, *_ in elsewhere.take(2)}
    now = timezone.now
    monkeypatch.setattr("django.utils.timezone.now", lambda: now() + wrong)
    report = sending.send(made.pk, transport=MemoryTransport())
    assert not report.is_finished
    assert len(outbox) == 2
    assert elsewhere.still_claimed(list(held)) == held
