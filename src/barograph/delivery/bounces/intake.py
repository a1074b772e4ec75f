"""Take in a mail that came back: whose it is, what it means, and what follows for the subscriber.

Only a genuine return path makes a mail ours (return_paths.py), or our signed marks in the headers that came back
(own_marks.py): a forged bounce changes nothing. Of our own subscribers nothing is said to whoever sent the mail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time
from enum import StrEnum

from django.utils import timezone

from barograph.delivery import consequences, doubts
from barograph.delivery.bounces import Judgement, Kind, explain, leaving
from barograph.delivery.bounces.own_marks import marked
from barograph.delivery.bounces.return_paths import ReturnPath, genuine_in, read_return_path
from barograph.delivery.models import Mailing
from barograph.subscribers import addresses, standing
from barograph.subscribers.enums import Refusal, SubscriberState
from barograph.subscribers.models import Subscriber
from barograph.subscribers.standing import Failure


class Outcome(StrEnum):
    """What came of a mail that is ours."""

    SUPPRESSED = "suppressed"
    COUNTED = "counted"
    LEFT = "left"  # a mail that asks to leave a list (leaving.py)
    NOTHING = "nothing"  # an absence note, a receipt, or somebody who has left already


def receive(*, raw: bytes, recipients: Iterable[str] = ()) -> Outcome | None:
    """Take in one raw mail. `recipients`: whom the envelope names, where it is known. None: not ours, untouched."""
    recipients = list(recipients)
    if leaving.receive(raw=raw, recipients=recipients):
        return Outcome.LEFT
    today = timezone.localdate()
    path = next((one for to in recipients if (one := read_return_path(to, on=today))), None)
    path = path or genuine_in(raw, on=today)
    judgements = explain(raw)
    if not judgements:
        return None
    path = path or marked(raw, on=today)
    if path is None:
        return None
    subscriber = Subscriber.objects.filter(pk=path.subscriber_id).first()
    if subscriber is None:
        return Outcome.NOTHING
    return act(subscriber, path, _about(subscriber, judgements))


def _about(subscriber: Subscriber, judgements: list[Judgement]) -> Judgement:
    """The judgement that is about this subscriber.

    Where none names their address, it was handed on (an office's alias, a mailbox that forwards): then the mildest,
    and never a final one, for the address that refused is another.
    """
    if complaints := [judgement for judgement in judgements if judgement.kind is Kind.COMPLAINT]:
        return complaints[0]
    own = [judgement for judgement in judgements if subscriber.address_key in _keys(judgement.address)]
    if own:
        return own[0]
    mildest = min(judgements, key=lambda judgement: (judgement.counts, judgement.kind is Kind.PERMANENT))
    if mildest.kind is Kind.PERMANENT:
        mildest = replace(mildest, kind=Kind.TRANSIENT, was_forwarded=True)
    return replace(mildest, reason=f"forwarded, and there: {mildest.reason}") if mildest.counts else mildest


def _keys(address: str) -> tuple[str, ...]:
    try:
        return addresses.lookup_keys(address)
    except addresses.InvalidAddress:
        return ()


def act(subscriber: Subscriber, path: ReturnPath, judgement: Judgement) -> Outcome:
    """Draw the consequences of a judgement of a mail that was certainly ours.

    One that left before a change of address (or on its day) says nothing of the address that holds now.
    """
    if subscriber.moved_at and path.sent_on <= timezone.localdate(subscriber.moved_at):
        return Outcome.NOTHING
    if judgement.kind is Kind.COMPLAINT:
        standing.stop(subscriber_id=subscriber.pk, reason=Refusal.COMPLAINT)
        return Outcome.SUPPRESSED
    if not judgement.counts or not path.mailing_id:
        return Outcome.NOTHING
    return _count(subscriber, path, judgement)


def _count(subscriber: Subscriber, path: ReturnPath, judgement: Judgement) -> Outcome:
    if not subscriber.is_confirmed:
        return Outcome.NOTHING
    mailing = Mailing.objects.filter(pk=path.mailing_id).first()
    is_unknown = judgement.kind is Kind.PERMANENT
    failure = Failure(
        mailing_id=path.mailing_id,
        made_at=mailing.created_at if mailing else datetime.combine(path.sent_on, time(), tzinfo=UTC),
        noted_at=timezone.now(),
        status=judgement.status,
        reason=judgement.reason,
        is_unknown=is_unknown,
        is_returned=True,
        is_doubted=is_unknown and _is_doubted(subscriber, path.mailing_id),
    )
    stopped = consequences.count(subscriber_id=subscriber.pk, failure=failure)
    if is_unknown:
        doubts.look_at_returned(mailing_id=path.mailing_id, subscriber=subscriber)
        subscriber.refresh_from_db()
        stopped = stopped if subscriber.state == SubscriberState.STOPPED else None
    return Outcome.SUPPRESSED if stopped else Outcome.COUNTED


def _is_doubted(subscriber: Subscriber, mailing_id: int) -> bool:
    try:
        key = standing.domain_key(subscriber.address())
    except addresses.Unreadable:
        return False
    return doubts.is_open(mailing_id=mailing_id, domain_key=key)
