"""What a release has done, from its steps and its editions: for the desk, once it is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barograph.base import languages
from barograph.editions.models import Edition
from barograph.publishing.models import Release
from barograph.publishing.steps import current_name


@dataclass(frozen=True)
class Published:
    """One language of an issue as readers have it."""

    language: str
    name: str
    address: str
    version: int
    texts: str
    lacking: str  # topics without a commentary in this language


def published(release: Release) -> list[Published]:
    """Each language's current edition, in the publication's order."""
    by_language = {edition.language: edition for edition in Edition.objects.filter(issue=release.issue).current()}
    order = next(iter(by_language.values())).content["publication"]["languages"] if by_language else []
    return [_published(by_language[code]) for code in order if code in by_language]


def _published(edition: Edition) -> Published:
    topics = edition.content["topics"]
    written = [topic for topic in topics if topic["commentary"]]
    texts = ngettext("%(count)s commentary", "%(count)s commentaries", len(written)) % {"count": len(written)}
    return Published(
        language=edition.language,
        name=languages.name(edition.language),
        address=f"/{edition.language}/{edition.first.isoformat()}/",
        version=edition.version,
        texts=texts,
        lacking=", ".join(topic["name"] for topic in topics if not topic["commentary"]),
    )


def results_by_step(release: Release) -> dict[str, dict[str, Any]]:
    """What each step returned, under the step's name of today."""
    return {current_name(step.name): step.result or {} for step in release.steps.all()}


def summary(release: Release) -> list[str]:
    """What the steps did, as sentences in the active language."""
    if release.takes_back:
        return [_("The issue is open again. Its texts, verdicts and translations are unchanged.")]
    results, lines = results_by_step(release), []
    if release.finished_at and release.published_at:
        seconds = sum(step.seconds or 0 for step in release.steps.all())
        lines.append(_("It took %(seconds)s seconds.") % {"seconds": number_format(seconds, 1)})
    if (pages := results.get("bake", {}).get("written")) is not None:
        text = ngettext(
            "%(count)s file of the site is new or changed.", "%(count)s files of the site are new or changed.", pages
        )
        lines.append(text % {"count": number_format(pages)})
    if mailings := results.get("mailings", {}).get("mailings"):
        text = ngettext(
            "%(count)s newsletter was queued for sending.", "%(count)s newsletters were queued for sending.", mailings
        )
        lines.append(text % {"count": mailings})
    elif "mailings" in results:
        lines.append(_("No newsletter was sent with it."))
    if problem := results.get("downloads", {}).get("problem"):
        lines.append(
            _("These could not be created; readers still have the previous version: %(forms)s") % {"forms": problem}
        )
    if problem := results.get("websub", {}).get("problem"):
        lines.append(_("The WebSub hub was not notified: %(reason)s") % {"reason": problem})
    return lines
