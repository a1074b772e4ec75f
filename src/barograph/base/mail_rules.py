"""How much mail may go out when: the BAROGRAPH_MAIL_… variables, typed. Knows no mailing and no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_WINDOW = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")


class MailRuleProblem(ValueError):
    """A rule cannot be used. The message says how it must look."""


@dataclass(frozen=True)
class Window:
    """The hours in which mailings go out; it may reach over midnight."""

    opens: time
    closes: time

    def next_opening(self, moment: datetime) -> datetime | None:
        """When it opens next; None where it is open at that moment (which says its own time zone)."""
        at = moment.time()
        inside = self.opens <= at < self.closes
        if self.opens > self.closes:
            inside = at >= self.opens or at < self.closes
        if inside:
            return None
        day = moment.date() + timedelta(days=int(at >= self.opens))
        return datetime.combine(day, self.opens, tzinfo=moment.tzinfo)


@dataclass(frozen=True)
class WarmUp:
    """What a new sender sends: so many mails on the first day, so many times more on each day after it."""

    first: date
    mails: int
    growth: float

    def allowed(self, day: date) -> int | None:
        """How many mails that day; None once the plan has grown beyond a million, and 0 before its first day."""
        if day < self.first:
            return 0
        exponent = (day - self.first).days
        if exponent > 2000 or (number := self.mails * self.growth**exponent) > 1_000_000:
            return None
        return int(number)


@dataclass(frozen=True)
class MailRules:
    overdue: timedelta = timedelta(hours=12)
    #: Between an issue's release and its first mail: time to hold it. None: not set, the release decides.
    grace: timedelta | None = None
    window: Window | None = None
    warm_up: WarmUp | None = None


def parse_overdue(text: str) -> timedelta:
    """Hours, 1 to 720."""
    if not text.isdecimal() or not 1 <= int(text) <= 720:
        raise MailRuleProblem("BAROGRAPH_MAIL_OVERDUE must be a number of hours from 1 to 720.")
    return timedelta(hours=int(text))


def parse_grace(text: str) -> timedelta:
    """Minutes, 0 to 120."""
    if not text.isdecimal() or int(text) > 120:
        raise MailRuleProblem("BAROGRAPH_MAIL_GRACE must be a number of minutes from 0 to 120.")
    return timedelta(minutes=int(text))


def parse_window(text: str) -> Window:
    """`07:00-22:00` → Window."""
    match = _WINDOW.fullmatch(text.replace(" ", ""))
    try:
        opens, closes = (time.fromisoformat(part) for part in match.groups()) if match else (time(), time())
    except ValueError:
        opens = closes = time()
    if opens == closes:
        raise MailRuleProblem("BAROGRAPH_MAIL_WINDOW must look like 07:00-22:00.")
    return Window(opens, closes)


def parse_warm_up(text: str) -> WarmUp:
    """`2026-11-25,200,1.5` → WarmUp."""
    try:
        first, mails, growth = (part.strip() for part in text.split(","))
        plan = WarmUp(date.fromisoformat(first), int(mails), float(growth))
    except ValueError:
        plan = None
    if plan is None or not 1 <= plan.mails <= 1_000_000 or not 1.05 <= plan.growth <= 10:
        raise MailRuleProblem(
            "BAROGRAPH_MAIL_WARMUP must look like 2026-11-25,200,1.5: the first day, how many mails on it, "
            "and how many times more on each day after it (1.05 to 10)."
        )
    return plan


def read(*, overdue: str, window: str, warm_up: str, grace: str = "") -> MailRules:
    """The rules of an installation; empty texts for what is not set. Raises MailRuleProblem."""
    return MailRules(
        overdue=parse_overdue(overdue) if overdue else MailRules.overdue,
        grace=parse_grace(grace) if grace else MailRules.grace,
        window=parse_window(window) if window else None,
        warm_up=parse_warm_up(warm_up) if warm_up else None,
    )
