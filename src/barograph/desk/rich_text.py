"""Rich text that comes in: the field is Wagtail's, which answers what no browser of ours sends with a refusal instead
of a failure; HTML from elsewhere is kept as the field would have kept it.
"""

from __future__ import annotations

from django.core.exceptions import BadRequest, ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea

from barograph.base.richtext import seen
from barograph.commentaries.models import BODY_FEATURES


class CheckedTextArea(DraftailRichTextArea):
    def value_from_datadict(self, data, files, name):
        try:
            found = super().value_from_datadict(data, files, name)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadRequest(f"{name} is no rich text") from None
        return seen(found) if isinstance(found, str) else found


def clean_body(html: str) -> str:
    """A body as the desk's editor would have kept it; what it doesn't know is left out. Raises ValidationError."""
    converter = ContentstateConverter(features=BODY_FEATURES)
    try:
        return seen(converter.to_database_format(converter.from_database_format(html)))
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError, IndexError, RecursionError):
        raise ValidationError(_("The text’s HTML can’t be read.")) from None
