"""The publication time comes with topics missing: publish, wait or ask, as the publication's rule says."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from barograph.issues import services as issues
from barograph.issues.models import Publication, Topic
from barograph.publishing import hold_rule, services
from barograph.publishing.models import Release
from tests.factories import CommentaryFactory, TopicFactory, UserFactory


@pytest.fixture
def issue(db):
    for _number in range(4):
        TopicFactory()
    found = issues.open_issue(first=date(2020, 8, 3))
    CommentaryFactory(issue=found, topic=Topic.objects.first())
    return found


@pytest.fixture
def editor(db):
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Editors"))
    return user


def come(issue, *, wanted):
    """The hour set for this issue comes, under that rule."""
    Publication.objects.update(release_rule=wanted)
    release = services.request(issue=issue, run_at=timezone.now() + timedelta(hours=1))
    Release.objects.update(run_at=timezone.now() - timedelta(seconds=1))
    return release


@pytest.mark.parametrize(("wanted", "held"), [("publish", False), ("wait", True), ("ask", True)])
def test_the_rule_decides(issue, wanted, held):
    assert hold_rule.hold_if_needed(release_id=come(issue, wanted=wanted).pk) == held


@pytest.mark.parametrize(("ready", "held"), [(1, True), (2, True), (3, False)])
def test_half_missing_is_too_much_and_less_is_not(issue, ready, held):
    for topic in list(Topic.objects.all())[1:ready]:
        CommentaryFactory(issue=issue, topic=topic)
    assert hold_rule.hold_if_needed(release_id=come(issue, wanted="ask").pk) == held


def test_what_is_started_by_hand_goes_out(issue):
    Publication.objects.update(release_rule="ask")
    assert not hold_rule.hold_if_needed(release_id=services.request(issue=issue).pk)


def test_a_held_release_publishes_nothing_and_is_not_due(issue):
    release = services.run(come(issue, wanted="ask").pk)
    assert (release.state, release.published_at is not None) == ("held", True)
    assert not release.steps.exclude(state="waiting").exists()
    assert services.unfinished() == []
    assert services.run(release.pk).state == "held"


@pytest.mark.parametrize(("wanted", "state"), [("wait", "waiting"), ("ask", "held")])
def test_waiting_ends_by_itself_when_enough_is_ready_and_asking_does_not(issue, wanted, state):
    release = come(issue, wanted=wanted)
    hold_rule.hold_if_needed(release_id=release.pk)
    hold_rule.check(now=timezone.now())
    assert Release.objects.get().state == "held"
    for topic in list(Topic.objects.all())[1:]:
        CommentaryFactory(issue=issue, topic=topic)
    hold_rule.check(now=timezone.now())
    assert Release.objects.get().state == state
    assert (services.unfinished() == [release.pk]) == (state == "waiting")


def test_the_editors_are_told_once_and_decide_on_its_page(issue, editor, outbox, monkeypatch):
    release = come(issue, wanted="ask")
    hold_rule.hold_if_needed(release_id=release.pk)
    for _minute in range(2):
        hold_rule.check(now=timezone.now())
    assert [to for _from, to, _mail in outbox] == [editor.email]
    client = Client()
    client.force_login(editor)
    page = client.get(reverse("publishing_progress", args=[issue.pk])).content.decode()
    assert "It is waiting for your decision." in page
    assert "Topic-" in page
    client.post(reverse("publishing_ready", args=[issue.pk]))
    assert Release.objects.get().state == "waiting"
    assert not hold_rule.hold_if_needed(release_id=release.pk)
    assert not hold_rule.publish_ready(release=release)


def test_a_held_release_can_be_called_off(issue):
    release = come(issue, wanted="wait")
    hold_rule.hold_if_needed(release_id=release.pk)
    assert services.cancel(release=release)
