"""Ratings are given blind: nobody sees another's before giving their own, before publication or an hour set for it."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from barograph.issues import services as issues
from barograph.issues.models import Issue, Topic
from barograph.panel import services as panel
from barograph.panel.models import Rating
from tests.factories import PersonFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue():
    TopicFactory(key="economy")
    today = timezone.localdate()
    return issues.open_issue(first=today - datetime.timedelta(days=today.weekday()))


@pytest.fixture
def topic(issue):
    return Topic.objects.get(key="economy")


@pytest.fixture
def people(issue):
    return [PersonFactory(slug=f"member-{number}") for number in range(3)]


def seen(issue, topic, *viewers, chair=False):
    return panel.opinions(issue=issue, viewers=viewers, chair=chair)[topic.pk]


def test_nobody_sees_anothers_rating_before_giving_their_own(issue, topic, people):
    first, second, _third = people
    panel.rate(issue=issue, topic=topic, by=first, value="worsened", reason="Prices rose.")
    before = seen(issue, topic, second)
    assert (before.revealed, before.ratings, before.given, before.own) == (False, [], 1, None)
    assert (before.median, before.disagreement, before.moved) == (None, None, [])
    panel.rate(issue=issue, topic=topic, by=second, value="improved")
    assert [rating.reason for rating in seen(issue, topic, second).ratings] == ["Prices rose.", ""]


def test_an_editor_who_does_not_rate_sees_all_one_who_rates_waits(issue, topic, people):
    panel.rate(issue=issue, topic=topic, by=people[0], value="unchanged")
    assert seen(issue, topic, chair=True).revealed
    assert not seen(issue, topic, people[1], chair=True).revealed
    assert not seen(issue, topic).revealed


def test_no_date_opens_the_ratings_of_a_late_issue(people):
    """An issue written weeks after its period stays blind: only publication or an editor's word opens it."""
    TopicFactory(key="late")
    issue = issues.open_issue(first=datetime.date(2020, 9, 28))
    topic = Topic.objects.get(key="late")
    panel.rate(issue=issue, topic=topic, by=people[0], value="unchanged")
    assert not seen(issue, topic, people[1]).revealed
    assert Rating.objects.get(issue=issue).blind_value == "unchanged"
    Issue.objects.filter(pk=issue.pk).update(state="released")
    issue.refresh_from_db()
    assert seen(issue, topic, people[1]).revealed


def test_from_the_hour_that_an_editor_sets_everybody_sees_all(issue, topic, people, monkeypatch):
    panel.rate(issue=issue, topic=topic, by=people[0], value="unchanged")
    hour = timezone.now() + datetime.timedelta(hours=2)
    panel.open_ratings(issue=issue, at=hour)
    issue.refresh_from_db()
    monkeypatch.setattr(timezone, "now", lambda: hour - datetime.timedelta(seconds=1))
    assert not seen(issue, topic, people[1]).revealed
    monkeypatch.setattr(timezone, "now", lambda: hour)
    assert seen(issue, topic, people[1]).revealed
    assert panel.rate(issue=issue, topic=topic, by=people[1], value="improved").blind_value == ""


def test_what_was_seen_is_never_hidden_again(issue, topic, people):
    panel.open_ratings(issue=issue)
    with pytest.raises(ValidationError, match="already visible to everyone"):
        panel.open_ratings(issue=issue, at=timezone.now() + datetime.timedelta(days=1))


def test_an_hour_that_has_passed_is_refused(issue):
    with pytest.raises(ValidationError, match="in the future"):
        panel.open_ratings(issue=issue, at=timezone.now() - datetime.timedelta(minutes=1))


def test_who_changed_after_the_discussion_is_told(issue, topic, people):
    panel.rate(issue=issue, topic=topic, by=people[0], value="worsened")
    panel.rate(issue=issue, topic=topic, by=people[1], value="unchanged")
    panel.rate(issue=issue, topic=topic, by=people[0], value="unchanged", confidence=0.9)
    found = seen(issue, topic, people[0])
    assert [(rating.by, rating.blind_value, rating.value) for rating in found.moved] == [
        (people[0], "worsened", "unchanged")
    ]
    assert (found.counts, found.median, found.disagreement) == ([0, 2, 0], "unchanged", 0.0)
    assert Rating.objects.count() == 2


def test_a_panel_split_in_two_has_no_middle(issue, topic, people):
    for person, value in zip(people, ("worsened", "improved"), strict=False):
        panel.rate(issue=issue, topic=topic, by=person, value=value)
    found = seen(issue, topic, people[0])
    assert (found.median, found.disagreement) == (None, 1.0)


@pytest.mark.parametrize(
    "wrong", [{"value": "better"}, {"value": ""}, {"confidence": 1.5}, {"reason": "x" * 301}], ids=[*"abcd"]
)
def test_a_rating_that_cannot_be_is_refused_and_nothing_kept(issue, topic, people, wrong):
    with pytest.raises(ValidationError):
        panel.rate(issue=issue, topic=topic, by=people[0], **{"value": "worsened", **wrong})
    assert not Rating.objects.exists()


def test_a_published_issues_ratings_are_closed(issue, topic, people):
    panel.rate(issue=issue, topic=topic, by=people[0], value="worsened")
    issues.mark_released(issue=issue, at=timezone.now())
    with pytest.raises(ValidationError):
        panel.rate(issue=issue, topic=topic, by=people[0], value="improved")
    assert Rating.objects.get().value == "worsened"


@pytest.mark.parametrize(("text", "told"), [("  ", "Write something"), ("x" * 2001, "2000 characters")])
def test_a_remark_that_cannot_be_is_refused(issue, topic, people, text, told):
    panel.rate(issue=issue, topic=topic, by=people[0], value="worsened")
    with pytest.raises(ValidationError, match=told):
        panel.say(issue=issue, topic=topic, viewers=people[:1], chair=False, user=None, text=text)


def test_a_published_issues_discussion_is_closed(issue, topic, people):
    panel.rate(issue=issue, topic=topic, by=people[0], value="worsened")
    issues.mark_released(issue=issue, at=timezone.now())
    with pytest.raises(ValidationError):
        panel.say(issue=issue, topic=topic, viewers=people[:1], chair=False, user=None, text="After all")


@pytest.mark.parametrize(("least", "shown"), [(3, True), (4, False), (1, True)])
def test_a_distribution_is_shown_from_so_many_ratings_on(issue, topic, people, least, shown):
    for person, value in zip(people, ("worsened", "unchanged", "unchanged"), strict=False):
        panel.rate(issue=issue, topic=topic, by=person, value=value)
    found = panel.shown_distributions(issue=issue, least=least)
    assert found == ({topic.pk: {"worsened": 1, "unchanged": 2, "improved": 0}} if shown else {})


def test_two_ratings_are_never_shown(issue, topic, people):
    for person in people[:2]:
        panel.rate(issue=issue, topic=topic, by=person, value="worsened")
    assert panel.shown_distributions(issue=issue, least=1) == {}
