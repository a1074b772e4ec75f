"""Fields shared by the apps: a text in every language of the publication."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from barograph.base import languages


class LocalizedWidget(forms.MultiWidget):
    """One input a language, each with its language's name as label."""

    template_name = "base/localized_widget.html"

    def __init__(self, codes: tuple[str, ...], *, multiline: bool = False, attrs: dict | None = None):
        self.codes = codes
        widget = forms.Textarea(attrs={"rows": 3}) if multiline else forms.TextInput()
        super().__init__(dict.fromkeys(codes, widget), attrs)

    def decompress(self, value):
        value = value or {}
        return [value.get(code, "") for code in self.codes]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        for code, widget in zip(self.codes, context["widget"]["subwidgets"], strict=True):
            widget["attrs"].update({"lang": code, "dir": languages.direction(code)})
            widget["language"] = languages.name(code)
        return context


class LocalizedFormField(forms.MultiValueField):
    """{language: text}; at least one language where required."""

    def __init__(self, *, codes: tuple[str, ...], multiline: bool = False, **kwargs):
        self.codes = codes
        fields = [forms.CharField(required=False) for _code in codes]
        kwargs.pop("max_length", None)
        kwargs["widget"] = LocalizedWidget(codes, multiline=multiline)
        super().__init__(fields, require_all_fields=False, **kwargs)

    def compress(self, values):
        texts = {code: text for code, text in zip(self.codes, values or [], strict=False) if text}
        if self.required and not texts:
            raise ValidationError(_("Write it in at least one language."), code="required")
        return texts


class LocalizedTextField(models.JSONField):
    """A text in several languages: {language code: text}. Empty languages are left out."""

    def __init__(self, *args, multiline: bool = False, **kwargs):
        self.multiline = multiline
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        return LocalizedFormField(
            codes=languages.INTERFACE,
            multiline=self.multiline,
            required=not self.blank,
            label=kwargs.get("label", capfirst(self.verbose_name)),
            help_text=self.help_text,
        )
