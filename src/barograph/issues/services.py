"""Verbs on the publication, its issues and verdicts. Each is one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from barograph.issues.enums import IssueState, Rhythm, VerdictValue
from barograph.issues.models import (
    Absence,
    Correction,
    Issue,
    PlannedTopic,
    Publication,
    Reminder,
    Slot,
    Topic,
    Verdict,
    VerdictChange,
)


def publication() -> Publication:
    """The publication; a new instance has one with its defaults."""
    return Publication.objects.get_or_create(
        id=1,
        defaults={
            "name": {"be": "Сітуацыя ў Беларусі", "ru": "Ситуация в Беларуси", "en": "Situation in Belarus"},
        },
    )[0]


def languages() -> list[str]:
    """The codes of the publication's languages, in their order."""
    return list(publication().languages)


def next_period(*, rhythm: str, after: date | None, today: date) -> tuple[date, date]:
    """First and last day of the issue that follows `after` (the last day of the one before).

    Without an issue before: the week (Monday to Sunday) or month that `today` lies in.
    """
    if rhythm == Rhythm.MONTH:
        first = today.replace(day=1) if after is None else after + timedelta(days=1)
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        return first, following - timedelta(days=1)
    first = today - timedelta(days=today.weekday()) if after is None else after + timedelta(days=1)
    return first, first + timedelta(days=6)


def planned_release(*, publication: Publication, last: date) -> datetime:
    """The configured weekday and hour that first follows the issue's last day, as an aware time."""
    day = last + timedelta(days=1)
    day += timedelta(days=(publication.release_weekday - day.weekday()) % 7)
    return datetime.combine(day, clock(publication.release_time), tzinfo=ZoneInfo(publication.timezone))


@transaction.atomic
def open_issue(
    *,
    first: date | None = None,
    last: date | None = None,
    number: int | None = None,
    today: date | None = None,
    special: bool = False,
) -> Issue:
    """Open the next regular issue: a slot for every topic that is followed and awake, by the standing plan.

    A topic without a plan keeps last time's writer. `special`: brought in from elsewhere, without slots.
    Raises ValidationError where the period overlaps another issue or
    ends before it begins.
    """
    house = publication()
    before = Issue.objects.regular().order_by("-first").first()
    if first is None:
        first, planned_last = next_period(
            rhythm=house.rhythm, after=before.last if before else None, today=today or house.today()
        )
        last = last or planned_last
    elif last is None:
        last = next_period(rhythm=house.rhythm, after=first - timedelta(days=1), today=first)[1]
    check_period(first=first, last=last, special=special)
    issue = Issue.objects.create(
        first=first,
        last=last,
        special=special,
        number=number or _next_number(),
        release_at=planned_release(publication=house, last=last),
    )
    topics = Topic.objects.none() if special else Topic.objects.awake_in(issue)
    fill_slots(issue=issue, house=house, topics=topics, before=before)
    return issue


def hanging_on(issue: Issue) -> list[str]:
    """What an issue can't be removed for, in words: all that refers to it but its slots and reminders; its release."""
    reasons = [_("its publication")] if issue.state == IssueState.RELEASED else []
    for relation in issue._meta.related_objects:
        if relation.related_model not in {Slot, Reminder}:
            rows = relation.related_model._default_manager.filter(**{relation.field.name: issue})
            if rows.exists():
                reasons.append(str(relation.related_model._meta.verbose_name_plural))
    return reasons


@transaction.atomic
def remove_issue(*, issue: Issue) -> None:
    """Remove an issue that was opened by mistake. Raises ValidationError where anything hangs on it."""
    row = Issue.objects.select_for_update().get(pk=issue.pk)
    if reasons := hanging_on(row):
        raise ValidationError(
            _("This issue can’t be deleted because of: %(reasons)s.") % {"reasons": ", ".join(reasons)}
        )
    row.delete()


def _next_number() -> int:
    return (Issue.objects.aggregate(n=Max("number"))["n"] or 0) + 1


@transaction.atomic
def open_special(*, first: date, last: date, topics: Iterable[Topic], release_at: datetime | None = None) -> Issue:
    """Open an issue outside the rhythm, on some topics. Regular issues go on as if it weren't there.

    Raises ValidationError where it would take the address of a regular issue, there or to come.
    """
    house, chosen = publication(), list(topics)
    if not chosen:
        raise ValidationError({"topics": _("Choose at least one topic.")})
    check_period(first=first, last=last, special=True)
    begins = next_period(rhythm=house.rhythm, after=None, today=first)[0]
    before = Issue.objects.regular().order_by("-first").first()
    if before is not None and house.rhythm == Rhythm.WEEK:
        begins = first - timedelta(days=(first - before.first).days % 7)
    if begins == first:
        raise ValidationError(
            {"first": _("A regular issue starts on this day, so its address is taken. Start a day earlier or later.")}
        )
    issue = Issue.objects.create(
        first=first,
        last=last,
        number=_next_number(),
        special=True,
        release_at=release_at or planned_release(publication=house, last=last),
    )
    fill_slots(issue=issue, house=house, topics=chosen, before=before)
    return issue


def fill_slots(*, issue: Issue, house: Publication, topics: Iterable[Topic], before: Issue | None) -> None:
    """A slot a topic: planned writer or substitute; where there is no plan, who wrote last time, if there."""
    topics = list(topics)
    plans = {plan.topic_id: plan for plan in PlannedTopic.objects.select_related("writer", "substitute")}
    last_time = {slot.topic_id: slot.writer for slot in before.slots.select_related("writer")} if before else {}
    away = Away(issue=issue, zone=ZoneInfo(house.timezone))
    slots = []
    for topic in topics:
        plan = plans.get(topic.pk)
        due = deadline(plan=None if issue.special else plan, issue=issue, zone=away.zone)
        people = [plan.writer, plan.substitute] if plan else [last_time.get(topic.pk)]
        writer = next((person for person in people if person and not away.misses(person, due)), None)
        slots.append(Slot(issue=issue, topic=topic, writer=writer, due=due))
    Slot.objects.bulk_create(slots)


