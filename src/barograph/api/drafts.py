"""Verbs on the drafts of sources that come in as data: the same cleaning as the desk's form, then a revision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from barograph.commentaries import texts as words
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import working_copy
from barograph.desk.rich_text import clean_body
from barograph.scenarios.blocks import ScenariosBlock

PLAIN = ("headline", "question")


def scenarios_of(draft: Commentary) -> list[dict[str, Any]]:
    raw = draft.scenarios.get_prep_value() if draft.scenarios else []
    names = ("key", "title", "text", "pros", "cons", "probability")
    values = [{name: value.get(name) for name in names} for value in words.scenario_values(raw)]
    return [{**value, "key": value["key"] or "", "text": value["text"] or ""} for value in values]


def _stream(scenarios: list[Mapping[str, Any]]) -> Any:
    block = ScenariosBlock()
    raw = [{"type": "scenario", "value": {"key": "", "text": "", "probability": None, **one}} for one in scenarios]
    try:
        return block.clean(block.to_python(raw))
    except ValidationError as error:
        messages = getattr(error, "non_block_errors", None)
        raise ValidationError(list(messages) if messages else _("The scenarios are not valid.")) from None


@transaction.atomic
def save_draft(
    *, commentary: Commentary, changes: Mapping[str, Any], by: Any, check: Callable[[Commentary], None]
) -> Commentary:
    """A new revision over the newest one. `check` sees the locked row and may refuse: so no two writers pass at once.

    Byline, verdict, place and sign-off stay as they are. Returns the row.
    """
    row = Commentary.objects.select_for_update(of=("self",)).get(pk=commentary.pk)
    check(row)
    draft = working_copy(row)
    for name, value in changes.items():
        if name == "body":
            value = clean_body(value)
        elif name == "scenarios":
            value = _stream(value)
        elif name in PLAIN:
            value = " ".join(value.split())
        setattr(draft, name, value)
        draft.as_typed.pop(name, None)
    draft.save_revision(user=by, clean=False, changed=True)
    row.refresh_from_db()
    return row


def texts_for_desk(texts: Mapping[str, str]) -> dict[str, str]:
    """A translator's texts, cleaned as their screen does it."""
    values = {}
    for path, text in texts.items():
        if path == "body":
            values[path] = clean_body(text)
        else:
            keep = path in {"lede", "resolution"} or path.endswith(".text")
            values[path] = text if keep else " ".join(text.split())
    return values
