"""Releasing many past issues at once, as after an import: frozen one by one, baked together, never mailed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from django.utils import timezone

from barograph.editions import services as editions
from barograph.editions.models import Edition
from barograph.issues import services as issues
from barograph.issues.models import Issue
from barograph.search import services as search
from barograph.takeaway import making as takeaways
from barograph.website import bake


def release_archive(
    past_issues: Iterable[Issue], *, progress: Callable[[int, int], None] | None = None
) -> bake.BakeReport:
    """Publish past issues. Each bears the hour at which it should have come out, never a future one.

    PDF, EPUB and cards are made of the latest one; a worker that is asked for them, or `bake --takeaways`, makes
    the others.
    Safe to repeat: what is frozen and baked already stays as it is.
    """
    publication, now = issues.publication(), timezone.now()
    past_issues = list(past_issues)
    editions.freeze_imprint()
    times = {}
    for issue in past_issues:
        planned = issues.planned_release(publication=publication, last=issue.last)
        times[issue.pk] = min(now, issue.released_at or planned)
        editions.freeze(issue=issue, published_at=now if issue.released_at else times[issue.pk])
    report = bake.bake(progress=progress)
    for issue in past_issues:
        issues.mark_released(issue=issue, at=times[issue.pk])
        for edition in Edition.objects.filter(issue=issue).current():
            search.index(edition=edition)
    if past_issues:
        make_forms(max(issue.first for issue in past_issues))
    return report


def make_forms(first: date) -> int:
    """Make what an issue lacks to be taken along, and let its pages name it. Returns for how many editions."""
    editions_done = takeaways.make(Edition.objects.filter(first=first).current())
    bake.bake()
    return editions_done


def next_without_forms(*, before: date | None = None) -> date | None:
    """The latest issue, of those that begin before a day, that lacks something to be taken along."""
    current = Edition.objects.current()
    return max(takeaways.lacking(current.filter(first__lt=before) if before else current), default=None)


def failed_forms() -> list[str]:
    """What could not be made of the current editions, '2020-08-03 be: bulletin.pdf' each."""
    return takeaways.failed(Edition.objects.current())


def count_without_forms() -> int:
    return len(takeaways.lacking(Edition.objects.current()))
