"""Forms of the publication, its issues and standing texts; lists as lines an editor can type."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.rich_text import get_rich_text_editor_widget

from barograph.base import controls, hosts, languages
from barograph.base.versions import VersionedForm
from barograph.issues.enums import IssueState
from barograph.issues.models import Absence
from barograph.issues.services import check_period, writers

STANDING_FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "blockquote"]
WEEKDAYS = [
    (0, gettext_lazy("Monday")),
    (1, gettext_lazy("Tuesday")),
    (2, gettext_lazy("Wednesday")),
    (3, gettext_lazy("Thursday")),
    (4, gettext_lazy("Friday")),
    (5, gettext_lazy("Saturday")),
    (6, gettext_lazy("Sunday")),
]


class LinesField(forms.CharField):
    """Something a line, its parts divided by |."""

    def __init__(self, **kwargs):
        kwargs.setdefault("required", False)
        super().__init__(widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}), **kwargs)

    def lines(self, value: str) -> list[list[str]]:
        return [[part.strip() for part in line.split("|")] for line in (value or "").splitlines() if line.strip()]


class CodesField(forms.CharField):
    """Language codes, divided by commas."""

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value) -> list[str]:
        codes = [code.strip() for code in super().clean(value).split(",") if code.strip()]
        for code in codes:
            if not languages.is_code(code) or not languages.is_known(code):
                raise ValidationError(_("“%(code)s” is not a language code such as be or en.") % {"code": code})
        if not codes or len(set(codes)) != len(codes):
            raise ValidationError(_("Name at least one language, each of them once."))
        return codes


class ListsField(LinesField):
    def prepare_value(self, value):
        if not isinstance(value, list):
            return value
        return "\n".join(f"{row['key']} | {row['label']} | {', '.join(row['languages'])}" for row in value)

    def clean(self, value) -> list[dict]:
        rows = []
        for parts in self.lines(super().clean(value)):
            if len(parts) != 3 or not re.fullmatch(r"[a-z0-9-]+", parts[0]) or not parts[1]:
                raise ValidationError(
                    _("Write each list as: key | label | languages, for example be-ru | BE/RU | be, ru.")
                )
            controls.check_line(parts[1])
            codes = [code.strip() for code in parts[2].split(",") if code.strip()]
            rows.append({"key": parts[0], "label": parts[1], "languages": codes})
        if len({row["key"] for row in rows}) != len(rows):
            raise ValidationError(_("Two lists have the same key."))
        return rows


class LinksField(LinesField):
    def prepare_value(self, value):
        if not isinstance(value, list):
            return value
        return "\n".join(f"{row['kind']} | {row['url']}" for row in value)

    def clean(self, value) -> list[dict]:
        rows = []
        for parts in self.lines(super().clean(value)):
            if len(parts) != 2 or urlsplit(parts[1]).scheme not in {"http", "https"} or not parts[0]:
                raise ValidationError(
                    _("Write each link as: kind | address, for example telegram | https://t.me/name.")
                )
            rows.append({"kind": parts[0], "url": parts[1]})
        return rows


def _is_above(domain: str, ours: str) -> bool:
    """Whether a domain is the one that ours lies in: of at least two labels, for one is a registry's."""
    return domain.count(".") >= 1 and ours.endswith(f".{domain}")


class PublicationForm(VersionedForm):
    languages = CodesField(
        label=gettext_lazy("Languages"), help_text=gettext_lazy("Language codes in order, for example: be, ru, en.")
    )
    lists = ListsField(
        label=gettext_lazy("Newsletters"), help_text=gettext_lazy("One per line: key | label | languages.")
    )
    links = LinksField(label=gettext_lazy("Links"), help_text=gettext_lazy("One per line: kind | address."))
    release_weekday = forms.TypedChoiceField(label=gettext_lazy("Publication day"), choices=WEEKDAYS, coerce=int)
    opening_weekday = forms.TypedChoiceField(label=gettext_lazy("Opening day"), choices=WEEKDAYS, coerce=int)

    def clean_sender_address(self):
        """Its domain is one with ours, so that SPF and DKIM are aligned with From (RFC 7489, 3.1)."""
        address = self.cleaned_data["sender_address"]
        if not address:
            return ""
        local, _at, domain = address.rpartition("@")
        ours = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
        try:
            domain = hosts.to_ascii(domain)
        except ValueError:
            domain = ""
        if not local.isascii() or not (domain == ours or domain.endswith(f".{ours}") or _is_above(domain, ours)):
            raise ValidationError(
                _("Mail servers won’t trust this sender: its address must end in %(domain)s.")
                % {"domain": hosts.to_people(ours)}
            )
        return f"{local}@{domain}"

    def clean_reply_to(self):
        address = self.cleaned_data["reply_to"]
        local, _at, domain = address.rpartition("@")
        if not address:
            return ""
        if not local.isascii():
            raise ValidationError(_("Use an address with Latin letters before the @."))
        try:
            return f"{local}@{hosts.to_ascii(domain)}"
        except ValueError:
            raise ValidationError(_("This host name is not valid: check the part after @.")) from None

    def clean_timezone(self):
        name = self.cleaned_data["timezone"]
        if name not in available_timezones() or ("/" not in name and name != "UTC"):
            raise ValidationError(_("There is no such time zone. Use a name like Europe/Minsk."))
        return name

    def clean(self):
        data = super().clean()
        known = set(data.get("languages") or [])
        for row in data.get("lists") or []:
            if known and (not row["languages"] or set(row["languages"]) - known):
                self.add_error(
                    "lists", _("“%(list)s” has a language that the publication doesn’t have.") % {"list": row["key"]}
                )
        return data


class IssueForm(VersionedForm):
    """A published issue keeps its days and number: its address never changes."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.state == IssueState.RELEASED:
            for name in ("first", "last", "number"):
                self.fields[name].disabled = True

    def clean(self):
        data = super().clean()
        if data.get("first") and data.get("last"):
            check_period(
                first=data["first"], last=data["last"], except_for=self.instance, special=self.instance.special
            )
        return data


class PlanForm(VersionedForm):
    """Writer and substitute are two who may write."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("writer", "substitute"):
            self.fields[name].queryset = writers()

    def clean(self):
        data = super().clean()
        if data.get("writer") and data.get("writer") == data.get("substitute"):
            self.add_error("substitute", _("The substitute must be someone else."))
        return data


class OwnAbsenceForm(VersionedForm):
    """Days away of the one who enters them."""

    class Meta:
        model = Absence
        fields = ("first", "last")

    def clean(self):
        return _in_order(self, super().clean())


class AbsenceForm(OwnAbsenceForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = writers()


class RestForm(VersionedForm):
    def clean(self):
        return _in_order(self, super().clean())


def _in_order(form: forms.Form, data: dict) -> dict:
    if data.get("first") and data.get("last") and data["last"] < data["first"]:
        form.add_error("last", _("The last day is before the first."))
    return data


class StandingTextForm(VersionedForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["body"].widget = get_rich_text_editor_widget("default", features=STANDING_FEATURES)
