"""Consent: asked, confirmed, changed, and taken back for good."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from barograph.subscribers import addresses, services, standing, tokens
from barograph.subscribers.enums import Refusal
from barograph.subscribers.models import Bounce, Subscriber, Subscription, Suppression

pytestmark = pytest.mark.django_db


def confirmation(subscriber, *list_keys, age=timedelta(0)):
    token = tokens.confirmation(subscriber.pk, list(list_keys), now=timezone.now() - age)
    return tokens.read_confirmation(token, now=timezone.now())


def reader(address="reader@example.org", *list_keys):
    subscriber = services.sign_up(address=address, list_key="en", language="en").subscriber
    return services.confirm(confirmation=confirmation(subscriber, *(list_keys or ("en",))))


def receiving(list_key, on=None):
    return set(Subscriber.objects.receiving(list_key=list_key, on=on or timezone.localdate()))


def test_nobody_gets_mail_before_the_button_is_pressed():
    asked = services.sign_up(address="reader@example.org", list_key="en", language="be")
    assert not asked.is_known
    assert receiving("en") == set()
    services.confirm(confirmation=confirmation(asked.subscriber, "en"))
    assert receiving("en") == {asked.subscriber}
    assert receiving("be-ru") == set()
    assert Subscriber.objects.get().address() == "reader@example.org"


def test_confirming_twice_is_confirming_once():
    subscriber = reader()
    for act in (services.confirm, services.pending_confirmation):
        with pytest.raises(services.Used) as used:
            act(confirmation=confirmation(subscriber, "en"))
        assert used.value.subscriber == subscriber
    assert Subscription.objects.count() == 1


def test_signing_up_again_changes_nothing_and_says_so_only_inside():
    subscriber = reader()
    again = services.sign_up(address="READER@example.org", list_key="en", language="ru")
    assert again.is_known
    assert again.subscriber == subscriber
    assert Subscriber.objects.get().language == "en"


def test_an_old_confirmation_does_not_undo_a_later_choice():
    subscriber = reader("reader@example.org", "en", "be-ru")
    old = confirmation(subscriber, "en", age=timedelta(minutes=1))
    services.change_preferences(subscriber_id=subscriber.pk, list_keys=["be-ru"], language="be", paused_until=None)
    with pytest.raises(services.Stale):
        services.confirm(confirmation=old)
    assert receiving("en") == set()


def test_leaving_erases_the_row_and_keeps_only_the_hash_of_a_no():
    subscriber = reader()
    old = confirmation(subscriber, "en")
    assert services.leave(subscriber_id=subscriber.pk)
    assert not Subscriber.objects.exists()
    assert not Subscription.objects.exists()
    kept = Suppression.objects.get()
    assert (kept.address_key, kept.reason) == (addresses.lookup_key("reader@example.org"), Refusal.LEFT)
    with pytest.raises(services.Stale):
        services.confirm(confirmation=old)
    assert not services.leave(subscriber_id=subscriber.pk)


def test_leaving_one_list_keeps_the_other():
    subscriber = reader("reader@example.org", "en", "be-ru")
    services.leave(subscriber_id=subscriber.pk, list_key="en")
    assert receiving("en") == set()
    assert receiving("be-ru") == {subscriber}
    services.leave(subscriber_id=subscriber.pk, list_key="be-ru")
    assert not Subscriber.objects.exists()


def test_ones_own_new_yes_lifts_the_no():
    services.leave(subscriber_id=reader().pk)
    subscriber = reader()
    assert receiving("en") == {subscriber}
    assert not Suppression.objects.exists()


def test_an_address_that_complained_is_not_even_asked():
    services.suppress(keys=addresses.lookup_keys("reader@example.org"), reason=Refusal.COMPLAINT)
    asked = services.sign_up(address="reader@example.org", list_key="en", language="en")
    assert not asked.may_be_written_to
    assert not Subscriber.objects.exists()


def test_a_pause_ends_on_its_day():
    subscriber = reader()
    services.pause(subscriber_id=subscriber.pk, until=date(2030, 1, 7))
    assert receiving("en", date(2030, 1, 6)) == set()
    assert receiving("en", date(2030, 1, 7)) == {subscriber}


def test_unconfirmed_addresses_are_erased_when_their_links_end():
    services.sign_up(address="reader@example.org", list_key="en", language="en")
    stays = reader("other@example.org")
    services.drop_unconfirmed(now=timezone.now() + timedelta(days=8))
    assert set(Subscriber.objects.all()) == {stays}


def test_tokens_are_bound_to_their_purpose_and_age():
    subscriber = reader()
    unsubscribe = tokens.unsubscription(subscriber.pk, "en", links=None)
    assert tokens.read_unsubscription(unsubscribe).list_key == "en"
    for wrong in (
        unsubscribe + "x",
        unsubscribe[:-3],
        "",
        "a:b:c",
        tokens.settings(subscriber.pk, links=subscriber.links),
        "ў" * 50,
    ):
        with pytest.raises(tokens.InvalidToken):
            tokens.read_unsubscription(wrong)
    with pytest.raises(tokens.ExpiredToken):
        confirmation(subscriber, "en", age=timedelta(days=7, minutes=1))


def test_a_move_forgets_what_came_back_from_the_old_address():
    subscriber = reader()
    now = timezone.now()
    failure = standing.Failure(1, now, now, "4.2.2", "full", is_unknown=False, is_returned=True)
    standing.count_failure(subscriber_id=subscriber.pk, failure=failure)
    assert Bounce.objects.exists()
    services.move(subscriber_id=subscriber.pk, address="new@example.org")
    assert not Bounce.objects.exists()
