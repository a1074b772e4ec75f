"""Sending a mailing: claim a few, hand them over one by one, record each at once.

The unit of doubt is the one mail in flight: everything before it is recorded
as accepted, everything after it is still waiting. A claim has a lease, and a
claim of a process that no longer lives is taken over at once.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, F, Min
from django.utils import timezone

from barograph.base import processes
from barograph.delivery import transports
from barograph.delivery.enums import FINAL, DeliveryState, MailingState
from barograph.delivery.messages import SETTINGS, UNSUBSCRIBE, Letter, Person, Template
from barograph.delivery.models import Delivery, Mailing
from barograph.delivery.transports import Answer, Transport, Unreachable
from barograph.subscribers import addresses, tokens
from barograph.subscribers.models import Subscriber

log = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(minutes=10)
#: Pauses after a "later" of the recipient's side, then the delivery has failed: two days in all.
PAUSES = tuple(timedelta(minutes=m) for m in (5, 15, 30, 60, 120, 240, 480, 720, 1440))
#: Pauses after trouble with the relay itself; the last one is repeated for ever.
TROUBLE_PAUSES = tuple(timedelta(seconds=s) for s in (15, 60, 120, 300, 900))


@dataclass(frozen=True)
class Report:
    """How a run ended: finished, or when to come back."""

    accepted: int
    is_finished: bool
    come_back_at: datetime | None = None


def message_id(key: str, recipient: str) -> str:
    """The Message-ID of one mail: always the same for the same letter and recipient, and telling nothing."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"<{addresses.keyed_hash('message id', f'{key} {recipient}')[:40]}@{host}>"


def send(
    mailing_id: int, *, transport: Transport | None = None, progress: Callable[[int, int], None] | None = None
) -> Report:
    """Send what is due of a mailing. Safe to run twice, at the same time, and after any crash."""
    mailing = Mailing.objects.filter(pk=mailing_id).first()
    if mailing is None or mailing.is_finished:
        return Report(accepted=0, is_finished=True)
    Mailing.objects.filter(pk=mailing_id, started_at__isnull=True).update(started_at=timezone.now())
    Mailing.objects.filter(pk=mailing_id, state=MailingState.QUEUED).update(state=MailingState.SENDING)
    run = _Run(mailing, transport or transports.opened(), progress)
    try:
        return run.drain()
    finally:
        run.close()


