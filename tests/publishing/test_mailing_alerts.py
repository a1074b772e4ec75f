"""A mailing that stops by itself is told: in words on the release's page, once by mail to whoever can let it go on."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from barograph.delivery import sending
from barograph.delivery import services as delivery
from barograph.delivery.models import Mailing
from barograph.delivery.transports import Answer, Unreachable
from barograph.delivery.transports.memory import MemoryTransport
from barograph.issues import services as issues
from barograph.publishing import mailing_alerts, services
from tests.delivery.mailings import mailing, readers
from tests.factories import CommentaryFactory, TopicFactory, UserFactory


@pytest.fixture
def issue(db):
    TopicFactory()
    return issues.open_issue(first=date(2020, 8, 3))


@pytest.fixture
def team(db):
    """An editor who reads Belarusian, an operator, and somebody who may not publish."""
    editor, analyst = UserFactory(), UserFactory()
    editor.groups.add(Group.objects.get(name="Editors"))
    analyst.groups.add(Group.objects.get(name="Analysts"))
    UserProfile.objects.create(user=editor, preferred_language="be")
    return editor, UserFactory(is_superuser=True)


@pytest.fixture
def outbox(settings):
    settings.BAROGRAPH_TRANSPORT = "barograph.delivery.transports.memory.MemoryTransport"
    MemoryTransport.outbox.clear()
    MemoryTransport.answers.clear()
    return MemoryTransport.outbox


@pytest.fixture
def refused(issue, outbox):
    """A mailing that the relay has refused until it paused itself."""
    for number, subscriber in enumerate(readers(60)):
        subscriber.seal(f"reader@domain-{number}.example.org")
        subscriber.save()
    made = mailing()
    MemoryTransport.answers += [Answer(554, "5.7.1 we do not like you")] * 60
    delivery.send(made.pk)
    MemoryTransport.answers.clear()
    return Mailing.objects.get()


def test_whoever_can_let_it_go_on_is_written_to_once_in_their_language(refused, team, outbox):
    editor, operator = team
    for _minute in range(3):
        mailing_alerts.check(now=timezone.now())
    letters = {to: message.decode(errors="replace") for _sender, to, message in outbox}
    assert set(letters) == {editor.email, operator.email}
    assert len(outbox) == 2
    with_words = mailing_alerts.in_words(refused)
    assert "0 of 60 sent" in with_words
    assert "5.7.1 we do not like you" in with_words
    assert "Resumes:" in with_words


def test_when_it_no_longer_goes_on_by_itself_that_is_told_too(refused, team, outbox):
    mailing_alerts.check(now=timezone.now())
    Mailing.objects.update(due_at=None, trips=len(sending.BREAKER_PAUSES) + 1)
    mailing_alerts.check(now=timezone.now())
    mailing_alerts.check(now=timezone.now())
    assert len(outbox) == 4
    assert "is waiting for your decision" in mailing_alerts.in_words(Mailing.objects.get())


def test_a_second_list_that_stops_later_is_told_too_once(refused, team, outbox):
    mailing_alerts.check(now=timezone.now())
    second = mailing(key="issue:2020-08-03:be-ru")
    Mailing.objects.filter(pk=second.pk).update(state="paused", hold="refused", due_at=timezone.now())
    for _minute in range(3):
        mailing_alerts.check(now=timezone.now())
    assert len(outbox) == 4
    assert len({message.split(b"Message-ID: ")[1].split()[0] for _sender, _to, message in outbox}) == 4


def test_while_the_server_cannot_be_reached_the_mail_waits(refused, team, outbox):
    MemoryTransport.answers += [Unreachable("no route")]
    mailing_alerts.check(now=timezone.now())
    assert not outbox
    mailing_alerts.check(now=timezone.now())
    assert len(outbox) == 2


def test_a_person_s_own_pause_a_copy_and_what_is_long_past_are_not_told(refused, team, outbox):
    Mailing.objects.update(hold="")
    mailing_alerts.check(now=timezone.now())
    Mailing.objects.update(hold="copied", state="held")
    mailing_alerts.check(now=timezone.now())
    Mailing.objects.update(hold="refused", state="paused", created_at=timezone.now() - timedelta(days=8))
    mailing_alerts.check(now=timezone.now())
    assert not outbox


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("be", "Рассылка спынілася аўтаматычна"),
        ("ru", "Рассылка остановилась автоматически"),
        ("en", "stopped automatically"),
    ],
)
def test_the_release_s_page_says_it_in_words(refused, issue, team, language, words):
    editor, _operator = team
    UserProfile.objects.update(preferred_language=language)
    CommentaryFactory(issue=issue)
    services.request(issue=issue, run_at=timezone.now() + timedelta(hours=1))
    client = Client()
    client.force_login(editor)
    page = client.get(reverse("publishing_progress", args=[issue.pk])).content.decode()
    assert words in page
    assert "5.7.1 we do not like you" in page
    assert reverse("publishing_newsletter", args=[issue.pk]) in page
    Mailing.objects.update(hold="", state="sending")
    assert words not in client.get(reverse("publishing_progress", args=[issue.pk])).content.decode()


def test_a_summary_of_a_month_belongs_to_the_first_issue_after_it(issue):
    assert mailing_alerts.issue_of(Mailing(key="month:2020-07:en")) == issue
    assert mailing_alerts.issue_of(Mailing(key="month:2020-12:en")) is None
