"""The publication's rule for a scheduled release whose hour comes while topics are missing.

It applies to releases set for an hour; one that an editor starts by hand goes out as it is. A topic is missing where it
has a slot and its text is not signed off. Where the missing topics reach the share set in the publication:

- PUBLISH: the release goes out with what is ready;
- WAIT: it is held, and goes out by itself as soon as fewer topics are missing;
- ASK: it is held until an editor publishes what is ready or calls the release off.

Everybody who may publish gets one mail about a held release. Its page has the same two buttons under WAIT and ASK.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from barograph.commentaries.models import Commentary
from barograph.delivery.transports import Unreachable
from barograph.desk import reminders
from barograph.issues import services as issues
from barograph.issues.enums import ReleaseRule, ReminderKind
from barograph.issues.models import Issue, Publication, Topic
from barograph.people import audit
from barograph.people.models import User
from barograph.publishing.enums import ReleaseState
from barograph.publishing.models import Release

log = logging.getLogger("barograph.publishing")


def missing(issue: Issue) -> list[Topic]:
    """Topics with a slot whose text is not signed off, in their order."""
    ready = Commentary.objects.sources().filter(issue=issue, live=True).values("topic")
    return list(Topic.objects.filter(pk__in=issue.slots.values("topic")).exclude(pk__in=ready))


def lacks_too_much(*, issue: Issue, publication: Publication) -> bool:
    """Whether the missing topics reach the set share of all that have a slot."""
    planned = issue.slots.count()
    return bool(planned) and 100 * len(missing(issue)) >= publication.release_missing * planned


@transaction.atomic
def hold_if_needed(*, release_id: int) -> bool:
    """Hold the release where the rule says so; returns whether it is held. Called just before it would begin."""
    release = Release.objects.select_for_update().select_related("issue").get(pk=release_id)
    if release.state != ReleaseState.WAITING or not release.by_rule or release.run_at > timezone.now():
        return False
    publication = issues.publication()
    if publication.release_rule == ReleaseRule.PUBLISH or not lacks_too_much(
        issue=release.issue, publication=publication
    ):
        return False
    release.state = ReleaseState.ON_HOLD
    release.save(update_fields=["state"])
    audit.note("release_held", about=release.issue, name=release.issue.key)
    return True


@transaction.atomic
def publish_ready(*, release: Release, by: User | None = None) -> bool:
    """Let a held release go out with what is ready, as an editor decided. False where it is not held (any more)."""
    rows = Release.objects.filter(pk=release.pk, state=ReleaseState.ON_HOLD)
    freed = rows.update(state=ReleaseState.WAITING, by_rule=False, published_at=timezone.now())
    if freed:
        audit.note("release_let_go", about=release.issue, name=release.issue.key, by=by)
    return bool(freed)


def check(*, now: datetime) -> None:
    """Free held releases that the rule holds no longer, and notify the editors once of the others.

    A release that is freed is due: `services.unfinished` names it to the workers.
    """
    publication = issues.publication() if Release.objects.held_back().exists() else None
    if publication is None:
        return
    for release in Release.objects.held_back().select_related("issue"):
        enough = not lacks_too_much(issue=release.issue, publication=publication)
        if publication.release_rule == ReleaseRule.PUBLISH or (publication.release_rule == ReleaseRule.WAIT and enough):
            freed = Release.objects.filter(pk=release.pk, state=ReleaseState.ON_HOLD)
            if freed.update(state=ReleaseState.WAITING, published_at=now):
                audit.note("release_let_go", about=release.issue, name=release.issue.key)
        else:
            notify(release=release, publication=publication, now=now)


def publishers() -> list[User]:
    """Accounts that may publish and have an e-mail address."""
    users = User.objects.filter(is_active=True, groups__permissions__codename="add_release").exclude(email="")
    return list(users.distinct().order_by("pk"))


def notify(*, release: Release, publication: Publication, now: datetime) -> int:
    """Mail everybody who may publish, once each, that the release is held. Returns the number of mails sent."""
    sent, issue = 0, release.issue
    for user in publishers():
        if issue.reminders.filter(user=user, kind=ReminderKind.ON_HOLD).exists():
            continue
        with translation.override(reminders.language_of(user, publication)):
            subject = _("The issue of %(period)s is on hold: too few topics are ready") % {"period": issue}
            text = "\n".join(
                [
                    _("It’s publication time, and these topics are not signed off:"),
                    "",
                    *(f"– {topic}" for topic in missing(issue)),
                    "",
                    _("Publish what is ready, or cancel publication:")
                    + f" {settings.BASE_URL}{reverse('publishing_progress', args=[issue.pk])}",
                    "",
                ]
            )
            letter = reminders.letter_to(
                user=user, house=publication, key=f"held:{issue.pk}", subject=subject, text=text, at=now
            )
        try:
            sent += reminders.send_once(issue=issue, user=user, kind=ReminderKind.ON_HOLD, letter=letter)
        except Unreachable as trouble:
            log.warning("the mail about a held release waits: %s", trouble)
            return sent
    return sent
