"""Where printed forms lie once they are made: files by edition, found by the bake. Makes nothing itself.

    DATA/takeaways/{language}/{first day}/{edition's digest}/   bulletin.pdf, bulletin.epub, card.png, {topic}.card.png,
                                                                and sums.json: digests of the cards
    DATA/takeaways/{language}/{year}-{digest of its marks}.zip
    DATA/takeaways/journal                                      first days and years, in the order in which something
                                                                of them was kept or dropped

A folder appears whole or not at all, and belongs to one edition: after a
correction it is no longer found, until its successor is made.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.conf import settings

#: What an edition gives, besides a card a commentary.
PDF, EPUB, CARD = "bulletin.pdf", "bulletin.epub", "card.png"
#: Name → the first letters of its bytes' digest: what changes in a card's address when the card does.
SUMS = "sums.json"
#: Names of the forms that couldn't be made of an edition, a line each; the version before stands in for them.
LACKING = "lacking.txt"
#: The end of the name of a commentary's card. No topic's address has a dot in it.
_OF_TOPIC = ".card.png"


def card_name(topic: str) -> str:
    """How the card of a topic's commentary is named among an edition's files."""
    return f"{topic}{_OF_TOPIC}"


def card_of(name: str) -> str:
    """The topic, as its edition calls it, whose card this file is; '' for the others.

    Versions before 1.0 named it '{topic}.png'.
    """
    if name == CARD or not name.endswith(".png"):
        return ""
    return name.removesuffix(".png").removesuffix(".card")


def folder() -> Path:
    return Path(settings.DATA) / "takeaways"


def _place(language: str, first: str, digest: str) -> Path:
    return folder() / language / first / digest[:32]


def files(language: str, first: str, digest: str) -> dict[str, Path]:
    """Name → file of what is ready for this edition; empty where it isn't."""
    try:
        paths = sorted(_place(language, first, digest).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return {path.name: path for path in paths if path.name not in (SUMS, LACKING)}


def shown(language: str, first: str, digest: str) -> dict[str, Path]:
    """The same, or, until this edition's are ready, those of the version before: a public file never goes away.

    No page names those: they lie at their addresses for whoever has a link.
    """
    own = files(language, first, digest)
    if PDF in own or not (older := _latest(language, first)):
        return own
    return {path.name: path for path in sorted(older.iterdir()) if path.name != SUMS and path.name != LACKING} | own


def _latest(language: str, first: str) -> Path | None:
    """The folder of an issue that was made last."""
    try:
        places = [place for place in (folder() / language / first).iterdir() if not place.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return None
    return max(places, key=lambda place: place.stat().st_mtime_ns, default=None)


def is_whole(language: str, first: str, digest: str) -> bool:
    """Whether everything that an edition gives is ready, and its own."""
    return PDF in files(language, first, digest) and not lacking(language, first, digest)


def lacking(language: str, first: str, digest: str) -> list[str]:
    """Names of the forms that couldn't be made of this edition."""
    try:
        return (_place(language, first, digest) / LACKING).read_text(encoding="utf-8").split()
    except (FileNotFoundError, NotADirectoryError):
        return []


def earlier(language: str, first: str) -> dict[str, bytes]:
    """The files that readers have now of an issue: they stand in for what can't be made of its correction."""
    place = _latest(language, first)
    if place is None:
        return {}
    return {path.name: path.read_bytes() for path in place.iterdir() if path.name not in (SUMS, LACKING)}


def sums(language: str, first: str, digest: str) -> dict[str, str]:
    """Name → what changes when that card does; empty where an earlier version made them."""
    try:
        return json.loads((_place(language, first, digest) / SUMS).read_text(encoding="ascii"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}


def keep(language: str, first: str, digest: str, contents: Mapping[str, bytes]) -> None:
    """Put an edition's files in place, all at once; those of its earlier versions go.

    `LACKING` among them names those that couldn't be made: such an edition is not whole, and is tried again.
    """
    place = _place(language, first, digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
    try:
        for name, content in contents.items():
            _write(aside / name, content)
        cards = {name: _sum(content) for name, content in contents.items() if name.endswith(".png")}
        _write(aside / SUMS, json.dumps(cards).encode("ascii"))
        aside.chmod(0o755)
        shutil.rmtree(place, ignore_errors=True)
        aside.rename(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _note(first)
    for other in place.parent.iterdir():
        if other != place and not other.name.startswith("."):
            shutil.rmtree(other, ignore_errors=True)


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def reading_digest(language: str, first: str, digest: str) -> str:
    """Changes when an edition changes, or what is ready of it to be read."""
    own = files(language, first, digest)
    forms = [hashlib.sha256(own[name].read_bytes()).hexdigest() if name in own else "" for name in (PDF, EPUB)]
    return " ".join([digest, *forms])


def _year(language: str, year: int, marks: Iterable[str]) -> Path:
    digest = hashlib.sha256("\n".join(marks).encode()).hexdigest()[:16]
    return folder() / language / f"{year}-{digest}.zip"


def year(language: str, year: int, marks: Iterable[str]) -> Path | None:
    """The archive of a year, where one is ready for exactly these issues (their marks, oldest first)."""
    path = _year(language, year, marks)
    return path if path.is_file() else None


def latest_year(language: str, year: int) -> Path | None:
    """The archive of a year as it was last made: what is newer comes in with the next one."""
    return max((folder() / language).glob(f"{year}-*.zip"), default=None)


def journal() -> list[str]:
    """First days of issues, and years, in the order in which something of them was kept or dropped."""
    try:
        return (folder() / "journal").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []


def _note(first: str) -> None:
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / "journal").open("a", encoding="ascii") as file:
        file.write(f"{first}\n")


def keep_year(language: str, year: int, marks: Iterable[str], content: bytes) -> None:
    """Put a year's archive in place; its earlier ones go."""
    path = _year(language, year, marks)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write(aside, content)
        aside.rename(path)
    finally:
        aside.unlink(missing_ok=True)
    _note(f"{year}")
    for other in path.parent.glob(f"{year}-*.zip"):
        if other != path:
            other.unlink(missing_ok=True)


def forget(language: str, first: str) -> None:
    """Drop what was made for an issue's editions. Doing it again changes nothing."""
    shutil.rmtree(folder() / language / first, ignore_errors=True)
    _note(first)


def forget_year(language: str, year: int) -> None:
    """Drop the archive of a year."""
    for path in (folder() / language).glob(f"{year}-*.zip"):
        path.unlink(missing_ok=True)
    _note(f"{year}")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
