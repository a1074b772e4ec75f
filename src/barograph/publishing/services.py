"""Releasing an issue: request it, run its steps, resume after a stop.

States of a release (`enums.ReleaseState`) and who moves it:
- waiting → held: `hold_rule.hold_if_needed`, when its hour has come and too much is missing; back by `hold_rule`
- waiting, failed → running: `run`, by the one process that claims it (`owner`, until `lease_until`)
- running → done, failed: `run`; failed → waiting: `resume`
- waiting, held → cancelled: `cancel`; anything under way → cancelled: `withdrawal.request`
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from barograph.base import processes
from barograph.issues.models import Issue
from barograph.machines import site
from barograph.people import audit
from barograph.publishing import hold_rule
from barograph.publishing.enums import OVER, ReleaseKind, ReleaseState, StepState
from barograph.publishing.models import Release, Step
from barograph.publishing.steps import BY_NAME, STEPS, StepKind, current_name, steps_of

log = logging.getLogger("barograph.publishing")

LEASE = timedelta(minutes=15)


class StepFailed(Exception):
    """A step of a release stopped; the release's row says why, and can go on from there."""


@transaction.atomic
def request(
    *, issue: Issue, mail: bool = True, run_at: datetime | None = None, by=None, published_at: datetime | None = None
) -> Release:
    """Ask for a release, now or at a set time. Raises ValidationError while another is under way."""
    now = timezone.now()
    if run_at is not None and run_at <= now:
        run_at = None
    if published_at is None and run_at is not None:
        published_at = run_at
    release = add(
        STEPS,
        issue=issue,
        mail=mail,
        run_at=run_at or now,
        by_rule=run_at is not None,
        requested_by=by,
        published_at=published_at,
    )
    details = {"at": run_at.isoformat(timespec="minutes")} if run_at else {}
    audit.note(
        "release_set" if run_at else "release_asked", about=issue, name=issue.key, by=by, at_terminal=True, **details
    )
    return release


@transaction.atomic
def add(kinds: Iterable[StepKind], **fields: Any) -> Release:
    """A release with its steps to do. Raises ValidationError while another is under way."""
    try:
        with transaction.atomic():
            release = Release.objects.create(**fields)
    except IntegrityError as error:
        if not Release.objects.filter(issue=fields["issue"]).under_way().exists():
            raise  # another constraint: a defect, or tables of another version
        raise ValidationError(
            _("This issue is already being published. Wait until it is done, or cancel it.")
        ) from error
    Step.objects.bulk_create(Step(release=release, name=kind.name, position=place) for place, kind in enumerate(kinds))
    return release


def run(release_id: int) -> Release:
    """Do the steps that are not done yet. Raises StepFailed where one stops.

    Only one process at a time runs a release: it is claimed by a conditional
    update, and a dead owner's claim is taken over. One that is called off
    meanwhile, since its issue is taken back, ends after the step it is at. A
    machine that does not have the site leaves it to the one that does.
    """
    if not site.is_here():
        log.info("release %s is left to the machine that has the site", release_id)
        return Release.objects.get(pk=release_id)
    release = None if hold_rule.hold_if_needed(release_id=release_id) else _claim(release_id)
    if release is None:
        return Release.objects.get(pk=release_id)
    if release.published_at is None:
        release.published_at = timezone.now()
        release.save(update_fields=["published_at"])
    adopt_steps(release=release)
    for step in release.steps.exclude(state__in=OVER):
        if not Release.objects.running().filter(pk=release.pk).exists():
            break
        _do(release, step)
    _end(release, ReleaseState.DONE, finished_at=timezone.now())
    release.refresh_from_db()
    return release


@transaction.atomic
def adopt_steps(*, release: Release) -> None:
    """Give a release that is under way the steps of this version, in their order.

    It may have begun under another version. A step with a new name keeps its row, with what was done; a step that it
    lacks is added; a step that this version doesn't have is left out (SKIPPED), unless it was done.
    """
    rows, kinds = list(release.steps.all()), steps_of(release)
    if [row.name for row in rows if row.state != StepState.SKIPPED] == [kind.name for kind in kinds]:
        return
    by_name = {current_name(row.name): row for row in rows} | {row.name: row for row in rows}
    for position, kind in enumerate(kinds):
        row = by_name.get(kind.name) or Step(release=release, name=kind.name)
        row.name, row.position = kind.name, position
        if row.state == StepState.SKIPPED:  # left out by a version that did not have it
            row.state = StepState.WAITING
        row.save()
    names = {kind.name for kind in kinds}
    for row in rows:
        if row.name not in names and row.state != StepState.DONE:
            log.warning("release %s: this version has no step %s; it is left out", release.pk, row.name)
            Step.objects.filter(pk=row.pk).update(state=StepState.SKIPPED)


