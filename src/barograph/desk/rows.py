"""The rows of the week's screen, drawn. Whatever is the same in every row is made once a screen."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from barograph.base import dates, pages
from barograph.desk.week import Week
from barograph.issues.enums import Outlook, VerdictValue
from barograph.issues.models import Verdict

TEMPLATE = "desk/rows.html"
#: A shape of its own for each verdict.
GLYPHS = {"worsened": "▼", "unchanged": "▬", "improved": "▲"}
NONE = "○"


def version_of(verdict: Verdict | None) -> str:
    """Names a verdict as it stood when a form was opened; '-' where there was none."""
    return verdict.decided_at.isoformat() if verdict else "-"


def draw(week: Week, *, token: str) -> SafeString:
    """The week's rows as HTML; `token` is what their forms carry against forged requests."""
    language = get_language() or "en"
    zone, verdicts, outlooks = ZoneInfo(week.zone), dict(VerdictValue.choices), dict(Outlook.choices)
    context = {
        "week": week,
        "writers": [(user.pk, user.real_name()) for user in week.writers],
        "version_of": version_of,
        "token": format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token),
        "verdicts": {value: str(label) for value, label in verdicts.items()},
        "outlooks": {value: str(label) for value, label in outlooks.items()},
        "glyph": lambda value: GLYPHS.get(value, NONE),
        "hour": lambda when: dates.hour(when.astimezone(zone), language),
        "url": lambda name, *args: reverse(name, args=args),
    }
    return SafeString(pages.render(TEMPLATE, context, language=language))
