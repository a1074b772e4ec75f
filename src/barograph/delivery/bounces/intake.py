"""Take in a mail that came back: whose it is, what it means, and what follows for the subscriber.

Only a genuine return path makes a mail ours (return_paths.py): a forged bounce
changes nothing. Of our own subscribers nothing is said to whoever sent the mail.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.utils import timezone

from barograph.delivery.bounces import Judgement, Kind, explain
from barograph.delivery.bounces.return_paths import ReturnPath, genuine_in, read_return_path
from barograph.subscribers import addresses, standing
from barograph.subscribers.enums import Refusal
from barograph.subscribers.models import Subscriber


class Outcome(StrEnum):
    """What came of a mail that is ours."""

    SUPPRESSED = "suppressed"
    COUNTED = "counted"
    NOTHING = "nothing"  # an absence note, a receipt, or somebody who has left already


def receive(*, raw: bytes, recipients: Iterable[str] = ()) -> Outcome | None:
    """Take in one raw mail. `recipients`: whom the envelope names, where it is known. None: not ours, untouched."""
    today = timezone.localdate()
    path = next((found for to in recipients if (found := read_return_path(to, on=today))), None)
    path = path or genuine_in(raw, on=today)
    judgements = explain(raw) if path else []
    if path is None or not judgements:
        return None
    subscriber = Subscriber.objects.filter(pk=path.subscriber_id).first()
    if subscriber is None:
        return Outcome.NOTHING
    return act(subscriber, path, _about(subscriber, judgements))


def _about(subscriber: Subscriber, judgements: list[Judgement]) -> Judgement:
    """The judgement that is about this subscriber. Forwarding may have changed the address: then the mildest."""
    own = [judgement for judgement in judgements if subscriber.address_key in _keys(judgement.address)]
    complaints = [judgement for judgement in judgements if judgement.kind is Kind.COMPLAINT]
    mildest = sorted(judgements, key=lambda judgement: judgement.kind is Kind.PERMANENT)
    return (complaints or own or mildest)[0]


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
    if judgement.kind is Kind.PERMANENT:
        standing.stop(subscriber_id=subscriber.pk, reason=Refusal.BOUNCED)
        return Outcome.SUPPRESSED
    if judgement.counts:
        stopped = standing.count_bounce(
            subscriber_id=subscriber.pk,
            mailing_id=path.mailing_id,
            status=judgement.status,
            reason=judgement.reason,
        )
        return Outcome.SUPPRESSED if stopped else Outcome.COUNTED
    return Outcome.NOTHING
