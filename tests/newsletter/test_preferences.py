"""What a subscriber chooses is what comes: topics, pace, another address, their data. Only POST changes anything."""

import datetime
import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from barograph.delivery.models import Mailing
from barograph.delivery.transports import Unreachable
from barograph.delivery.transports.memory import MemoryTransport
from barograph.editions import services as editions
from barograph.issues import services as issues
from barograph.newsletter.models import AddressChange
from barograph.newsletter.services import make_mailings
from barograph.subscribers import addresses, services, tokens
from barograph.subscribers.enums import Refusal
from barograph.subscribers.models import Subscriber, Suppression
from tests.factories import CommentaryFactory, IssueFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def web():
    return Client(enforce_csrf_checks=True)


def reader(name, list_key="en", **wishes):
    subscriber = services.sign_up(address=f"{name}@example.org", list_key=list_key, language="en").subscriber
    token = tokens.confirmation(subscriber.pk, [list_key], now=timezone.now())
    services.confirm(confirmation=tokens.read_confirmation(token, now=timezone.now()))
    if wishes:
        services.change_preferences(
            subscriber_id=subscriber.pk, list_keys=[list_key], language="en", paused_until=None, **wishes
        )
    return subscriber


def page(subscriber, language="en"):
    return f"/{language}/subscription/{tokens.settings(subscriber.pk, links=subscriber.links)}/"


def released(topics, number, first, verdicts):
    issue = IssueFactory(number=number, first=first, last=first + datetime.timedelta(6))
    for topic, verdict in zip(topics, verdicts, strict=True):
        issues.decide_verdict(issue=issue, topic=topic, value=verdict)
        CommentaryFactory(issue=issue, topic=topic, language="en", headline=f"On {topic.key} {number}")
    editions.freeze(issue=issue, published_at=datetime.datetime(2020, 10, 1, 7, tzinfo=datetime.UTC))
    return issue


@pytest.fixture
def topics():
    return [TopicFactory(key=key) for key in ("economy", "security", "elections")]


def by_reader(post):
    found = {}
    for mail in post.mails:
        found.setdefault(str(mail["To"]).partition("@")[0], []).append(mail)
    return found


def told(mail):
    return re.findall(r"On (\w+) \d", mail.get_body(("plain",)).get_content())


def test_everybody_gets_what_they_chose_with_their_first_topic_first(topics, post):
    reader("all")
    reader("elections-first", topics=["elections", "*"])
    reader("two", topics=["", "security", "economy"])
    reader("changes", pace="changes")
    reader("changes-of-calm", pace="changes", topics=["", "economy"])
    reader("changes-of-security", pace="both", topics=["economy", "security"])
    reader("monthly", pace="month")
    issue = released(topics, 1, datetime.date(2020, 8, 3), ["unchanged", "worsened", "improved"])
    make_mailings(issue_key=issue.key)
    post.work()
    got = {name: told(mail) for name, (mail,) in by_reader(post).items()}
    assert got == {
        "all": ["security", "elections", "economy"],
        "elections-first": ["elections", "security", "economy"],
        "two": ["security", "economy"],
        "changes": ["security", "elections"],
        "changes-of-security": ["security"],
    }
    mail = by_reader(post)["changes"][0]
    assert "notified when a verdict changes" in mail.get_body(("html",)).get_content()


def test_a_quiet_week_says_nothing_to_those_who_want_changes(topics, post):
    reader("changes", pace="changes")
    issue = released(topics, 1, datetime.date(2020, 8, 3), ["unchanged", "unchanged", ""])
    make_mailings(issue_key=issue.key)
    post.work()
    assert post.mails == []


