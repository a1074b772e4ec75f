"""Whatever a mailing waits for, a worker doesn't spin: one run a pause, one line in the log, and `worker --once` ends.

Each with a thousand readers: from so many on, a run asks for a second worker.
"""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from barograph import working
from barograph.base.mail_rules import MailRules, WarmUp, Window
from barograph.delivery import failures, pacing, personal, sending, services, tasks
from barograph.delivery.enums import Hold, MailingState
from barograph.delivery.models import Mailing
from barograph.delivery.transports import Answer, Unreachable
from barograph.delivery.transports.memory import MemoryTransport
from barograph.people.models import Session
from tests.delivery.mailings import mailing, readers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("outbox")]
MANY = 1000


@pytest.fixture(autouse=True)
def no_signals(monkeypatch):
    monkeypatch.setattr(Worker, "configure_signals", lambda _self: None)
    monkeypatch.setattr(working, "look_at_calendar", lambda: None)


@pytest.fixture
def answers(monkeypatch):
    """answers(f): the relay says f(number of this mail) to each."""

    def give(answer):
        said = []

        def send(self, sender, recipient, message):
            said.append(recipient)
            result = answer(len(said))
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(MemoryTransport, "send", send)
        return said

    return give


@pytest.fixture
def brisk(monkeypatch):
    """A slow domain's gaps take no time here."""
    for name in ("FIRST_GAP", "LONGEST_GAP", "NO_GAP"):
        monkeypatch.setattr(pacing, name, 0.001)


def runs():
    return DBTaskResult.objects.filter(task_path=tasks.send_mailing.module_path)


def work_once():
    working.work(once=True)


def lines(caplog):
    return [record for record in caplog.records if record.name.startswith("barograph") and record.levelno >= 20]


def assert_rests(caplog, *, at_most=2, log_lines=1):
    """The worker has ended, the mailing waits in the queue once, for later, and a second look changes nothing."""
    assert runs().finished().count() <= at_most
    assert not runs().failed().exists()
    assert len(lines(caplog)) == log_lines, [record.getMessage() for record in lines(caplog)]
    (waiting,) = runs().filter(status="READY")
    assert waiting.run_after > timezone.now() + timedelta(seconds=5)
    done = runs().finished().count()
    work_once()
    assert runs().finished().count() == done


def test_a_relay_that_is_down(answers, caplog):
    said = answers(lambda _number: Unreachable("connection refused"))
    readers(MANY)
    mailing()
    with caplog.at_level(logging.INFO):
        work_once()
        assert_rests(caplog, at_most=1)
    assert len(said) == 1


@pytest.mark.parametrize("taken", [0, 10])
def test_a_relay_that_says_421_or_limits_the_rate(answers, caplog, taken):
    def answer(number):
        return Answer(250, "ok") if number <= taken else Unreachable("the relay closed the connection: 4.7.0 too many")

    answers(answer)
    readers(MANY)
    made = mailing()
    with caplog.at_level(logging.INFO):
        work_once()
        assert_rests(caplog)
    made.refresh_from_db()
    assert made.sent == taken


def test_a_relay_that_takes_a_few_a_run_costs_a_run_a_pause(answers, caplog):
    def answer(number):
        return Unreachable("4.7.0 slow down") if number % 10 == 0 else Answer(250, "ok")

    answers(answer)
    readers(MANY)
    made = mailing()
    for number in range(1, 4):
        work_once()
        made.refresh_from_db()
        assert made.sent == number * 9
        assert runs().finished().count() <= number
        Mailing.objects.update(due_at=timezone.now())
        runs().filter(status="READY").update(run_after=timezone.now())


def test_a_relay_that_puts_everything_off(answers, caplog, brisk):
    answers(lambda _number: Answer(451, "4.3.0 later"))
    readers(MANY)
    mailing()
    with caplog.at_level(logging.INFO):
        work_once()
        assert_rests(caplog, log_lines=2)  # the domain is left alone, the mailing waits


def test_a_day_s_plan_that_is_spent(answers, caplog, settings):
    settings.MAIL_RULES = MailRules(warm_up=WarmUp(timezone.now().date(), 20, 1.5))
    answers(lambda _number: Answer(250, "ok"))
    readers(MANY)
    made = mailing()
    with caplog.at_level(logging.INFO):
        work_once()
        assert_rests(caplog)
    made.refresh_from_db()
    assert made.sent == 20


def test_two_mailings_that_share_a_day_s_plan(answers, caplog, settings):
    settings.MAIL_RULES = MailRules(warm_up=WarmUp(timezone.now().date(), 20, 1.5))
    answers(lambda _number: Answer(250, "ok"))
    readers(MANY)
    mailing()
    mailing("issue:2020-08-10:en")
    work_once()
    assert runs().finished().count() <= 3
    assert runs().filter(status="READY").count() == 2


def test_hours_that_end_in_the_middle(answers, caplog, settings, monkeypatch):
    now = datetime(2026, 11, 25, 21, 59, tzinfo=UTC)
    settings.MAIL_RULES = MailRules(window=Window(now.time().replace(hour=7), now.time().replace(hour=22, minute=0)))
    clock = {"now": now}
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock["now"])
    monkeypatch.setattr("barograph.delivery.batches.now", lambda: clock["now"])

    def answer(number):
        clock["now"] = now + timedelta(minutes=2 if number >= 30 else 0)
        return Answer(250, "ok")

    answers(answer)
    readers(MANY)
    mailing()
    with caplog.at_level(logging.INFO):
        work_once()
        assert_rests(caplog)


