"""Sign-up, confirmation, settings, leaving: only POST changes anything, and nobody learns who is subscribed."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from barograph.base.models import RateCount
from barograph.delivery.transports import Answer, Unreachable
from barograph.delivery.transports.memory import MemoryTransport
from barograph.newsletter import limits
from barograph.newsletter.models import SignUpRequest
from barograph.subscribers import services, tokens
from barograph.subscribers.models import Subscriber, Subscription

pytestmark = pytest.mark.django_db

LINK = re.compile(r"http://\S+/subscri\S+")


@pytest.fixture
def web():
    return Client(enforce_csrf_checks=True)


def sign_up(web, address="reader@example.org", language="be", list_key="be-ru", **more):
    return web.post(f"/{language}/subscribe/", {"address": address, "list": list_key, **more})


def link(mail):
    found = LINK.search(mail.get_body(("plain",)).get_content())[0]
    assert found in mail.get_body(("html",)).get_content()
    return found.removeprefix("http://127.0.0.1:8000")


def reader(*list_keys, language="en"):
    subscriber = services.sign_up(address="reader@example.org", list_key="en", language=language).subscriber
    token = tokens.confirmation(subscriber.pk, list(list_keys or ["en"]), now=timezone.now())
    return services.confirm(confirmation=tokens.read_confirmation(token, now=timezone.now()))


def snapshot():
    return list(Subscriber.objects.values()), list(Subscription.objects.values()), SignUpRequest.objects.count()


def test_from_the_form_to_you_have_been_successfully_subscribed(web, post):
    answer = sign_up(web)
    assert (answer.status_code, answer["Location"]) == (303, "/be/subscribe/sent/")
    assert not Subscriber.objects.exists()  # looked up and mailed by the worker only
    assert b"reader@example.org" not in bytes(SignUpRequest.objects.get().address_cipher)
    post.work()
    (mail,) = post.mails
    assert mail["To"] == "reader@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "/be/subscribe/confirm/" in link(mail)
    assert not SignUpRequest.objects.exists()

    before = snapshot()
    for _ in range(2):
        assert web.get(link(mail)).status_code == 200
        assert web.head(link(mail)).status_code == 200
    assert snapshot() == before
    assert not Subscription.objects.exists()

    done = web.post(link(mail))
    assert done.status_code == 200
    subscriber = Subscriber.objects.get()
    assert (subscriber.is_confirmed, subscriber.language) == (True, "be")
    assert [s.list_key for s in subscriber.subscriptions.all()] == ["be-ru"]
    assert not done.cookies
    assert b"successfully" not in web.post(link(mail)).content


@pytest.mark.parametrize(
    ("language", "title"),
    [("be", "Вы ўжо падпісаны"), ("ru", "Вы уже подписаны"), ("en", "You are already subscribed")],
)
def test_a_confirmation_works_once_and_says_so_afterwards(web, post, language, title):
    sign_up(web, language=language)
    post.work()
    page = link(post.mails[0])
    assert title not in web.get(page).content.decode()
    assert title not in web.post(page).content.decode()
    before = snapshot()
    for answer in (web.get(page), web.post(page)):
        assert answer.status_code == 200
        assert title in answer.content.decode()
        assert "BE/RU" in answer.content.decode()
        assert b"<form" not in answer.content
        assert f"/{language}/subscription/".encode() in answer.content
    assert snapshot() == before


@pytest.mark.parametrize("lists", [["be-ru"], ["be-ru", "en"]])
def test_a_confirmation_never_brings_back_who_has_left(web, post, lists):
    sign_up(web, language="en")
    post.work()
    page = link(post.mails[0])
    web.post(page)
    subscriber = Subscriber.objects.get()
    if len(lists) > 1:
        token = tokens.confirmation(subscriber.pk, ["en"], now=timezone.now())
        web.post(f"/en/subscribe/confirm/{token}/")
    leave = tokens.unsubscription(subscriber.pk, "be-ru", links=None)
    web.post(f"/en/unsubscribe/{leave}/", {"List-Unsubscribe": "One-Click"})
    before = snapshot()
    for answer in (web.get(page), web.post(page)):
        assert answer.status_code == 410
        assert b"/subscription/" not in answer.content
    assert snapshot() == before
    assert not Subscription.objects.filter(list_key="be-ru").exists()


def test_known_and_unknown_addresses_get_the_same_answer(web, post, caplog):
    reader("en")
    known = sign_up(web, language="en", list_key="en")
    unknown = sign_up(web, "other@example.org", language="en", list_key="en")
    assert (known.status_code, known["Location"], known.content) == (
        unknown.status_code,
        unknown["Location"],
        unknown.content,
    )
    assert web.get(known["Location"]).content == web.get(unknown["Location"]).content
    post.work()
    by_address = {str(mail["To"]): mail for mail in post.mails}
    assert "already" in by_address["reader@example.org"]["Subject"]
    assert "/en/subscription/" in link(by_address["reader@example.org"])
    assert "/en/subscribe/confirm/" in link(by_address["other@example.org"])
    assert "@example" not in caplog.text


@pytest.mark.parametrize("address", ["", "reader", "reader@", "a@b@c", "a\r\nBcc: x@example.org", "x" * 400])
def test_a_wrong_address_keeps_what_was_typed_and_says_what_to_do(web, address):
    answer = sign_up(web, address, language="en")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert 'value="be-ru" checked' in page
    if address == "reader":
        assert 'value="reader"' in page
    assert not SignUpRequest.objects.exists()


def test_unknown_lists_and_languages_are_refused(web):
    answer = sign_up(web, list_key="secret")
    assert answer.status_code == 422
    assert b'<fieldset aria-describedby="sign-up-problem">' in answer.content
    assert b"aria-invalid" not in answer.content, "the address is right"
    assert sign_up(web, language="xx").status_code == 404


def test_programs_that_fill_every_field_are_answered_and_ignored(web):
    assert sign_up(web, website="http://example.org").status_code == 303
    assert not SignUpRequest.objects.exists()


def test_one_address_is_not_flooded_and_the_answer_does_not_tell(web, post):
    answers = set()
    for _ in range(limits.PER_ADDRESS + 2):
        answers.add(sign_up(web, "READER@example.org").status_code)
    assert answers == {303}
    assert SignUpRequest.objects.filter(is_silent=False).count() == limits.PER_ADDRESS
    post.work()
    assert len(post.mails) == limits.PER_ADDRESS
    assert not SignUpRequest.objects.exists()


def test_one_network_is_told_to_wait(web):
    answers = [
        web.post(
            "/en/subscribe/",
            {"address": f"reader-{n}@example.org", "list": "en"},
            REMOTE_ADDR=f"192.0.2.{n}",
        )
        for n in range(limits.PER_NETWORK + 1)
    ]
    assert answers[-2].status_code == 303
    assert answers[-1].status_code == 429
    elsewhere = web.post("/en/subscribe/", {"address": "a@example.org", "list": "en"}, REMOTE_ADDR="198.51.100.1")
    assert elsewhere.status_code == 303
    RateCount.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert sign_up(web).status_code == 303
    assert RateCount.objects.count() == 2  # what was counted before is gone
    assert not any("192.0.2" in key or "@" in key for key in RateCount.objects.values_list("key", flat=True))


def test_too_many_mails_an_hour_wait_for_the_next(web, post, monkeypatch):
    monkeypatch.setattr(limits, "MAILS", 1)
    sign_up(web, "a@example.org")
    sign_up(web, "b@example.org")
    post.work()
    assert len(post.mails) == 1
    assert SignUpRequest.objects.count() == 1


def test_a_relay_in_trouble_delays_the_confirmation_and_loses_nothing(web, post):
    from barograph.newsletter.signups import answer

    sign_up(web)
    MemoryTransport.answers += [Unreachable("no route"), Answer(451, "later")]
    request = SignUpRequest.objects.get()
    assert answer(request.pk) > timezone.now()
    assert answer(request.pk) > timezone.now()
    assert answer(request.pk) is None
    assert len(post.mails) == 1


def test_settings_by_signed_link(web, caplog):
    subscriber = reader("en")
    page = f"/en/subscription/{tokens.settings(subscriber.pk, links=subscriber.links)}/"
    assert b"reader@example.org" not in web.get(page).content
    until = (timezone.localdate() + timedelta(days=10)).isoformat()
    good = {"lists": ["be-ru"], "language": "ru", "paused_until": until}
    for wrong in ({"lists": []}, {"language": "xx"}, {"paused_until": "2020-01-01"}, {"paused_until": "soon"}):
        refused = web.post(page, {**good, **wrong})
        assert refused.status_code == 422
        assert b'role="alert"' in refused.content
    assert caplog.text == ""  # no signed link in a log
    assert web.post(page, good).status_code == 200
    subscriber.refresh_from_db()
    assert (subscriber.language, subscriber.paused_until.isoformat()) == ("ru", until)
    assert [s.list_key for s in subscriber.subscriptions.all()] == ["be-ru"]
    assert web.post(page, {"act": "leave"}).status_code == 200
    assert not Subscriber.objects.exists()
    assert web.get(page).status_code == 200
    assert web.post(page, good).status_code == 200


def test_unsubscribing_from_the_page_needs_one_press(web):
    page = f"/en/unsubscribe/{tokens.unsubscription(reader('en').pk, 'en', links=None)}/"
    before = snapshot()
    assert web.get(page).status_code == 200
    assert web.head(page).status_code == 200
    assert snapshot() == before
    assert web.post(page, {"act": "leave"}).status_code == 200
    assert not Subscriber.objects.exists()
    assert web.post(page).status_code == 200
    assert web.get(page).status_code == 200


def test_one_click_from_the_mail_program_needs_no_session_and_leaves_that_list(web):
    subscriber = reader("en", "be-ru")
    token = tokens.unsubscription(subscriber.pk, "en", links=None)
    page = f"/xx/unsubscribe/{token}/"  # whatever its language, it works
    answer = web.post(page, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert not answer.cookies
    assert [s.list_key for s in Subscription.objects.all()] == ["be-ru"]
    web.post(page, {"act": "leave-all"})
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("place", ["subscribe/confirm", "subscription", "unsubscribe"])
@pytest.mark.parametrize("token", ["x", "a:b", "%F0%9F", "W10:sig", "." * 300])
def test_garbled_links_lead_to_a_friendly_page(web, place, token):
    for answer in (web.get(f"/en/{place}/{token}/"), web.post(f"/en/{place}/{token}/")):
        assert answer.status_code == 404
        assert b"<h1>" in answer.content


def test_old_links_lead_to_a_friendly_page(web):
    subscriber = services.sign_up(address="reader@example.org", list_key="en", language="en").subscriber
    old = tokens.confirmation(subscriber.pk, ["en"], now=timezone.now() - timedelta(days=8))
    assert web.post(f"/en/subscribe/confirm/{old}/").status_code == 410
    fresh = tokens.confirmation(subscriber.pk, ["en"], now=timezone.now())
    subscriber.delete()
    assert web.post(f"/en/subscribe/confirm/{fresh}/").status_code == 410
    assert not Subscription.objects.exists()