def test_monthly_readers_get_one_summary_once_the_month_is_over(topics, post):
    reader("monthly", pace="month")
    reader("both", pace="both")
    days = [datetime.date(2020, 8, 3) + datetime.timedelta(7 * week) for week in range(6)]
    for number, first in enumerate(days, start=1):
        verdicts = ["worsened" if number == 2 else "unchanged", "unchanged", "unchanged"]
        issue = released(topics, number, first, verdicts)
        made = make_mailings(issue_key=issue.key)
        assert make_mailings(issue_key=issue.key) == made
        post.work()
    mails = by_reader(post)
    (summary,) = mails["monthly"]
    assert "August 2020" in summary["Subject"].replace("\u00a0", " ")
    plain = summary.get_body(("plain",)).get_content()
    assert told(summary) == ["economy", "security", "elections"]  # what moved first, then the newest of each
    assert "On economy 2" in plain  # the change, not the calm weeks
    assert "/en/2020-08-10/economy/" in plain
    assert "On economy 3" not in plain
    assert len(mails["both"]) == 2
    assert Mailing.objects.filter(key="month:2020-08:en").count() == 1


def test_the_settings_page_keeps_every_choice(web, topics):
    editions.freeze_imprint()
    subscriber = reader("reader")
    wish = {"lists": ["en"], "language": "ru", "pace": "both", "topics": ["security"], "first": "elections"}
    answer = web.post(page(subscriber), wish)
    assert answer.status_code == 200
    entry = subscriber.subscriptions.get()
    assert (entry.pace, entry.topics) == ("both", ["elections", "security"])
    shown = web.get(page(subscriber)).content.decode()
    assert 'value="both" checked' in shown
    assert 'value="elections" selected' in shown
    assert 'value="security" checked' in shown
    assert 'value="economy" checked' not in shown
    web.post(page(subscriber), {**wish, "topics": [], "first": ""})
    assert subscriber.subscriptions.get().topics == []
    assert web.post(page(subscriber), {**wish, "pace": "hourly"}).status_code == 422
    assert b"<script" not in web.get(page(subscriber)).content


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lists": []}, '<fieldset aria-describedby="problem"><legend>Newsletters'),
        ({"pace": "hourly"}, '<fieldset class="rows" aria-describedby="problem"><legend>How often'),
        ({"language": "xx"}, '<fieldset aria-describedby="problem"><legend>Language of your e-mails'),
        (
            {"paused_until": "1999-01-01"},
            'value="1999-01-01" aria-invalid="true" aria-describedby="problem" autofocus>',
        ),
        (
            {"act": "move", "address": "nobody"},
            'value="nobody" aria-invalid="true" aria-describedby="problem" autofocus>',
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_is(web, wrong, field):
    wish = {"lists": ["en"], "language": "en", "pace": "issue"}
    answer = web.post(page(reader("reader")), wish | wrong)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert shown.count('id="problem"') == shown.count('aria-describedby="problem"') == 1
    assert 0 < shown.index('<p class="error" id="problem" role="alert">') - shown.index(field) < 300


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_the_page_speaks_every_language(web, topics, language):
    editions.freeze_imprint()
    shown = web.get(page(reader("reader"), language)).content.decode()
    assert f'<html lang="{language}"' in shown
    assert ("How often" in shown) == (language == "en")


def link(mail):
    return re.search(r"http://\S+/subscription-address/\S+", mail.get_body(("plain",)).get_content())[0].removeprefix(
        "http://127.0.0.1:8000"
    )


def asked(web, post, subscriber, address="new@example.org"):
    answer = web.post(page(subscriber), {"act": "move", "address": address})
    assert answer.status_code == 200
    post.work()
    return answer.content, {str(mail["To"]): mail for mail in post.mails}


def test_an_address_changes_when_both_mailboxes_agree(web, post):
    subscriber = reader("reader", "be-ru")
    _page, mails = asked(web, post, subscriber)
    assert set(mails) == {"reader@example.org", "new@example.org"}
    assert b"new@example" not in bytes(AddressChange.objects.get().address_cipher)
    for mail in mails.values():
        assert web.get(link(mail)).status_code == 200
    assert AddressChange.objects.filter(is_agreed_by_old=False, is_agreed_by_new=False).exists()
    for _twice in range(2):
        assert web.post(link(mails["new@example.org"])).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.address() == "reader@example.org"
    assert web.post(link(mails["reader@example.org"])).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.address() == "new@example.org"
    assert subscriber.address_key == addresses.lookup_key("new@example.org")
    assert [entry.list_key for entry in subscriber.subscriptions.all()] == ["be-ru"]
    assert web.post(link(mails["reader@example.org"])).status_code == 410
    assert web.get(page(subscriber)).status_code == 200


def moved(subscriber, address="new@example.org"):
    services.move(subscriber_id=subscriber.pk, address=address)
    subscriber.refresh_from_db()
    return subscriber


@pytest.mark.parametrize(
    ("language", "words"), [("be", "ранейшага адраса"), ("ru", "прежнего адреса"), ("en", "an old address")]
)
def test_letters_to_the_old_address_no_longer_open_the_settings(web, post, language, words):
    subscriber = reader("reader")
    before = page(subscriber, language)
    assert web.get(before).status_code == 200
    now = page(moved(subscriber), language)
    for _twice in range(2):
        assert web.get(now).status_code == 200
        for answer in (web.get(before), web.post(before, {"act": "leave"}), web.post(before, {"act": "data"})):
            assert answer.status_code == 410
            assert words in answer.content.decode()
            assert f'href="/{language}/subscribe/"' in answer.content.decode()
            assert b"example.org" not in answer.content
        post.work()
        assert not post.mails
        assert Subscriber.objects.filter(pk=subscriber.pk).exists()
        before, now = now, page(moved(subscriber, "third@example.org"), language)
    assert web.get(page(moved(subscriber, "reader@example.org"), language)).status_code == 200
    assert web.get(before).status_code == 410


def test_nothing_that_lies_in_the_old_mailbox_leads_to_the_settings(web, post):
    subscriber = reader("reader", "en")
    token = tokens.confirmation(subscriber.pk, ["en"], now=timezone.now())
    leave = tokens.unsubscription(subscriber.pk, "be-ru", links=None)
    moved(subscriber)
    for answer in (
        web.post(f"/en/subscribe/confirm/{token}/"),
        web.get(f"/en/subscribe/confirm/{token}/"),
        web.get(f"/en/unsubscribe/{leave}/"),
        web.post(f"/en/unsubscribe/{leave}/", {"act": "leave-all"}),
    ):
        assert b"/subscription/" not in answer.content
        assert b"EN" not in answer.content.replace(b"BE/RU", b"").partition(b"<main")[2].partition(b"</main")[0]
    assert Subscriber.objects.filter(pk=subscriber.pk).exists()


@pytest.mark.parametrize("fields", [{"List-Unsubscribe": "One-Click"}, {"act": "leave"}, {"act": "leave-all"}])
def test_a_link_from_before_the_move_still_leaves_its_list(web, fields):
    subscriber = reader("reader", "en")
    services.change_preferences(
        subscriber_id=subscriber.pk, list_keys=["en", "be-ru"], language="en", paused_until=None
    )
    old = [f"/en/unsubscribe/{tokens.unsubscription(subscriber.pk, key, links=None)}/" for key in ("en", "be-ru")]
    moved(subscriber)
    assert web.get(old[0]).status_code == 200
    assert web.post(old[0], fields).status_code == 200
    assert [entry.list_key for entry in subscriber.subscriptions.all()] == ["be-ru"]
    assert web.post(old[1], fields).status_code == 200
    assert not Subscriber.objects.exists()
    assert web.post(old[1], fields).status_code == 200  # once more, and all the same


def test_the_mails_after_a_move_hold_links_that_work(web, topics, post):
    old = page(reader("reader"))
    subscriber = moved(Subscriber.objects.get())
    issue = released(topics, 1, datetime.date(2020, 8, 3), ["unchanged", "worsened", "improved"])
    make_mailings(issue_key=issue.key)
    post.work()
    (mail,) = post.mails
    assert mail["To"] == "new@example.org"
    text = mail.get_body(("plain",)).get_content()
    assert page(subscriber) in text
    assert old not in text
    leave = str(mail["List-Unsubscribe"]).strip("<>").removeprefix("http://127.0.0.1:8000")
    assert web.post(leave, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscriber.objects.exists()


def test_a_wish_for_yet_another_address_asks_the_mailbox_that_holds_now(web, post):
    subscriber = reader("reader")
    _page, mails = asked(web, post, subscriber)
    for mail in mails.values():
        web.post(link(mail))
    subscriber.refresh_from_db()
    MemoryTransport.outbox.clear()
    _page, mails = asked(web, post, subscriber, "third@example.org")
    assert set(mails) == {"new@example.org", "third@example.org"}


def test_a_change_of_address_does_not_tell_who_subscribes(web, post):
    reader("known")
    subscriber = reader("reader")
    first, mails = asked(web, post, subscriber, "known@example.org")
    second, _mails = asked(web, post, subscriber, "unknown@example.org")
    assert first == second
    assert "already" not in mails["known@example.org"].as_string()
    assert AddressChange.objects.count() == 1  # the later wish counts


def test_two_subscriptions_become_one_and_nobody_is_lost(web, post):
    other = reader("known", "en")
    subscriber = reader("reader", "be-ru", pace="month", topics=["economy", "*"])
    _page, mails = asked(web, post, subscriber, "known@example.org")
    for mail in mails.values():
        web.post(link(mail))
    assert Subscriber.objects.get() == other
    found = {entry.list_key: (entry.pace, entry.topics) for entry in other.subscriptions.all()}
    assert found == {"be-ru": ("month", ["economy", "*"]), "en": ("issue", [])}


def test_an_address_that_must_not_be_written_to_is_not(web, post):
    services.refuse(keys=addresses.lookup_keys("no@example.org"), reason=Refusal.COMPLAINT)
    _page, mails = asked(web, post, reader("reader"), "no@example.org")
    assert set(mails) == {"reader@example.org"}


def test_a_relay_in_trouble_delays_the_letters_and_sends_each_once(web, post):
    from barograph.newsletter.moves import write

    web.post(page(reader("reader")), {"act": "move", "address": "new@example.org"})
    change = AddressChange.objects.get()
    MemoryTransport.answers += [Unreachable("no route")]
    assert write(change.pk) > timezone.now()
    assert write(change.pk) is None
    assert write(change.pk) is None
    assert len(post.mails) == 2


@pytest.mark.parametrize("address", ["", "reader", "a@b@c", "x" * 400])
def test_a_wrong_new_address_is_told(web, address):
    answer = web.post(page(reader("reader")), {"act": "move", "address": address})
    assert answer.status_code == 422
    assert b'role="alert"' in answer.content


def test_old_and_garbled_links_change_nothing(web, post):
    subscriber = reader("reader")
    _page, mails = asked(web, post, subscriber)
    AddressChange.objects.update(at=timezone.now() - datetime.timedelta(days=8))
    for mail in mails.values():
        assert web.post(link(mail)).status_code == 410
    change = AddressChange.objects.get()
    assert web.post(f"/en/subscription-address/{tokens.address_change(change.pk, 'third')}/").status_code == 410
    assert web.post("/en/subscription-address/x:y/").status_code == 404


def test_own_data_goes_to_the_mailbox_and_to_nobody_else(web, post):
    subscriber = reader("reader", topics=["economy", "*"])
    answer = web.post(page(subscriber), {"act": "data"})
    assert answer.status_code == 200
    assert b"reader@example.org" not in answer.content
    post.work()
    (mail,) = post.mails
    assert mail["To"] == "reader@example.org"
    found = json.loads(re.search(r"\{.*\}", mail.get_body(("plain",)).get_content(), re.DOTALL)[0])
    assert found["address"] == "reader@example.org"
    assert found["subscriptions"][0]["topics"] == ["economy", "*"]
    assert set(found) >= {"language", "confirmed_at", "consent_text", "paused_until", "bounces"}


def test_erasing_leaves_a_fingerprint_and_nothing_else(web):
    subscriber = reader("reader")
    assert web.post(page(subscriber), {"act": "leave"}).status_code == 200
    assert not Subscriber.objects.exists()
    kept = Suppression.objects.get()
    assert (kept.address_key, kept.reason) == (addresses.lookup_key("reader@example.org"), "left")
