"""Making what is not ready yet: an issue's PDF, EPUB and cards, and the archive of its year.

May be done twice, and after a crash at any line: what is ready is left alone.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial

from barograph.editions.models import Edition, EditionQuerySet
from barograph.editions.services import current_imprint, current_renames, present
from barograph.takeaway import epub, printing, typesetting, year
from barograph.takeaway.telling import Content, Windows
from barograph.website import ready
from barograph.website.presenters import WINDOW

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


def make(editions: Iterable[Edition], *, progress: Progress | None = None) -> int:
    """Make what these current editions lack, then their years' archives. Returns how many editions it was done for."""
    imprint, done, years = current_imprint(), 0, set()
    editions_to_make = list(editions)
    for number, edition in enumerate(editions_to_make, start=1):
        first = edition.first.isoformat()
        years.add((edition.language, edition.first.year))
        if not ready.is_whole(edition.language, first, edition.digest):
            with typesetting.press():
                files = _make_files(edition, imprint)
            ready.keep(edition.language, first, edition.digest, files)
            done += 1
        if progress:
            progress(number, len(editions_to_make))
    for language, number in sorted(years):
        _make_year(language, number, imprint)
    return done


def lacking(editions: EditionQuerySet) -> set[date]:
    """First days of the issues of which some edition has no printed forms."""
    rows = editions.values_list("language", "first", "digest")
    return {first for language, first, digest in rows if not ready.is_whole(language, first.isoformat(), digest)}


def failed(editions: EditionQuerySet) -> list[str]:
    """What could not be made of these editions, '2020-08-03 be: bulletin.pdf' each."""
    rows = editions.order_by("first", "language").values_list("language", "first", "digest")
    return [
        f"{first} {language}: {name}"
        for language, first, digest in rows
        for name in ready.lacking(language, first.isoformat(), digest)
    ]


def unmake(*, first: date) -> None:
    """Drop an issue that was taken back from whatever is to be taken along: its own forms, those of the issues after
    it that show how its topics moved, and its year's archives.
    """
    for language in sorted(set(Edition.objects.filter(first=first).values_list("language", flat=True))):
        ready.forget(language, first.isoformat())
        later = Edition.objects.current().in_language(language).filter(first__gt=first).order_by("first")[:WINDOW]
        had = [edition for edition in later if ready.files(language, edition.first.isoformat(), edition.digest)]
        for edition in had:
            ready.forget(language, edition.first.isoformat())
        archived = bool(ready.latest_year(language, first.year))
        make(had)
        if archived:
            _make_year(language, first.year, current_imprint())


def _make_files(edition: Edition, imprint: Content) -> dict[str, bytes]:
    """An edition's files. For those that can't be made the version before stands in, and `ready.LACKING` names them."""
    content, windows = present(edition), windows_of(edition)
    makers: dict[str, Callable[[], bytes]] = {
        ready.EPUB: partial(epub.epub, content, imprint, windows),
        ready.CARD: partial(printing.issue_card, content, imprint),
        ready.PDF: partial(printing.pdf, content, imprint, windows),
    }
    for topic in content["topics"]:
        if topic["commentary"]:
            makers[ready.card_name(topic["key"])] = partial(printing.commentary_card, topic, content, imprint, windows)
    files: dict[str, bytes] = {}
    lacking: list[str] = []
    for name, make_one in makers.items():
        try:
            files[name] = make_one()
        except (typesetting.NotSet, ValueError, OSError) as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            log.error("%s: %s could not be made: %s", edition, name, error)
            lacking.append(name)
    if lacking:
        before = ready.earlier(edition.language, edition.first.isoformat())
        files |= {name: before[name] for name in lacking if name in before}
        files[ready.LACKING] = "\n".join(lacking).encode()
    return files


def windows_of(edition: Edition) -> Windows:
    """How each topic moved in the last periods up to this edition, from the editions of its language."""
    return windows_up_to(edition.first.isoformat(), edition.language, present(edition))


def windows_up_to(first: str, language: str, content: Content) -> Windows:
    """The same for a content that need not be kept."""
    rows = Edition.objects.current().in_language(language).filter(first__lt=first)
    earlier = rows.order_by("-first").values_list("first", "content__topics")[: WINDOW - 1]
    periods = [(day.isoformat(), topics) for day, topics in reversed(earlier)]
    periods.append((first, content["topics"]))
    key = current_renames().topic
    verdicts = [(day, {key(topic["key"]): topic["verdict"] for topic in topics}) for day, topics in periods]
    return {
        topic["key"]: [(day, by_topic.get(key(topic["key"]))) for day, by_topic in verdicts]
        for topic in content["topics"]
    }


def _make_year(language: str, number: int, imprint: Content) -> None:
    """Until it is of just what is current: an issue may be released, taken back or printed while it is made."""
    while (marks := _marks(language, number)) and not ready.year(language, number, marks):
        ready.keep_year(language, number, marks, _archive(language, number, imprint))
    if not marks:
        ready.forget_year(language, number)


def _of_year(language: str, number: int) -> EditionQuerySet:
    rows = Edition.objects.current().in_language(language)
    return rows.filter(first__range=(date(number, 1, 1), date(number, 12, 31))).order_by("first")


def _marks(language: str, number: int) -> list[str]:
    """Of each issue: they change when its edition does, and when its PDF or EPUB is made or changed."""
    rows = _of_year(language, number).values_list("first", "digest")
    return [ready.reading_digest(language, first.isoformat(), digest) for first, digest in rows]


def _archive(language: str, number: int, imprint: Content) -> bytes:
    rows = _of_year(language, number).values_list("content", "digest").iterator(chunk_size=10)
    renamed = current_renames().content
    return year.archive(
        number,
        ((renamed(content), ready.files(language, content["issue"]["first"], digest)) for content, digest in rows),
        imprint,
    )
