"""The week opens itself: at its hour by the publication's clock, once, by the plan, after any stop."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from barograph.issues import opening, services
from barograph.issues.models import Absence, Issue, PlannedTopic, Publication, Rest, Slot, Topic
from tests.factories import TopicFactory, UserFactory


@pytest.fixture
def house(db):
    services.publication()
    Publication.objects.update(opens_itself=True, timezone="Europe/Warsaw")
    services.open_issue(first=date(2020, 10, 12))
    return services.publication()


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "hour"),
    [
        (at(2020, 10, 19, 6, 59), at(2020, 10, 19, 7)),  # 9 o'clock in summer is 7 in UTC
        (at(2020, 10, 26, 7, 59), at(2020, 10, 26, 8)),  # the day after the change to winter time
        (at(2021, 3, 29, 6, 59), at(2021, 3, 29, 7)),  # the day after the change to summer time
    ],
)
def test_it_opens_at_its_hour_and_not_before(house, before, hour):
    monday = hour.date()
    if monday != date(2020, 10, 19):
        services.open_issue(first=date.fromordinal(monday.toordinal() - 7))
    assert opening.open_due(now=before) is None
    assert opening.open_due(now=hour).first == monday
    assert opening.open_due(now=hour) is None


@pytest.mark.parametrize(
    ("hour", "opens"), [("02:30", at(2021, 3, 28, 1, 30)), ("01:30", at(2021, 3, 28, 0, 30))], ids=["skipped", "kept"]
)
def test_an_hour_that_the_change_to_summer_time_skips_comes_all_the_same(house, hour, opens):
    Publication.objects.update(opening_time=hour, opening_weekday=6)
    assert opening.opening_at(house=services.publication(), first=date(2021, 3, 22)) == opens


def test_after_a_stop_the_newest_period_opens_alone(house):
    found = opening.open_due(now=at(2020, 12, 2, 12))
    assert (found.first, found.last, found.number) == (date(2020, 11, 30), date(2020, 12, 6), 2)
    assert Issue.objects.count() == 2


def test_months_open_too_and_nothing_opens_where_it_is_off(house):
    Publication.objects.update(rhythm="month")
    found = opening.open_due(now=at(2020, 11, 3, 12))
    assert found.last == date(2020, 11, 30)
    Publication.objects.update(opens_itself=False)
    assert opening.open_due(now=at(2021, 11, 3, 12)) is None


def test_two_workers_open_one_issue(house, monkeypatch):
    due = opening.due_period(house=house, now=at(2020, 10, 19, 9))
    assert opening.open_due(now=at(2020, 10, 19, 9))
    monkeypatch.setattr(opening, "due_period", lambda **_asked: due)  # the other one looked before this one wrote
    assert opening.open_due(now=at(2020, 10, 19, 9)) is None
    assert Issue.objects.count() == 2


@pytest.fixture
def planned(house):
    writer, substitute = UserFactory(username="writer"), UserFactory(username="substitute")
    topic = TopicFactory(key="economy")
    return PlannedTopic.objects.create(topic=topic, writer=writer, substitute=substitute, days_before=2, time="18:00")


def slot_of(issue):
    return Slot.objects.select_related("writer").get(issue=issue)


def test_slots_follow_the_plan_with_deadlines_by_topic(planned):
    slot = slot_of(opening.open_due(now=at(2020, 10, 19, 12)))
    assert slot.writer.username == "writer"
    assert slot.due == at(2020, 10, 24, 16)  # Saturday 18:00 in summer; the release on Monday 10:00 is in winter
    assert slot.issue.release_at == at(2020, 10, 26, 9)


@pytest.mark.parametrize(
    ("days", "who"),
    [
        ((date(2020, 10, 24), date(2020, 10, 24)), "substitute"),  # the day it is due
        ((date(2020, 10, 19), date(2020, 10, 22)), "substitute"),  # four of six days
        ((date(2020, 10, 19), date(2020, 10, 20)), "writer"),
        ((date(2020, 11, 24), date(2020, 11, 30)), "writer"),
    ],
)
def test_the_substitute_steps_in(planned, days, who):
    Absence.objects.create(user=planned.writer, first=days[0], last=days[1])
    assert slot_of(opening.open_due(now=at(2020, 10, 19, 12))).writer.username == who


def test_nobody_writes_where_both_are_away_or_gone(planned):
    Absence.objects.create(user=planned.writer, first=date(2020, 10, 1), last=date(2020, 11, 1))
    planned.substitute.is_active = False
    planned.substitute.save()
    assert slot_of(opening.open_due(now=at(2020, 10, 19, 12))).writer is None


@pytest.mark.parametrize(
    ("first", "last", "rests"),
    [
        (date(2020, 10, 1), None, True),
        (date(2020, 10, 19), date(2020, 10, 19), True),
        (date(2020, 10, 20), None, False),
        (date(2020, 10, 1), date(2020, 10, 18), False),
    ],
)
def test_a_topic_rests_for_a_while(planned, first, last, rests):
    Rest.objects.create(topic=planned.topic, first=first, last=last)
    assert opening.open_due(now=at(2020, 10, 19, 12)).slots.exists() != rests


def test_a_special_issue_leaves_the_rhythm_alone(planned):
    special = services.open_special(first=date(2020, 10, 15), last=date(2020, 10, 16), topics=Topic.objects.all())
    assert (special.number, slot_of(special).writer.username) == (2, "writer")
    assert slot_of(special).due == special.release_at
    assert opening.open_due(now=at(2020, 10, 19, 12)).first == date(2020, 10, 19)


@pytest.mark.parametrize("first", [date(2020, 10, 12), date(2020, 10, 26), date(2020, 11, 2)])
def test_a_special_issue_takes_no_regular_ones_address(planned, first):
    with pytest.raises(ValidationError):
        services.open_special(first=first, last=first, topics=Topic.objects.all())
    with pytest.raises(ValidationError):
        services.open_special(first=date(2020, 10, 15), last=date(2020, 10, 15), topics=[])
