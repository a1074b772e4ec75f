"""The rich text field: Wagtail's, which answers what no browser of ours sends with a refusal instead of a failure."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea


class CheckedTextArea(DraftailRichTextArea):
    def value_from_datadict(self, data, files, name):
        try:
            return super().value_from_datadict(data, files, name)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadRequest(f"{name} is no rich text") from None
