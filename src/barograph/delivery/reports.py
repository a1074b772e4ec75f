"""What became of a mailing, in figures, and of one reader's mails, by address.

Domains are told only where so many of their mails were refused that no reader
can be meant. A look-up by address is put on record; neither record nor log
holds the address.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count

from barograph.delivery.enums import TAKEN_BACK, DeliveryState
from barograph.delivery.models import Delivery, Mailing
from barograph.subscribers import addresses, records, standing
from barograph.subscribers import services as subscribers
from barograph.subscribers.models import Bounce, Subscriber, Suppression

#: A domain with fewer refused mails is not named.
FEWEST = 10
#: Mails of one reader that are shown, the newest first.
SHOWN = 50


@dataclass(frozen=True)
class MailingReport:
    """`refusals`: how many a class. `domains`: refused mails of large domains, and of all others under ''."""

    key: str
    state: str
    total: int
    sent: int
    failed: int
    skipped: int
    waiting: int
    repeated: int  # handed over more than once: put off, or in doubt
    seconds: float | None
    per_minute: float | None
    refusals: dict[str, int]
    domains: dict[str, int]
    doubts: list[dict[str, Any]]  # {"domain", "refused", "total", "stopped", "state"}: see doubts.py
    corrections: list[dict[str, Any]]  # {"at", "sent"}: how many had gone out when the text was corrected

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def report(mailing: Mailing) -> MailingReport:
    """The figures of a mailing as they stand."""
    rows = mailing.deliveries.order_by()
    states = dict(rows.values_list("state").annotate(n=Count("pk")))
    sent, failed, skipped = (states.get(state, 0) for state in ("sent", "failed", "skipped"))
    if not states:  # forgotten: the counts alone are left
        sent, failed, skipped = mailing.sent, mailing.failed, mailing.skipped
    seconds = (mailing.finished_at - mailing.started_at).total_seconds() if _has_times(mailing) else None
    refusals = rows.filter(state=DeliveryState.FAILED).values_list("blame").annotate(n=Count("pk"))
    return MailingReport(
        key=mailing.key,
        state=mailing.state,
        total=mailing.total,
        sent=sent,
        failed=failed,
        skipped=skipped,
        waiting=max(0, sum(states.values()) - sent - failed - skipped),
        repeated=rows.filter(tries__gt=1).count(),
        seconds=seconds,
        per_minute=round(sent * 60 / seconds, 1) if seconds else None,
        refusals={blame or "other": number for blame, number in sorted(refusals)},
        domains=mailing.refused_by_domain,
        doubts=list(mailing.domain_refusals.values("domain", "refused", "total", "stopped", "state")),
        corrections=mailing.corrections,
    )


def _has_times(mailing: Mailing) -> bool:
    return mailing.started_at is not None and mailing.finished_at is not None


def keep_domains(mailing: Mailing) -> None:
    """Count the refused mails by domain, before those who can't be reached are erased."""
    domains: Counter[str] = Counter()
    refused = mailing.deliveries.filter(state=DeliveryState.FAILED, subscriber__isnull=False)
    for pk, cipher in refused.values_list("subscriber_id", "subscriber__address_cipher").iterator(chunk_size=1000):
        try:
            domains[addresses.unseal(cipher, bound_to=pk.hex).rpartition("@")[2].lower()] += 1
        except addresses.Unreadable:
            domains[""] += 1
    large = {name: number for name, number in domains.most_common() if number >= FEWEST and name}
    if small := sum(domains.values()) - sum(large.values()):
        large[""] = small
    mailing.refused_by_domain = large
    mailing.save(update_fields=["refused_by_domain"])


@dataclass(frozen=True)
class AddressHistory:
    """What is known under an address. `state` is '' where nobody subscribes with it.

    `sealed_until`: the day by which the address of a stopped reader is erased.
    """

    state: str
    lists: list[str]
    refusals: list[str]  # why it is not mailed, where it is not
    deliveries: list[Delivery]
    failures: list[Bounce] = field(default_factory=list)  # mailings that failed and are counted
    sealed_until: date | None = None

    def as_dict(self) -> dict[str, Any]:
        names = ("state", "tries", "last_code", "last_status", "last_text", "blame")
        return {
            "state": self.state,
            "lists": self.lists,
            "refusals": self.refusals,
            "failures": [
                {"date": row.date.isoformat(), "status": row.status, "reason": row.reason} for row in self.failures
            ],
            "sealed_until": self.sealed_until.isoformat() if self.sealed_until else None,
            "deliveries": [
                {"mailing": row.mailing.key, "at": row.settled_at.isoformat() if row.settled_at else None}
                | {name: getattr(row, name) for name in names}
                for row in self.deliveries
            ],
        }


def look_up(*, address: str, by: Any = None) -> AddressHistory:
    """What became of the mails to an address. On record before anything is told. Raises addresses.InvalidAddress."""
    keys = subscribers.keys_of(address)
    records.keep(act="look-up", number=1, by=by)
    subscriber = Subscriber.objects.known_as(keys).first()
    refusals = Suppression.objects.known_as(keys).order_by("date", "list_key")
    rows = (
        Delivery.objects.filter(subscriber=subscriber)
        .exclude(mailing__key__startswith=TAKEN_BACK)
        .select_related("mailing")
        .defer("mailing__html")
    )
    return AddressHistory(
        state=subscriber.state if subscriber else "",
        lists=[entry.list_key for entry in subscriber.subscriptions.all()] if subscriber else [],
        refusals=[f"{row.reason} {row.date:%Y-%m-%d} {row.list_key}".strip() for row in refusals],
        deliveries=list(rows.order_by("-mailing__created_at")[:SHOWN]) if subscriber else [],
        failures=list(subscriber.bounces.all()) if subscriber else [],
        sealed_until=standing.sealed_until(subscriber) if subscriber else None,
    )
