"""The verbs on subscribers: ask, confirm, change, pause, leave, forget. Each is one transaction.

A no stays a no: leaving keeps the address's keyed hash, so that no import
brings the person back; only their own confirmation does. Sends nothing.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from barograph.subscribers import addresses, runs
from barograph.subscribers.enums import FAILED, LIFTED_BY_CONSENT, NEVER_MAILED, WEAKER, Pace, Refusal, SubscriberState
from barograph.subscribers.models import FormerSubscriber, Subscriber, Subscription, Suppression
from barograph.subscribers.tokens import CONFIRMATION_AGE, Confirmation, Unsubscription

#: Which words a reader agreed to; a new wording gets a new name.
CONSENT_TEXT = "sign-up-1"


class Stale(Exception):
    """The link was right once, but the person has chosen something else since, or left."""


class Used(Exception):
    """The link has done what it was for, and that still holds: there is nothing left to confirm."""

    def __init__(self, subscriber: Subscriber) -> None:
        super().__init__("confirmed already")
        self.subscriber = subscriber


@dataclass(frozen=True)
class SignUp:
    """What came of asking: who, and whether they get the list already. Never shown to whoever asked."""

    subscriber: Subscriber  # not kept where it must not be written to
    is_known: bool
    may_be_written_to: bool = True


@transaction.atomic
def sign_up(*, address: str, list_key: str, language: str, source: str = "site") -> SignUp:
    """Keep an address until its owner confirms, unless it must not even be asked.

    Nothing changes for a subscriber who is confirmed. Whoever it is, the work is the same: two looks, encryption, one
    write, one look. Raises addresses.InvalidAddress.
    """
    may = may_be_asked(address=address)
    runs.make_room(addresses.lookup_keys(address))
    now = timezone.now()
    new = Subscriber(language=language, created_at=now, source=source, consent_text=CONSENT_TEXT)
    new.seal(address)
    same = Subscriber.objects.known_as(addresses.lookup_keys(address))
    subscriber = same.select_for_update().first() or new
    if not may:
        same.update(language=F("language"))
    elif subscriber is new:
        new.save(force_insert=True)
    elif subscriber.is_confirmed:
        same.update(language=F("language"), created_at=F("created_at"))
    else:
        subscriber.language, subscriber.created_at = language, now
        subscriber.save(update_fields=["language", "created_at"])
    has = Subscription.objects.filter(subscriber_id=subscriber.pk, list_key=list_key).exists()
    return SignUp(subscriber, subscriber.is_confirmed and has, may)


def may_be_asked(*, address: str) -> bool:
    """Whether a letter that asks for a yes may go to this address at all. Raises addresses.InvalidAddress."""
    return not Suppression.objects.known_as(keys_of(address)).filter(list_key="", reason__in=NEVER_MAILED).exists()


def keys_of(address: str) -> tuple[str, ...]:
    """The look-up keys of an address. Raises addresses.InvalidAddress, and addresses.UnknownKey where some are made
    with a newer key than this machine has: it would take an address for unknown that is not.
    """
    keys, newer = addresses.lookup_keys(address), addresses.newer_keys()
    if any(model.all_rows.filter(address_key__gte=newer).exists() for model in (Subscriber, Suppression)):
        raise addresses.UnknownKey("addresses are kept with a key that is not here: copy keys/address.key")
    return keys


def anybody_reads(*, list_key: str, paces: Iterable[str]) -> bool:
    """Whether a list has readers at one of these paces."""
    return Subscription.objects.filter(list_key=list_key, pace__in=list(paces)).exists()


def pending_confirmation(*, confirmation: Confirmation) -> Subscriber:
    """Whom a confirmation is about. Changes nothing. Raises Used, and Stale where it no longer counts."""
    subscriber = Subscriber.objects.filter(pk=confirmation.subscriber_id).first()
    return _still_meant(subscriber, confirmation)


def _still_meant(subscriber: Subscriber | None, confirmation: Confirmation) -> Subscriber:
    if subscriber is None:
        raise Stale("no such subscriber any more")
    if subscriber.moved_at and subscriber.moved_at > confirmation.issued_at:
        raise Stale("the link lies in a mailbox that was left")
    has = set(subscriber.subscriptions.values_list("list_key", flat=True))
    if subscriber.is_confirmed and set(confirmation.list_keys) <= has:
        raise Used(subscriber)
    if subscriber.changed_at and subscriber.changed_at > confirmation.issued_at:
        raise Stale("the settings were changed after this link was sent")
    return subscriber


@transaction.atomic
def confirm(*, confirmation: Confirmation) -> Subscriber:
    """The person says yes to these lists. Works once. Raises Used and Stale."""
    subscriber = Subscriber.objects.select_for_update().filter(pk=confirmation.subscriber_id).first()
    subscriber = _still_meant(subscriber, confirmation)
    now = timezone.now()
    if not subscriber.is_confirmed:
        subscriber.state, subscriber.confirmed_at, subscriber.stopped_at = SubscriberState.CONFIRMED, now, None
        subscriber.save(update_fields=["state", "confirmed_at", "stopped_at"])
        subscriber.bounces.all().delete()  # the mailbox is there: whoever confirms has opened our mail in it
    _subscribe(subscriber, confirmation.list_keys, now=now)
    return subscriber


def _subscribe(subscriber: Subscriber, list_keys: Iterable[str], *, now: datetime) -> None:
    """Add lists by the person's own will, which lifts an earlier no to them."""
    list_keys = list(list_keys)
    runs.give_way(subscriber, list_keys)
    noes = Suppression.all_rows.known_as(subscriber.keys())
    noes.filter(list_key__in=["", *list_keys], reason__in=LIFTED_BY_CONSENT).delete()
    Subscription.objects.bulk_create(
        [
            Subscription(subscriber=subscriber, list_key=key, confirmed_at=now, source=subscriber.source)
            for key in list_keys
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def refuse(*, keys: tuple[str, ...], list_key: str = "", reason: str = Refusal.LEFT) -> None:
    """Keep a no to one list, or to all (''), so that no import turns it into a yes. `keys`: as from `keys_of`."""
    earlier = Suppression.all_rows.known_as(keys).filter(list_key=list_key)
    earlier.filter(arrives_with__isnull=False).update(arrives_with=None)  # whatever becomes of an import under way
    earlier.filter(reason__in=WEAKER[Refusal(reason)]).update(reason=reason, date=timezone.localdate())
    if len(keys) > 1 and earlier.exists():
        return
    Suppression.objects.bulk_create(
        [Suppression(address_key=keys[-1], list_key=list_key, reason=reason, date=timezone.localdate())],
        ignore_conflicts=True,
    )


@transaction.atomic
def change_preferences(
    *,
    subscriber_id: uuid.UUID,
    list_keys: Iterable[str],
    language: str,
    paused_until: date | None,
    topics: Iterable[str] | None = None,
    pace: str | None = None,
) -> Subscriber | None:
    """Set lists, language and pause as the person wishes. No list at all means leaving: then None.

    `topics` (in the order wished, none of them: all) and `pace` hold for every list; None leaves them as they are.

    Raises Stale where the person is no subscriber (any more).
    """
    subscriber = Subscriber.objects.select_for_update().confirmed().filter(pk=subscriber_id).first()
    if subscriber is None:
        raise Stale("no such subscriber any more")
    chosen = set(list_keys)
    if not chosen:
        leave(subscriber_id=subscriber_id)
        return None
    has = set(subscriber.subscriptions.values_list("list_key", flat=True))
    for key in has - chosen:
        refuse(keys=subscriber.keys(), list_key=key)
    subscriber.subscriptions.exclude(list_key__in=chosen).delete()
    now = timezone.now()
    _subscribe(subscriber, chosen - has, now=now)
    wishes = {} if topics is None else {"topics": list(topics)}
    if pace is not None:
        wishes["pace"] = Pace(pace).value
    if wishes:
        subscriber.subscriptions.update(**wishes)
    subscriber.language, subscriber.paused_until, subscriber.changed_at = language, paused_until, now
    subscriber.save(update_fields=["language", "paused_until", "changed_at"])
    return subscriber


@transaction.atomic
def move(*, subscriber_id: uuid.UUID, address: str) -> bool:
    """Send everything to another address from now on; the old one is not kept. False where they have left.

    Both addresses have agreed: whoever asks this verb must have seen to it. Where somebody has that address
    already, they get the lists too, and there is one subscriber less. Raises addresses.InvalidAddress.
    """
    subscriber = Subscriber.objects.select_for_update().confirmed().filter(pk=subscriber_id).first()
    keys = keys_of(address)
    if subscriber is None:
        return False
    if subscriber.address_key in keys:  # another spelling of the same mailbox
        subscriber.address_cipher = addresses.seal(addresses.clean(address), bound_to=subscriber.pk.hex)
        subscriber.save(update_fields=["address_cipher"])
        return True
    runs.make_room(keys)
    refuse(keys=subscriber.keys())
    other = Subscriber.objects.select_for_update().known_as(keys).first()
    now = timezone.now()
    if other is None:
        former = FormerSubscriber.objects.filter(address_key__in=subscriber.keys())
        subscriber.seal(address)
        former.update(address_key=subscriber.address_key)
        subscriber.changed_at = subscriber.moved_at = now
        subscriber.links = secrets.randbits(31)  # whoever reads the old mailbox now opens nothing with its letters
        subscriber.save(update_fields=["address_key", "address_cipher", "changed_at", "moved_at", "links"])
        subscriber.bounces.all().delete()  # they speak of the old address
        _subscribe(subscriber, subscriber.subscriptions.values_list("list_key", flat=True), now=now)
        return True
    join(subscriber, other, now=now)
    return True


def join(subscriber: Subscriber, other: Subscriber, *, now: datetime) -> None:
    """Two subscribers become one: `other` gets the lists they have not."""
    other.state, other.confirmed_at = SubscriberState.CONFIRMED, other.confirmed_at or now
    other.stopped_at = None
    other.save(update_fields=["state", "confirmed_at", "stopped_at"])
    has = set(other.subscriptions.values_list("list_key", flat=True))
    moved = [entry for entry in subscriber.subscriptions.all() if entry.list_key not in has]
    _subscribe(other, [entry.list_key for entry in moved], now=now)
    for entry in moved:
        other.subscriptions.filter(list_key=entry.list_key).update(topics=entry.topics, pace=entry.pace)
    FormerSubscriber.objects.filter(address_key__in=subscriber.keys()).update(address_key=other.address_key)
    FormerSubscriber.objects.create(id=subscriber.pk, address_key=other.address_key)
    subscriber.delete()


def own_data(*, subscriber_id: uuid.UUID) -> dict[str, object] | None:
    """Everything kept about a subscriber, for themselves; None where there is nobody. Raises addresses.Unreadable."""
    subscriber = Subscriber.objects.filter(pk=subscriber_id).first()
    if subscriber is None:
        return None

    def at(moment: datetime | None) -> str | None:
        return moment.isoformat(timespec="seconds") if moment else None

    return {
        "address": subscriber.address(),
        "language": subscriber.language,
        "state": subscriber.state,
        "asked_at": at(subscriber.created_at),
        "confirmed_at": at(subscriber.confirmed_at),
        "changed_at": at(subscriber.changed_at),
        "address_changed_at": at(subscriber.moved_at),
        "consent_text": subscriber.consent_text,
        "source": subscriber.source,
        "paused_until": subscriber.paused_until.isoformat() if subscriber.paused_until else None,
        "subscriptions": [
            {
                "list": entry.list_key,
                "since": at(entry.confirmed_at),
                "source": entry.source,
                "topics": entry.topics,
                "pace": entry.pace,
            }
            for entry in subscriber.subscriptions.all()
        ],
        "bounces": [
            {"date": entry.date.isoformat(), "status": entry.status, "reason": entry.reason}
            for entry in subscriber.bounces.all()
        ],
    }


@transaction.atomic
def pause(*, subscriber_id: uuid.UUID, until: date | None) -> None:
    """No mail until that day; None ends the pause."""
    Subscriber.objects.filter(pk=subscriber_id).update(paused_until=until, changed_at=timezone.now())


@transaction.atomic
def leave(*, subscriber_id: uuid.UUID, list_key: str = "") -> bool:
    """Leave one list, or all ('' ). With the last list the row is erased. False where nobody was there."""
    subscriber = Subscriber.objects.select_for_update().filter(pk=subscriber_id).first()
    if subscriber is None:
        return False
    others = subscriber.subscriptions.exclude(list_key=list_key) if list_key else Subscription.objects.none()
    if others.exists():
        removed, _rows = subscriber.subscriptions.filter(list_key=list_key).delete()
        if removed:
            refuse(keys=subscriber.keys(), list_key=list_key)
            subscriber.changed_at = timezone.now()
            subscriber.save(update_fields=["changed_at"])
        return bool(removed)
    if subscriber.state != SubscriberState.PENDING:
        refuse(keys=subscriber.keys())
        remember([subscriber])
    subscriber.delete()
    return True


def remember(people: Iterable[Subscriber]) -> None:
    """Before subscribers are erased: which mailbox the links in their letters are about."""
    gone = [
        FormerSubscriber(id=one.pk, address_key=one.address_key)
        for one in people
        if one.state != SubscriberState.PENDING
    ]
    FormerSubscriber.objects.bulk_create(gone, ignore_conflicts=True)


@dataclass(frozen=True)
class Leaving:
    """Whom a link that leaves a list is about."""

    owner: Subscriber | None  # the link is of the present row and address: it may show what else is subscribed
    others: tuple[Subscriber, ...]  # other rows that the letter's list must be left for
    is_known: bool  # whether it can be said at all; False: an old link, and no row remembers it

    def gets(self, list_key: str) -> bool:
        """Whether anybody gets the list by this link's mailbox."""
        people = [*self.others, *([self.owner] if self.owner else [])]
        return Subscription.objects.filter(subscriber__in=people, list_key=list_key).exists()


def leaving(wish: Unsubscription) -> Leaving:
    """Who is behind a link: its row, who took that row's place, and whoever has the letter's address now."""
    row = Subscriber.objects.filter(pk=wish.subscriber_id).first()
    former = FormerSubscriber.objects.filter(pk=wish.subscriber_id).first()
    keys = {key for known in (wish.address_key, former.address_key if former else "") if known
            for key in addresses.raised(known)}  # fmt: skip
    others = list(Subscriber.objects.confirmed().known_as(keys)) if keys else []
    is_owner = row is not None and wish.links == row.links
    if row is not None and not is_owner:
        others.insert(0, row)
    people = tuple({one.pk: one for one in others if not (is_owner and one.pk == wish.subscriber_id)}.values())
    return Leaving(row if is_owner else None, people, bool(row or former or wish.address_key))


@transaction.atomic
def leave_by_link(wish: Unsubscription, *, everything: bool = False) -> Leaving:
    """Leave the letter's list, whatever has become of its row; `everything`: all lists, where its owner asks for it.

    Where nobody gets that list, the no is kept all the same: an import must not bring it back.
    Returns whom it was about, as it was before.
    """
    departure = leaving(wish)
    if wish.address_key and not departure.gets(wish.list_key):
        refuse(keys=addresses.raised(wish.address_key), list_key=wish.list_key)
    if departure.owner:
        leave(subscriber_id=departure.owner.pk, list_key="" if everything else wish.list_key)
    for other in departure.others:
        leave(subscriber_id=other.pk, list_key=wish.list_key)
    return departure


@transaction.atomic
def suppress(*, keys: tuple[str, ...], reason: str) -> None:
    """Mail this address no more, and keep its hash with the reason.

    A complaint erases the subscriber at once. Where mail failed, the sealed address stays for some weeks (standing.py).
    """
    refuse(keys=keys, reason=reason)
    theirs = Subscriber.all_rows.known_as(keys)
    if reason in FAILED:
        theirs.confirmed().update(state=SubscriberState.STOPPED, stopped_at=timezone.now())
        theirs = theirs.pending()
    remember(theirs)
    theirs.delete()


@transaction.atomic
def forget(address: str) -> bool:
    """Erase an address by the owner's wish, as leaving does. False where it was not known.

    Raises addresses.InvalidAddress.
    """
    subscriber = Subscriber.objects.known_as(keys_of(address)).first()
    return leave(subscriber_id=subscriber.pk) if subscriber else False


@transaction.atomic
def drop_unconfirmed(*, now: datetime | None = None) -> int:
    """Erase addresses nobody confirmed while their links were good. Returns how many."""
    before = (now or timezone.now()) - CONFIRMATION_AGE
    return Subscriber.objects.pending().filter(created_at__lt=before).delete()[0]


def receiving_by_list() -> dict[str, int]:
    """List key → how many confirmed subscribers get mail of it today; those who paused are left out. One query."""
    today = timezone.localdate()
    active = Q(subscriber__paused_until__isnull=True) | Q(subscriber__paused_until__lte=today)
    rows = Subscription.objects.filter(active, subscriber__state=SubscriberState.CONFIRMED)
    return dict(rows.order_by("list_key").values_list("list_key").annotate(number=Count("pk")))


def counts() -> dict[str, int]:
    """How many subscribers there are, by state and by list, and how many addresses said no."""
    today = timezone.localdate()
    counted = {
        "confirmed": Subscriber.objects.confirmed().count(),
        "pending": Subscriber.objects.pending().count(),
        "paused": Subscriber.objects.confirmed().filter(paused_until__gt=today).count(),
        "stopped": Subscriber.objects.stopped().count(),
        "suppressed": Suppression.objects.filter(list_key="").count(),
    }
    lists = Subscription.objects.filter(subscriber__state=SubscriberState.CONFIRMED)
    for key in lists.values_list("list_key", flat=True).order_by("list_key").distinct():
        counted[f"list {key}"] = lists.filter(list_key=key).count()
    return counted
