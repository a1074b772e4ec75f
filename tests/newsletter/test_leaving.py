"""The way out tells the truth: any letter of a list leaves that list, or the page says that it can't and how to."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from barograph.subscribers import addresses, recipients, services, tokens, transfer
from barograph.subscribers.models import Subscriber, Subscription, Suppression

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def reader(address="reader@example.org", *lists):
    subscriber = services.sign_up(address=address, list_key="en", language="en").subscriber
    token = tokens.confirmation(subscriber.pk, list(lists or ["en"]), now=timezone.now())
    return services.confirm(confirmation=tokens.read_confirmation(token, now=timezone.now()))


def letter(subscriber, list_key="en", *, is_new=True):
    """The link of a letter: as letters have it now, or as they had it before."""
    (one,) = recipients.still_receiving(ids=[subscriber.pk], list_key=list_key, on=timezone.localdate()).values()
    key = one.address_key if is_new else ""
    return f"/en/unsubscribe/{tokens.unsubscription(one.id, list_key, links=one.links, address_key=key)}/"


def gets(address, list_key="en"):
    known = Subscriber.objects.known_as(addresses.lookup_keys(address))
    return Subscription.objects.filter(subscriber__in=known, list_key=list_key).exists()


@pytest.mark.parametrize("is_new", [True, False])
def test_an_old_letter_leaves_after_its_reader_left_and_came_back(is_new):
    old = letter(reader(), is_new=is_new)
    assert b"You have unsubscribed" in Client().post(old, ONE_CLICK).content
    again = reader()
    assert b"Unsubscribe from the newsletter" in Client().get(old).content
    assert gets("reader@example.org")
    answer = Client().post(old, ONE_CLICK)
    assert (answer.status_code, b"You have unsubscribed" in answer.content) == (200, True)
    assert not gets("reader@example.org")
    assert not Subscriber.objects.filter(pk=again.pk).exists()


@pytest.mark.parametrize("is_new", [True, False])
def test_an_old_letter_leaves_after_two_subscribers_became_one(is_new):
    first, second = reader("first@example.org", "en"), reader("second@example.org", "be-ru")
    old = letter(first, is_new=is_new)
    services.move(subscriber_id=first.pk, address="second@example.org")
    assert gets("second@example.org")
    answer = Client().post(old, {"act": "leave-all"})
    assert b"You have unsubscribed" in answer.content
    assert b"/subscription/" not in answer.content
    assert (gets("second@example.org"), gets("second@example.org", "be-ru")) == (False, True)
    assert Subscriber.objects.filter(pk=second.pk).exists()


def test_a_letter_leaves_after_the_list_was_moved_to_another_machine(tmp_path):
    old = letter(reader())
    transfer.export_csv(tmp_path / "out.csv")
    Subscriber.objects.all().delete()
    assert transfer.import_csv(tmp_path / "out.csv").created == 1
    assert b"You have unsubscribed" in Client().post(old, ONE_CLICK).content
    assert not gets("reader@example.org")


def test_a_no_that_comes_before_the_list_does_holds_against_the_import(tmp_path):
    old = letter(reader())
    transfer.export_csv(tmp_path / "out.csv")
    Subscriber.objects.all().delete()
    assert b"is not subscribed" in Client().post(old, ONE_CLICK).content
    report = transfer.import_csv(tmp_path / "out.csv")
    assert (report.created, report.refused) == (0, 1)


def test_a_letter_to_another_spelling_of_the_mailbox_leaves():
    subscriber = reader("ann.b@ya.ru")
    old = letter(subscriber)
    services.leave(subscriber_id=subscriber.pk)
    reader("ann-b@yandex.by")
    assert b"You have unsubscribed" in Client().post(old, ONE_CLICK).content
    assert not gets("ann.b@ya.ru")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_says_nothing_any_more_says_so_and_asks_for_the_address(method):
    token = tokens.unsubscription(uuid.uuid4(), "en", links=None)
    answer = getattr(Client(), method)(f"/en/unsubscribe/{token}/")
    assert answer.status_code == 410
    assert b"You have unsubscribed" not in answer.content
    assert b'action="/en/subscribe/"' in answer.content
    assert b'name="list" value="en"' in answer.content


def test_who_gets_another_list_alone_is_told_so():
    subscriber = reader("reader@example.org", "en", "be-ru")
    old = letter(subscriber)
    Client().post(old, ONE_CLICK)
    page = Client().post(old, ONE_CLICK).content
    assert b"BE/RU" in page
    assert gets("reader@example.org", "be-ru")


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch", "trace", "PROPFIND", "REPORT"])
def test_no_other_method_changes_anything_or_is_logged(method, caplog):
    subscriber = reader()
    settings = tokens.settings(subscriber.pk, links=None)
    confirmation = tokens.confirmation(subscriber.pk, ["en"], now=timezone.now())
    pages = [letter(subscriber), f"/en/subscription/{settings}/", f"/en/subscribe/confirm/{confirmation}/"]
    before = list(Subscriber.objects.values()), list(Subscription.objects.values())
    for page in pages:
        answer = Client().generic(method.upper(), page)
        assert answer.status_code == (200 if method in {"get", "head"} else 405)
    assert (list(Subscriber.objects.values()), list(Subscription.objects.values())) == before
    assert not Suppression.objects.exists()
    assert not caplog.records


def test_tokens_of_every_form_are_read():
    subscriber, key = uuid.uuid4(), addresses.lookup_key("a@example.org")
    for links in (None, 7):
        for address_key in ("", key):
            token = tokens.unsubscription(subscriber, "en", links=links, address_key=address_key)
            assert tokens.read_unsubscription(token) == tokens.Unsubscription(subscriber, "en", links, address_key)
