"""The life of an address whose mail fails: what is counted, when mail is stopped, and how that is undone.

    subscribed ──► counted ──► stopped ──► erased
        ▲             │           │
        └─ delivered ─┘           │
        └──── confirmed again, or lifted by an operator's word

- **Counted.** A mailing that failed is one row (`Bounce`): refused at the relay, or it came back. What is no statement
  of failure never comes here (delivery/bounces), nor do refusals of our content or our name.
- **Delivered.** A later mailing that was accepted clears what was counted: at once what the relay itself had refused;
  what had come back, once the later mailing has not come back for `SETTLES`. After `FORGOTTEN_AFTER` nothing counts.
- **Stopped, "the address does not exist"** (`Refusal.BOUNCED`): a server says so at once of an address that has not
  been reached within `LATELY`; of one that has, and where a whole domain says so (`is_doubted`), only when a later
  mailing is refused as unknown, too. Later is a mailing
  made after the first refusal was known, or `APART` from its mailing: two lists of one evening are one refusal.
- **Stopped, "refused too often"** (`Refusal.REFUSED`): `ENOUGH` mailings in a row, over at least `OVER`.
- **Complained** (`Refusal.COMPLAINT`): the person's own no. Erased at once, and only an operator's word lets them be
  asked again.
- **Stopped** means: nothing is sent, and the sealed address and its lists stay for `SEALED_FOR`, so that a mistake can
  be undone. Then the worker erases them; leaving and forgetting erase them at once. The keyed hash, the reason and the
  date stay, as for everybody who is not mailed.
- **Undone**: by the owner, who signs up and confirms; by the operator (`lift`). Both begin with a count of nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from barograph.subscribers import addresses, records, services
from barograph.subscribers.enums import LIFTED_BY_WORD, Act, Refusal, SubscriberState
from barograph.subscribers.models import Bounce, Subscriber, Suppression

#: So many different mailings in a row must have failed …
ENOUGH = 4
#: … over at least so long …
OVER = timedelta(days=21)
#: … and nothing older counts.
FORGOTTEN_AFTER = timedelta(days=90)
#: An address that took a mailing, or confirmed, within this time is believed to exist at its first refusal.
LATELY = timedelta(weeks=8)
#: A relay tries for up to five days before it sends a mail back: only then is a mailing known to have arrived.
SETTLES = timedelta(days=6)
#: Mailings made so far apart are not of one evening.
APART = timedelta(hours=20)
#: How long the sealed address of a stopped reader stays, so that a mistake can be undone.
SEALED_FOR = timedelta(weeks=6)
#: The consent text of those whom an import brought: nobody here has reached them yet.
IMPORTED = "import"
#: Stopped readers that are erased in one transaction.
ERASED_AT_ONCE = 500


@dataclass(frozen=True)
class Failure:
    """One mailing that did not reach a subscriber.

    `made_at`: when the mailing was made. `noted_at`: when it was refused or came back. `is_unknown`: the server says
    that there is no such address. `is_returned`: it was accepted first. `is_doubted`: so much of its domain is refused
    as unknown that the server is not believed the first time.
    """

    mailing_id: int
    made_at: datetime
    noted_at: datetime
    status: str
    reason: str
    is_unknown: bool
    is_returned: bool
    is_doubted: bool = False


@dataclass(frozen=True)
class Accepted:
    """A mailing that was accepted for a subscriber: when the mailing was made, and when it was accepted."""

    mailing_id: int
    made_at: datetime
    at: datetime


@dataclass(frozen=True)
class Lifted:
    """What an operator's word undid: the reasons, whether a reader gets mail again, and how many failures were counted.

    `has_left`: the person has said no, which stays.
    """

    reasons: tuple[str, ...]
    is_subscribed: bool
    failures: int
    has_left: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            "lifted": list(self.reasons),
            "subscribed": self.is_subscribed,
            "failures": self.failures,
            "unsubscribed": self.has_left,
        }


@transaction.atomic
def stop(*, subscriber_id: uuid.UUID, reason: Refusal) -> bool:
    """Mail this subscriber no more. False where they have left already."""
    subscriber = Subscriber.objects.select_for_update().filter(pk=subscriber_id).first()
    if subscriber is None:
        return False
    services.suppress(keys=subscriber.keys(), reason=reason)
    return True


def domain_key(address: str) -> str:
    """A keyed hash of an address's domain, by which refusals of one domain are counted without naming it."""
    return addresses.keyed_hash("domain", address.rpartition("@")[2].lower())[:32]


