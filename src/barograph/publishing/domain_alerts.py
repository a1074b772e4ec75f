"""Alerts about domains that refuse an unusual share of their subscribers as unknown, and the decision about them.

Each mailing and domain is mailed once to those who can resume mailings; they decide on the mailing's report page. The
counting is in delivery/doubts.py.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from barograph.delivery import doubts
from barograph.delivery.enums import Doubt
from barograph.delivery.models import DomainRefusal
from barograph.delivery.transports import Unreachable
from barograph.desk import reminders
from barograph.issues import services as issues
from barograph.issues.enums import ReminderKind
from barograph.issues.models import Issue, Publication
from barograph.newsletter import services as newsletter
from barograph.people import audit
from barograph.people.models import User
from barograph.publishing import mailing_alerts
from barograph.publishing.access import issue_for

log = logging.getLogger("barograph.publishing")


def in_words(row: DomainRefusal) -> str:
    """Describe in the active language what a domain has refused, and what follows."""
    figures = {"domain": row.domain, "refused": row.refused, "total": row.total}
    words = [_("According to %(domain)s, %(refused)s of its %(total)s addresses don’t exist.") % figures]
    if row.stopped:
        words.append(
            ngettext(
                "%(number)s of them gets no more mail because an earlier mailing was rejected, too.",
                "%(number)s of them get no more mail because an earlier mailing was rejected, too.",
                row.stopped,
            )
            % {"number": row.stopped}
        )
    else:
        words.append(_("This is unusual, so no one’s mail has been stopped yet."))
    if row.state in {Doubt.OPEN, Doubt.REPEATED}:
        words.append(_("Anyone whose next e-mail is also rejected will get no more mail."))
    return " ".join(words)


def check(*, now: datetime) -> None:
    """Mail alerts about domains whose refusals are undecided, to each recipient once."""
    waiting = DomainRefusal.objects.filter(
        state__in=[Doubt.OPEN, Doubt.REPEATED], noted_at__gte=now - mailing_alerts.FRESH
    ).select_related("mailing")
    by_issue: dict[Issue, list[DomainRefusal]] = {}
    for row in waiting.order_by("pk"):
        if issue := mailing_alerts.issue_of(row.mailing):
            by_issue.setdefault(issue, []).append(row)
    for issue, rows in by_issue.items():
        try:
            _notify(issue=issue, rows=rows, publication=issues.publication(), now=now)
        except Unreachable as trouble:
            log.warning("the mail about a domain that refuses its readers waits: %s", trouble)
            return


def _notify(*, issue: Issue, rows: list[DomainRefusal], publication: Publication, now: datetime) -> None:
    kind = ReminderKind.DOUBT
    heard = set(issue.reminders.filter(kind=kind).values_list("user_id", "about"))
    for user in mailing_alerts.operators_and_publishers():
        fresh = {str(row.pk): row for row in rows if (user.pk, str(row.pk)) not in heard}
        if fresh:
            _send(issue, user, fresh, publication, now)


def _send(issue: Issue, user: User, rows: dict[str, DomainRefusal], publication: Publication, now: datetime) -> None:
    with translation.override(reminders.language_of(user, publication)):
        lines = []
        for row in rows.values():
            address = reverse("publishing_mailing_report", args=[issue.pk, row.mailing_id])
            lines += [f"– {in_words(row)}", f"  {settings.BASE_URL}{address}", ""]
        lines.append(
            _(
                "If the provider made an error, ignore the rejections. If the addresses no longer exist, "
                "stop mail to them."
            )
        )
        letter = reminders.letter_to(
            user=user,
            house=publication,
            key=f"{ReminderKind.DOUBT.value}:{issue.pk}:{'+'.join(sorted(rows))}",
            subject=_("A mail provider is rejecting many readers: %(period)s") % {"period": issue},
            text="\n".join([*lines, ""]),
            at=now,
        )
    reminders.send_once(issue=issue, user=user, kind=ReminderKind.DOUBT, letter=letter, about=list(rows))


@require_POST
def decide(request: HttpRequest, issue_id: int, mailing_id: int, refusal_id: int) -> HttpResponse:
    """Stop a domain's addresses, or set its refusals aside."""
    issue = issue_for(request, issue_id)
    act = request.POST.get("act", "")
    if act not in {"stop", "set-aside"} or mailing_id not in {
        m.pk for m in newsletter.mailings_of(issue_key=issue.key)
    }:
        raise Http404
    waiting = DomainRefusal.objects.filter(mailing_id=mailing_id, state__in=[Doubt.OPEN, Doubt.REPEATED])
    row = waiting.filter(pk=refusal_id).first()
    if row is None:
        messages.error(request, _("This has already been decided."))
    else:
        is_stop = act == "stop"
        number = (doubts.stop if is_stop else doubts.set_aside)(refusal_id=row.pk)
        action = "domain_stopped" if is_stop else "domain_cleared"
        audit.note(action, about=issue, name=issue.key, by=request.user, what=row.domain, number=number)
    return redirect("publishing_mailing_report", issue.pk, mailing_id)
