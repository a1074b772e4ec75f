"""Scenarios as blocks of the editing form: title, text, PROs, CONs, probability.

A block's key joins a scenario with its translations; it is made from the
title when the editor leaves it empty. A draft keeps what is wrong as it was
typed, so that one wrong field never stops the rest from being saved; what is
handed on must be right.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from anyascii import anyascii
from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from barograph.base import numbers
from barograph.base.fields import TypedNumberInput


def probability(value: Any) -> float | None:
    """A stored probability as a number; None where there is none yet, or something typed that isn't one."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def read_probability(text: str) -> float:
    """What was typed as a number from 0 to 1: '0,35', '35 %', '1/3'. Raises ValidationError that says what to write."""
    shown = text.strip()[:40]
    try:
        share = numbers.typed_share(text)
    except ValueError:
        raise ValidationError(
            _("“%(text)s” is not a number. Enter, for example, %(share)s or %(percent)s.")
            % {"text": shown, **_written(Decimal("0.35"))},
            code="invalid",
        ) from None
    if 1 < share <= 100 and not {"%", "/"} & set(numbers.plain_sign(text)):
        message = _("“%(text)s” is more than 1. Enter %(share)s or %(percent)s.")
        raise ValidationError(message % {"text": shown, **_written(share / 100)}, code="max_value")
    if not 0 <= share <= 1:
        message = _("“%(text)s” is out of range. A probability is between 0 and 1.")
        raise ValidationError(message % {"text": shown}, code="range")
    return float(share)


def _written(share: Decimal) -> dict[str, str]:
    """A share as a number and in per cent, as the language in use writes them."""
    percent = _("%(number)s%%") % {"number": _number(share * 100)}
    return {"share": _number(share), "percent": percent}


def _number(value: Decimal | float) -> str:
    """0.35 → '0,35' in Belarusian and Russian; all its digits, none that it doesn't have."""
    plain = format(Decimal(str(value)), "f")
    return number_format(plain.rstrip("0").rstrip(".") if "." in plain else plain)


class ProbabilityField(forms.Field):
    """From 0 to 1, typed as people write it."""

    widget = TypedNumberInput

    def prepare_value(self, value):
        return _number(value) if isinstance(value, (int, float)) else value

    def clean(self, value):
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        return read_probability(value if isinstance(value, str) else repr(value))


class ProbabilityBlock(blocks.FieldBlock):
    """A number from 0 to 1. Before it is cleaned, and in a draft where it is wrong, its value is the text as typed."""

    def __init__(self, required: bool = False, help_text: str | None = None, **kwargs):
        self.field = ProbabilityField(
            required=required, help_text=help_text, widget=TypedNumberInput(attrs={"pattern": PATTERN})
        )
        super().__init__(**kwargs)

    def to_python(self, value):
        return value.strip()[:200] if isinstance(value, str) else value

    def value_from_datadict(self, data, files, prefix):
        typed = super().value_from_datadict(data, files, prefix)
        return typed.strip()[:200] if isinstance(typed, str) else typed

    def get_prep_value(self, value):
        return None if value == "" else value

    class Meta:
        icon = "decimal"


#: What a browser can see of it while one types: digits of any script with at most one separator, per cent, a fraction.
PATTERN = r"\s*([01]|[01]?\s*[.,٫]\s*\p{Nd}+|\p{Nd}+([.,٫]\p{Nd}+)?\s*[%٪％]|\p{Nd}+\s*[\/]\s*\p{Nd}+)\s*"


class ScenarioBlock(blocks.StructBlock):
    key = blocks.CharBlock(
        required=False,
        max_length=60,
        label=gettext_lazy("Key"),
        help_text=gettext_lazy("Leave empty to have it filled in automatically."),
    )
    title = blocks.CharBlock(max_length=200, label=gettext_lazy("Title"))
    text = blocks.TextBlock(required=False, rows=2, label=gettext_lazy("Text"))
    pros = blocks.ListBlock(blocks.CharBlock(max_length=300), label=gettext_lazy("Pros"), default=[])
    cons = blocks.ListBlock(blocks.CharBlock(max_length=300), label=gettext_lazy("Cons"), default=[])
    probability = ProbabilityBlock(
        required=False,
        label=gettext_lazy("Probability"),
        help_text=gettext_lazy("From 0 to 1, or as a percentage: 0.35 or 35%."),
    )

    def clean(self, value):
        cleaned = self._as_typed(value) if self.is_deferred_validation else super().clean(value)
        if not cleaned["key"]:
            cleaned["key"] = slugify(anyascii(cleaned["title"] or ""))[:60].strip("-")
        return cleaned

    def _as_typed(self, value):
        """Of a draft: what is right, cleaned; what is wrong, as it was typed."""
        fields = []
        for name, typed in value.items():
            try:
                fields.append((name, self.child_blocks[name].clean(typed)))
            except ValidationError:
                fields.append((name, typed))
        return self._to_struct_value(fields)

    class Meta:
        icon = "list-ul"
        label = gettext_lazy("Scenario")


class ScenariosBlock(blocks.StreamBlock):
    scenario = ScenarioBlock()

    def clean(self, value, ignore_required_constraints=False):
        cleaned = super().clean(value)
        total = sum(probability(child.value.get("probability")) or 0 for child in cleaned)
        if total > 1 + 1e-9 and not self.is_deferred_validation:  # a draft may be saved half done
            raise blocks.StreamBlockValidationError(
                non_block_errors=[ValidationError(_("The probabilities add up to more than 1. Lower one of them."))]
            )
        seen: set[str] = set()
        for number, child in enumerate(cleaned, start=1):
            if not child.value["key"] or child.value["key"] in seen:
                child.value["key"] = f"{child.value['key'] or 'scenario'}-{number}"
            seen.add(child.value["key"])
        return cleaned

    def wrong_probabilities(self, value) -> blocks.StreamBlockValidationError | None:
        """What is wrong with the probabilities that a draft has kept as typed, as the form shows it."""
        errors = {}
        for place, child in enumerate(value):
            typed = child.value.get("probability")
            try:
                self.child_blocks["scenario"].child_blocks["probability"].clean(typed)
            except ValidationError as error:
                errors[place] = blocks.StructBlockValidationError(block_errors={"probability": error})
        return blocks.StreamBlockValidationError(block_errors=errors) if errors else None

    @cached_property
    def required(self) -> bool:
        return False
