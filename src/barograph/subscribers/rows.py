"""One row of an import: an address on one list, or a no. Checks every cell; messages never quote an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from barograph.base.cells import plain
from barograph.editions.renames import Renames
from barograph.subscribers import addresses
from barograph.subscribers.enums import ALL, IN_ORDER, Pace, Status
from barograph.subscribers.tables import Problem

#: No newsletter by e-mail has an older consent: such a year is a mistake in typing.
EARLIEST = 1990
#: In the topics column, in the first place: no topic is wished first.
NO_FIRST = "."
_LIST = re.compile(r"[a-z0-9-]{1,40}")
_BETWEEN_TOPICS = re.compile(r"[\s,;|]+")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
#: Codes of countries that are taken for codes of languages.
_COUNTRIES = {"by": "be", "ua": "uk", "cz": "cs", "gb": "en", "us": "en", "dk": "da", "gr": "el", "rs": "sr"}


@dataclass(frozen=True)
class Offer:
    """What the publication has: languages in its order, the languages of each list, the keys of all topics ever."""

    languages: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()  # none: no topics are known yet, so none is refused
    #: Former keys are understood; a choice is stored by the key that never changes.
    renames: Renames = field(default_factory=Renames)

    @classmethod
    def of(cls, imprint: Mapping[str, Any], renames: Renames = Renames()) -> Offer:  # noqa: B008 (frozen)
        """That of a publication's imprint (editions.services.current_imprint)."""
        lists = {entry["key"]: tuple(entry["languages"]) for entry in imprint["lists"]}
        topics = frozenset(entry["key"] for entry in imprint.get("topics", ()))
        return cls(tuple(imprint["languages"]), lists, topics, renames)

    def language(self, code: str) -> str | None:
        """The publication's own code for a code as it came ('EN', 'en-GB', 'en_US'); None where it has none."""
        known = {own.lower(): own for own in self.languages}
        code = code.replace("_", "-").lower()
        return known.get(code) or known.get(code.partition("-")[0])

    def language_of(self, list_key: str) -> str:
        """Whom nothing is known of reads the first language of the list."""
        return next((one for one in self.lists.get(list_key, ()) if one in self.languages), self.languages[0])


@dataclass(frozen=True)
class Row:
    """A row that can be taken in. `address` is clean; `folded` is one for all spellings of its mailbox."""

    line: int
    address: str
    folded: str
    list_key: str
    language: str
    status: str
    confirmed_at: datetime | None
    source: str
    topics: tuple[str, ...]
    pace: str
    paused_until: date | None


