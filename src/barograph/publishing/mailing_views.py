"""The desk's page of an issue's newsletter: each list's mail as it will look, a test mail to oneself, and the sending.

What the buttons do is in the apps newsletter and delivery; these views check input and show results.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from barograph.delivery import services as delivery
from barograph.delivery.enums import ENDED, UNFINISHED, WAITING, Hold, MailingState
from barograph.delivery.models import Mailing
from barograph.delivery.transports import Unreachable
from barograph.issues import services as issues
from barograph.issues.enums import IssueState
from barograph.issues.models import Issue
from barograph.newsletter import proofs
from barograph.newsletter import services as newsletter
from barograph.people import audit
from barograph.people.models import User
from barograph.publishing import withdrawal
from barograph.publishing.access import issue_for

log = logging.getLogger("barograph.publishing")

#: Policy of the framed mail: no script, no form, nothing from elsewhere.
FRAME = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
ACTIONS: dict[str, Callable[..., bool]] = {
    "pause": delivery.pause,
    "resume": delivery.resume,
    "hurry": delivery.hurry,
    "stop": delivery.stop,
}
#: A rate is shown from this many mails on.
ENOUGH_FOR_A_RATE = 20


@dataclass(frozen=True)
class MailingProgress:
    """How one mailing goes, in words and figures."""

    mailing: Mailing
    title: str
    rate: str
    remaining: str
    may_pause: bool
    may_resume: bool
    may_hurry: bool
    may_stop: bool
    until: str  # when it goes on by itself, '' where it doesn't
    waits: bool  # for somebody's decision


def newsletter_page(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Show every list's mailing, where there are any, and the mail of one list as it would go out now."""
    issue = issue_for(request, issue_id)
    publication = issues.publication()
    mailings = [_progress(mailing) for mailing in newsletter.mailings_of(issue_key=issue.key)]
    lists = publication.lists
    chosen = next((entry for entry in lists if entry["key"] == request.GET.get("list")), lists[0] if lists else None)
    proof = _proof(issue, chosen["key"]) if chosen else None
    context = {
        "issue": issue,
        "released": issue.state == IssueState.RELEASED,
        "mailings": mailings,
        "busy": any(entry.mailing.state in UNFINISHED for entry in mailings),
        "may_take_back": withdrawal.is_possible(issue),
        "lists": lists,
        "chosen": chosen,
        "proof": proof,
        "size": _("%(number)s KB of 100 KB") % {"number": round(proof.weight / 1000)} if proof else "",
        "address": request.user.email,
    }
    response = render(request, "publishing/newsletter.html", context)
    if context["busy"]:
        response["Refresh"] = "5"
    return response


def _proof(issue: Issue, list_key: str) -> proofs.Proof | None:
    try:
        return proofs.proof(issue=issue, list_key=list_key)
    except proofs.NoSuchList:
        return None


def _progress(mailing: Mailing) -> MailingProgress:
    rate, remaining = "", ""
    if mailing.state == "sending" and mailing.started_at and mailing.done >= ENOUGH_FOR_A_RATE:
        seconds = max(1.0, (timezone.now() - mailing.started_at).total_seconds())
        speed = mailing.done / seconds
        rate = _("%(number)s per minute") % {"number": f"{speed * 60:.0f}"}
        remaining = _span(timedelta(seconds=(mailing.total - mailing.done) / speed))
    return MailingProgress(
        mailing=mailing,
        title=title_of(mailing),
        rate=rate,
        remaining=remaining,
        may_pause=mailing.state in UNFINISHED,
        may_resume=mailing.state in WAITING,
        may_hurry=mailing.state in UNFINISHED and not mailing.done and _is_ahead(mailing),
        may_stop=mailing.state not in ENDED,
        until=resumption(mailing),
        waits=mailing.state == MailingState.ON_HOLD,
    )


def title_of(mailing: Mailing) -> str:
    """A mailing in the reader's words: "EN · the bulletin"."""
    kind, _when, list_key = mailing.key.split(":", 2)
    label = next((entry["label"] for entry in issues.publication().lists if entry["key"] == list_key), list_key)
    return f"{label} · {_kind(kind)}"


def _is_ahead(mailing: Mailing) -> bool:
    return mailing.due_at is not None and mailing.due_at > timezone.now()


