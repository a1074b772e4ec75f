"""The mails of one run of a mailing, one after another, made just before they are handed over.

Claimed in batches, whose readers are looked up at once, each mail made while the
ones before are on their way. Knows no transport.
"""

from __future__ import annotations

import random
import time
from collections import deque
from datetime import datetime, timedelta

from django.utils import timezone

from barograph.delivery import installation
from barograph.delivery.allowances import Allowance
from barograph.delivery.batches import Claims, take_over
from barograph.delivery.enums import UNFINISHED, DeliveryState
from barograph.delivery.models import Mailing
from barograph.delivery.pacing import JITTER, MOST_PARKED, Domains
from barograph.delivery.personal import Copies
from barograph.delivery.recording import Note, Record
from barograph.delivery.transports import Answer, Parcel
from barograph.subscribers import addresses
from barograph.subscribers.models import Subscriber
from barograph.subscribers.recipients import Recipient, still_receiving

#: Readers looked up together again, a connection; for how many seconds what was seen of them and the mailing holds.
GROUP = 20
FRESH = 1.0
#: How many other readers' addresses are tried before the key is taken for the wrong one.
OTHERS = 20
#: Seconds between two looks for what dead workers had in hand.
TAKE_OVER = 15.0


def domain_of(parcel: Parcel) -> str:
    return parcel.recipient.rpartition("@")[2].lower()