@transaction.atomic
def count_failure(*, subscriber_id: uuid.UUID, failure: Failure, accepted: Iterable[Accepted] = ()) -> Refusal | None:
    """Count a mailing that failed, once. The reason where it was one too many and mail is stopped, else None.

    `accepted`: this subscriber's other mailings that were accepted within FORGOTTEN_AFTER.
    """
    subscriber = Subscriber.objects.select_for_update().confirmed().filter(pk=subscriber_id).first()
    if subscriber is None:
        return None
    day = timezone.localdate(failure.noted_at)
    subscriber.bounces.filter(date__lt=day - FORGOTTEN_AFTER).delete()
    accepted = [entry for entry in accepted if entry.mailing_id != failure.mailing_id]
    _clear(subscriber, accepted, at=failure.noted_at)
    row, is_new = Bounce.objects.get_or_create(
        subscriber=subscriber,
        mailing_id=failure.mailing_id,
        defaults={
            "date": day,
            "made_at": failure.made_at,
            "noted_at": failure.noted_at,
            "status": failure.status[:12],
            "reason": failure.reason[:100],
            "is_unknown": failure.is_unknown,
            "is_returned": failure.is_returned,
            "domain_key": _domain_key_of(subscriber),
        },
    )
    if not is_new and failure.is_unknown and not row.is_unknown:
        row.is_unknown, row.status, row.reason = True, failure.status[:12], failure.reason[:100]
        row.save(update_fields=["is_unknown", "status", "reason"])
    reason = _verdict(subscriber, failure, accepted)
    if reason is not None:
        services.suppress(keys=subscriber.keys(), reason=reason)
    return reason


def _domain_key_of(subscriber: Subscriber) -> str:
    try:
        return domain_key(subscriber.address())
    except addresses.Unreadable:
        return ""


@transaction.atomic
def clear(*, subscriber_id: uuid.UUID, accepted: Iterable[Accepted]) -> None:
    """Forget the failures after which one of these mailings has arrived."""
    subscriber = Subscriber.objects.select_for_update().confirmed().filter(pk=subscriber_id).first()
    if subscriber is not None:
        _clear(subscriber, accepted, at=timezone.now())


def _clear(subscriber: Subscriber, accepted: Iterable[Accepted], *, at: datetime) -> None:
    """Forget the failures after which a later mailing has arrived."""
    rows = list(subscriber.bounces.all())
    failed = {row.mailing_id for row in rows}
    arrived = [entry for entry in accepted if entry.mailing_id not in failed]
    cleared = [row.pk for row in rows if any(_clears(entry, row, at) for entry in arrived)]
    if cleared:
        subscriber.bounces.filter(pk__in=cleared).delete()


def _clears(entry: Accepted, row: Bounce, at: datetime) -> bool:
    """Whether an accepted mailing is a later one than that which failed, and has surely arrived."""
    is_later = timezone.localdate(entry.made_at) > row.date
    if row.noted_at and row.made_at:
        is_later = entry.made_at > row.noted_at or entry.made_at - row.made_at >= APART
    return is_later and (not row.is_returned or entry.at + SETTLES <= at)


def _verdict(subscriber: Subscriber, failure: Failure, accepted: list[Accepted]) -> Refusal | None:
    rows = list(subscriber.bounces.all())
    if failure.is_unknown:
        before = [row for row in rows if row.is_unknown and row.mailing_id != failure.mailing_id]
        if any(_is_another_evening(row, failure) for row in before):
            return Refusal.BOUNCED
        if not before and not failure.is_doubted and not _was_reached(subscriber, rows, accepted, failure.noted_at):
            return Refusal.BOUNCED
    if len(rows) >= ENOUGH and rows[-1].date - rows[0].date >= OVER:
        return Refusal.REFUSED
    return None


def _is_another_evening(row: Bounce, failure: Failure) -> bool:
    """Whether two failures are of mailings that did not go out together."""
    if row.noted_at is None or row.made_at is None:
        return row.date != timezone.localdate(failure.noted_at)
    return row.noted_at < failure.made_at or abs(failure.made_at - row.made_at) >= APART


def _was_reached(subscriber: Subscriber, rows: list[Bounce], accepted: list[Accepted], at: datetime) -> bool:
    """Whether mail reached this address lately: it took a mailing, or its owner answered one of ours."""
    failed = {row.mailing_id for row in rows}
    if any(entry.mailing_id not in failed and entry.at > at - LATELY for entry in accepted):
        return True
    own = subscriber.confirmed_at if subscriber.consent_text != IMPORTED else None
    return any(moment is not None and moment > at - LATELY for moment in (own, subscriber.moved_at))


