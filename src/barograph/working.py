"""The worker: drains the task queue, takes over what dead workers left, and does what the calendar asks for."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from barograph.base import occupancy, processes
from barograph.delivery import services as delivery
from barograph.delivery.bounces.inbound import Inbound
from barograph.delivery.tasks import AT_LEAST, recently_failed
from barograph.desk import reminders
from barograph.issues import opening
from barograph.machines import services as machines
from barograph.people.models import Session
from barograph.publishing import domain_alerts, hold_rule, mailing_alerts, release_alerts
from barograph.publishing import services as publishing
from barograph.publishing.tasks import run_release
from barograph.subscribers import runs, standing

log = logging.getLogger("barograph.working")

#: Seconds between two looks for work that nobody holds any more, and between two looks for what is to be forgotten.
RECOVER_EVERY = 15.0
FORGET_EVERY = 6 * 3600.0
#: How long finished tasks are kept, and how many rows go at a time.
SUCCESSES_KEPT, FAILURES_KEPT = timedelta(days=1), timedelta(days=14)
FORGOTTEN_AT_ONCE = 2000
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
        for row in DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=run_release.module_path)
        if row.args_kwargs["args"]
    }
    # one that has just failed is tried again later, never at once
    later = timezone.now() + AT_LEAST if recently_failed(run_release.module_path) else None
    for release_id in publishing.unfinished():
        if release_id not in waiting:
            (run_release.using(run_after=later) if later else run_release).enqueue(release_id)
    delivery.recover()


def forget_traces(*, now: datetime | None = None) -> int:
    """Erase finished tasks and expired sessions: their arguments and times tell of people, and they pile up.

    What succeeded is kept for a day, what failed for two weeks, for whoever looks into it. Some thousand rows at a
    time, so that nobody waits for the database. Returns how many rows went.
    """
    now, number = now or timezone.now(), 0
    rows = DBTaskResult.objects.order_by()
    old = [
        rows.filter(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - SUCCESSES_KEPT),
        rows.filter(status=TaskResultStatus.FAILED, finished_at__lt=now - FAILURES_KEPT),
        Session.objects.filter(expire_date__lt=now),
    ]
    for query in old:
        while ids := list(query.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
            number += query.model.objects.filter(pk__in=ids).delete()[0]
    return number


def look_at_calendar() -> None:
    """What the hour asks for. One part that fails doesn't keep the others, nor the worker's other work."""
    now = timezone.now()
    mails = (reminders.remind, hold_rule.check, release_alerts.check, mailing_alerts.check, domain_alerts.check)
    for part in (opening.open_due, *mails, runs.tidy_if_free):
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
    occupancy.share(settings.DATA)
    inbound = Inbound(settings.BOUNCES)
    if not once:
        inbound.begin()
    recovered = forgot = looked = beaten = float("-inf")
    while worker.running:
        if time.monotonic() - looked > LOOK_EVERY:
            look_at_calendar()
            looked = time.monotonic()
        if time.monotonic() - forgot > FORGET_EVERY:
            standing.forget_old_bounces()
            standing.forget_stopped()
            forget_traces()
            if not delivery.forget_old_deliveries():  # a few at a time, until none is left
                forgot = time.monotonic()
        if time.monotonic() - beaten > machines.BEAT_EVERY.total_seconds():
            machines.beat()
            beaten = time.monotonic()
        if time.monotonic() - recovered > RECOVER_EVERY:
            recover()
            recovered = time.monotonic()
        inbound.look()
        worker.run()
        if once:
            recover()
            if not DBTaskResult.objects.ready().exists():
                machines.leave()
                return
            continue
        close_old_connections()
        if worker.running:
            time.sleep(0.5)
    inbound.end()
    machines.leave()
    connection.close()