class Feed:
    """The mails of one run, one after another."""

    def __init__(self, mailing: Mailing, claims: Claims, record: Record, width: int, domains: Domains) -> None:
        self.mailing, self.claims, self.record, self.domains = mailing, claims, record, domains
        self.group, self.ahead = (width * GROUP, width) if width > 1 else (1, 0)
        self.copies, self.version = Copies(mailing), mailing.version
        self.rows: deque[tuple] = deque()  # claimed, not looked up
        self.ready: deque[tuple] = deque()  # looked up, with the reader
        self.prepared: deque[tuple[tuple, Parcel, float]] = deque()  # with row and reader, and when that was looked up
        self.seen_at, self.today = 0.0, timezone.localdate()
        self.known: dict[int, tuple[int, int]] = {}  # tries and drops of what is on its way
        self.foreseen: dict[int, tuple[tuple, float, int]] = {}  # announced: the same, and the text's version
        self.is_dry, self.is_going = False, True
        self.opens = False  # whether an address was opened with this machine's key
        self.returns: dict[str, datetime] = {}  # when each domain that is left alone is tried again
        self.allowance = Allowance(mailing)
        self.watch = installation.Watch.begin()
        self.looked_at = self.took_over_at = float("-inf")

    def next(self) -> Parcel | None:
        """The next mail; None where nothing is due now, or all that is due waits for slow domains."""
        while True:
            if self.domains.parked:
                self.rows.extendleft(self.domains.ready(time.monotonic()))
                if self.domains.parked >= MOST_PARKED:
                    return None
            if not self.prepared and not self._make():
                return None
            if not self.prepared:
                continue
            (row, _reader), parcel, seen_at = self.prepared.popleft()
            if time.monotonic() - seen_at > FRESH:
                self.rows.appendleft(row)
                continue
            if not self.domains.are_calm and self._has_to_wait(row, domain_of(parcel)):
                continue
            self.known[row[0]] = row[2:]
            return parcel

    def following(self) -> Parcel | None:
        """A mail that can be announced: one that is made, fresh, and waits for nothing."""
        if not self.prepared or not self.domains.are_calm or time.monotonic() - self.prepared[0][2] > FRESH:
            return None
        row, parcel, seen_at = self.prepared.popleft()
        self.foreseen[parcel.number] = (row, seen_at, self.version)
        return parcel

    def is_due(self, parcel: Parcel) -> bool:
        """Whether a mail that was announced is still to be sent, and as it is."""
        (row, reader), seen_at, version = self.foreseen.pop(parcel.number)
        if time.monotonic() - seen_at > FRESH:
            if not self._goes_on():
                return False
            due = self._due([row])
            if version != self.version or due != [(row, reader)]:  # another text, or the reader has moved
                self.rows.extendleft(again for again, _reader in due)
                return False
        if not self.domains.are_calm and self._has_to_wait(row, domain_of(parcel)):
            return False
        self.known[row[0]] = row[2:]
        return True

    def prepare(self) -> None:
        """Make what will be asked for next, while there is time."""
        while len(self.prepared) < self.ahead and self._make():
            pass

    def _make(self) -> bool:
        """Make the next reader's mail, where there is one. False where nobody is left."""
        if self.ready and time.monotonic() - self.seen_at > FRESH:
            self.rows.extendleft(row for row, _reader in reversed(self.ready))
            self.ready.clear()
        if not self.ready and not self._look_up():
            return False
        if not self.ready:
            return True
        row, reader = self.ready.popleft()
        try:
            self.prepared.append(((row, reader), self.copies.parcel(row[0], reader, on=self.today), self.seen_at))
            self.opens = True
        except addresses.UnknownKey:
            raise  # this machine lacks a key: nobody's address is to blame, and others may send
        except addresses.Unreadable:
            self._check_key(reader)
            self.record.write([Note(row[0], DeliveryState.FAILED, Answer(0, "the address cannot be decrypted"))])
        return True

    def _check_key(self, reader: Recipient) -> None:
        """Whether an address that doesn't open is damaged by itself: others open, in this run or among the rest.

        Where none does, the key is another one than the addresses were sealed with. Raises addresses.UnknownKey.
        """
        if self.opens:
            return
        self.record.settle()
        for other in Subscriber.objects.exclude(pk=reader.id).order_by("pk")[:OTHERS]:
            try:
                other.address()
            except addresses.Unreadable:
                continue
            self.opens = True
            return
        raise addresses.UnknownKey(
            "no stored address opens with the address key of this machine: put back the former keys/address.key"
        )

    def _has_to_wait(self, row: tuple, domain: str) -> bool:
        """Whether a domain is slow or left alone: then its mail waits in memory, or in the queue."""
        now = time.monotonic()
        seconds = self.domains.ask(domain, now)
        if not seconds:
            return False
        if self.domains.is_closed(domain, now):
            self.record.write([Note(row[0], DeliveryState.QUEUED, next_try_at=self._return_to(domain, seconds))])
        else:
            self.domains.park(domain, row)
        return True

    def _return_to(self, domain: str, seconds: float) -> datetime:
        """When a domain that is left alone is tried again: all its mails together, so that it costs one run."""
        if (known := self.returns.get(domain)) is not None and known > timezone.now():
            return known
        pause = seconds * random.uniform(1, 1 + JITTER)  # noqa: S311 - no secret
        self.returns[domain] = timezone.now() + timedelta(seconds=pause)
        return self.returns[domain]

    def _look_up(self) -> bool:
        """Look at the next readers, just before their mails are handed over. False where nobody is left.

        What was claimed this moment is looked at as a whole, since it is ours for sure; what a slow relay
        leaves of it is looked at again, then in small groups.
        """
        is_new = not self.rows
        if is_new and not self._claim():
            return False
        if not self._goes_on():
            self.rows.clear()  # a slow relay: what was claimed goes back at the end of the run
            return False
        self.today = timezone.localdate()
        self.seen_at = time.monotonic()
        number = len(self.rows) if is_new and self.group > 1 else min(self.group, len(self.rows))
        self.ready.extend(self._due([self.rows.popleft() for _ in range(number)], are_new=is_new))
        return True

    def _due(self, rows: list[tuple], *, are_new: bool = False) -> list[tuple]:
        """Those that still want their mail and are still ours, with the reader; who has left is written down."""
        self.record.settle()
        readers = still_receiving(
            ids=[row[1] for row in rows if row[1]],
            list_key=self.mailing.list_key,
            on=self.today,
            paces=self.mailing.paces,
        )
        if not are_new:
            still_ours = self.claims.still_claimed([row[0] for row in rows])
            rows = [row for row in rows if row[0] in still_ours]
        self.record.write([Note(row[0], DeliveryState.SKIPPED) for row in rows if row[1] not in readers])
        return [(row, readers[row[1]]) for row in rows if row[1] in readers]

    def _claim(self) -> bool:
        """Take the next batch, unless the mailing was paused or stopped meanwhile."""
        if not self._look() or self.is_dry:
            return False
        if time.monotonic() - self.took_over_at > TAKE_OVER:
            take_over(self.mailing)
            self.took_over_at = time.monotonic()
        granted = self.allowance.grant()
        if granted != 0:
            batch = self.claims.take() if granted is None else self.claims.take(granted)
            self.allowance.give_back((granted or 0) - len(batch))
            self.rows.extend(batch)
            if batch:
                return True
        self.is_dry = True
        return False

    def _goes_on(self) -> bool:
        """Whether the mailing is still to be sent, as it was seen a moment ago."""
        return self._look() if time.monotonic() - self.looked_at > FRESH else self.is_going

    def _look(self) -> bool:
        """Look whether the mailing was paused, stopped or corrected meanwhile."""
        self.looked_at = time.monotonic()
        self.record.count()
        if self.mailing.version != self.version:  # the rest gets the new text
            self.mailing.refresh_from_db()
            self.copies, self.version = Copies(self.mailing), self.mailing.version
        self.is_going = self.mailing.state in UNFINISHED and self.watch.still()
        return self.is_going
