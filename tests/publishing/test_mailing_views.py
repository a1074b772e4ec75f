"""The newsletter at the desk: seen and tried before it goes out, watched and steered while it does."""

import datetime
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.utils import timezone

from barograph.delivery import services as delivery
from barograph.delivery.models import Mailing
from barograph.delivery.transports import Answer, Unreachable
from barograph.delivery.transports.memory import MemoryTransport
from barograph.editions import services as editions
from barograph.issues import services as issues
from barograph.newsletter.proofs import proof
from barograph.newsletter.services import make_mailings
from barograph.publishing import services
from barograph.subscribers.models import Export, Subscriber
from tests.factories import CommentaryFactory, translated
from tests.publishing.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue():
    issues.publication()
    source = CommentaryFactory(language="ru", headline="Зелёный день")
    translated(source, "en", headline="A green day")
    issues.decide_verdict(issue=source.issue, topic=source.topic, value="improved")
    return source.issue


@pytest.fixture
def desk():
    return signed_in("Editors")


def page(issue, more=""):
    return f"/desk/release/{issue.pk}/letters/{more}"


def test_the_letter_is_seen_before_it_goes_out_as_it_will_go_out(issue, desk):
    shown = desk.get(page(issue, "?list=en"))
    assert shown.status_code == 200
    assert "A green day" in shown.content.decode()
    frame = desk.get(page(issue, "en/html/"))
    assert "A green day" in frame.content.decode()
    assert "cid:" not in frame.content.decode()
    assert frame["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    editions.freeze(issue=issue, published_at=datetime.datetime(2020, 8, 10, 7, tzinfo=datetime.UTC))
    made = next(mailing for mailing in make_mailings(issue_key=issue.key) if mailing.list_key == "en")
    seen = proof(issue=issue, list_key="en").letter
    links = "http://127.0.0.1:8000/en/subscribe/"
    assert seen.subject == made.subject
    assert seen.text == made.text.replace("{{settings-link}}", links).replace("{{unsubscribe-link}}", links)


def test_the_test_mail_goes_to_who_presses_the_button_and_to_nobody_else(issue, desk, outbox):
    answer = desk.post(page(issue, "be-ru/test/"), follow=True)
    assert "editor@example.org" in answer.content.decode()
    ((_sender, to, raw),) = outbox
    mail = message_from_bytes(raw, policy=policy.default)
    assert (to, mail["To"]) == ("editor@example.org", "editor@example.org")
    assert "List-Unsubscribe" not in mail
    assert "{{" not in mail.get_body(("html",)).get_content()
    assert "Зелёный день" in mail.get_body(("plain",)).get_content()
    assert not Mailing.objects.exists()
    assert not Subscriber.objects.exists()
    desk.post(page(issue, "be-ru/test/"))
    assert len(outbox) == 2  # a second look is a second mail


def test_what_stands_against_a_test_mail_is_told(issue, outbox):
    answer = signed_in("Editors", email="").post(page(issue, "en/test/"), follow=True)
    assert "has no e-mail address" in answer.content.decode()
    assert outbox == []
    desk = signed_in("Editors", email="other@example.org")
    for trouble, words in ((Unreachable("no route"), "no route"), (Answer(550, "not today"), "550 not today")):
        MemoryTransport.answers.append(trouble)
        assert words in desk.post(page(issue, "en/test/"), follow=True).content.decode()


def test_only_editors_see_and_send_it(issue, outbox):
    for client in (signed_in("Analysts"), signed_in("Translators"), Client()):
        for path in ("", "en/html/"):
            assert client.get(page(issue, path)).status_code in {302, 403}
        assert client.post(page(issue, "en/test/")).status_code in {302, 403}
    assert outbox == []


def test_unknown_lists_are_not_found(issue, desk):
    assert desk.get(page(issue, "secret/html/")).status_code == 404
    assert desk.post(page(issue, "secret/test/")).status_code == 404
    assert desk.get(page(issue, "en/test/")).status_code == 405


def test_a_mailing_is_paused_resumed_and_stopped_at_the_desk(issue, desk):
    editions.freeze(issue=issue, published_at=datetime.datetime(2020, 8, 10, 7, tzinfo=datetime.UTC))
    mailing = make_mailings(issue_key=issue.key)[0]
    Mailing.objects.exclude(pk=mailing.pk).delete()
    Mailing.objects.filter(pk=mailing.pk).update(state="sending", total=100, sent=40)
    steer = page(issue, f"{mailing.pk}/steer/")
    seen = desk.get(page(issue))
    assert "40 / 100" in seen.content.decode()
    assert seen["Refresh"]
    for act, state in (("pause", "paused"), ("resume", "preparing"), ("stop", "stopped")):
        assert f'value="{act}"' in desk.get(page(issue)).content.decode()
        assert desk.post(steer, {"act": act}).status_code == 302
        mailing.refresh_from_db()
        assert mailing.state == state
    late = desk.post(steer, {"act": "pause"}, follow=True)
    mailing.refresh_from_db()
    assert mailing.state == "stopped"
    assert late.status_code == 200
    assert 'value="stop"' not in late.content.decode()


def test_a_mailing_that_asks_first_says_why_and_goes_on_by_a_word(issue, desk):
    editions.freeze(issue=issue, published_at=datetime.datetime(2020, 8, 10, 7, tzinfo=datetime.UTC))
    mailing = make_mailings(issue_key=issue.key)[0]
    Mailing.objects.filter(pk=mailing.pk).update(state="held", hold="overdue")
    shown = desk.get(page(issue)).content.decode()
    assert "It is long overdue" in shown
    assert "Send anyway" in shown
    Mailing.objects.filter(pk=mailing.pk).update(
        state="paused", hold="refused", due_at=timezone.now() + datetime.timedelta(hours=2)
    )
    assert "Resumes:" in desk.get(page(issue)).content.decode()
    desk.post(page(issue, f"{mailing.pk}/steer/"), {"act": "resume"})
    mailing.refresh_from_db()
    assert (mailing.state, mailing.hold) == ("preparing", "")


def test_a_mailings_report_and_a_readers_mail_are_for_editors(issue, desk, outbox):
    editions.freeze(issue=issue, published_at=datetime.datetime(2020, 8, 10, 7, tzinfo=datetime.UTC))
    mailing = make_mailings(issue_key=issue.key)[0]
    Mailing.objects.filter(pk=mailing.pk).update(refused_by_domain={"large.example": 12, "": 3})
    report = desk.get(page(issue, f"{mailing.pk}/report/")).content.decode()
    assert "large.example" in report
    assert "smaller domains combined" in report
    assert desk.get(page(issue, "999999/report/")).status_code == 404
    found = desk.post(page(issue, "look-up/"), {"address": "somebody@example.org"})
    assert "No one is subscribed with this address" in found.content.decode()
    assert "somebody@example.org" not in found.content.decode()
    assert "no-store" in found["Cache-Control"]
    record = Export.objects.get()
    assert (record.act, record.by.email) == ("look-up", "editor@example.org")
    assert "not an e-mail address" in desk.post(page(issue, "look-up/"), {"address": "x"}).content.decode()
    analyst = signed_in("Analysts")
    assert analyst.get(page(issue, f"{mailing.pk}/report/")).status_code in {302, 403}
    assert analyst.post(page(issue, "look-up/"), {"address": "somebody@example.org"}).status_code in {302, 403}
    assert Export.objects.count() == 1


def test_only_this_issues_mailings_are_steered_and_only_by_editors(issue, desk):
    other = Mailing.objects.create(
        key="issue:1999-01-04:en", list_key="en", sender="a", subject="b", html="c", text="d",
        unsubscribe_url="", settings_url="", created_at=datetime.datetime(1999, 1, 11, tzinfo=datetime.UTC),
    )  # fmt: skip
    assert desk.post(page(issue, f"{other.pk}/steer/"), {"act": "stop"}).status_code == 404
    editions.freeze(issue=issue, published_at=datetime.datetime(2020, 8, 10, 7, tzinfo=datetime.UTC))
    mailing = make_mailings(issue_key=issue.key)[0]
    assert desk.post(page(issue, f"{mailing.pk}/steer/"), {"act": "explode"}).status_code == 404
    assert signed_in("Analysts").post(page(issue, f"{mailing.pk}/steer/"), {"act": "stop"}).status_code == 302
    mailing.refresh_from_db()
    assert mailing.state != "stopped"


@pytest.fixture
def grace(settings):
    settings.MAIL_RULES = replace(settings.MAIL_RULES, grace=datetime.timedelta(minutes=5))


def released(issue):
    """The issue is out, its newsletter made; with one reader."""
    reader = Subscriber(language="ru", state="confirmed", created_at=timezone.now(), confirmed_at=timezone.now())
    reader.seal("reader@example.org")
    reader.save()
    reader.subscriptions.create(list_key="be-ru", confirmed_at=timezone.now())
    release = services.run(services.request(issue=issue).pk)
    return release, Mailing.objects.get(key=f"issue:{issue.key}:be-ru")


def test_within_its_grace_nothing_leaves_and_all_of_it_can_be_held(issue, desk, outbox, grace):
    _release, mailing = released(issue)
    delivery.send(mailing.pk)
    assert outbox == []
    shown = desk.get(f"/desk/release/{issue.pk}/progress/").content.decode()
    assert "Hold the newsletter" in shown
    assert "Scheduled for" in desk.get(page(issue)).content.decode()
    desk.post(f"/desk/release/{issue.pk}/hold-mail/")
    assert {m.state for m in Mailing.objects.all()} == {"paused"}
    assert "Hold the newsletter" not in desk.get(f"/desk/release/{issue.pk}/progress/").content.decode()
    late = desk.post(f"/desk/release/{issue.pk}/hold-mail/", follow=True)
    assert "Too late" in late.content.decode()


def test_what_waits_can_be_sent_at_once_and_takes_a_correction_along(issue, desk, outbox, grace):
    _release, mailing = released(issue)
    source = issue.commentaries.get(source=None)
    source.headline = "Исправленный день"
    source.save()
    services.run(services.request(issue=issue, mail=False).pk)
    desk.post(page(issue, f"{mailing.pk}/steer/"), {"act": "hurry"})
    delivery.send(mailing.pk)
    assert len(outbox) == 1
    mailing.refresh_from_db()
    assert "Исправленный день" in mailing.html
    desk.post(page(issue, f"{mailing.pk}/steer/"), {"act": "hurry"})
    delivery.send(mailing.pk)
    assert len(outbox) == 1


def test_when_its_minute_comes_it_leaves_by_itself(issue, outbox, grace):
    _release, mailing = released(issue)
    Mailing.objects.filter(pk=mailing.pk).update(due_at=timezone.now() - datetime.timedelta(seconds=1))
    delivery.send(mailing.pk)
    assert len(outbox) == 1
