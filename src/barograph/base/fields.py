"""Fields shared by the apps: a text in every language of the publication."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from barograph.base import controls, languages, numbers


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
    """{language code: text}, with one input for each of the publication's languages, in their order.

    Which languages these are is asked when a form is shown or sent, not when its class is made: a publication's
    languages change while the process runs. `codes` names others instead. What the stored value holds in languages
    without an input, or whose input was not sent, stays as it is; what was sent for a language that the publication
    has given up meanwhile is taken. Where the field is required, one language is enough.
    """

    def __init__(self, *, codes: tuple[str, ...] | None = None, multiline: bool = False, **kwargs):
        self.given_codes, self.multiline = codes, multiline
        self.codes: tuple[str, ...] = codes or ()
        self.stored: dict[str, str] = {}
        kwargs.pop("max_length", None)
        kwargs["widget"] = LocalizedWidget(self.codes, multiline=multiline)
        super().__init__(self._inputs(), require_all_fields=False, **kwargs)

    def _inputs(self) -> list[forms.CharField]:
        return [forms.CharField(required=False) for _code in self.codes]

    def get_bound_field(self, form, field_name):
        """The field of one form, made ready for the languages of now and the value that is stored."""
        initial = form.get_initial_for_field(self, field_name)
        self.stored = dict(initial) if isinstance(initial, dict) else {}
        if self.given_codes is None:
            sent = _codes_sent(form.data, form.add_prefix(field_name)) if form.is_bound else []
            self.codes = tuple(dict.fromkeys((*languages.of_publication(), *sent)))
            self.fields = self._inputs()
            self.widget = LocalizedWidget(self.codes, multiline=self.multiline, attrs=self.widget.attrs)
            self.widget.is_required = self.required
        return super().get_bound_field(form, field_name)

    def clean(self, value):
        """The texts of the inputs, and what is stored in languages without one. Raises ValidationError."""
        texts = dict(self.stored)
        for code, field, text in zip(self.codes, self.fields, value or [], strict=False):
            if text is not None:
                texts[code] = field.clean(text)
        order = dict.fromkeys((*self.codes, *texts))
        texts = {code: texts[code] for code in order if texts.get(code)}
        if self.required and not texts:
            raise ValidationError(_("Fill this in for at least one language."), code="required")
        (controls.check_text if self.multiline else controls.check_line)(texts)
        return texts


def _codes_sent(data, name: str) -> list[str]:
    """The languages for which a form brings a text of the field `name`: 'names_uk' → 'uk'."""
    pattern = re.compile(f"{re.escape(name)}_({languages.CODE})")
    return [match[1] for key in data if (match := pattern.fullmatch(key))]


class LocalizedTextField(models.JSONField):
    """A text in several languages: {language code: text}. Empty languages are left out."""

    def __init__(self, *args, multiline: bool = False, **kwargs):
        self.multiline = multiline
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        (controls.check_text if self.multiline else controls.check_line)(value)

    def formfield(self, **kwargs):
        return LocalizedFormField(
            multiline=self.multiline,
            required=not self.blank,
            label=kwargs.get("label", capfirst(self.verbose_name)),
            help_text=self.help_text,
        )


class TypedNumberInput(forms.TextInput):
    """A field for a number that sends what was typed: a browser's own number field drops a decimal comma silently."""

    def __init__(self, attrs: dict | None = None, *, whole: bool = False):
        keyboard = {"inputmode": "numeric" if whole else "decimal", "autocomplete": "off"}
        super().__init__(attrs={**keyboard, **(attrs or {})})


class WholeNumberField(forms.IntegerField):
    """A whole number in the digits of any script; anything else is refused in words instead of being cut to one."""

    widget = TypedNumberInput

    def __init__(self, **kwargs):
        kwargs["widget"] = TypedNumberInput(whole=True)
        super().__init__(**kwargs)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return numbers.typed_whole(str(value))
        except ValueError:
            message = _("“%(text)s” is not a whole number. Use digits only, for example 12.")
            raise ValidationError(message % {"text": str(value)[:40]}, code="invalid") from None
