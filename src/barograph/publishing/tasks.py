"""Background work of the release, for django-tasks workers."""

import logging
from datetime import date, timedelta

from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from barograph.editions import services as editions
from barograph.publishing import archive, services
from barograph.website import bake

log = logging.getLogger(__name__)

#: Between two issues' printed forms, so that the worker looks at the calendar and the mailbox meanwhile.
BREATH = timedelta(seconds=0.5)


@task()
def run_release(release_id: int) -> str:
    """Run a release; a stop stays on its row, where the desk shows it with a button to go on."""
    try:
        return str(services.run(release_id).state)
    except services.StepFailed as failed:
        return str(failed)[:200]


@task()
def show_publication() -> str:
    """Freeze the publication's own texts as they are now and bake the pages that show them. Safe to repeat."""
    editions.freeze_imprint()
    report = bake.bake(everything=False)
    return f"{report.written} files written"


@task(priority=-50)
def make_missing_forms(before: str = "") -> str:
    """PDF, EPUB and cards of the latest issue that lacks them and begins before that day, then of the next such one.

    One issue at a time, each once whatever else is due has been done. One whose forms can't be made is left to
    `bake --takeaways`. Returns its first day.
    """
    first = archive.next_without_forms(before=date.fromisoformat(before) if before else None)
    if first is None:
        return ""
    try:
        archive.make_forms(first)
    except Exception:
        log.exception("no printed forms of the issue of %s", first)
    make_missing_forms.using(run_after=timezone.now() + BREATH).enqueue(first.isoformat())
    return first.isoformat()


def is_making_forms() -> bool:
    """Whether a worker is at it, or will be."""
    rows = DBTaskResult.objects.filter(task_path=make_missing_forms.module_path)
    return rows.filter(status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]).exists()


def ask_for_missing_forms() -> int:
    """Let the workers make what issues lack to be taken along. Returns how many issues lack it."""
    count = archive.count_without_forms()
    rows = DBTaskResult.objects.filter(task_path=make_missing_forms.module_path, status=TaskResultStatus.READY)
    if count and not any(row.args_kwargs["args"] == [] for row in rows):
        make_missing_forms.enqueue()
    return count
