"""Background work: a mailing, taken up again until it is finished, by as many workers as have nothing else to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from barograph.delivery.sending import send

#: Below this many open deliveries one worker is enough.
WORTH_A_SECOND = 1000


@task(queue_name="mail")
def send_mailing(mailing_id: int) -> int:
    """Send what is due; where something waits for later, come back then. Returns how many were accepted.

    Before it begins, it asks for one more worker; that one asks for the next.
    """
    from barograph.delivery.models import Mailing

    mailing = Mailing.objects.unfinished().filter(pk=mailing_id).first()
    if mailing is not None and mailing.total - mailing.done >= WORTH_A_SECOND:
        ask_for_worker(mailing_id)
    report = send(mailing_id)
    if not report.is_finished and report.come_back_at is not None:
        ask_for_worker(mailing_id, at=report.come_back_at)
    return report.accepted


def ask_for_worker(mailing_id: int, *, at: datetime | None = None) -> None:
    """Put a mailing into the workers' queue, unless it waits there already for that time or an earlier one."""
    latest = (at or timezone.now()) + timedelta(seconds=1)
    waiting = DBTaskResult.objects.filter(status="READY", task_path=send_mailing.module_path)
    for row in waiting:
        if row.args_kwargs["args"] == [mailing_id] and (row.run_after is None or row.run_after <= latest):
            return
    (send_mailing.using(run_after=at) if at else send_mailing).enqueue(mailing_id)
