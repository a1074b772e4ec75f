"""Scenarios as blocks of the editing form: title, text, PROs, CONs, probability.

A block's key joins a scenario with its translations; it is made from the
title when the editor leaves it empty.
"""

from anyascii import anyascii
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class ScenarioBlock(blocks.StructBlock):
    key = blocks.CharBlock(required=False, max_length=60, label=_("Key"), help_text=_("Leave empty: made by itself."))
    title = blocks.CharBlock(max_length=200, label=_("Title"))
    text = blocks.TextBlock(required=False, rows=2, label=_("Text"))
    pros = blocks.ListBlock(blocks.CharBlock(max_length=300), label=_("PROs"), default=[])
    cons = blocks.ListBlock(blocks.CharBlock(max_length=300), label=_("CONs"), default=[])
    probability = blocks.FloatBlock(
        required=False, min_value=0, max_value=1, label=_("Probability"), help_text=_("From 0 to 1, for example 0.35.")
    )

    def clean(self, value):
        cleaned = super().clean(value)
        if not cleaned["key"]:
            cleaned["key"] = slugify(anyascii(cleaned["title"]))[:60].strip("-")
        return cleaned

    class Meta:
        icon = "list-ul"
        label = _("Scenario")


class ScenariosBlock(blocks.StreamBlock):
    scenario = ScenarioBlock()

    def clean(self, value, ignore_required_constraints=False):
        cleaned = super().clean(value)
        total = sum(child.value.get("probability") or 0 for child in cleaned)
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

    @cached_property
    def required(self) -> bool:
        return False
