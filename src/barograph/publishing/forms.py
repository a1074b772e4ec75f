"""What the release page asks."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from barograph.base.fields import LocalizedFormField
from barograph.issues.enums import CorrectionKind
from barograph.issues.models import Issue


class ReleaseForm(forms.Form):
    """Now or at the set hour, with or without the newsletter."""

    when = forms.ChoiceField(label=_("When"), widget=forms.RadioSelect, choices=[("now", _("Now"))], initial="now")
    mail = forms.BooleanField(label=_("Send the newsletter"), required=False, initial=True)

    def __init__(self, *args, issue: Issue, planned: str | None, readers: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mail"].help_text = readers
        if planned:
            self.fields["when"].choices = [("now", _("Now")), ("planned", planned)]
            self.initial["when"] = "now"


class CorrectionForm(forms.Form):
    """What was corrected, for readers. The new version carries it.

    Where translations are older than their original, publishing them again has to be said in so many words.
    """

    def __init__(self, *args, issue: Issue, codes: list[str], outdated: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        topics = [(c.topic.key, str(c.topic)) for c in issue.commentaries.sources().select_related("topic")]
        self.fields["topic"] = forms.ChoiceField(
            label=_("Topic"), required=False, choices=[("", _("The whole issue")), *topics]
        )
        self.fields["kind"] = forms.ChoiceField(label=_("Kind"), choices=CorrectionKind.choices)
        self.fields["notes"] = LocalizedFormField(
            label=_("Note to readers"),
            codes=tuple(codes),
            multiline=True,
            help_text=_("If you leave a language out, its readers will see the note in another one."),
        )
        if outdated:
            self.fields["outdated"] = forms.BooleanField(
                label=_("Publish with outdated translations"),
                error_messages={
                    "required": _("Update the translations first, or check this box to publish them as they are.")
                },
            )
