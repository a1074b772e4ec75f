"""Rows of an import into the database: a few at a time, and seen by nobody before all are there.

First the noes, so that the order of lines can't turn one into a yes. Each chunk
looks its addresses up together, and leaves the database to others afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, Min, OuterRef
from django.utils import timezone

from barograph.base import writers
from barograph.subscribers import addresses, records, runs
from barograph.subscribers.enums import FAILED, REFUSALS, WEAKER, Act, Refusal, Status, SubscriberState
from barograph.subscribers.models import ImportRun, Subscriber, Subscription, Suppression
from barograph.subscribers.rows import Row

Progress = Callable[[int, int], None]


@dataclass
class Counts:
    """What came of the rows: each is counted once as created, updated, unchanged or a no."""

    created: int = 0  # a subscriber who was not there
    updated: int = 0  # another list for a subscriber who was
    unchanged: int = 0  # a row that changed nothing: said already, here or higher up in the file, or refused
    refused: int = 0  # among these, a yes that is left out: the person has said no, or mail to them came back
    noes: int = 0  # a no that is now on record
    ended: int = 0  # subscriptions that such a no has ended


@dataclass(frozen=True)
class _No:
    address: str
    list_key: str  # '' for every list
    reason: Refusal

    @property
    def keys(self) -> tuple[str, ...]:
        return addresses.keys_of_clean(self.address)


@dataclass
class _Person:
    """The rows that say yes for one mailbox, and the row it gets where it has none."""

    rows: list[Row]
    keys: tuple[str, ...] = ()
    subscriber: Subscriber | None = None

    def prepare(self, run: ImportRun) -> None:
        """Hash and encrypt, before the database is held."""
        first = self.rows[0]
        self.keys = addresses.keys_of_clean(first.address)
        new = Subscriber(
            language=first.language,
            source=first.source,
            state=SubscriberState.CONFIRMED,
            confirmed_at=first.confirmed_at,
            created_at=first.confirmed_at,
            consent_text="import",
            paused_until=first.paused_until,
            address_key=self.keys[-1],
            arrives_with=run,
        )
        new.address_cipher = addresses.seal(first.address, bound_to=new.pk.hex)
        self.subscriber = new


@dataclass
class _Plan:
    """A file's rows by mailbox; what contradicts or repeats another row of the file is sorted out already."""

    noes: dict[tuple[str, str], _No] = field(default_factory=dict)
    people: dict[str, _Person] = field(default_factory=dict)


def take_in(rows: Sequence[Row], *, by: Any = None, progress: Progress | None = None) -> Counts:
    """Write checked rows down. Safe to repeat after any crash. Only `runs.alone`."""
    runs.tidy()
    counts = Counts()
    plan = _plan(rows, counts)
    run = runs.begin()
    writing = _Writing(run, plan, counts)
    total = len(plan.noes) + len(plan.people)

    def shown(done: int) -> Callable[[int], None]:
        return lambda number: progress(done + number, total) if progress else None

    writers.in_chunks(list(plan.noes.values()), writing.noes, progress=shown(0))
    writers.in_chunks(list(plan.people.values()), writing.people, progress=shown(len(plan.noes)))
    writers.in_chunks(sorted(writing.ending), writing.end_those_without_lists)
    _finish(run, number=len(rows), by=by)
    runs.tidy()
    return counts


def _plan(rows: Sequence[Row], counts: Counts) -> _Plan:
    plan = _Plan()
    for row in rows:
        if row.status == Status.CONFIRMED:
            continue
        reason = REFUSALS[Status(row.status)]
        place = row.folded, "" if reason == Refusal.BOUNCED else row.list_key
        former = plan.noes.get(place)
        if former is None or former.reason in WEAKER[reason]:
            plan.noes[place] = _No(row.address, place[1], reason)
        counts.unchanged += former is not None
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if row.status != Status.CONFIRMED:
            continue
        if (row.folded, row.list_key) in plan.noes or (row.folded, "") in plan.noes:
            counts.refused += 1
            counts.unchanged += 1
        elif (row.folded, row.list_key) in seen:
            counts.unchanged += 1
        else:
            seen.add((row.folded, row.list_key))
            plan.people.setdefault(row.folded, _Person([])).rows.append(row)
    return plan


def _all_keys(items: Iterable[Any]) -> list[str]:
    return [key for item in items for key in item.keys]


