"""Checks of fields for characters that steer instead of being read (control_characters.py)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from barograph.base.control_characters import CONTROLS, IN_TEXT


def check_line(value: Any) -> None:
    """For fields of one line, also {language: text}. Raises ValidationError."""
    texts = value.values() if isinstance(value, dict) else [value]
    if any(CONTROLS.search(text) for text in texts if isinstance(text, str)):
        raise ValidationError(
            _("This contains an invisible control character or a line break. Type the text instead of pasting it."),
            code="control_character",
        )


def check_text(value: Any) -> None:
    """For fields of several lines, also {language: text}. Raises ValidationError."""
    texts = value.values() if isinstance(value, dict) else [value]
    if any(IN_TEXT.search(text) for text in texts if isinstance(text, str)):
        raise ValidationError(
            _("This contains an invisible control character. Type the text instead of pasting it."),
            code="control_character",
        )
