"""A commentary's checklist: its newest words, verdict and links as plain values, handed to checklist.py.

What lies above adds its part by two Wagtail hooks, functions of the commentary: `commentary_names` returns
[(as it stands, as it is wanted)], `commentary_buttons` buttons for the editor's menu and side.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.side_panels import BaseSidePanel

from barograph.commentaries import checklist
from barograph.commentaries import texts as words
from barograph.commentaries.checklist import Draft, Remark
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import standing_body
from barograph.issues.models import Issue, Verdict
from barograph.issues.services import publication

_WEEK = re.compile(r"/([\w-]+)/(\d{4}-\d\d-\d\d)(?:/([\w-]+))?/?")


def draft_of(commentary: Commentary) -> Draft:
    """The values of a commentary object as it is, saved or not."""
    verdict = Verdict.objects.filter(issue_id=commentary.issue_id, topic_id=commentary.topic_id).first()
    raw = commentary.scenarios.get_prep_value() if commentary.scenarios else []
    return Draft(
        headline=commentary.headline,
        lede=commentary.lede,
        body=commentary.body,
        language=commentary.language,
        byline=len(commentary.bylines.all()),
        scenarios=words.scenario_values(raw),
        question=commentary.question,
        resolves_by=commentary.resolves_by,
        verdict=verdict.value if verdict else None,
        names=[pair for find in hooks.get_hooks("commentary_names") for pair in find(commentary)],
        as_typed={
            capfirst(str(commentary._meta.get_field(name).verbose_name)): text
            for name, text in commentary.as_typed.items()
        },
        leads_somewhere=leads_somewhere,
        source_body=standing_body(commentary.source) if commentary.source is not None else None,
    )


def remarks(commentary: Commentary) -> list[Remark]:
    return checklist.remarks(draft_of(commentary))


def leads_somewhere(address: str) -> bool:
    """False for a week or a topic of a week of ours that there is none of; true wherever it can't be told."""
    parts, own = urlsplit(address), urlsplit(settings.BASE_URL)
    if parts.scheme and (parts.scheme == "mailto" or parts.netloc != own.netloc):
        return True
    match = _WEEK.fullmatch(parts.path)
    if not match:
        return True
    language, key, topic = match.groups()
    try:
        first = date.fromisoformat(key)
    except ValueError:
        return False
    if language not in publication().languages:
        return False
    issue = Issue.objects.filter(first=first).first()
    if issue is None:
        return False
    return not topic or issue.commentaries.filter(topic__key=topic, language=language).exists()


class ChecklistPanel(BaseSidePanel):
    """The checklist beside the editor; Wagtail's autosave brings it up to date while one types."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = _("Show the checklist")
        icon_name = "clipboard-list"
        has_counter = False

    name = "checklist"
    title = _("Checklist")
    template_name = "commentaries/checklist.html"
    order = 50

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        checked = remarks(self.object)
        return super().get_context_data(parent_context) | {
            "remarks": checked,
            "buttons": [button for make in hooks.get_hooks("commentary_buttons") for button in make(self.object)],
            "open": [remark for remark in checked if remark.weight is not checklist.Weight.FACT],
        }
