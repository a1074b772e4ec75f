"""How much mail when: windows over midnight, a plan that grows."""

from datetime import UTC, date, datetime, timedelta

import pytest

from barograph.base import mail_rules


def at(hour, minute=0):
    return datetime(2026, 11, 25, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "moment", "opening"),
    [
        ("07:00-22:00", at(7), None),
        ("07:00-22:00", at(21, 59), None),
        ("07:00-22:00", at(6, 59), at(7)),
        ("07:00-22:00", at(22), at(7) + timedelta(days=1)),
        ("22:00-06:00", at(23), None),
        ("22:00-06:00", at(5), None),
        ("22:00-06:00", at(6), at(22)),
    ],
)
def test_a_window_says_when_it_opens_next(window, moment, opening):
    assert mail_rules.parse_window(window).next_opening(moment) == opening


def test_a_new_sender_sends_more_every_day():
    plan = mail_rules.parse_warm_up("2026-11-25, 200, 1.5")
    days = [plan.allowed(date(2026, 11, 24) + timedelta(days=n)) for n in (0, 1, 2, 3, 30, 5000)]
    assert days == [0, 200, 300, 450, None, None]


def test_nothing_set_means_half_a_day_and_no_limits():
    assert mail_rules.read(overdue="", window="", warm_up="") == mail_rules.MailRules(overdue=timedelta(hours=12))
