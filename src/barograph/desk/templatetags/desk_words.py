"""Words and signs of the desk's templates."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from barograph.base import dates
from barograph.desk import rows
from barograph.desk.week import Week

register = template.Library()


@register.filter
def in_zone(when: datetime, zone: str) -> str:
    """'3 жніўня 2020, 10:00' by the publication's clock."""
    return dates.hour(when.astimezone(ZoneInfo(zone)), get_language() or "en")


@register.simple_tag(takes_context=True)
def week_rows(context: Context) -> SafeString:
    """The topics of the week's screen, from desk/jinja2/desk/rows.html."""
    return rows.draw(context["week"], token=str(context.get("csrf_token", "")))


@register.filter
def notices_summary(week: Week) -> str:
    blocking = sum(1 for notice in week.notices if notice.blocks)
    count = len(week.notices)
    if not count:
        return _("Nothing is missing. The issue can be published.")
    if blocking:
        return _("The issue can’t be published yet.")
    words = ngettext("%(count)s point to check", "%(count)s points to check", count)
    return words % {"count": count}
