"""Forms over a row that two people may have open at once: the second to save is told, and nothing is overwritten.

A form carries a digest of the row as it was when it was opened. Where the row is another by the time it is sent,
nothing is saved: what was typed stays in the fields, what is stored now is shown, and sending it again saves it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import WagtailAdminModelForm

#: So much of a stored text is shown beside what was typed.
SHOWN = 500


class VersionedForm(WagtailAdminModelForm):
    """`seen` names the version that stands under what is typed; a form without it is taken as it is."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._stored = self._values() if self.instance.pk else {}
        self.initial["seen"] = _digest(self._stored) if self._stored else ""

    def _values(self) -> dict[str, Any]:
        known = {field.name: field for field in self.instance._meta.concrete_fields}
        return {name: known[name].value_from_object(self.instance) for name in self.fields if name in known}

    def _clean_form(self):
        super()._clean_form()
        seen, now = self.cleaned_data.get("seen") or "", self.initial["seen"]
        if not self.instance.pk or not seen or seen == now:
            return
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = now
        message = _(
            "Someone else has saved a newer version. What you typed is below and not saved yet. "
            "Compare the two; saving again replaces their version."
        )
        self.add_error(None, ValidationError([message, *self._differences()], code="overtaken"))

    def _differences(self) -> list[str]:
        """'Name: what is stored' for each field that was sent with something else."""
        conflicts = []
        for name, stored in self._stored.items():
            if self.fields[name].has_changed(stored, self[name].data):
                conflict = {"field": self.fields[name].label or name, "text": _shown(stored)}
                conflicts.append(_("%(field)s, currently saved: %(text)s") % conflict)
        return conflicts


def _digest(values: dict[str, Any]) -> str:
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        value = "; ".join(f"{code}: {text}" for code, text in value.items())
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return (text[:SHOWN] + "…" if len(text) > SHOWN else text) or "–"