class _Run:
    def __init__(self, mailing: Mailing, transport: Transport, progress: Callable | None) -> None:
        self.mailing, self.transport, self.progress = mailing, transport, progress
        self.template = Template(letter_of(mailing))
        self.sender = parseaddr(mailing.sender)[1]
        self.claim = uuid.uuid4().hex
        self.accepted = 0
        self.settled: Counter[str] = Counter()  # since the mailing's counts were last brought up to date

    def drain(self) -> Report:
        self.take_over()
        while (batch := self.claim_batch()) is not None:
            try:
                for delivery in batch:
                    self.deliver(delivery)
            except Unreachable as trouble:
                return self.pause(trouble)
            finally:
                self.release()
                self.count()
            self.take_over()
        return self.end()

    def take_over(self) -> None:
        """Put back what was claimed by a process that is gone, or whose lease is over."""
        claimed = self.mailing.deliveries.claimed()
        back = {"state": DeliveryState.QUEUED, "claim": "", "claimed_by": "", "lease_until": None}
        claimed.filter(lease_until__lt=timezone.now()).update(**back)
        for owner in claimed.values_list("claimed_by", flat=True).distinct():
            if processes.is_gone(owner):
                claimed.filter(claimed_by=owner).update(**back)

    def claim_batch(self) -> list[Delivery] | None:
        """The next few, now ours alone; fewer or none where another worker was faster; None where nothing is due."""
        now = timezone.now()
        due = list(self.mailing.deliveries.due(now).order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not due:
            return None
        Delivery.objects.filter(pk__in=due, state=DeliveryState.QUEUED).update(
            state=DeliveryState.CLAIMED, claim=self.claim, claimed_by=processes.me(), lease_until=now + LEASE
        )
        return list(Delivery.objects.claimed().filter(pk__in=due, claim=self.claim).order_by("pk"))

    def deliver(self, delivery: Delivery) -> None:
        if timezone.now() > delivery.lease_until - LEASE / 2:
            return  # a slow relay has eaten the lease: leave the rest to a fresh claim
        subscriber = self.recipient(delivery)
        if subscriber is None:
            self.settle(delivery, DeliveryState.SKIPPED)
            return
        answer = self.transport.send(self.sender, *self.mail(subscriber))
        if answer.is_accepted:
            self.settle(delivery, DeliveryState.SENT, answer)
            self.accepted += 1
        elif answer.is_for_later and delivery.tries < len(PAUSES):
            self.postpone(delivery, answer)
        else:
            self.settle(delivery, DeliveryState.FAILED, answer)

    def recipient(self, delivery: Delivery) -> Subscriber | None:
        """Whom it is for, if they still want it at this very moment."""
        wanting = Subscriber.objects.receiving(list_key=self.mailing.list_key, on=timezone.localdate())
        return wanting.filter(pk=delivery.subscriber_id).first() if delivery.subscriber_id else None

    def mail(self, subscriber: Subscriber) -> tuple[str, bytes]:
        links = {
            UNSUBSCRIBE: self.mailing.unsubscribe_url.format(
                language=subscriber.language, token=tokens.unsubscription(subscriber.pk, self.mailing.list_key)
            ),
            SETTINGS: self.mailing.settings_url.format(
                language=subscriber.language, token=tokens.settings(subscriber.pk)
            ),
        }
        address = subscriber.address()
        identity = message_id(self.mailing.key, subscriber.pk.hex)
        return address, self.template.fill(Person(address=address, message_id=identity, links=links))

    def settle(self, delivery: Delivery, state: str, answer: Answer | None = None) -> None:
        """Record the outcome at once: what is recorded is never sent again."""
        Delivery.objects.filter(pk=delivery.pk, claim=self.claim).update(
            state=state,
            tries=F("tries") + int(answer is not None),
            settled_at=timezone.now(),
            lease_until=None,
            claim="",
            last_code=answer.code if answer else None,
            last_text=answer.text if answer else "",
        )
        self.settled[state] += 1

    def postpone(self, delivery: Delivery, answer: Answer) -> None:
        Delivery.objects.filter(pk=delivery.pk, claim=self.claim).update(
            state=DeliveryState.QUEUED,
            tries=F("tries") + 1,
            next_try_at=timezone.now() + PAUSES[delivery.tries],
            lease_until=None,
            claim="",
            claimed_by="",
            last_code=answer.code,
            last_text=answer.text,
        )

    def release(self) -> None:
        """What this run claimed and did not settle waits again."""
        self.mailing.deliveries.claimed().filter(claim=self.claim).update(
            state=DeliveryState.QUEUED, claim="", claimed_by="", lease_until=None
        )

    def count(self) -> None:
        """Keep the mailing's counts; what a crash loses here is set right at the end."""
        changes = {state: F(state) + number for state, number in self.settled.items()}
        if changes:
            Mailing.objects.filter(pk=self.mailing.pk).update(**changes)
            self.mailing.refresh_from_db(fields=["sent", "failed", "skipped"])
            self.settled.clear()
        if self.progress:
            self.progress(self.mailing.done, self.mailing.total)

    def pause(self, trouble: Unreachable) -> Report:
        """The relay cannot be used: come back later, with nothing charged to anybody's address."""
        wait = TROUBLE_PAUSES[min(self.mailing.troubles, len(TROUBLE_PAUSES) - 1)]
        if self.accepted:
            wait = TROUBLE_PAUSES[0]
        Mailing.objects.filter(pk=self.mailing.pk).update(
            trouble=transports.without_addresses(str(trouble)),
            troubles=1 if self.accepted else F("troubles") + 1,
        )
        log.warning("mailing %s: %s; trying again in %s s", self.mailing.key, trouble, wait.seconds)
        return Report(self.accepted, is_finished=False, come_back_at=timezone.now() + wait)

    def end(self) -> Report:
        Mailing.objects.filter(pk=self.mailing.pk).exclude(trouble="", troubles=0).update(trouble="", troubles=0)
        waiting = self.mailing.deliveries.exclude(state__in=FINAL)
        soonest = waiting.aggregate(queued=Min("next_try_at"), claimed=Min("lease_until"))
        if soonest["queued"] is None:
            recount(self.mailing)
            Mailing.objects.filter(pk=self.mailing.pk).unfinished().update(
                state=MailingState.FINISHED, finished_at=timezone.now()
            )
            log.info("mailing %s: finished, %s accepted now", self.mailing.key, self.accepted)
            return Report(self.accepted, is_finished=True)
        times = [moment for moment in soonest.values() if moment]
        return Report(self.accepted, is_finished=False, come_back_at=max(min(times), timezone.now()))

    def close(self) -> None:
        self.release()
        self.transport.close()


def recount(mailing: Mailing) -> None:
    """Bring the kept counts up to date from the rows."""
    found = dict(mailing.deliveries.order_by().values_list("state").annotate(n=Count("pk")))
    counts = {state: found.get(state, 0) for state in ("sent", "failed", "skipped")}
    Mailing.objects.filter(pk=mailing.pk).update(**counts)
    for name, number in counts.items():
        setattr(mailing, name, number)


def letter_of(mailing: Mailing) -> Letter:
    return Letter(
        key=mailing.key,
        sender=mailing.sender,
        subject=mailing.subject,
        html=mailing.html,
        text=mailing.text,
        date=mailing.created_at,
        headers=mailing.headers,
    )
