"""Our own signed marks in the headers of a mail that came back, beside its return path: the link that leaves the list
(List-Unsubscribe) and the Message-ID, which we can make again.

Providers take the address and the return path out of complaints (RFC 6650, 3.2.1 allows it); these two stay. Whoever
has them has had the mail: they prove as much as a return path does, and no more.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from barograph.delivery.bounces.reading import read
from barograph.delivery.bounces.return_paths import LIFETIME, ReturnPath
from barograph.delivery.enums import DeliveryState
from barograph.delivery.models import Delivery, Mailing
from barograph.delivery.personal import message_id, own_host
from barograph.subscribers import tokens
from barograph.subscribers.models import Subscriber

#: A signed link's token as Django signs it: value and signature in base64 for URLs, a colon between.
_TOKEN = re.compile(r"/unsubscribe/([A-Za-z0-9_-]{16,600}(?::|%3A)[A-Za-z0-9_-]{20,120})", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<?\b([0-9a-f]{40})@([A-Za-z0-9.-]{1,253})")
#: Marks looked at in one mail.
MOST_MARKS = 20
#: Message-IDs made again for one mail that names no reader: about a second's work.
MOST_MADE = 200_000


def marked(raw: bytes, *, on: date) -> ReturnPath | None:
    """Which mailing to whom a mail that came back was, by these marks; None where none is ours.

    The mailing's number is 0 where only the link was there: then nothing says when the mail was sent, and only a
    complaint counts.
    """
    mail = read(raw)
    words = re.sub(r"=\n", "", f"{mail.returned}\n{mail.text}\n{mail.raw[:200_000].decode('latin-1')}")
    subscriber_id = _by_link(words)
    identities = _identities(words)
    if subscriber_id is None and not identities:
        return None
    rows = _deliveries(on=on, subscriber_id=subscriber_id)
    for mailing_id, key, reader, sent_on in rows:
        own = message_id(key, reader.hex)[1:41]
        if any(constant_time_compare(own, identity) for identity in identities):
            return ReturnPath(mailing_id, reader, sent_on)
    return ReturnPath(0, subscriber_id, on) if subscriber_id else None


def _by_link(words: str) -> uuid.UUID | None:
    """Whom the first genuine link is for, unless their address has changed since it was sent."""
    for number, match in enumerate(_TOKEN.finditer(words)):
        if number >= MOST_MARKS:
            break
        try:
            wish = tokens.read_unsubscription(re.sub("%3a", ":", match.group(1), flags=re.IGNORECASE))
        except tokens.InvalidToken:
            continue
        subscriber = Subscriber.objects.filter(pk=wish.subscriber_id).first()
        if subscriber is not None and subscriber.links == wish.links:
            return subscriber.pk
    return None


def _identities(words: str) -> list[str]:
    """The Message-IDs that may be ours."""
    host = own_host().lower()
    identities = [match.group(1) for match in _MESSAGE_ID.finditer(words) if match.group(2).lower().rstrip(".") == host]
    return list(dict.fromkeys(identities))[:MOST_MARKS]


def _deliveries(*, on: date, subscriber_id: uuid.UUID | None) -> Iterable[tuple[int, str, uuid.UUID, date]]:
    """What was sent within a return path's lifetime, the newest mailing first: to one reader, or to anybody."""
    left = MOST_MADE
    for mailing in Mailing.objects.order_by("-created_at").defer("html", "text", "pictures"):
        if timezone.localdate(mailing.created_at) < on - LIFETIME or left <= 0:
            return
        rows = Delivery.objects.filter(mailing=mailing, state=DeliveryState.SENT, subscriber__isnull=False)
        if subscriber_id is not None:
            rows = rows.filter(subscriber_id=subscriber_id)
        for reader, at in rows.order_by().values_list("subscriber_id", "settled_at")[:left].iterator(chunk_size=2000):
            left -= 1
            yield mailing.pk, mailing.key, reader, timezone.localdate(at or mailing.created_at)
