"""The week opens itself: which issue is due by the publication's clock, and opening it. Safe to ask any often.

Hours are the publication's wall clock, compared as instants, so that a change to summer or winter time moves nothing.
After a stop the newest period that is due opens; those that have passed whole meanwhile are not made up for.
"""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from barograph.issues.models import Issue, Publication
from barograph.issues.services import clock, next_period, open_issue

log = logging.getLogger("barograph.issues")


def opening_at(*, house: Publication, first: date) -> datetime:
    """The configured weekday and hour on or after an issue's first day, in UTC."""
    day = first + timedelta(days=(house.opening_weekday - first.weekday()) % 7)
    return datetime.combine(day, clock(house.opening_time), tzinfo=ZoneInfo(house.timezone)).astimezone(UTC)


def due_period(*, house: Publication, now: datetime) -> tuple[date, date] | None:
    """First and last day of the regular issue that should be open by now and isn't; None where nothing is due."""
    before = Issue.objects.regular().order_by("-first").first()
    today = now.astimezone(ZoneInfo(house.timezone)).date()
    period = next_period(rhythm=house.rhythm, after=before.last if before else None, today=today)
    if opening_at(house=house, first=period[0]) > now:
        return None
    while True:
        following = next_period(rhythm=house.rhythm, after=period[1], today=today)
        if opening_at(house=house, first=following[0]) > now:
            return period
        period = following


def open_due(*, now: datetime) -> Issue | None:
    """Open the issue that is due, once, however many ask at the same moment. Returns it, or None."""
    house = Publication.objects.filter(opens_itself=True).first()
    if house is None or due_period(house=house, now=now) is None:
        return None
    try:
        with transaction.atomic():
            house = Publication.objects.select_for_update().get(pk=house.pk)  # the second one waits here
            period = due_period(house=house, now=now)
            return open_issue(first=period[0], last=period[1]) if period else None
    except (IntegrityError, ValidationError) as error:
        log.warning("the next issue does not open by itself: %s", error)
        return None
