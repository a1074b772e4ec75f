"""Withdrawing an issue while no mail of it has left ("take back" at the desk).

In one transaction the mailings end, the editions are withdrawn and the issue is open again. The site, the search and
the downloads follow as steps, which are resumed after a crash (steps.WITHDRAWAL, services.run).
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from barograph.delivery import services as delivery
from barograph.editions import services as editions
from barograph.issues import services as issues
from barograph.issues.enums import IssueState
from barograph.issues.models import Issue
from barograph.newsletter import services as newsletter
from barograph.people import audit
from barograph.publishing import services
from barograph.publishing.enums import UNDER_WAY, ReleaseKind, ReleaseState, StepState
from barograph.publishing.models import Release
from barograph.publishing.steps import WITHDRAWAL


@dataclass(frozen=True)
class WithdrawalRefused(Exception):
    """The issue can't be withdrawn. `reason`: why, in the active language, for a person."""

    reason: str

    def __str__(self) -> str:
        return self.reason


def is_possible(issue: Issue) -> bool:
    """Whether the button is shown. What it does is checked again, under locks, when it is pressed."""
    try:
        _release_of(issue)
    except WithdrawalRefused:
        return False
    mailings = newsletter.to_take_back(issue_key=issue.key)
    return any(not m.is_finished for m in mailings) and not any(m.sent for m in mailings)


@transaction.atomic
def request(*, issue: Issue, by=None) -> Release:
    """Take the issue back, all of it or nothing; the files follow by `services.run`. Raises WithdrawalRefused."""
    issue = Issue.objects.select_for_update().get(pk=issue.pk)
    first = _release_of(issue)
    _call_off(issue)
    _end_mailings(issue)
    editions.withdraw(issue=issue)
    published = first.published_at or first.requested_at
    issues.reopen(issue=issue, on=published.astimezone(ZoneInfo(issues.publication().timezone)).date())
    try:
        release = services.add(WITHDRAWAL, issue=issue, kind=ReleaseKind.TAKE_BACK, mail=False, requested_by=by)
    except ValidationError as error:
        raise WithdrawalRefused(" ".join(error.messages)) from error
    audit.note("taken_back", about=issue, name=issue.key, by=by, at_terminal=True)
    return release


def _release_of(issue: Issue) -> Release:
    """The release by which the issue is public. Raises WithdrawalRefused where it can't be undone."""
    back = issue.releases.filter(kind=ReleaseKind.TAKE_BACK).first()
    since = issue.releases.filter(pk__gt=back.pk) if back else issue.releases.all()
    first = since.exclude(state=ReleaseState.CANCELLED).order_by("pk").first()
    if first is None and back is not None:
        raise WithdrawalRefused(_("The issue has already been withdrawn."))
    if issue.state != IssueState.RELEASED:
        raise WithdrawalRefused(_("The issue is not public."))
    if first is None or not first.mail or first.published_at != issue.released_at:
        raise WithdrawalRefused(
            _("Only an issue whose newsletter hasn’t been sent yet can be withdrawn. Publish a correction instead.")
        )
    return first


def _call_off(issue: Issue) -> None:
    """Cancel releases of the issue that are under way; one that runs ends after its present step.

    Raises WithdrawalRefused where one runs that has not handed over the newsletters yet.
    """
    for release in issue.releases.select_for_update().filter(state__in=UNDER_WAY):
        early = not release.steps.filter(name="mailings", state=StepState.DONE).exists()
        if release.state == ReleaseState.RUNNING and early:
            raise WithdrawalRefused(_("The issue is being published right now. Try again in a moment."))
        Release.objects.filter(pk=release.pk).update(state=ReleaseState.CANCELLED, finished_at=timezone.now())


def _end_mailings(issue: Issue) -> None:
    mailings = newsletter.to_take_back(issue_key=issue.key)
    if not any(not mailing.is_finished for mailing in mailings):
        raise WithdrawalRefused(
            _("Only an issue whose newsletter hasn’t been sent yet can be withdrawn. Publish a correction instead.")
        )
    try:
        delivery.take_back(mailings=mailings)
    except delivery.TooLate as error:
        late = _(
            "Too late: e-mails of this issue have already been sent. Nothing was changed; publish a correction instead."
        )
        raise WithdrawalRefused(late) from error
