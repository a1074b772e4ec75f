"""Periods and dates in words, as each language prints them.

Month names come from CLDR through Babel; how two dates are joined into a
period is the project's own pattern (be, ru: "3 – 9 жніўня 2020"; en: "August 3 –
August 9, 2020"), which CLDR's interval formats do not give. Languages that
somebody has added are written as CLDR has them.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Literal

from babel.dates import format_date, format_interval, format_skeleton, get_month_names
from django.utils.translation import get_language, ngettext

from barograph.base.languages import INTERFACE, interface

NBSP = "\u00a0"


def _locale(language: str) -> str:
    return interface(language)


def _month(day: date, language: str) -> str:
    return _months("wide", "format", language)[day.month]


@cache
def _months(
    width: Literal["wide", "abbreviated"], context: Literal["format", "stand-alone"], language: str
) -> dict[int, str]:
    """{1: 'January', …}."""
    return dict(get_month_names(width, context, _locale(language)).items())


def is_whole_month(first: date, last: date) -> bool:
    return (
        first.day == 1
        and (first.year, first.month) == (last.year, last.month)
        and last.day == monthrange(last.year, last.month)[1]
    )


def month(day: date, language: str) -> str:
    """'August 2020', 'жнівень 2020', 'август 2020'."""
    return f"{_months('wide', 'stand-alone', language)[day.month]}{NBSP}{day.year}"


def short_month(day: date, language: str) -> str:
    """'Aug', 'жні', 'авг.': for an axis."""
    return _months("abbreviated", "stand-alone", language)[day.month]


@lru_cache(maxsize=4096)
def period(first: date, last: date, language: str, *, year: bool = True) -> str:
    """A period in full: '3 – 9 жніўня 2020', '28 December…'. `year=False` leaves the year out.

    A line may end after the dash between two months, or before the year of days of one month: nowhere else.
    Raises ValueError where `last` lies before `first`.
    """
    if last < first:
        raise ValueError("a period ends before it begins")
    if is_whole_month(first, last) and year:
        return month(first, language)
    if first != last and _locale(language) not in INTERFACE:
        return format_interval(first, last, "yMMMd" if year else "MMMd", locale=_locale(language))
    english = _locale(language) == "en"
    if first == last:
        return day(first, language, year=year)
    two_years = first.year != last.year
    if english:
        left, right = f"{_month(first, language)}{NBSP}{first.day}", f"{_month(last, language)}{NBSP}{last.day}"
        if two_years and year:
            left += f",{NBSP}{first.year}"
        if year:
            right += f",{NBSP}{last.year}"
        return f"{left}{NBSP}– {right}"
    right = f"{last.day}{NBSP}{_month(last, language)}"
    if (first.year, first.month) == (last.year, last.month):
        days = f"{first.day}{NBSP}–{NBSP}{right}"
        return f"{days} {last.year}" if year else days
    left = f"{first.day}{NBSP}{_month(first, language)}"
    if two_years and year:
        left += f"{NBSP}{first.year}"
    if year:
        right += f"{NBSP}{last.year}"
    return f"{left}{NBSP}– {right}"


def day(when: date, language: str, *, year: bool = True) -> str:
    """'August 3, 2020', '3 жніўня 2020', '3 августа 2020'."""
    if _locale(language) == "en":
        text = f"{_month(when, language)}{NBSP}{when.day}"
        return f"{text}, {when.year}" if year else text
    if _locale(language) not in INTERFACE:
        locale = _locale(language)
        return format_date(when, "long", locale) if year else format_skeleton("MMMMd", when, locale=locale)
    text = f"{when.day}{NBSP}{_month(when, language)}"
    return f"{text}{NBSP}{when.year}" if year else text


def weekday(when: date, language: str) -> str:
    """'Monday', 'панядзелак', 'понедельник'."""
    return format_date(when, "EEEE", _locale(language))


def hour(when: datetime, language: str) -> str:
    """'3 жніўня 2020, 10:00': a day and its hour by the clock that `when` is given in."""
    return f"{day(when.date(), language)}, {when:%H:%M}"


def latest(count: int, rhythm: str) -> str:
    """'Last 8 weeks', 'Last 3 months', in the present language of the interface."""
    return _latest(count, rhythm, get_language())


@lru_cache(maxsize=1024)
def _latest(count: int, rhythm: str, _interface: str | None) -> str:
    if rhythm == "month":
        text = ngettext("Last %(count)s month", "Last %(count)s months", count)
    else:
        text = ngettext("Last %(count)s week", "Last %(count)s weeks", count)
    return text % {"count": count}
