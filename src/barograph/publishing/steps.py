"""The steps of a release, and of the withdrawal of one, each in its order.

Each step may be repeated, also after a crash at any of its lines: repeating it changes nothing more.

A step has one name: that of its function here, of its row in the database (`Step.name`) and in `publish --json`. To
rename a step, give its former name with `former`: rows of earlier releases have it. To remove or add one, change the
list: a release that is under way at the upgrade goes on by the list of the running version (services.adopt_steps).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from barograph.editions import services as editions
from barograph.editions.models import Edition, EditionQuerySet
from barograph.issues import services as issues
from barograph.newsletter import services as newsletter
from barograph.publishing import websub as hub
from barograph.publishing.enums import ReleaseKind
from barograph.publishing.models import Release
from barograph.search import services as search
from barograph.takeaway import making as takeaways
from barograph.website import bake as site

#: How long the first mail of a release from the desk waits, where the operator set nothing else.
DESK_GRACE = timedelta(minutes=5)
Progress = Callable[[int, int], None]
Result = dict[str, Any]


@dataclass(frozen=True)
class StepKind:
    """A step: its name, its title (a msgid), the function that does it, and the names of its rows in the past."""

    name: str
    title: str
    do: Callable[[Release, Progress], Result]
    former: tuple[str, ...] = ()


def step(title: str, *, former: tuple[str, ...] = ()) -> Callable[[Callable[[Release, Progress], Result]], StepKind]:
    """Turn a function into the step of its name. `former`: names that rows of the step had in earlier versions."""
    return lambda function: StepKind(function.__name__, title, function, former)


@step(gettext_noop("Freeze the editions"))
def freeze(release: Release, progress: Progress) -> Result:
    """Snapshot the issue in every language, and the publication itself."""
    assert release.published_at is not None
    editions.freeze_imprint()
    frozen = editions.freeze(issue=release.issue, published_at=release.published_at)
    return {"editions": len(frozen), "versions": {e.language: e.version for e in frozen}}


@step(gettext_noop("Bake pages, feeds and data"))
def bake(release: Release, progress: Progress) -> Result:
    """Write the new version of the site beside the one that readers see.

    Before that, every list's mail is rendered and discarded, so that one that can't be sent stops the release while
    nothing is public.
    """
    if release.mail and release.kind == ReleaseKind.RELEASE:
        newsletter.check_mailings(issue_key=release.issue.key)
    return _bake(progress)


@step(gettext_noop("Switch to the new site"), former=("swap",))
def switch(release: Release, progress: Progress) -> Result:
    """Show readers the new version of the site, all at once."""
    report = site.newest() or site.prepare(everything=False)  # whatever came between holds this release, too
    site.swap(report)
    issues.mark_released(issue=release.issue, at=release.published_at)
    return {"path": str(report.path)}


@step(gettext_noop("Update search"))
def index(release: Release, progress: Progress) -> Result:
    """Index the issue's current editions for the search."""
    current = list(Edition.objects.filter(issue=release.issue).current())
    for edition in current:
        search.index(edition=edition)
    return {"editions": len(current) + search.follow_renames()}


@step(gettext_noop("Queue the newsletters"))
def mailings(release: Release, progress: Progress) -> Result:
    """Freeze a mailing for each list and queue it; mailings that are still being sent get the corrected text."""
    corrected = newsletter.correct_mailings(issue_key=release.issue.key)
    if not release.mail:
        return {"mailings": 0, "corrected": corrected}
    grace = settings.MAIL_RULES.grace
    if grace is None:  # somebody at the desk may press the wrong button; a command was typed on purpose
        grace = timedelta(0) if release.requested_by is None or settings.DEMO else DESK_GRACE
    due_at = timezone.now() + grace if grace else release.run_at
    new = newsletter.make_mailings(issue_key=release.issue.key, due_at=due_at)
    return {"mailings": len(new), "corrected": corrected}


