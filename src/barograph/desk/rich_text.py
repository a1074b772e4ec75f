"""Rich text that comes in: the field is Wagtail's, which answers what no browser of ours sends with a refusal instead
of a failure; HTML from elsewhere is kept as the field would have kept it.
"""

from __future__ import annotations

import re

from django.core.exceptions import BadRequest, ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea
from wagtail.images.formats import get_image_formats

from barograph.base.markup import TooMuchMarkup, bounded
from barograph.base.richtext import seen
from barograph.commentaries.models import BODY_FEATURES

_FORMAT = re.compile(r'(<embed\b[^>]*?\bformat=")([^"]*)(")')


class CheckedTextArea(DraftailRichTextArea):
    def value_from_datadict(self, data, files, name):
        try:
            value = super().value_from_datadict(data, files, name)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadRequest(f"{name} is no rich text") from None
        return seen(with_known_formats(value)) if isinstance(value, str) else value

    def format_value(self, value):
        """What is stored may come from a program that knew other formats: it opens all the same."""
        return super().format_value(with_known_formats(value) if isinstance(value, str) else value)


def with_known_formats(html: str) -> str:
    """A body whose pictures all have a format that Wagtail knows: with another, its editor can't be opened at all."""

    names = {one.name for one in get_image_formats()}

    def known(match: re.Match[str]) -> str:
        return match[0] if match[2] in names else f"{match[1]}fullwidth{match[3]}"

    return _FORMAT.sub(known, html) if "<embed" in html else html


def clean_body(html: str) -> str:
    """A body as the desk's editor would have kept it; what it doesn't know is left out. Raises ValidationError."""
    converter = ContentstateConverter(features=BODY_FEATURES)
    try:
        html = bounded(html)
        return seen(converter.to_database_format(converter.from_database_format(html)))
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError, IndexError, RecursionError, TooMuchMarkup):
        raise ValidationError(_("The text’s HTML can’t be read.")) from None
