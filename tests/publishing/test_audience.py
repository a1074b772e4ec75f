"""Whoever publishes sees to how many readers a mail goes, and finds every mailing; nobody else does."""

import datetime
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from barograph.issues import services as issues
from barograph.newsletter import services as newsletter
from barograph.publishing import audience, services
from barograph.publishing.steps import DESK_GRACE
from barograph.subscribers.models import Subscriber
from tests.delivery import mailings
from tests.factories import CommentaryFactory, UserFactory
from tests.publishing.cast import signed_in


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


@pytest.fixture
def issue(db, data_folder):
    house = issues.publication()
    house.lists = [{"key": "en", "label": "EN", "languages": ["en"]}]
    house.save()
    return CommentaryFactory(language="en").issue


@pytest.fixture
def readers(db):
    mailings.readers(3)
    Subscriber.objects.filter(pk=Subscriber.objects.first().pk).update(
        paused_until=timezone.localdate() + datetime.timedelta(days=5)
    )


def test_the_release_page_says_to_how_many_readers_the_mail_goes(issue, readers):
    page = signed_in("Publishers").get(reverse("publishing_release", args=[issue.pk])).content.decode()
    assert "EN: 2 readers" in page


def test_the_page_of_mailings_has_counts_and_every_mailing_and_no_address(issue, readers):
    services.run(services.request(issue=issue).pk)
    page = signed_in("Publishers").get(reverse("publishing_mailings")).content.decode()
    assert "2 readers" in page
    assert reverse("publishing_newsletter", args=[issue.pk]) in page
    assert "reader-0@" not in page


def test_a_release_from_the_desk_leaves_some_minutes_to_hold_its_mail(issue, readers, settings):
    services.run(services.request(issue=issue, by=UserFactory()).pk)
    (mailing,) = newsletter.mailings_of(issue_key=issue.key)
    wait = mailing.due_at - timezone.now()
    assert datetime.timedelta(0) < wait <= DESK_GRACE


def test_a_release_at_a_terminal_mails_at_once(issue, readers):
    services.run(services.request(issue=issue).pk)
    (mailing,) = newsletter.mailings_of(issue_key=issue.key)
    assert mailing.due_at <= timezone.now()


def test_an_operators_number_of_minutes_holds_for_both(issue, readers, settings):
    settings.MAIL_RULES = replace(settings.MAIL_RULES, grace=datetime.timedelta(minutes=90))
    services.run(services.request(issue=issue).pk)
    (mailing,) = newsletter.mailings_of(issue_key=issue.key)
    assert mailing.due_at - timezone.now() > datetime.timedelta(minutes=80)


def test_lists_without_readers_say_so(issue):
    assert audience.in_words() == "EN: 0 readers"