def moment_of(text: str) -> datetime | None:
    """A date or a time with ISO 8601, or as 31.12.2020 with or without a time; without a zone it is UTC.

    None where the cell is empty. Raises ValueError.
    """
    if not text:
        return None
    if dotted := _DOTTED.fullmatch(text):
        day, month, year, *clock = (int(part or 0) for part in dotted.groups())
        return datetime(year, month, day, *clock, tzinfo=UTC)
    moment = parse_datetime(text)
    if moment is None:
        day_of = parse_date(text)
        if day_of is None:
            raise ValueError("no date")
        moment = datetime(day_of.year, day_of.month, day_of.day, tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Cells:
    """The cells of one line, and whether any of them can't be taken."""

    def __init__(self, cells: dict[str, str], line: int, offer: Offer, problem: Problem) -> None:
        self.cells, self.line, self.offer, self.report = cells, line, offer, problem
        self.is_right = True
        self.status = cells["status"].lower()
        self.says_yes = self.status == Status.CONFIRMED

    def refuse(self, words: str) -> None:
        self.is_right = False
        self.report(self.line, words)

    def address(self) -> str:
        try:
            return addresses.clean(plain(self.cells["address"]))
        except addresses.InvalidAddress:
            self.refuse(_("This is not an e-mail address."))
            return ""

    def list_key(self) -> str:
        key = plain(self.cells["list"])
        if self.status not in Status.values:
            self.refuse(_("The status must be confirmed, unsubscribed or bounced."))
        if key and not _LIST.fullmatch(key):
            self.refuse(_("A list’s key may contain only lowercase letters, digits and hyphens."))
        if not key and self.says_yes:
            self.refuse(_("Add which list this address is on."))
        return key

    def language(self, list_key: str) -> str:
        """What the file says, in the publication's own code; a no needs none."""
        code = plain(self.cells["language"])
        language = self.offer.language(code) if code else self.offer.language_of(list_key)
        if language is None and self.says_yes:
            words = _("“%(code)s” is not one of the publication’s languages: %(known)s.")
            said = words % {"code": code[:20], "known": ", ".join(self.offer.languages)}
            if (meant := _COUNTRIES.get(code.lower())) in self.offer.languages:
                said += " " + _("Did you mean %(code)s?") % {"code": meant}
            self.refuse(said)
        return language or self.offer.languages[0]

    def confirmed_at(self) -> datetime | None:
        text = plain(self.cells["confirmed_at"])
        if not text and self.says_yes:
            self.refuse(_("Add when this address was confirmed."))
        try:
            moment = moment_of(text)
        except (ValueError, OverflowError):
            self.refuse(_("Write the confirmation time like 2020-08-03T10:00:00Z."))
            return None
        now = timezone.now()
        if moment is None:
            return None
        if moment.year < EARLIEST:
            self.refuse(_("The confirmation year can’t be right: it is before %(year)s.") % {"year": EARLIEST})
            return None
        if moment.year > now.year + 1 or moment > now + timedelta(days=1):
            self.refuse(_("The confirmation time is in the future."))
            return None
        return min(moment, now)  # today's date where the day has begun already, or a clock that is a little fast

    def topics(self) -> tuple[str, ...]:
        """The keys as a subscription has them: see enums.ALL. A no needs none."""
        renames = self.offer.renames
        own = {key.lower(): key for key in (*renames.topics, *self.offer.topics)}
        keys = [own.get(key.lower(), key) for key in _BETWEEN_TOPICS.split(plain(self.cells["topics"])) if key]
        first = [IN_ORDER] if keys[:1] == [NO_FIRST] else []
        keys = list(dict.fromkeys(key for key in keys if key != NO_FIRST))
        unknown = [key for key in keys if key != ALL and renames.topic(key) not in self.offer.topics]
        if unknown and self.offer.topics and self.says_yes:
            words = _("The publication has no topic %(names)s. It has: %(known)s.")
            names = ", ".join(f"“{key[:40]}”" for key in unknown[:5])
            self.refuse(words % {"names": names, "known": ", ".join(sorted(self.offer.topics)[:60])})
        return (*first, *map(renames.identity, keys)) if keys else ()

    def pace(self) -> str:
        pace = self.cells["pace"].lower() or Pace.ISSUE.value
        if pace not in Pace.values:
            self.refuse(_("The frequency must be one of these: %(names)s.") % {"names": ", ".join(Pace.values)})
        return pace

    def paused_until(self) -> date | None:
        text = self.cells["paused_until"]
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.refuse(_("Write the end of a pause like 2020-08-03."))
            return None


def row_of(cells: dict[str, str], line: int, offer: Offer, problem: Problem) -> Row | None:
    """The row in a line's cells; None where a problem was reported."""
    line_of = _Cells(cells, line, offer, problem)
    address = line_of.address()
    list_key = line_of.list_key()
    row = Row(
        line=line,
        address=address,
        folded=addresses.fold_clean(address) if address else "",
        list_key=list_key,
        language=line_of.language(list_key),
        status=line_of.status,
        confirmed_at=line_of.confirmed_at(),
        source=plain(cells["source"])[:100],
        topics=line_of.topics(),
        pace=line_of.pace(),
        paused_until=line_of.paused_until(),
    )
    return row if line_of.is_right else None
