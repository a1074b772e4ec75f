"""Background work: a mailing, taken up again until it is finished, by as many workers as have nothing else to do.

Every reason to wait costs one run a pause, whatever the number of readers: a further worker is asked for only once
the relay has accepted a mail in this run, and while a mailing rests every run ends before it has begun.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from barograph.delivery import failures
from barograph.delivery.enums import UNFINISHED
from barograph.delivery.models import Mailing
from barograph.delivery.sending import send

log = logging.getLogger(__name__)

#: Below this many open deliveries one worker is enough.
WORTH_A_SECOND = 1000
#: A run that ended without an hour to come back at is followed by another after this time, never at once.
AT_LEAST = timedelta(seconds=15)


@task(queue_name="mail")
def send_mailing(mailing_id: int) -> int:
    """Send what is due; where something waits for later, come back then. Returns how many were accepted."""
    mailing = Mailing.objects.unfinished().filter(pk=mailing_id).first()
    if mailing is None:
        return 0
    if (until := rests_until(mailing)) is not None:
        ask_for_worker(mailing_id, at=until)
        return 0
    helper = _Helper(mailing)
    try:
        report = send(mailing_id, when_under_way=helper.ask)
        accepted, come_back_at = report.accepted, report.come_back_at
    except Exception as error:
        accepted, come_back_at = 0, failures.draw(mailing_id, error)
    if come_back_at is not None and come_back_at > timezone.now():
        helper.withdraw()
    if Mailing.objects.filter(pk=mailing_id, state__in=UNFINISHED).exists():
        ask_for_worker(mailing_id, at=come_back_at or timezone.now() + AT_LEAST)
    return accepted


def rests_until(mailing: Mailing) -> datetime | None:
    """Until when nobody should try a mailing: the pause after trouble with the relay or a run that failed."""
    is_troubled = bool(mailing.troubles or mailing.failures)
    return mailing.due_at if is_troubled and mailing.due_at and mailing.due_at > timezone.now() else None


class _Helper:
    """Asks for one more worker, once a run, and takes that back where it has not begun by the run's end."""

    def __init__(self, mailing: Mailing) -> None:
        self.mailing_id = mailing.pk
        self.row: UUID | None = None

    def ask(self, left: int) -> None:
        """`left`: deliveries that are open. What one worker can do quickly needs no other."""
        if left >= WORTH_A_SECOND and self.row is None:
            self.row = ask_for_worker(self.mailing_id)

    def withdraw(self) -> None:
        if self.row is not None:
            DBTaskResult.objects.filter(pk=self.row, status=TaskResultStatus.READY).delete()


def ask_for_worker(mailing_id: int, *, at: datetime | None = None) -> UUID | None:
    """Put a mailing into the workers' queue, unless it waits there already for that time or an earlier one.

    Returns the new row's id, None where there is one already.
    """
    latest = (at or timezone.now()) + timedelta(seconds=1)
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=send_mailing.module_path)
    for row in waiting:
        begins = timezone.now() if row.run_after == get_date_max() else row.run_after  # that date means: at once
        if row.args_kwargs["args"] == [mailing_id] and begins <= latest:
            return None
    result = (send_mailing.using(run_after=at) if at else send_mailing).enqueue(mailing_id)
    return UUID(str(result.id))


def recently_failed(path: str, *, now: Callable[[], datetime] = timezone.now) -> bool:
    """Whether a task of that kind has failed within the last moments: then it is handed over again later."""
    rows = DBTaskResult.objects.filter(task_path=path, status=TaskResultStatus.FAILED)
    return rows.filter(finished_at__gt=now() - AT_LEAST).exists()