@step(gettext_noop("Notify the WebSub hub"), former=("hub",))
def websub(release: Release, progress: Progress) -> Result:
    """Tell the WebSub hub, where one is set, which feeds have changed. An unreachable hub does not stop the release."""
    return _notify_hub(Edition.objects.filter(issue=release.issue).current())


@step(gettext_noop("Create PDF, EPUB and cards"), former=("forms",))
def downloads(release: Release, progress: Progress) -> Result:
    """Make PDF, EPUB, cards and the year's archive, then bake the pages that link to them."""
    editions_done = takeaways.make(Edition.objects.filter(issue=release.issue).current(), progress=progress)
    report = site.bake(everything=False)
    failed = takeaways.failed(Edition.objects.filter(issue=release.issue).current())
    return {"editions": editions_done, "path": str(report.path), "problem": ", ".join(failed)}


def _bake(progress: Progress) -> Result:
    report = site.prepare(everything=False, progress=progress)
    return {"pages": report.pages, "written": report.written, "path": str(report.path)}


def _notify_hub(editions: EditionQuerySet) -> Result:
    feeds, problem = hub.publish(editions=editions)
    return {"feeds": feeds, "problem": problem}


STEPS = (freeze, bake, switch, index, mailings, downloads, websub)


@step(gettext_noop("Remove it from search"), former=("unindex",))
def index_withdrawal(release: Release, progress: Progress) -> Result:
    """Remove the issue's withdrawn editions from the search."""
    gone = list(_withdrawn(release))
    for edition in gone:
        search.forget(edition=edition)
    return {"editions": len(gone)}


@step(gettext_noop("Remove PDF, EPUB and cards"), former=("unmake",))
def downloads_withdrawal(release: Release, progress: Progress) -> Result:
    """Remove its PDF, EPUB and cards, and make the year's archive without it."""
    takeaways.unmake(first=release.issue.first)
    return {}


@step(gettext_noop("Bake the site without it"), former=("unbake",))
def bake_withdrawal(release: Release, progress: Progress) -> Result:
    """Write the new version of the site beside the one that readers see."""
    return _bake(progress)


@step(gettext_noop("Switch to the site without it"), former=("unshow",))
def switch_withdrawal(release: Release, progress: Progress) -> Result:
    """Show readers the new version of the site, all at once, and remove old versions."""
    report = site.newest() or site.prepare(everything=False)
    site.swap(report)
    site.tidy()
    return {"path": str(report.path)}


@step(gettext_noop("Notify the WebSub hub"), former=("unfeed",))
def websub_withdrawal(release: Release, progress: Progress) -> Result:
    """Tell the WebSub hub, where one is set, that the issue's feeds have changed again."""
    return _notify_hub(_withdrawn(release))


def _withdrawn(release: Release) -> EditionQuerySet:
    """The issue's withdrawn editions."""
    return Edition.objects.filter(issue=release.issue, withdrawal__isnull=False)


#: Withdrawing an issue, once its mailings have ended and its editions are withdrawn (publishing.withdrawal).
WITHDRAWAL = (index_withdrawal, downloads_withdrawal, bake_withdrawal, switch_withdrawal, websub_withdrawal)

BY_NAME = {step.name: step for step in (*STEPS, *WITHDRAWAL)}
NEW_NAMES = {former: step.name for step in BY_NAME.values() for former in step.former}


def steps_of(release: Release) -> tuple[StepKind, ...]:
    """The steps by which this version does such a release, in order."""
    return WITHDRAWAL if release.takes_back else STEPS


def current_name(name: str) -> str:
    """Today's name of a step whose row may be of an earlier version; a name that nothing has any more stays."""
    return NEW_NAMES.get(name, name)


def title_of(name: str) -> str:
    """A step's title in the active language; the bare name where this version has no such step."""
    kind = BY_NAME.get(current_name(name))
    return gettext(kind.title) if kind else name
