"""Issues follow one another without gaps; every verdict is logged."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from barograph.issues import services
from barograph.issues.enums import Rhythm
from barograph.issues.models import VerdictChange
from tests.factories import IssueFactory, TopicFactory, UserFactory

days = st.dates(date(1999, 1, 1), date(2099, 1, 1))


@given(days)
def test_weeks_follow_one_another_across_years(today):
    first, last = services.next_period(rhythm=Rhythm.WEEK, after=None, today=today)
    assert first.weekday() == 0
    assert first <= today <= last
    for _number in range(60):
        following, end = services.next_period(rhythm=Rhythm.WEEK, after=last, today=today)
        assert following == last + timedelta(days=1)
        assert end - following == timedelta(days=6)
        last = end


@given(days)
def test_months_follow_one_another_across_years(today):
    first, last = services.next_period(rhythm=Rhythm.MONTH, after=None, today=today)
    assert first.day == 1
    assert first <= today <= last
    for _number in range(14):
        following, end = services.next_period(rhythm=Rhythm.MONTH, after=last, today=today)
        assert following == last + timedelta(days=1)
        assert following.day == 1
        assert (end + timedelta(days=1)).day == 1
        assert 27 <= (end - following).days <= 30
        last = end


@given(days, st.integers(0, 6))
def test_a_release_comes_within_a_week_of_the_last_day(last, weekday):
    house = services.Publication(release_weekday=weekday)
    when = services.planned_release(publication=house, last=last)
    assert last < when.date() <= last + timedelta(days=7)
    assert when.weekday() == weekday


def test_the_next_issue_takes_over_topics_writers_and_number(db):
    writer = UserFactory(password=None)
    kept, gone = TopicFactory(), TopicFactory(until=date(2021, 1, 3))
    issue = services.open_issue(first=date(2020, 12, 28))
    services.assign_writer(issue=issue, topic=kept, writer=writer)
    following = services.open_issue()
    assert (following.first, following.last, following.number) == (date(2021, 1, 4), date(2021, 1, 10), 2)
    assert [(slot.topic, slot.writer) for slot in following.slots.all()] == [(kept, writer)]
    assert {slot.topic for slot in issue.slots.all()} == {kept, gone}


def test_issues_never_overlap(db):
    services.open_issue(first=date(2020, 8, 3))
    for first, last in ((date(2020, 8, 9), date(2020, 8, 15)), (date(2020, 7, 1), date(2020, 9, 1))):
        with pytest.raises(ValidationError):
            services.open_issue(first=first, last=last)
    with pytest.raises(ValidationError):
        services.open_issue(first=date(2020, 9, 9), last=date(2020, 9, 8))


def test_every_change_of_a_verdict_is_logged(db):
    issue, topic, editor = IssueFactory(), TopicFactory(), UserFactory(password=None)
    decide = {"issue": issue, "topic": topic, "by": editor}
    services.decide_verdict(value="worsened", reason="Arrests.", **decide)
    services.decide_verdict(value="worsened", outlook=["opportunity", "risk"], reason="Many arrests.", **decide)
    verdict = services.decide_verdict(value="", **decide)
    log = VerdictChange.objects.filter(issue=issue, topic=topic)
    assert [(c.before, c.after, c.by) for c in log] == [("worsened", "", editor), ("", "worsened", editor)]
    assert (issue.verdicts.get(), verdict.value) == (verdict, "")
    with pytest.raises(ValidationError):
        services.decide_verdict(value="better", **decide)
