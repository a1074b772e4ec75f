"""The steps of a release, in order. This list is the product's most important verb; the other one takes it back.

Each step may be done twice, and after a crash at any line, without changing
more than doing it once: what it made is found again, not made anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from barograph.editions import services as editions
from barograph.editions.models import Edition, EditionQuerySet
from barograph.issues import services as issues
from barograph.newsletter import services as newsletter
from barograph.publishing import websub
from barograph.publishing.enums import ReleaseKind
from barograph.publishing.models import Release
from barograph.search import services as search
from barograph.takeaway import making as takeaways
from barograph.website import bake

#: How long the first mail of a release from the desk waits, where the operator set nothing else.
DESK_GRACE = timedelta(minutes=5)
Progress = Callable[[int, int], None]
Result = dict[str, Any]


def freeze(release: Release, progress: Progress) -> Result:
    """Snapshot the issue in every language, and the publication itself."""
    assert release.published_at is not None
    editions.freeze_imprint()
    frozen = editions.freeze(issue=release.issue, published_at=release.published_at)
    return {"editions": len(frozen), "versions": {e.language: e.version for e in frozen}}


def build(release: Release, progress: Progress) -> Result:
    """Write the new tree of pages, feeds and data beside the one that readers see.

    First every list's letter is made and thrown away: what can't be sent is told while nothing is public yet.
    """
    if release.mail and release.kind == ReleaseKind.RELEASE:
        newsletter.check_mailings(issue_key=release.issue.key)
    report = bake.prepare(everything=False, progress=progress)
    return {"pages": report.pages, "written": report.written, "path": str(report.path)}


def switch(release: Release, progress: Progress) -> Result:
    """Show the new tree, all at once."""
    report = bake.newest() or bake.prepare(everything=False)  # whatever came between holds this release, too
    bake.swap(report)
    issues.mark_released(issue=release.issue, at=release.published_at)
    return {"path": str(report.path)}


def index(release: Release, progress: Progress) -> Result:
    """Let the search find the new words."""
    current = list(Edition.objects.filter(issue=release.issue).current())
    for edition in current:
        search.index(edition=edition)
    return {"editions": len(current) + search.follow_renames()}


def mailings(release: Release, progress: Progress) -> Result:
    """Freeze a mailing for each list and hand it to the workers; what is still going out gets a correction."""
    corrected = newsletter.correct_mailings(issue_key=release.issue.key)
    if not release.mail:
        return {"mailings": 0, "corrected": corrected}
    grace = settings.MAIL_RULES.grace
    if grace is None:  # somebody at the desk may press the wrong button; a command was typed on purpose
        grace = timedelta(0) if release.requested_by is None or settings.DEMO else DESK_GRACE
    due_at = timezone.now() + grace if grace else release.run_at
    made = newsletter.make_mailings(issue_key=release.issue.key, due_at=due_at)
    return {"mailings": len(made), "corrected": corrected}


def hub(release: Release, progress: Progress) -> Result:
    """Tell the WebSub hub, where there is one, which feeds are new. A hub that is away holds up nothing."""
    told, problem = websub.tell(editions=Edition.objects.filter(issue=release.issue).current())
    return {"feeds": told, "problem": problem}


def forms(release: Release, progress: Progress) -> Result:
    """Make PDF, EPUB, cards and the year's archive, and let pages name them. Readers have the pages already."""
    made = takeaways.make(Edition.objects.filter(issue=release.issue).current(), progress=progress)
    report = bake.bake(everything=False)
    failed = takeaways.failed(Edition.objects.filter(issue=release.issue).current())
    return {"editions": made, "path": str(report.path), "problem": ", ".join(failed)}


@dataclass(frozen=True)
class StepKind:
    name: str
    title: str
    do: Callable[[Release, Progress], Result]


STEPS = (
    StepKind("freeze", gettext_noop("Freeze the editions"), freeze),
    StepKind("bake", gettext_noop("Bake pages, feeds and data"), build),
    StepKind("swap", gettext_noop("Switch to the new site"), switch),
    StepKind("index", gettext_noop("Update the search"), index),
    StepKind("mailings", gettext_noop("Hand over the newsletters"), mailings),
    StepKind("forms", gettext_noop("Make PDF, EPUB and cards"), forms),
    StepKind("hub", gettext_noop("Tell the feeds’ hub"), hub),
)


def unindex(release: Release, progress: Progress) -> Result:
    """The search no longer finds it."""
    gone = list(_taken_back(release))
    for edition in gone:
        search.forget(edition=edition)
    return {"editions": len(gone)}


def unmake(release: Release, progress: Progress) -> Result:
    """Its printed forms and cards go; those that others share with it are made without it."""
    takeaways.unmake(first=release.issue.first)
    return {}


def unshow(release: Release, progress: Progress) -> Result:
    """Show the new tree, all at once."""
    report = bake.newest() or bake.prepare(everything=False)
    bake.swap(report)
    bake.tidy()
    return {"path": str(report.path)}


def unfeed(release: Release, progress: Progress) -> Result:
    """Tell the WebSub hub that these feeds are without it again."""
    told, problem = websub.tell(editions=_taken_back(release))
    return {"feeds": told, "problem": problem}


def _taken_back(release: Release) -> EditionQuerySet:
    """Editions of the issue that were taken back and that nothing stands for."""
    return Edition.objects.filter(issue=release.issue, withdrawal__isnull=False)


#: Taking an issue back, once its mailings have ended and its editions are withdrawn (publishing.withdrawal).
BACK = (
    StepKind("unindex", gettext_noop("Take it out of the search"), unindex),
    StepKind("unmake", gettext_noop("Remove PDF, EPUB and cards"), unmake),
    StepKind("unbake", gettext_noop("Bake the site without it"), build),
    StepKind("unshow", gettext_noop("Switch to the site without it"), unshow),
    StepKind("unfeed", gettext_noop("Tell the feeds’ hub"), unfeed),
)

BY_NAME = {step.name: step for step in (*STEPS, *BACK)}
