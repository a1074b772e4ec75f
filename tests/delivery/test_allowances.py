"""Hours in which mail goes out, and a new sender that sends a little more every day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from barograph.base.mail_rules import MailRules, WarmUp, parse_window
from barograph.delivery import batches, services
from barograph.delivery.allowances import Allowance
from barograph.delivery.batches import BATCH
from barograph.delivery.models import Mailing, SendingDay
from tests.delivery.mailings import mailing, readers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]


class Clock:
    def __init__(self, monkeypatch):
        self.now = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.now)
        monkeypatch.setattr(batches, "now", lambda: self.now)  # on PostgreSQL the database's


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def made_for(number, zone="Europe/Minsk"):
    readers(number)
    made = mailing()
    Mailing.objects.filter(pk=made.pk).update(zone=zone)
    return made


def test_before_the_window_opens_nothing_goes_out_and_waiting_is_not_being_late(clock, settings, outbox):
    settings.MAIL_RULES = MailRules(overdue=timedelta(hours=1), window=parse_window("10:00-22:00"))
    made = made_for(3)
    report = services.send(made.pk)  # eight in Minsk
    assert (report.is_finished, outbox) == (False, [])
    assert report.come_back_at == clock.now + timedelta(hours=2)
    clock.now += timedelta(hours=2)
    assert services.send(made.pk).is_finished
    assert len(outbox) == 3


def test_a_new_sender_keeps_to_its_plan_over_all_mailings(clock, settings, outbox):
    settings.MAIL_RULES = MailRules(warm_up=WarmUp(date(2026, 11, 25), 4, 2.0))
    made = made_for(10)
    sent = []
    for _day in range(3):
        before = len(outbox)
        for _run in range(2):
            report = services.send(made.pk)
        sent.append(len(outbox) - before)
        if not report.is_finished:
            assert report.come_back_at.astimezone(UTC).hour == 21  # midnight in Minsk
            clock.now = report.come_back_at + timedelta(seconds=1)
    assert sent == [4, 6, 0]
    assert dict(SendingDay.objects.values_list("day", "mails")) == {date(2026, 11, 25): 4, date(2026, 11, 26): 6}


def test_before_the_first_day_of_the_plan_nothing_goes_out(clock, settings, outbox):
    settings.MAIL_RULES = MailRules(warm_up=WarmUp(date(2026, 11, 28), 4, 2.0), window=parse_window("09:00-12:00"))
    report = services.send(made_for(1).pk)
    assert report.come_back_at == datetime(2026, 11, 28, 6, 0, tzinfo=UTC)  # nine in Minsk
    assert outbox == []


def test_what_is_taken_for_a_day_is_never_more_than_the_plan_allows(clock, settings):
    settings.MAIL_RULES = MailRules(warm_up=WarmUp(date(2026, 11, 25), BATCH + 50, 2.0))
    allowance = Allowance(Mailing(zone="UTC"))
    assert [allowance.grant() for _worker in range(3)] == [BATCH, 50, 0]
    allowance.give_back(30)
    assert allowance.grant() == 30


def test_without_rules_nothing_is_counted():
    assert Allowance(Mailing()).grant() is None
    assert not SendingDay.objects.exists()
