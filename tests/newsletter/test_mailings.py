"""From editions to mailboxes: one mailing a list, made once, each copy with its reader's own links."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from barograph.delivery.models import Mailing
from barograph.editions import services as editions
from barograph.issues import services as issues
from barograph.newsletter.services import NothingToSend, correct_mailings, make_mailings
from barograph.subscribers import services as people
from barograph.subscribers import tokens
from barograph.subscribers.models import Subscriber
from tests.factories import CommentaryFactory, IssueFactory, TopicFactory, translated

pytestmark = pytest.mark.django_db


def reader(name, list_key, language):
    subscriber = people.sign_up(address=f"{name}@example.org", list_key=list_key, language=language).subscriber
    token = tokens.confirmation(subscriber.pk, [list_key], now=timezone.now())
    return people.confirm(confirmation=tokens.read_confirmation(token, now=timezone.now()))


@pytest.fixture
def issue():
    issue = IssueFactory(number=1)
    for verdict, languages in (("unchanged", ["be", "en"]), ("worsened", [])):
        topic = TopicFactory()
        issues.decide_verdict(issue=issue, topic=topic, value=verdict)
        source = CommentaryFactory(issue=issue, topic=topic, language="ru", body="<p>Тэкст.</p>")
        for language in languages:
            translated(source, language)
    editions.freeze(issue=issue, published_at=datetime.datetime(2020, 8, 10, 7, tzinfo=datetime.UTC))
    return issue


def test_each_list_gets_its_mailing_once_and_unsubscribing_works(issue, post):
    reader("english", "en", "en")
    reader("belarusian", "be-ru", "be")
    reader("paused", "be-ru", "be")
    people.pause(
        subscriber_id=Subscriber.objects.order_by("-created_at")[0].pk,
        until=timezone.localdate() + datetime.timedelta(9),
    )
    made = make_mailings(issue_key=issue.key)
    assert [(mailing.key, mailing.total) for mailing in made] == [
        ("issue:2020-08-03:en", 1),
        ("issue:2020-08-03:be-ru", 1),
    ]
    assert make_mailings(issue_key=issue.key) == made
    post.work()
    make_mailings(issue_key=issue.key)
    post.work()
    mails = {str(mail["To"]): mail for mail in post.mails}
    assert len(post.mails) == 2
    html = mails["belarusian@example.org"].get_body(("html",)).get_content()
    assert "Headline in be" in html
    assert "Headline in ru" in html
    english = mails["english@example.org"]
    assert "Headline in ru" not in english.get_body(("html",)).get_content()
    assert english["List-Id"] == "<en.127.0.0.1>"
    assert english["List-Archive"] == "<http://127.0.0.1:8000/en/archive/>"
    assert english["List-Post"] == "NO"
    assert english["Auto-Submitted"] == "auto-generated"
    assert english["Feedback-ID"] == "2020-08-03:en:issue:127.0.0.1"
    assert english["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    address = mails["belarusian@example.org"]["List-Unsubscribe"].strip("<>")
    assert address in html
    path = address.removeprefix("http://127.0.0.1:8000")
    assert path.startswith("/be/unsubscribe/")
    Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert Subscriber.objects.filter(subscriptions__list_key="be-ru").count() == 1
    assert Mailing.objects.get(list_key="be-ru").deliveries.get().subscriber is None


def test_who_subscribes_later_does_not_get_the_old_issue(issue, post):
    made = make_mailings(issue_key=issue.key)
    post.work()
    reader("late", "en", "en")
    assert make_mailings(issue_key=issue.key) == made
    post.work()
    assert post.mails == []
    assert {mailing.state for mailing in Mailing.objects.all()} == {"finished"}


def test_an_issue_that_is_not_frozen_is_not_mailed():
    with pytest.raises(NothingToSend):
        make_mailings(issue_key="2020-08-03")


def test_a_correction_goes_into_what_still_waits_and_begins_nothing(issue):
    reader("english", "en", "en")
    assert correct_mailings(issue_key=issue.key) == 0
    assert not Mailing.objects.exists()
    made = make_mailings(issue_key=issue.key)
    assert correct_mailings(issue_key=issue.key) == 0  # nothing is new
    source = issue.commentaries.filter(language="en").first()
    source.headline = "A corrected headline"
    source.save()
    editions.freeze(issue=issue, published_at=datetime.datetime(2020, 8, 11, 7, tzinfo=datetime.UTC))
    assert correct_mailings(issue_key=issue.key) == 1
    made[0].refresh_from_db()
    assert (made[0].version, len(made[0].corrections)) == (2, 1)
    assert "A corrected headline" in made[0].text
    Mailing.objects.filter(pk=made[0].pk).update(state="finished", text="as it went out")
    assert correct_mailings(issue_key=issue.key) == 0