def first_mail_at(issue: Issue) -> datetime | None:
    """When the first mail of an issue leaves, where that is still ahead: until then all of them can be held."""
    ahead = [m for m in newsletter.mailings_of(issue_key=issue.key) if m.state in UNFINISHED and not m.done]
    return min((m.due_at for m in ahead if _is_ahead(m)), default=None)


def hold_all(issue: Issue, *, by: User) -> int:
    """Pause the mailings of an issue; what is on the connections still goes. Returns how many."""
    paused = [m for m in newsletter.mailings_of(issue_key=issue.key) if delivery.pause(mailing_id=m.pk)]
    for mailing in paused:
        audit.note("mail_pause", about=issue, name=issue.key, by=by, mailing=mailing.key)
    return len(paused)


def resumption(mailing: Mailing) -> str:
    """When a waiting mailing goes on by itself, in words; '' where it doesn't."""
    by_itself = mailing.state in UNFINISHED or mailing.hold == Hold.REFUSED
    if not by_itself or mailing.state in ENDED or not _is_ahead(mailing):
        return ""
    at = timezone.localtime(mailing.due_at, ZoneInfo(mailing.zone) if mailing.zone else None)
    begins = mailing.state in UNFINISHED and not mailing.done
    words = _("Scheduled for: %(time)s") if begins else _("Resumes: %(time)s")
    return words % {"time": date_format(at, "SHORT_DATETIME_FORMAT")}


def _kind(kind: str) -> str:
    return {"issue": _("the issue"), "changes": _("changes only"), "month": _("monthly summary")}.get(kind, kind)


def _span(left: timedelta) -> str:
    minutes = round(left.total_seconds() / 60)
    if minutes < 1:
        return _("less than a minute left")
    return ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes) % {"count": minutes}


def mail_html(request: HttpRequest, issue_id: int, list_key: str) -> HttpResponse:
    """Show the HTML of one list's mail, for the frame."""
    proof = _proof(issue_for(request, issue_id), list_key)
    if proof is None:
        raise Http404
    response = HttpResponse(proof.shown())
    response["Content-Security-Policy"] = FRAME
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _back(issue: Issue, list_key: str = "") -> HttpResponse:
    response = redirect("publishing_newsletter", issue.pk)
    if list_key:
        response["Location"] += f"?list={list_key}"
    return response


@require_POST
def send_test(request: HttpRequest, issue_id: int, list_key: str) -> HttpResponse:
    """Send the mail to the person who presses the button, and to nobody else."""
    issue = issue_for(request, issue_id)
    address = request.user.email
    if not address:
        messages.error(request, _("Your account has no e-mail address. Add one in your account settings."))
        return _back(issue, list_key)
    try:
        answer = proofs.send_proof(issue=issue, list_key=list_key, address=address)
    except proofs.NoSuchList:
        raise Http404 from None
    except Unreachable as trouble:
        messages.error(request, _("The mail server can’t be reached: %(reason)s") % {"reason": trouble})
        return _back(issue, list_key)
    if answer.is_accepted:
        messages.success(request, _("The test e-mail is on its way to %(address)s.") % {"address": address})
    else:
        said = f"{answer.code} {answer.text}".strip()
        messages.error(request, _("The mail server rejected the test e-mail: %(reason)s") % {"reason": said})
    return _back(issue, list_key)


@require_POST
def control(request: HttpRequest, issue_id: int, mailing_id: int) -> HttpResponse:
    """Pause a mailing, resume it, send it now, or stop it for good."""
    issue = issue_for(request, issue_id)
    action = ACTIONS.get(request.POST.get("act", ""))
    known = {mailing.pk: mailing for mailing in newsletter.mailings_of(issue_key=issue.key)}
    if action is None or mailing_id not in known:
        raise Http404
    was = known[mailing_id]
    if action(mailing_id=mailing_id):
        act = request.POST["act"]
        audit.note(f"mail_{act}", about=issue, name=issue.key, by=request.user, mailing=was.key)
        log.info("mailing %s: %s by user %s (it was %s)", was.key, act, request.user.pk, was.state)
    else:
        messages.error(request, _("Too late: the mailing has moved on in the meantime."))
    return _back(issue)
