"""Background work: a mailing, taken up again until it is finished."""

from __future__ import annotations

from django_tasks import task

from barograph.delivery.sending import send


@task(queue_name="mail")
def send_mailing(mailing_id: int) -> int:
    """Send what is due; where something waits for later, come back then. Returns how many were accepted."""
    report = send(mailing_id)
    if not report.is_finished:
        send_mailing.using(run_after=report.come_back_at).enqueue(mailing_id)
    return report.accepted