def _end(release: Release, state: ReleaseState, **also: Any) -> None:
    """Give up the claim and set the state, unless the release was called off meanwhile."""
    Release.objects.running().filter(pk=release.pk).update(state=state, **also)
    Release.objects.filter(pk=release.pk).update(owner="", lease_until=None)


def _claim(release_id: int) -> Release | None:
    now = timezone.now()
    release = Release.objects.select_related("issue").get(pk=release_id)
    if release.state in {ReleaseState.DONE, ReleaseState.CANCELLED, ReleaseState.ON_HOLD} or release.run_at > now:
        return None
    if release.takes_back and _is_at_a_step(release.issue):
        return None
    free = Q(state__in=[ReleaseState.WAITING, ReleaseState.FAILED]) | Q(lease_until__lt=now)
    if processes.is_gone(release.owner):
        free |= Q(owner=release.owner)
    taken = (
        Release.objects.filter(pk=release_id)
        .filter(free, state__in=[ReleaseState.WAITING, ReleaseState.FAILED, ReleaseState.RUNNING])
        .update(state=ReleaseState.RUNNING, owner=processes.me(), lease_until=now + LEASE)
    )
    if not taken:
        return None
    release.refresh_from_db()
    return release


def _is_at_a_step(issue: Issue) -> bool:
    """Whether a process still is at the last step of a release that was called off."""
    called_off = issue.releases.filter(state=ReleaseState.CANCELLED, lease_until__gt=timezone.now()).exclude(owner="")
    return any(not processes.is_gone(owner) for owner in called_off.values_list("owner", flat=True))


def _do(release: Release, step: Step) -> None:
    begun = time.monotonic()
    Step.objects.filter(pk=step.pk).update(state=StepState.RUNNING, tries=F("tries") + 1, error="", done=0, total=0)

    def progress(done: int, total: int) -> None:
        if done == total or done % 50 == 0:
            Step.objects.filter(pk=step.pk).update(done=done, total=total)
            Release.objects.filter(pk=release.pk).update(lease_until=timezone.now() + LEASE)

    try:
        result = BY_NAME[step.name].do(release, progress)
    except Exception as error:
        log.exception("release %s stopped at %s", release.pk, step.name)
        reason = f"{type(error).__name__}: {error}"[:1000]
        Step.objects.filter(pk=step.pk).update(
            state=StepState.FAILED, error=reason, seconds=round(time.monotonic() - begun, 3)
        )
        _end(release, ReleaseState.FAILED)
        raise StepFailed(f"{step.name}: {reason}") from error
    Step.objects.filter(pk=step.pk).update(
        state=StepState.DONE, result=result, seconds=round(time.monotonic() - begun, 3)
    )


@transaction.atomic
def cancel(*, release: Release, by=None) -> bool:
    """Call off a release that has not begun. False where it was too late."""
    waiting = Release.objects.filter(pk=release.pk, state__in=[ReleaseState.WAITING, ReleaseState.ON_HOLD])
    waiting = waiting.filter(kind=ReleaseKind.RELEASE)  # what takes an issue back has begun when it is asked for
    begun = not waiting.update(state=ReleaseState.CANCELLED, finished_at=timezone.now())
    if not begun:
        audit.note("release_called_off", about=release.issue, name=release.issue.key, by=by, at_terminal=True)
    return not begun


@transaction.atomic
def resume(*, release: Release, by=None) -> bool:
    """Let a release that stopped go on from the step where it stopped. False where it had not."""
    stopped = Release.objects.filter(pk=release.pk, state=ReleaseState.FAILED).update(state=ReleaseState.WAITING)
    if stopped:
        audit.note("release_went_on", about=release.issue, name=release.issue.key, by=by, at_terminal=True)
    return bool(stopped)


def unfinished() -> list[int]:
    """Releases that are due but that no living process works on; none where the site lies on another machine."""
    if not site.is_here():
        return []
    now = timezone.now()
    left = [
        release.pk
        for release in Release.objects.running()
        if processes.is_gone(release.owner) or (release.lease_until and release.lease_until < now)
    ]
    return left + list(Release.objects.due().values_list("pk", flat=True))
