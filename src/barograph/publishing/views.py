"""The desk's pages of a release. What they do is in services; these ask, show and refuse."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from barograph.base import dates
from barograph.commentaries.models import Commentary
from barograph.commentaries.permissions import may_translate
from barograph.commentaries.services import stale_translations
from barograph.desk.week import week
from barograph.issues import services as issues
from barograph.issues.enums import IssueState, ReleaseRule
from barograph.issues.models import Issue, Publication, Topic
from barograph.people import audit
from barograph.publishing import audience, hold_rule, mailing_alerts, mailing_views, reports, services, withdrawal
from barograph.publishing.access import issue_for
from barograph.publishing.enums import ReleaseState
from barograph.publishing.forms import CorrectionForm, ReleaseForm
from barograph.publishing.models import Release
from barograph.publishing.steps import title_of
from barograph.publishing.tasks import run_release


def _enqueue(release: Release) -> None:
    transaction.on_commit(lambda: run_release.using(run_after=release.run_at).enqueue(release.pk))


def release(request: HttpRequest, issue_id: int) -> HttpResponse:
    """The button, with what is missing said before it is pressed."""
    issue = issue_for(request, issue_id)
    if issue.releases.under_way().exists():
        return redirect("publishing_progress", issue.pk)
    publication = issues.publication()
    corrects = issue.state == IssueState.RELEASED
    form: ReleaseForm | CorrectionForm
    outdated: list[Commentary] = []
    if corrects:
        outdated = stale_translations(issue)
        form = CorrectionForm(request.POST or None, issue=issue, codes=publication.languages, outdated=bool(outdated))
    else:
        readers = audience.in_words()
        form = ReleaseForm(request.POST or None, issue=issue, planned=_planned(issue, publication), readers=readers)
    notices = sorted(week(user=request.user, key=issue.key).notices, key=lambda notice: not notice.blocks)
    blocked = not corrects and any(notice.blocks for notice in notices)
    if request.method == "POST" and not blocked and form.is_valid():
        try:
            _request(request, issue, form.cleaned_data, corrects=corrects)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("publishing_progress", issue.pk)
    context = {"issue": issue, "form": form, "notices": notices, "blocked": blocked, "corrects": corrects}
    context |= {"outdated": outdated, "may_translate": may_translate(request.user)}
    return render(request, "publishing/release.html", context, status=422 if form.errors else 200)


def _planned(issue: Issue, publication: Publication) -> str | None:
    if issue.release_at is None or issue.release_at <= timezone.now():
        return None
    hour = dates.hour(issue.release_at.astimezone(ZoneInfo(publication.timezone)), get_language() or "en")
    return _("At the scheduled time: %(hour)s") % {"hour": hour}


@transaction.atomic
def _request(request: HttpRequest, issue: Issue, data: dict, *, corrects: bool) -> None:
    if corrects:
        topic = Topic.objects.filter(key=data["topic"]).first() if data["topic"] else None
        today = issues.publication().today()
        issues.record_correction(
            issue=issue, topic=topic, when=today, kind=data["kind"], notes=data["notes"], by=request.user
        )
        details = {"topic": topic.key} if topic else {}
        audit.note("correction", about=issue, name=issue.key, by=request.user, **details)
        _enqueue(services.request(issue=issue, mail=False, by=request.user))
        return
    run_at = issue.release_at if data["when"] == "planned" else None
    _enqueue(services.request(issue=issue, mail=data["mail"], run_at=run_at, by=request.user))


def progress(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Where the release stands; the page renews itself while work goes on."""
    issue = issue_for(request, issue_id)
    latest = issue.releases.prefetch_related("steps").first()
    if latest is None:
        return redirect("publishing_release", issue.pk)
    steps = [{"row": step, "title": title_of(step.name)} for step in latest.steps.all()]
    context = {
        "issue": issue,
        "release": latest,
        "steps": steps,
        "zone": issues.publication().timezone,
        "busy": latest.state in {ReleaseState.WAITING, ReleaseState.RUNNING},
        "scheduled": latest.state == ReleaseState.WAITING and latest.run_at > timezone.now(),
        "held": latest.state == ReleaseState.ON_HOLD,
        "waits": issues.publication().release_rule == ReleaseRule.WAIT,
        "lacking": hold_rule.missing(issue) if latest.state == ReleaseState.ON_HOLD else [],
        "failed": latest.state == ReleaseState.FAILED,
        "done": latest.state == ReleaseState.DONE,
        "stopped": [mailing_alerts.in_words(mailing) for mailing in mailing_alerts.stopped(issue)],
        "mail_at": mailing_views.first_mail_at(issue),
        "takes_back": latest.takes_back,
        "may_take_back": withdrawal.is_possible(issue),
        "published": reports.published(latest) if latest.state == ReleaseState.DONE else [],
        "summary": reports.summary(latest) if latest.state == ReleaseState.DONE else [],
    }
    response = render(request, "publishing/progress.html", context)
    if context["busy"]:
        response["Refresh"] = "15" if context["scheduled"] else "1"
    elif context["mail_at"]:
        response["Refresh"] = "15"
    return response


@require_POST
def hold_mail(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Hold every mailing of the issue that is still to begin or under way."""
    issue = issue_for(request, issue_id)
    if mailing_views.hold_all(issue, by=request.user):
        messages.success(request, _("The newsletter is on hold. Fix what is wrong, then resume it here."))
    else:
        messages.error(request, _("Too late: the mailing has moved on in the meantime."))
    return redirect("publishing_newsletter", issue.pk)


@require_POST
def take_back(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Take the issue back while nobody has got a mail of it."""
    issue = issue_for(request, issue_id)
    try:
        asked = withdrawal.request(issue=issue, by=request.user)
    except withdrawal.WithdrawalRefused as refused:
        messages.error(request, str(refused))
    else:
        _enqueue(asked)
    return redirect("publishing_progress", issue.pk)


@require_POST
def go_on(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Go on with a release that stopped, from the step where it stopped."""
    issue = issue_for(request, issue_id)
    latest = issue.releases.first()
    if latest and services.resume(release=latest, by=request.user):
        transaction.on_commit(lambda: run_release.enqueue(latest.pk))
    return redirect("publishing_progress", issue.pk)


@require_POST
def publish_ready(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Publish what is ready of a release that the rule holds."""
    issue = issue_for(request, issue_id)
    latest = issue.releases.first()
    if latest and hold_rule.publish_ready(release=latest, by=request.user):
        transaction.on_commit(lambda: run_release.enqueue(latest.pk))
    return redirect("publishing_progress", issue.pk)


@require_POST
def call_off(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Call off a release whose hour has not come."""
    issue = issue_for(request, issue_id)
    latest = issue.releases.first()
    if latest and services.cancel(release=latest, by=request.user):
        messages.success(request, _("Publication canceled. Nothing was published."))
    else:
        messages.error(request, _("Too late: publication has started."))
        return redirect("publishing_progress", issue.pk)
    return redirect("publishing_release", issue.pk)
