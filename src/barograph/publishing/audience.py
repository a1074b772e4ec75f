"""How many readers each newsletter has, and the desk's page of all mailings. No reader by name or address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from barograph.delivery.models import Mailing
from barograph.issues import services as issues
from barograph.issues.models import Issue
from barograph.publishing.mailing_views import title_of
from barograph.subscribers import services as subscribers

#: Counting a million subscribers takes seconds: a count serves this many seconds.
COUNT_AGE = 60
#: Mailings on one page.
PAGE = 50


@dataclass(frozen=True)
class Audience:
    """One newsletter's readers: its label, how many get mail today, and that in words."""

    key: str
    label: str
    number: int

    @property
    def in_words(self) -> str:
        return ngettext("%(count)s reader", "%(count)s readers", self.number) % {
            "count": number_format(self.number, force_grouping=True)
        }


def audiences() -> list[Audience]:
    """Each list of the publication, in its order, with its number of readers (at most a minute old)."""
    numbers = cache.get_or_set("readers-by-list", subscribers.receiving_by_list, COUNT_AGE)
    return [
        Audience(entry["key"], entry["label"], numbers.get(entry["key"], 0)) for entry in issues.publication().lists
    ]


def in_words() -> str:
    """'EN: 312 readers, BE/RU: 4 120 readers'; empty where the publication has no newsletter."""
    return ", ".join(f"{one.label}: {one.in_words}" for one in audiences())


@dataclass(frozen=True)
class MailingRow:
    """A mailing in the list, with the issue it belongs to where there is one."""

    mailing: Mailing
    title: str
    issue: Issue | None


@require_GET
def mailings(request: HttpRequest) -> HttpResponse:
    """Readers by list, and the latest mailings; older ones behind ?before=, the id of the last one shown."""
    if not request.user.has_perm("publishing.add_release"):
        raise PermissionDenied
    before = request.GET.get("before", "")
    sent = Mailing.objects.order_by("-pk")
    if before.isdecimal():
        sent = sent.filter(pk__lt=int(before))
    page = list(sent.defer("html", "text", "pictures")[: PAGE + 1])
    by_day = {issue.first: issue for issue in Issue.objects.filter(first__in=filter(None, map(_first_day, page)))}
    context = {
        "audiences": audiences(),
        "rows": [MailingRow(mailing, title_of(mailing), by_day.get(_first_day(mailing))) for mailing in page[:PAGE]],
        "older": page[PAGE - 1].pk if len(page) > PAGE else None,
        "zone": issues.publication().timezone,
        "figures": _figures(),
    }
    return render(request, "publishing/mailings.html", context)


def _first_day(mailing: Mailing) -> date | None:
    """First day of the issue a mailing is of; None for a summary of a month."""
    try:
        return date.fromisoformat(mailing.key.split(":")[1])
    except (ValueError, IndexError):
        return None


def _figures() -> list[tuple[str, int]]:
    """Subscribers in all, by state."""
    counts = cache.get_or_set("subscriber-counts", subscribers.counts, COUNT_AGE)
    names = {
        "confirmed": _("Confirmed"),
        "pending": _("Awaiting confirmation"),
        "paused": _("Paused"),
        "suppressed": _("Never mail again"),
    }
    return [(label, counts[key]) for key, label in names.items()]