class _Writing:
    """The chunks of one run.

    Addresses are looked up before a chunk's transaction, which only writes: so the database is held for a moment.
    What people do between the two is seen: a sign-up by the constraints (the chunk is then done anew), a no at the end.
    """

    def __init__(self, run: ImportRun, plan: _Plan, counts: Counts) -> None:
        self.run, self.plan, self.counts = run, plan, counts
        self.ending: set[Any] = set()  # ids of subscribers who lose a list

    def _add(self, **numbers: int) -> None:
        for name, number in numbers.items():
            setattr(self.counts, name, getattr(self.counts, name) + number)

    def noes(self, part: Sequence[_No]) -> None:
        keys_of = {id(no): no.keys for no in part}
        self._add(**_again(lambda: self._noes(part, keys_of)))

    def _noes(self, part: Sequence[_No], keys_of: dict[int, tuple[str, ...]]) -> dict[str, int]:
        keys = [key for some in keys_of.values() for key in some]
        on_record = {(no.address_key, no.list_key): no for no in Suppression.all_rows.known_as(keys)}
        people = {person.address_key: person for person in Subscriber.objects.known_as(keys)}
        new, stronger, ending, known = [], [], [], 0
        for no in part:
            theirs = keys_of[id(no)]
            former = next((on_record[key, no.list_key] for key in theirs if (key, no.list_key) in on_record), None)
            if former is None:
                new.append(self._suppression(theirs[-1], no))
            elif former.reason in WEAKER[Refusal(no.reason)]:
                stronger.append((former.pk, no.reason))
            else:
                known += 1
            person = next((people[key] for key in theirs if key in people), None)
            # a sealed address of a stopped reader stays: a mistake can be undone (standing.py)
            if person and not (no.reason in FAILED and person.state == SubscriberState.STOPPED):
                ending.append((person, no.list_key))
        with transaction.atomic():
            Suppression.all_rows.bulk_create(new)
            for reason in {reason for _pk, reason in stronger}:
                theirs = [pk for pk, own in stronger if own == reason]
                Suppression.all_rows.filter(pk__in=theirs).update(reason=reason, date=timezone.localdate())
            ended = sum(self._end(person, list_key) for person, list_key in ending)
        return {"noes": len(new) + len(stronger), "unchanged": known, "ended": ended}

    def _suppression(self, key: str, no: _No) -> Suppression:
        return Suppression(
            address_key=key,
            list_key=no.list_key,
            reason=no.reason,
            date=timezone.localdate(),
            arrives_with=self.run,
        )

    def _end(self, person: Subscriber, list_key: str) -> int:
        """What a no ends is there until the run is finished. Returns how many subscriptions."""
        theirs = Subscription.objects.filter(subscriber=person)
        if list_key:
            theirs = theirs.filter(list_key=list_key)
        number = theirs.filter(leaves_with__isnull=True).update(leaves_with=self.run)
        if not list_key:
            Subscriber.all_rows.filter(pk=person.pk).update(leaves_with=self.run)
        elif number:
            self.ending.add(person.pk)
        return number

    def people(self, part: Sequence[_Person]) -> None:
        for person in part:
            person.prepare(self.run)
        self._add(**_again(lambda: self._people(part)))

    def _people(self, part: Sequence[_Person]) -> dict[str, int]:
        keys = _all_keys(part)
        noes = {(no.address_key, no.list_key) for no in Suppression.objects.known_as(keys)}
        there = {person.address_key: person for person in Subscriber.objects.known_as(keys)}
        has = set(Subscription.objects.filter(subscriber__in=there.values()).values_list("subscriber_id", "list_key"))
        new: list[Subscriber] = []
        entries: list[Subscription] = []
        number = dict.fromkeys(("created", "updated", "unchanged", "refused"), 0)
        for person in part:
            subscriber = next((there[key] for key in person.keys if key in there), None)
            for row in person.rows:
                owner = subscriber or person.subscriber
                if any((key, place) in noes for key in person.keys for place in ("", row.list_key)):
                    number["refused"] += 1
                    number["unchanged"] += 1
                elif (owner.pk, row.list_key) in has:
                    number["unchanged"] += 1
                elif subscriber is None:
                    number["created"] += 1
                    new.append(person.subscriber)
                    subscriber = person.subscriber
                    entries.append(self._subscription(owner, row))
                else:
                    number["updated"] += 1
                    entries.append(self._subscription(owner, row))
        with transaction.atomic():
            Subscriber.all_rows.bulk_create(new)
            Subscription.all_rows.bulk_create(entries)
        return number

    def _subscription(self, owner: Subscriber, row: Row) -> Subscription:
        return Subscription(
            subscriber=owner,
            list_key=row.list_key,
            confirmed_at=row.confirmed_at,
            source=row.source,
            topics=list(row.topics),
            pace=row.pace,
            arrives_with=self.run,
        )

    @transaction.atomic
    def end_those_without_lists(self, part: Sequence[Any]) -> None:
        """Who loses the last list, and gets none by the same file, is no subscriber any more."""
        stays = Subscription.all_rows.filter(subscriber=OuterRef("pk"), leaves_with__isnull=True)
        Subscriber.objects.filter(pk__in=list(part)).filter(~Exists(stays)).update(leaves_with=self.run)


def _again(write: Callable[[], dict[str, int]]) -> dict[str, int]:
    for _try in range(3):
        try:
            return write()
        except IntegrityError:  # somebody signed up with one of these addresses meanwhile
            continue
    return write()


@transaction.atomic
def _finish(run: ImportRun, *, number: int, by: Any) -> None:
    """Let everybody see the whole of it: one row is written, and those few that people touched meanwhile."""
    _obey_later_noes(run)
    brought = Subscription.all_rows.filter(subscriber=OuterRef("pk"), arrives_with=run)
    for subscriber in Subscriber.objects.pending().filter(Exists(brought)):
        theirs = Subscription.all_rows.filter(subscriber=subscriber, arrives_with=run)
        since = theirs.aggregate(first=Min("confirmed_at"))["first"]
        source = theirs.order_by("list_key").values_list("source", flat=True).first() or ""
        Subscriber.objects.filter(pk=subscriber.pk).update(
            state=SubscriberState.CONFIRMED, confirmed_at=since, source=source, consent_text="import"
        )
    ImportRun.objects.filter(pk=run.pk).update(finished_at=timezone.now())
    records.keep(act=Act.IMPORT, number=number, by=by)


def _obey_later_noes(run: ImportRun) -> None:
    """A no that came while the run was under way holds against its rows."""
    for no in Suppression.objects.filter(pk__gt=run.last_no):
        brought = Subscription.all_rows.filter(subscriber__address_key=no.address_key, arrives_with=run)
        (brought.filter(list_key=no.list_key) if no.list_key else brought).delete()
        rest = Subscription.all_rows.filter(subscriber=OuterRef("pk"))
        people = Subscriber.all_rows.filter(address_key=no.address_key, arrives_with=run)
        people.filter(~Exists(rest)).delete()
