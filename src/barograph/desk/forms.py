"""What an editor may send from the week's screen, and a translator from theirs."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.rich_text import get_rich_text_editor_widget

from barograph.commentaries import texts as words
from barograph.commentaries.labels import label
from barograph.commentaries.models import BODY_FEATURES
from barograph.issues.enums import Outlook, VerdictValue


class VerdictForm(forms.Form):
    value = forms.ChoiceField(label=_("Verdict"), choices=[("", _("not rated")), *VerdictValue.choices], required=False)
    outlook = forms.MultipleChoiceField(label=_("Outlook"), choices=Outlook.choices, required=False)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=2000)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


#: Texts of more than one line.
LONG = ("lede", "resolution", "text")


def field_name(path: str) -> str:
    """A path as a form field's name."""
    return "t-" + path


class TranslationForm(forms.Form):
    """A field for every text of the source; the body is one, in `own` too. `seen` and `base` tell what was in view.

    A draft takes any length: what is too long is kept as typed and marked (`too_long`), and a sign-off refuses it.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    base = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, source: words.Texts, own: words.Texts, language: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.paths: list[str] = []
        names = dict.fromkeys("body" if path.startswith("body.") else path for path in ("headline", *source))
        if own.get("body"):
            names.setdefault("body", None)
        for path in names:
            self._add(path, own.get(path, ""), language)

    def _add(self, path: str, initial: str, language: str) -> None:
        kind = next((part for part in path.split(".") if part in words.LONGEST or part in LONG), path)
        attrs = {"lang": language, "spellcheck": "true"}
        if path == "body":
            widget = get_rich_text_editor_widget("default", features=BODY_FEATURES)
        elif kind in LONG:
            widget = forms.Textarea(attrs={**attrs, "rows": 4})
        else:
            widget = forms.Textarea(attrs={**attrs, "rows": 2}) if kind != "title" else forms.TextInput(attrs=attrs)
        self.paths.append(path)
        self.fields[field_name(path)] = forms.CharField(
            label=label(path), required=False, initial=initial, widget=widget
        )

    def texts(self) -> dict[str, str]:
        """{path: text} as sent; line ends within one-line texts become spaces."""
        texts = {path: self.cleaned_data.get(field_name(path)) or "" for path in self.paths}
        for path in texts:
            if path != "body" and path.split(".")[-1] not in LONG:
                texts[path] = " ".join(texts[path].split())
        return texts

    def too_long(self) -> dict[str, int]:
        """{path: characters too many} of the words as they stand in the fields."""
        texts = {path: str(self[field_name(path)].value() or "") for path in self.paths if path != "body"}
        return {path: len(texts[path]) - (words.longest(path) or 0) for path in words.too_long(texts)}

    def rows(self) -> Iterator[tuple[str, forms.BoundField]]:
        for path in self.paths:
            yield path, self[field_name(path)]


class ExchangeForm(forms.Form):
    file = forms.FileField(label=_("PO or XLIFF file"), widget=forms.FileInput(attrs={"accept": ".po,.xlf,.xliff"}))