def test_a_domain_that_is_left_alone(answers, caplog, brisk):
    answers(lambda number: Answer(451, "4.7.1 policy") if number > 30 else Answer(250, "ok"))
    readers(MANY)
    made = mailing()
    with caplog.at_level(logging.INFO):
        work_once()
        assert_rests(caplog, log_lines=2)
    waits = made.deliveries.filter(state="queued", tries=0).values_list("next_try_at", flat=True)
    assert len(set(waits)) <= 1  # they come back together, in one run


def test_an_error_at_every_run_is_told_in_words_and_ends_in_a_pause(monkeypatch, caplog):
    def broken(*_given):
        raise UnicodeEncodeError("ascii", "сітуацыя", 0, 8, "ordinal not in range(128)")

    monkeypatch.setattr(personal, "Template", broken)
    readers(MANY)
    made = mailing()
    with caplog.at_level(logging.INFO):
        work_once()
        assert_rests(caplog, at_most=1)
    made.refresh_from_db()
    assert "UnicodeEncodeError" in made.trouble
    for _again in failures.PAUSES:
        Mailing.objects.update(due_at=timezone.now())
        runs().filter(status="READY").update(run_after=timezone.now())
        work_once()
    made.refresh_from_db()
    assert (made.state, made.hold) == (MailingState.PAUSED, Hold.BROKEN)
    assert runs().finished().count() == len(failures.PAUSES) + 1
    work_once()
    assert not runs().filter(status="READY").exists()
    monkeypatch.undo()
    assert services.resume(mailing_id=made.pk)
    assert services.send(made.pk).is_finished
    made.refresh_from_db()
    assert (made.sent, made.failures, made.trouble) == (MANY, 0, "")


def test_a_database_that_takes_nothing_is_no_reason_to_give_a_mailing_up(monkeypatch):
    def locked(*_given, **_more):
        raise OperationalError("database is locked")

    monkeypatch.setattr(tasks, "send", locked)
    readers(1)
    made = mailing()
    for _again in range(len(failures.PAUSES) + 3):
        Mailing.objects.update(due_at=timezone.now())
        runs().filter(status="READY").update(run_after=timezone.now())
        work_once()
    made.refresh_from_db()
    assert made.state != MailingState.PAUSED


@pytest.mark.parametrize("key", ["ab" * 32])
def test_another_address_key_refuses_nobody(settings, caplog, outbox, key):
    readers(MANY)
    made = mailing()
    settings.ADDRESS_KEY = key
    with caplog.at_level(logging.INFO):
        work_once()
        assert_rests(caplog, at_most=1)
    made.refresh_from_db()
    assert (made.sent, made.failed) == (0, 0)
    assert "address key" in made.trouble


def test_one_damaged_address_is_refused_alone(outbox):
    first = readers(3)[0]
    first.address_cipher = b"\x01" + bytes(40)
    first.save()
    made = mailing()
    assert services.send(made.pk).is_finished
    made.refresh_from_db()
    assert (made.sent, made.failed) == (2, 1)


def test_a_mailing_that_is_held_waits_for_nobody_in_the_queue(caplog):
    readers(MANY)
    made = mailing()
    Mailing.objects.update(due_at=timezone.now() - timedelta(hours=23))
    with caplog.at_level(logging.INFO):
        work_once()
    made.refresh_from_db()
    assert made.state == MailingState.ON_HOLD
    assert (runs().finished().count(), runs().filter(status="READY").count(), len(lines(caplog))) == (1, 0, 1)


def test_a_run_that_cannot_even_begin_is_handed_over_again_later(monkeypatch):
    def broken(_mailing_id):
        raise RuntimeError("the task itself fails")

    monkeypatch.setattr(tasks, "rests_until", broken)
    readers(1)
    mailing()
    work_once()
    assert runs().failed().count() == 1
    (waiting,) = runs().filter(status="READY")
    assert waiting.run_after > timezone.now() + timedelta(seconds=5)


def test_a_second_worker_is_asked_for_once_mails_are_taken():
    asked = []
    readers(MANY + 5)
    made = mailing()
    runs().delete()

    class Relay(MemoryTransport):
        def send(self, *given):
            asked.append(runs().filter(status="READY").count())
            return super().send(*given)

    helper = tasks._Helper(made)
    assert sending.send(made.pk, transport=Relay(), when_under_way=helper.ask).is_finished
    assert (asked[0], asked[2], asked[-1]) == (0, 1, 1)


def test_the_same_mailing_stands_in_the_queue_once():
    readers(1)
    made = mailing()
    assert runs().count() == 1
    assert tasks.ask_for_worker(made.pk) is None
    assert tasks.ask_for_worker(made.pk, at=timezone.now() + timedelta(hours=1)) is None
    assert runs().count() == 1


def test_finished_tasks_and_expired_sessions_go():
    readers(1)
    mailing()
    work_once()
    now = timezone.now()
    assert runs().successful().exists()
    expiring = {"old": now - timedelta(minutes=1), "new": now + timedelta(minutes=1)}
    Session.objects.bulk_create(
        Session(session_key=key, session_data="", expire_date=at) for key, at in expiring.items()
    )
    assert working.forget_traces() == 1
    assert working.forget_traces(now=now + timedelta(seconds=30)) == 0
    runs().successful().update(finished_at=now - working.SUCCESSES_KEPT - timedelta(minutes=1))
    assert working.forget_traces() >= 1
    assert not runs().successful().exists()
    assert [row.expire_date for row in Session.objects.all()] == [expiring["new"]]
