"""Verbs on the publication, its issues and verdicts. Each is one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from barograph.issues.enums import IssueState, Rhythm, VerdictValue
from barograph.issues.models import Correction, Issue, Publication, Slot, Topic, Verdict, VerdictChange


def publication() -> Publication:
    """The publication; a new instance has one with its defaults."""
    return Publication.objects.get_or_create(
        id=1,
        defaults={
            "name": {"be": "Сітуацыя ў Беларусі", "ru": "Ситуация в Беларуси", "en": "Situation in Belarus"},
        },
    )[0]


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
    hour = publication.release_time
    if isinstance(hour, str):
        hour = datetime.strptime(hour, "%H:%M").time()
    return datetime.combine(day, hour, tzinfo=ZoneInfo(publication.timezone))


@transaction.atomic
def open_issue(
    *, first: date | None = None, last: date | None = None, number: int | None = None, today: date | None = None
) -> Issue:
    """Open the next issue, with a slot for every topic followed in it and last time's writers.

    Raises ValidationError where the period overlaps another issue or ends before it begins.
    """
    house = publication()
    before = Issue.objects.order_by("-first").first()
    if first is None:
        first, planned_last = next_period(
            rhythm=house.rhythm, after=before.last if before else None, today=today or house.today()
        )
        last = last or planned_last
    elif last is None:
        last = next_period(rhythm=house.rhythm, after=first - timedelta(days=1), today=first)[1]
    check_period(first=first, last=last)
    if number is None:
        number = (Issue.objects.aggregate(n=Max("number"))["n"] or 0) + 1
    issue = Issue.objects.create(
        first=first, last=last, number=number, release_at=planned_release(publication=house, last=last)
    )
    writers = dict(before.slots.values_list("topic_id", "writer_id")) if before else {}
    Slot.objects.bulk_create(
        Slot(issue=issue, topic=topic, writer_id=writers.get(topic.pk), due=issue.release_at)
        for topic in Topic.objects.tracked_in(issue)
    )
    return issue


def check_period(*, first: date, last: date, except_for: Issue | None = None) -> None:
    """Raise ValidationError where a period ends before it begins or overlaps another issue."""
    if last < first:
        raise ValidationError({"last": _("The last day lies before the first.")})
    others = Issue.objects.filter(first__lte=last, last__gte=first)
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
        raise ValidationError(_("Say in at least one language what was corrected."))
    return Correction.objects.create(issue=issue, topic=topic, date=when, kind=kind, notes=notes, by=by)


@transaction.atomic
def mark_released(*, issue: Issue, at: datetime) -> None:
    """The issue is public from now on. Its first release keeps its time."""
    Issue.objects.filter(pk=issue.pk).exclude(state=IssueState.RELEASED).update(
        state=IssueState.RELEASED, released_at=at
    )


@transaction.atomic
def assign_writer(*, issue: Issue, topic: Topic, writer=None) -> Slot:
    """Who writes a topic in an issue; nobody, where `writer` is left out."""
    slot, _made = Slot.objects.get_or_create(issue=issue, topic=topic, defaults={"due": issue.release_at})
    slot.writer = writer
    slot.save(update_fields=["writer"])
    return slot
