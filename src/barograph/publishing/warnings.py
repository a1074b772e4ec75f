"""What an editor should know before pressing the button, in order of weight."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from barograph.base import languages
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import is_stale
from barograph.issues.models import Issue, Topic
from barograph.issues.services import publication


@dataclass(frozen=True)
class Warning:
    """`weight` 3 blocks the release, 2 is serious, 1 is for information."""

    weight: int
    text: str


def warnings(issue: Issue) -> list[Warning]:
    """Everything that is missing or stale in this issue, the gravest first."""
    found: list[Warning] = []
    house = publication()
    rows = list(Commentary.objects.filter(issue=issue).select_related("topic", "source"))
    ready_sources = {c.topic_id: c for c in rows if not c.is_translation and c.live}
    verdicts = {v.topic_id: v.value for v in issue.verdicts.all()}
    if not ready_sources and not any(verdicts.values()):
        found.append(Warning(3, _("There is nothing to publish yet: no commentary is ready and no verdict is set.")))
    for topic in Topic.objects.tracked_in(issue):
        name = languages.localized(topic.names, get_language() or "en")
        of_topic = [c for c in rows if c.topic_id == topic.pk]
        source = next((c for c in of_topic if not c.is_translation), None)
        if not verdicts.get(topic.pk):
            found.append(Warning(2 if source else 1, _("%(topic)s: no verdict.") % {"topic": name}))
        if source is None:
            found.append(Warning(1, _("%(topic)s: no commentary.") % {"topic": name}))
            continue
        if not source.live:
            found.append(Warning(2, _("%(topic)s: the commentary is not ready and stays out.") % {"topic": name}))
            continue
        found += _translations(name, source, of_topic, house.languages)
    return sorted(found, key=lambda warning: -warning.weight)


def _translations(name: str, source: Commentary, rows: list[Commentary], codes: list[str]) -> list[Warning]:
    found = []
    if source.has_unpublished_changes:
        found.append(Warning(2, _("%(topic)s: changes since sign-off stay out.") % {"topic": name}))
    by_language = {c.language: c for c in rows}
    for code in codes:
        words = {"topic": name, "language": languages.name(code)}
        row = by_language.get(code)
        if row is None or not row.live:
            found.append(Warning(1, _("%(topic)s: not translated (%(language)s).") % words))
        elif row.is_translation and is_stale(row):
            found.append(Warning(2, _("%(topic)s: the translation is out of date (%(language)s).") % words))
    return found
