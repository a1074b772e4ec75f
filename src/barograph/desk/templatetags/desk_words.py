"""Words and signs of the desk's templates."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from barograph.base import dates
from barograph.desk.week import Week
from barograph.issues.enums import Outlook, VerdictValue
from barograph.issues.models import Slot, Verdict

register = template.Library()

GLYPHS = {"worsened": "▼", "unchanged": "▬", "improved": "▲"}


@register.filter
def glyph(value: str) -> str:
    """A shape of its own for each verdict."""
    return GLYPHS.get(value, "○")


@register.filter
def outlook_words(values: list[str]) -> str:
    labels = dict(Outlook.choices)
    return ", ".join(str(labels.get(value, value)) for value in values)


@register.filter
def in_zone(when: datetime, zone: str) -> str:
    """'3 жніўня 2020, 10:00' by the publication's clock."""
    return dates.hour(when.astimezone(ZoneInfo(zone)), get_language() or "en")


@register.filter
def writer_options(week: Week, slot: Slot | None) -> SafeString:
    """The options of a row's choice of writer. They are made once a screen: sixty rows with a dozen people each."""
    if not week.options:
        named = [
            ("", _("nobody yet")),
            *((user.pk, user.get_full_name() or user.get_username()) for user in week.writers),
        ]
        week.options = [
            (pk, format_html('<option value="{}"', pk), format_html(">{}</option>", name)) for pk, name in named
        ]
    chosen = slot.writer_id if slot and slot.writer_id else ""
    return SafeString("".join(f"{head}{' selected' if pk == chosen else ''}{rest}" for pk, head, rest in week.options))


@register.filter
def verdict_choices(week: Week, verdict: Verdict | None) -> SafeString:
    """The verdict's and outlook's choices as fields; each combination is rendered once a screen."""
    value, flags = (verdict.value, tuple(verdict.outlook)) if verdict else ("", ())
    if (value, flags) not in week.choices:
        context = {
            "value_now": value,
            "flags_now": flags,
            "verdicts": VerdictValue.choices,
            "outlooks": Outlook.choices,
        }
        week.choices[value, flags] = render_to_string("desk/verdict_choices.html", context)
    return week.choices[value, flags]


@register.filter
def notices_summary(week: Week) -> str:
    blocking = sum(1 for notice in week.notices if notice.blocks)
    count = len(week.notices)
    if not count:
        return _("Nothing is missing: the issue can go out.")
    if blocking:
        return _("The issue can’t go out yet.")
    words = ngettext("%(count)s thing weakens this issue", "%(count)s things weaken this issue", count)
    return words % {"count": count}