def deadline(*, plan: PlannedTopic | None, issue: Issue, zone: ZoneInfo) -> datetime | None:
    """When a topic's text is due, as an aware time: the plan's day and hour by the publication's clock."""
    if plan is None or issue.release_at is None:
        return issue.release_at
    day = issue.release_at.astimezone(zone).date() - timedelta(days=plan.days_before)
    return min(datetime.combine(day, clock(plan.time), tzinfo=zone).astimezone(UTC), issue.release_at)


def clock(hour: time | str) -> time:
    """A TimeField's value; its default is a text until the row is read again."""
    return datetime.strptime(hour, "%H:%M").time() if isinstance(hour, str) else hour


class Away:
    """Who is away for an issue; absences are read once."""

    def __init__(self, *, issue: Issue, zone: ZoneInfo) -> None:
        self.issue, self.zone = issue, zone
        self.spans: dict[int, list[tuple[date, date]]] = {}
        until = issue.release_at.astimezone(zone).date() if issue.release_at else issue.last
        for row in Absence.objects.filter(first__lte=max(until, issue.last), last__gte=issue.first):
            self.spans.setdefault(row.user_id, []).append((row.first, row.last))

    def misses(self, person: Any, due: datetime | None) -> bool:
        """Whether somebody can't write it: away on the day it is due, or for more than half of the days before."""
        if not person.is_active:
            return True
        last = due.astimezone(self.zone).date() if due else self.issue.last
        days = [self.issue.first + timedelta(days=n) for n in range(max((last - self.issue.first).days, 0) + 1)]
        gone = [day for day in days if any(a <= day <= b for a, b in self.spans.get(person.pk, ()))]
        return days[-1] in gone or 2 * len(gone) > len(days)


def check_period(*, first: date, last: date, except_for: Issue | None = None, special: bool = False) -> None:
    """Raise ValidationError where a period ends before it begins or overlaps another issue.

    A special issue may lie within a regular one; no two begin on one day.
    """
    if last < first:
        raise ValidationError({"last": _("The last day is before the first.")})
    others = Issue.objects.filter(Q(first__lte=last, last__gte=first, special=special) | Q(first=first))
    if except_for is not None:
        others = others.exclude(pk=except_for.pk)
    if other := others.first():
        raise ValidationError({"first": _("This period overlaps the issue of %(period)s.") % {"period": other}})


@transaction.atomic
def decide_verdict(
    *,
    issue: Issue,
    topic: Topic,
    value: str,
    outlook: Iterable[str] = (),
    reason: str = "",
    by=None,
) -> Verdict:
    """Set how a topic moved ('' = not rated). Every change of value goes into the log."""
    if value not in {"", *VerdictValue.values}:
        raise ValidationError(_("Choose worsened, unchanged, improved or not rated."))
    verdict = Verdict.objects.select_for_update().filter(issue=issue, topic=topic).first()
    before = verdict.value if verdict else ""
    verdict = verdict or Verdict(issue=issue, topic=topic)
    flags = [flag for flag in ("risk", "opportunity") if flag in set(outlook)]
    verdict.value, verdict.outlook, verdict.reason, verdict.decided_by = value, flags, reason, by
    verdict.save()
    if before != value:
        VerdictChange.objects.create(issue=issue, topic=topic, before=before, after=value, reason=reason, by=by)
    return verdict


@transaction.atomic
def record_correction(
    *, issue: Issue, topic: Topic | None, when: date, kind: str, notes: dict[str, str], by=None
) -> Correction:
    """Note for readers what was corrected. The new version of the editions carries it."""
    if not any(notes.values()):
        raise ValidationError(_("Describe the correction in at least one language."))
    return Correction.objects.create(issue=issue, topic=topic, date=when, kind=kind, notes=notes, by=by)


@transaction.atomic
def mark_released(*, issue: Issue, at: datetime) -> None:
    """The issue is public from now on. Its first release keeps its time."""
    Issue.objects.filter(pk=issue.pk).exclude(state=IssueState.RELEASED).update(
        state=IssueState.RELEASED, released_at=at
    )


@transaction.atomic
def reopen(*, issue: Issue, on: date) -> None:
    """An issue that was taken back is open again, as before its release; corrections noted since that day go.

    They told readers about a version that is no longer there.
    """
    released = Issue.objects.select_for_update().filter(pk=issue.pk, state=IssueState.RELEASED)
    if released.update(state=IssueState.OPEN, released_at=None):
        Correction.objects.filter(issue=issue, date__gte=on).delete()


def writers() -> QuerySet:
    """Sign-ins that may write: active, and of a role that changes commentaries."""
    return (
        get_user_model()
        .objects.filter(is_active=True, groups__permissions__codename="change_commentary")
        .distinct()
        .by_name()
    )


@transaction.atomic
def assign_writer(*, issue: Issue, topic: Topic, writer=None) -> Slot:
    """Who writes a topic in an issue; nobody, where `writer` is left out."""
    slot, _created = Slot.objects.get_or_create(issue=issue, topic=topic, defaults={"due": issue.release_at})
    slot.writer = writer
    slot.save(update_fields=["writer"])
    return slot
