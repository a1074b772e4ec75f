"""Bad days: a text corrected while it goes out, clocks that jump."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from barograph.delivery import batches, reports, sending, services
from barograph.delivery.transports import Answer
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
