"""The worker: drains the task queue, takes over what dead workers left, and does what the calendar asks for."""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from barograph.base import processes
from barograph.delivery import services as delivery
from barograph.delivery.bounces.inbound import Inbound
from barograph.desk import reminders
from barograph.issues import opening
from barograph.publishing import doubts, rule, troubles
from barograph.publishing import services as publishing
from barograph.publishing.tasks import run_release
from barograph.subscribers import runs, standing

log = logging.getLogger("barograph.working")

#: Seconds between two looks for work that nobody holds any more, and between two looks for what is to be forgotten.
RECOVER_EVERY = 15.0
FORGET_EVERY = 6 * 3600.0
#: Seconds between two looks at the calendar: what opens, who is reminded, which held release may go.
LOOK_EVERY = 60.0


def recover() -> None:
    """Put back what a worker that is no longer alive had taken."""
    for row in DBTaskResult.objects.running():
        if not row.worker_ids or processes.is_gone(row.worker_ids[-1]):
            DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING).update(
                status=TaskResultStatus.READY, started_at=None
            )
    waiting = {
        row.args_kwargs["args"][0]
        for row in DBTaskResult.objects.ready().filter(task_path=run_release.module_path)
        if row.args_kwargs["args"]
    }
    for release_id in publishing.unfinished():
        if release_id not in waiting:
            run_release.enqueue(release_id)
    delivery.recover()


def look_at_calendar() -> None:
    """What the hour asks for. One part that fails doesn't keep the others, nor the worker's other work."""
    now = timezone.now()
    parts = (opening.open_due, reminders.remind, rule.look, troubles.look, doubts.look, runs.tidy_if_free)
    for part in parts:
        try:
            part(now=now)
        except Exception:
            log.exception("the calendar: %s.%s", part.__module__, part.__name__)


def work(*, once: bool) -> None:
    """Run tasks until a signal comes; with `once`, until nothing is due."""
    worker = Worker(
        queue_names=["*"],
        interval=0.5,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=processes.me(),
        excluded_queue_names=[],
    )
    worker.configure_signals()
    inbound = Inbound(settings.BOUNCES)
    if not once:
        inbound.begin()
    recovered = forgot = looked = float("-inf")
    while worker.running:
        if time.monotonic() - looked > LOOK_EVERY:
            look_at_calendar()
            looked = time.monotonic()
        if time.monotonic() - forgot > FORGET_EVERY:
            standing.forget_old_bounces()
            standing.forget_stopped()
            if not delivery.forget_old_deliveries():  # a few at a time, until none is left
                forgot = time.monotonic()
        if time.monotonic() - recovered > RECOVER_EVERY:
            recover()
            recovered = time.monotonic()
        inbound.look()
        worker.run()
        if once:
            recover()
            if not DBTaskResult.objects.ready().exists():
                return
            continue
        close_old_connections()
        if worker.running:
            time.sleep(0.5)
    inbound.end()
    connection.close()
