"""Which installation may send from a database: a mark in the data folder must agree with one in the database.

A copy of the database, a copy of the folder, a restored backup and another
machine each show a mark that the database does not know: they ask before they
send. The mark is made of what a copy does not take along: the place of the
database (its file's number, or the server's identity and its own), the number
of the mark's file, the machine. A counter in both, raised at every run, tells a
database that was put back in its old place. Knows no mailings.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

from barograph.base import atomic_files, processes
from barograph.delivery.enums import Hold
from barograph.delivery.models import Sender

FOLDER = "installation"
#: A place's name for people is no secret, and in the database only as a digest: an installation is named by this much.
NAMED = 8
#: How long other machines on the same PostgreSQL take an admitted one for alive.
LEASE = timedelta(minutes=10)
#: A machine that waits to be let in leaves a mailing to the others for so long.
STAYS_OUT = timedelta(seconds=30)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """What this installation shows: digests alone, no names."""

    folder: str  # the mark in the data folder
    place: str  # … and where its file lies
    machine: str
    database: str
    term: int  # how many runs the folder knows of

    @property
    def digest(self) -> str:
        return _digest(self.folder, self.place, self.machine, self.database)


@dataclass(frozen=True)
class Standing:
    """Whether to send: yes; no, for a reason; or not now, since another machine does."""

    hold: str = ""
    wait_until: datetime | None = None

    @property
    def may_send(self) -> bool:
        return not self.hold and self.wait_until is None


def here() -> Identity:
    """The mark of this installation; made where there is none."""
    folder = settings.DATA / FOLDER
    path = folder / "mark"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        atomic_files.create(path, f"{secrets.token_hex(16)}\n")
    return Identity(
        folder=_digest(path.read_text(encoding="ascii").strip()),
        place=str(path.stat().st_ino),
        machine=_digest(processes.machine()),
        database=_digest(_place_of_database()),
        term=_kept_term(folder),
    )


def ensure() -> None:
    """The first installation of a new database may send; a later one has to ask."""
    if not Sender.objects.exists():
        _introduce(here())


def standing() -> Standing:
    """Whether this installation may send, counted as a run where it may."""
    ensure()
    identity = here()
    known = Sender.objects.filter(digest=identity.digest).first()
    row, is_new = known or _introduce(identity), known is None
    if row.admitted_at is not None:
        if identity.term <= row.term:
            _count(row)
            return Standing()
        Sender.objects.filter(pk=row.pk).update(admitted_at=None, hold=Hold.OLDER)
    Sender.objects.filter(pk=row.pk).update(term=identity.term, asked_at=timezone.now())
    if connection.vendor != "sqlite" and others_send():
        if is_new:
            log.warning("this machine may not send yet. Let it in: barograph mailings admit %s", row.digest[:NAMED])
        return Standing(wait_until=timezone.now() + STAYS_OUT)  # the others send meanwhile
    row.refresh_from_db()
    return Standing(hold=row.hold)


def others_send() -> bool:
    """Whether another installation that may send from this database was seen at it lately."""
    others = Sender.objects.admitted().exclude(digest=here().digest)
    return others.filter(lease_until__gt=timezone.now()).exists()


def keep_alive() -> None:
    """Where machines share a database: say that this one, if it may send, is at work, though no mailing goes out.

    So a further machine stays out until it is let in, and takes nobody's mailing for its own. Called now and then.
    """
    if connection.vendor == "sqlite":
        return
    now = timezone.now()
    mine = Sender.objects.admitted().filter(digest=here().digest, lease_until__lt=now + LEASE / 2)
    mine.update(lease_until=now + LEASE)


def waiting() -> list[Sender]:
    """The installations that have asked to send from this database and wait for a word, the latest first."""
    return list(Sender.objects.filter(admitted_at__isnull=True).order_by("-asked_at"))


def admit_one(digest: str) -> bool:
    """A person says that this installation may send beside the others: on a shared PostgreSQL. False where none is so.

    `digest`: its first figures, as `waiting` shows them; '' for the only one that waits.
    """
    asked = [row for row in waiting() if row.digest.startswith(digest)]
    if len(asked) != 1:
        return False
    if connection.vendor == "sqlite":
        return bool(admit())
    return bool(Sender.objects.filter(pk=asked[0].pk).update(admitted_at=timezone.now(), hold=""))


def admit() -> int:
    """A person says that whoever has asked may send. Returns how many were let in.

    On SQLite, where there can be but one installation, the others' marks are forgotten.
    """
    with transaction.atomic():
        number = Sender.objects.filter(admitted_at__isnull=True).update(admitted_at=timezone.now(), hold="")
        if number and connection.vendor == "sqlite":
            Sender.objects.exclude(digest=here().digest).delete()
    return number


@dataclass
class Watch:
    """Looks, while a run goes on, whether it may still go on."""

    database: str
    digest: str

    @classmethod
    def begin(cls) -> Watch:
        identity = here()
        return cls(identity.database, identity.digest)

    def still(self) -> bool:
        """False once the database lies elsewhere, or the installation is no longer known to it."""
        if connection.vendor == "sqlite" and _digest(_place_of_database()) != self.database:
            return False
        mine = Sender.objects.admitted().filter(digest=self.digest)
        if connection.vendor == "sqlite":
            return mine.exists()
        return bool(mine.update(lease_until=timezone.now() + LEASE))


def _introduce(identity: Identity) -> Sender:
    """Enter a mark in the database; admitted where it is the first, and no restored one."""
    with transaction.atomic():
        known = list(Sender.objects.select_for_update())
        hold = _reason(identity, known)
        row, _new = Sender.objects.get_or_create(
            digest=identity.digest,
            defaults={
                "folder": identity.folder,
                "machine": identity.machine,
                "database": identity.database,
                "term": identity.term,
                "hold": hold,
                "asked_at": timezone.now(),
                "admitted_at": None if hold else timezone.now(),
            },
        )
    return row


def _reason(identity: Identity, known: list[Sender]) -> str:
    if (settings.DATA / FOLDER / "restored").exists():
        return Hold.RESTORED
    if not known:
        return ""
    if all(row.machine != identity.machine for row in known):
        return Hold.ELSEWHERE
    return Hold.COPIED


def _count(row: Sender) -> None:
    """One more run: first in the database, then in the folder, so that the folder is never ahead but by a restore."""
    Sender.objects.filter(pk=row.pk).update(term=F("term") + 1, lease_until=timezone.now() + LEASE)
    row.refresh_from_db(fields=["term"])
    folder = settings.DATA / FOLDER
    (folder / "restored").unlink(missing_ok=True)
    with _locked(folder):
        if row.term > _kept_term(folder):
            atomic_files.write(folder / "term", f"{row.term}\n")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with open(folder / "lock", "w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _kept_term(folder: Path) -> int:
    try:
        text = (folder / "term").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return 0
    return int(text) if text.isdecimal() else 0


def _place_of_database() -> str:
    """What a copy of the database does not share with it."""
    if connection.vendor == "sqlite":
        try:
            return f"file {os.stat(connection.settings_dict['NAME']).st_ino}"
        except OSError:
            return "memory"
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        number = cursor.fetchone()[0]
        try:
            with transaction.atomic():
                cursor.execute("SELECT system_identifier FROM pg_control_system()")
                server = cursor.fetchone()[0]
        except DatabaseError:  # some providers don't let everybody see it
            server = connection.settings_dict["HOST"]
    return f"{server} {number}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(("barograph installation", *parts)).encode()).hexdigest()[:32]
