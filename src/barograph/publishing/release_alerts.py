"""Alerts about releases that stopped at a step: one mail for each release to everybody who may publish.

A worker looks once a minute (working.py). What stopped it, and the button that goes on from there, stand on the
release's page; at a terminal `barograph publish` goes on with it.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from barograph.delivery.transports import Unreachable
from barograph.desk import reminders
from barograph.issues import services as issues
from barograph.issues.enums import ReminderKind
from barograph.publishing.enums import ReleaseState, StepState
from barograph.publishing.hold_rule import publishers
from barograph.publishing.models import Release

log = logging.getLogger("barograph.publishing")


def check(*, now: datetime) -> int:
    """Mail alerts about releases that have stopped, to each recipient once. Returns the number of mails sent."""
    stopped = Release.objects.filter(state=ReleaseState.FAILED).select_related("issue")
    return sum(_notify(release, now) for release in stopped)


def _notify(release: Release, now: datetime) -> int:
    publication, issue, sent = issues.publication(), release.issue, 0
    about = str(release.pk)
    failed = release.steps.filter(state=StepState.FAILED).first()
    for user in publishers():
        if issue.reminders.filter(user=user, kind=ReminderKind.FAILED, about=about).exists():
            continue
        with translation.override(reminders.language_of(user, publication)):
            subject = _("Publication of %(period)s has stopped") % {"period": issue}
            text = "\n".join(
                [
                    _("Readers still see the site as it was before the failed step. Nothing is partly published."),
                    *([failed.error] if failed and failed.error else []),
                    "",
                    _("See what went wrong, then resume from that step:")
                    + f" {settings.BASE_URL}{reverse('publishing_progress', args=[issue.pk])}",
                    "",
                ]
            )
            mail = reminders.letter_to(
                user=user, house=publication, key=f"failed:{release.pk}", subject=subject, text=text, at=now
            )
        try:
            sent += reminders.send_once(issue=issue, user=user, kind=ReminderKind.FAILED, letter=mail, about=[about])
        except Unreachable as trouble:
            log.warning("the mail about a release that stopped waits: %s", trouble)
            return sent
    return sent
