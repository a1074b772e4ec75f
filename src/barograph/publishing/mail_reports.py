"""The desk's pages of what became of mail: a mailing's report, and one reader's mails by address.

An address comes by POST and is shown back to nobody; what is looked up is on record.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from barograph.base import dates
from barograph.delivery import reports
from barograph.delivery.enums import Blame
from barograph.issues import services as issues
from barograph.newsletter import services as newsletter
from barograph.publishing import address_lookup, domain_alerts
from barograph.publishing.access import issue_for
from barograph.subscribers.addresses import InvalidAddress
from barograph.subscribers.enums import Refusal


def report(request: HttpRequest, issue_id: int, mailing_id: int) -> HttpResponse:
    """The figures of one mailing of an issue."""
    issue = issue_for(request, issue_id)
    mailing = next((m for m in newsletter.mailings_of(issue_key=issue.key) if m.pk == mailing_id), None)
    if mailing is None:
        raise Http404
    figures = reports.report(mailing)
    context = {
        "issue": issue,
        "mailing": mailing,
        "report": figures,
        "minutes": round(figures.seconds / 60, 1) if figures.seconds else None,
        "corrections": [(parse_datetime(entry["at"]), entry["sent"]) for entry in figures.corrections],
        "refusals": [(Blame(blame).label, number) for blame, number in figures.refusals.items()],
        "doubts": [(row, domain_alerts.in_words(row)) for row in mailing.domain_refusals.all()],
        "domains": [(name or _("smaller domains combined"), number) for name, number in figures.domains.items()],
    }
    return render(request, "publishing/mailing_report.html", context)


def _sealed(history: reports.AddressHistory | None) -> str:
    """Until when a stopped reader's address is kept, and how the stop is undone; '' where there is none."""
    if history is None or history.sealed_until is None:
        return ""
    words = _(
        "The encrypted address is kept until %(day)s so that a mistake can be undone: by the "
        "reader, who can sign up and confirm again, or by the operator."
    )
    return words % {"day": dates.day(history.sealed_until, get_language() or "en")}


@sensitive_post_parameters("address")
def look_up(request: HttpRequest, issue_id: int) -> HttpResponse:
    """What became of the mails to an address."""
    issue = issue_for(request, issue_id)
    history, refusals = None, []
    if request.method == "POST":
        try:
            history = address_lookup.look_up(address=request.POST.get("address", ""), by=request.user)
        except InvalidAddress:
            messages.error(request, _("This is not an e-mail address."))
        except address_lookup.TooMany:
            messages.error(
                request, _("Too many addresses have been looked up in the past hour. Wait a little, then continue.")
            )
        else:
            reasons = dict(Refusal.choices)
            refusals = [(reasons.get(row.partition(" ")[0], ""), row.split()[1]) for row in history.refusals]
    labels = {entry["key"]: entry["label"] for entry in issues.publication().lists}
    lists = [labels.get(key, key) for key in history.lists] if history else []
    context = {"issue": issue, "found": history, "lists": lists, "refusals": refusals, "sealed": _sealed(history)}
    response = render(request, "publishing/look_up.html", context)
    response["Cache-Control"] = "no-store"
    return response
