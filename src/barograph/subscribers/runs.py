"""Runs of imports: one at a time, erased where one was cut off, and out of the way of what people do meanwhile.

See models.ImportRun for what a run's rows are to everybody else.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from barograph.base import writers
from barograph.subscribers.enums import SubscriberState
from barograph.subscribers.models import FormerSubscriber, ImportRun, Subscriber, Subscription, Suppression

#: So many seconds an import waits for another one.
PATIENCE = 600.0
_LOCK = 0x6261726F  # one number for all machines with the same PostgreSQL


class Busy(Exception):
    """Another import, or a change of the key, is under way. The message is a sentence."""


@contextmanager
def alone(*, patience: float | None = None) -> Iterator[None]:
    """Nobody else imports or changes the key meanwhile. The system ends this where the process is killed.

    Raises Busy where another holds on for longer than `patience` seconds (PATIENCE where None).
    """
    give_up_at = time.monotonic() + (PATIENCE if patience is None else patience)
    with _Lock() as lock:
        while not lock.take():
            if time.monotonic() >= give_up_at:
                raise Busy("An import or a change of the key is under way. Do this again when it has ended.")
            time.sleep(0.2)
        yield


class _Lock:
    """A lock of the file system for SQLite, of the database for PostgreSQL."""

    def __init__(self) -> None:
        self.file: Any = None
        self.is_mine = False

    def __enter__(self) -> _Lock:
        if connection.vendor == "sqlite":
            self.file = (settings.DATA / "import.lock").open("a")
        return self

    def take(self) -> bool:
        if self.file is None:
            self.is_mine = self._ask("SELECT pg_try_advisory_lock(%s)")
        else:
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.is_mine = True
            except BlockingIOError:
                self.is_mine = False
        return self.is_mine

    def _ask(self, sql: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(sql, [_LOCK])
            return bool(cursor.fetchone()[0])

    def __exit__(self, *_error: object) -> None:
        if self.file is not None:
            self.file.close()
        elif self.is_mine:
            self._ask("SELECT pg_advisory_unlock(%s)")


def begin() -> ImportRun:
    """A new run. Only where nobody else has one: see `alone`."""
    newest = Suppression.all_rows.order_by("-pk").values_list("pk", flat=True).first()
    return ImportRun.objects.create(begun_at=timezone.now(), last_no=newest or 0)


def tidy() -> None:
    """Erase what finished runs have ended, and what a run that was cut off had prepared. Only `alone`."""
    for run in ImportRun.objects.finished().order_by("pk"):
        _erase(Subscription, leaves_with=run)
        _in_chunks(Subscriber, _bid_farewell, leaves_with=run)
        ImportRun.objects.filter(pk=run.pk).update(is_tidy=True)
    for run in ImportRun.objects.unfinished().order_by("pk"):
        for model in (Subscription, Subscriber, Suppression):
            _erase(model, arrives_with=run)
        for kind in (Subscription, Subscriber):
            _in_chunks(kind, lambda rows: rows.update(leaves_with=None), leaves_with=run)
        run.delete()


def tidy_if_free(*, now: object = None) -> None:
    """The same, where something is to be done and no import is under way. `now` is what the worker tells its parts."""
    if ImportRun.objects.open().exists():
        try:
            with alone(patience=0):
                tidy()
        except Busy:
            pass


def _erase(model: Any, **which: Any) -> None:
    _in_chunks(model, lambda rows: rows.delete(), **which)


@transaction.atomic
def _bid_farewell(people: Any) -> None:
    """Erase subscribers; links in their letters still know their mailbox."""
    gone = [FormerSubscriber(id=pk, address_key=key) for pk, key in people.values_list("pk", "address_key")]
    FormerSubscriber.objects.bulk_create(gone, ignore_conflicts=True)
    people.delete()


def _in_chunks(model: Any, act: Any, **which: Any) -> None:
    ids = list(model.all_rows.filter(**which).values_list("pk", flat=True))
    writers.in_chunks(ids, lambda part: act(model.all_rows.filter(pk__in=list(part), **which)))


@transaction.atomic
def make_room(keys: tuple[str, ...]) -> None:
    """Before an owner's own act on an address: what a run has ended there goes, and what it brings becomes theirs.

    A subscriber that a run brings then waits for its owner's confirmation, as any other, until the run is finished.
    """
    if not ImportRun.objects.open().exists():
        return
    here = Subscriber.all_rows.known_as(keys)
    here.filter(leaves_with__in=ImportRun.objects.finished()).delete()
    here.filter(arrives_with__in=ImportRun.objects.unfinished()).update(
        arrives_with=None, state=SubscriberState.PENDING, confirmed_at=None, created_at=timezone.now()
    )


def give_way(subscriber: Subscriber, list_keys: list[str]) -> None:
    """Before its owner adds lists to a subscriber: rows that a run brings or ends there are in the way."""
    if not ImportRun.objects.open().exists():
        return
    theirs = Subscription.all_rows.filter(subscriber=subscriber, list_key__in=list_keys)
    theirs.filter(arrives_with__in=ImportRun.objects.unfinished()).delete()
    theirs.filter(leaves_with__in=ImportRun.objects.open()).delete()
    Subscriber.all_rows.filter(pk=subscriber.pk).update(leaves_with=None)