@transaction.atomic
def set_aside(*, mailing_id: int, domain: str) -> int:
    """Take back what a mailing's refusals of a domain as unknown have led to. Returns how many refusals.

    Whoever was stopped by them alone gets mail again.
    """
    rows = Bounce.objects.filter(mailing_id=mailing_id, domain_key=domain, is_unknown=True)
    for subscriber in _stopped_by(rows):
        _go_on(subscriber, reasons=frozenset({Refusal.BOUNCED}))
    return rows.delete()[0]


def _stopped_by(rows: Any) -> list[Subscriber]:
    """Those of these refusals who are stopped since their address does not exist, and for nothing else."""
    theirs = Subscriber.objects.stopped().filter(bounces__in=rows).select_for_update(of=("self",))
    return [
        subscriber
        for subscriber in theirs
        if Suppression.objects.known_as(subscriber.keys()).filter(list_key="", reason=Refusal.BOUNCED).exists()
    ]


@transaction.atomic
def restore(*, mailing_id: int, domain: str) -> int:
    """Let those go on whom this mailing alone has stopped, and count it only: their whole domain is in doubt.

    Returns how many.
    """
    rows = Bounce.objects.filter(mailing_id=mailing_id, domain_key=domain, is_unknown=True)
    number = 0
    for subscriber in _stopped_by(rows):
        if not subscriber.bounces.filter(is_unknown=True).exclude(mailing_id=mailing_id).exists():
            _go_on(subscriber, reasons=frozenset({Refusal.BOUNCED}))
            number += 1
    return number


@transaction.atomic
def stop_domain(*, mailing_id: int, domain: str) -> int:
    """Stop everybody of a domain whom a mailing was refused to as unknown. Returns how many."""
    theirs = Subscriber.objects.confirmed().filter(
        bounces__mailing_id=mailing_id, bounces__domain_key=domain, bounces__is_unknown=True
    )
    people = list(theirs)
    for subscriber in people:
        services.suppress(keys=subscriber.keys(), reason=Refusal.BOUNCED)
    return len(people)


@transaction.atomic
def lift(*, address: str, by: Any = None) -> Lifted:
    """Undo a stop by an operator's word, on record: the reader, if their address is still sealed, gets mail again.

    A complaint has erased them: then they may sign up again. That somebody has unsubscribed stays. Raises
    addresses.InvalidAddress and addresses.UnknownKey.
    """
    keys = services.keys_of(address)
    noes = Suppression.objects.known_as(keys)
    reasons = tuple(sorted(noes.filter(reason__in=LIFTED_BY_WORD).values_list("reason", flat=True).distinct()))
    subscriber = Subscriber.objects.select_for_update().known_as(keys).first()
    failures = subscriber.bounces.count() if subscriber else 0
    noes.filter(reason__in=LIFTED_BY_WORD).delete()
    if subscriber is not None:
        subscriber.bounces.all().delete()
        if subscriber.state == SubscriberState.STOPPED:
            _go_on(subscriber, reasons=LIFTED_BY_WORD)
    records.keep(act=Act.LIFT, number=len(reasons) or min(failures, 1), by=by)
    has_left = noes.filter(list_key="", reason=Refusal.LEFT).exists()
    return Lifted(reasons, bool(subscriber and subscriber.is_confirmed), failures, has_left)


def _go_on(subscriber: Subscriber, *, reasons: frozenset[Refusal]) -> None:
    Suppression.objects.known_as(subscriber.keys()).filter(list_key="", reason__in=reasons).delete()
    subscriber.state, subscriber.stopped_at = SubscriberState.CONFIRMED, None
    subscriber.save(update_fields=["state", "stopped_at"])


def sealed_until(subscriber: Subscriber) -> date | None:
    """The day by which a stopped reader's address is erased; None where mail is not stopped."""
    if subscriber.state != SubscriberState.STOPPED or subscriber.stopped_at is None:
        return None
    return timezone.localdate(subscriber.stopped_at + SEALED_FOR)


@transaction.atomic
def forget_old_bounces(*, on: date | None = None) -> int:
    """Erase what no longer counts. Returns how many."""
    return Bounce.objects.filter(date__lt=(on or timezone.localdate()) - FORGOTTEN_AFTER).delete()[0]


def forget_stopped(*, now: datetime | None = None) -> int:
    """Erase the sealed addresses of those who were stopped long enough ago. Returns how many."""
    before, number = (now or timezone.now()) - SEALED_FOR, 0
    while True:
        with transaction.atomic():
            old = Subscriber.objects.stopped().filter(stopped_at__lt=before)
            ids = list(old.order_by().values_list("pk", flat=True)[:ERASED_AT_ONCE])
            erased = Subscriber.objects.stopped().filter(pk__in=ids)
            services.remember(erased)
            erased.delete()
        number += len(ids)
        if len(ids) < ERASED_AT_ONCE:
            return number
