"""What the buttons of the week's screen do. Rights first, then one verb, then back to the week."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from barograph.commentaries.permissions import is_editor, may_write_slot
from barograph.commentaries.services import start_commentary
from barograph.desk.forms import VerdictForm
from barograph.desk.panels import WeekPanel
from barograph.desk.rows import version_of
from barograph.desk.week import week
from barograph.issues import services as issues
from barograph.issues.enums import Outlook, VerdictValue
from barograph.issues.models import Issue, Topic, Verdict
from barograph.panel import services as panel
from barograph.people import audit, sight
from barograph.people.models import Pen


def _back(issue: Issue | None) -> HttpResponse:
    home = reverse("wagtailadmin_home")
    return redirect(f"{home}?issue={issue.key}" if issue else home)


def _editors_only(request: HttpRequest) -> None:
    if not is_editor(request.user):
        raise PermissionDenied


def _refuse(request: HttpRequest, error: ValidationError) -> None:
    messages.error(request, " ".join(error.messages))


@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """The week's screen alone, as it is now: what the open page asks for. The page puts its own token into forms."""
    context = WeekPanel().get_context_data({"request": request, "csrf_token": "-"})
    response = HttpResponse(render_to_string(WeekPanel.template_name, context))
    set_response_etag(response)
    patch_cache_control(response, private=True, no_cache=True)
    return get_conditional_response(request, response["ETag"], None, response)


@require_POST
def open_issue(request: HttpRequest) -> HttpResponse:
    """The next issue, with a slot for every topic and last time's writers."""
    if not request.user.has_perm("issues.add_issue"):
        raise PermissionDenied
    if not Topic.objects.exists():
        messages.error(request, _("Add a topic first, under Publication. An issue is opened with its topics."))
        return _back(None)
    try:
        issue = issues.open_issue()
    except ValidationError as error:
        _refuse(request, error)
        return _back(None)
    audit.note("issue_opened", about=issue, name=issue.key, by=request.user)
    messages.success(request, _("The issue of %(period)s is open.") % {"period": issue})
    return _back(issue)


@require_POST
def set_writer(request: HttpRequest, issue_id: int, topic_id: int) -> HttpResponse:
    """Who writes a topic; empty: nobody yet."""
    _editors_only(request)
    if not sight.may_see_pens(request.user):
        raise PermissionDenied
    issue, topic = get_object_or_404(Issue, pk=issue_id), get_object_or_404(Topic, pk=topic_id)
    chosen = request.POST.get("writer", "")
    choices = {str(user.pk): user for user in week(user=request.user, key=issue.key).writers}
    if chosen and chosen not in choices:
        messages.error(request, _("Choose one of the analysts."))
        return _back(issue)
    issues.assign_writer(issue=issue, topic=topic, writer=choices.get(chosen))
    messages.success(request, _("%(topic)s: writer assigned.") % {"topic": topic})
    return _back(issue)


@require_POST
def decide(request: HttpRequest, issue_id: int, topic_id: int) -> HttpResponse:
    """The editor's verdict, with its reason: needed where it departs from the panel's middle."""
    _editors_only(request)
    issue, topic = get_object_or_404(Issue, pk=issue_id), get_object_or_404(Topic, pk=topic_id)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return _verdict_again(request, issue, topic, form)
    seen = form.cleaned_data.pop("seen")
    if seen and seen != version_of(standing := Verdict.objects.filter(issue=issue, topic=topic).first()):
        form.add_error(None, _overtaken(standing))
        return _verdict_again(request, issue, topic, form)
    value, reason = form.cleaned_data["value"], form.cleaned_data["reason"].strip()
    if value and not reason and (lacking := _why(request, issue, topic, value)):
        form.add_error("reason", lacking)
        return _verdict_again(request, issue, topic, form)
    issues.decide_verdict(issue=issue, topic=topic, by=request.user, **form.cleaned_data)
    messages.success(request, _("%(topic)s: verdict saved.") % {"topic": topic})
    return _back(issue)


def _why(request: HttpRequest, issue: Issue, topic: Topic, value: str) -> str:
    """Why a verdict needs a reason; "" where it needs none.

    Whoever rates and has not rated this topic yet may not learn from the answer what the others think: they are asked
    for a reason whatever they decide and whatever the others' ratings are.
    """
    members = [pen.person for pen in Pen.objects.filter(user=request.user).select_related("person").order_by("pk")]
    opinion = panel.opinions(issue=issue, viewers=members, chair=True).get(topic.pk)
    if opinion is None:
        return ""
    if not opinion.revealed:
        return _(
            "%(topic)s: you haven’t rated this topic, so the panel’s ratings are hidden. Rate it "
            "first, or give a reason for the verdict. The verdict is not saved."
        ) % {"topic": topic}
    if opinion.median in {None, value}:
        return ""
    details = {"topic": topic, "verdict": VerdictValue(opinion.median).label}
    return (
        _(
            "%(topic)s: the panel median is “%(verdict)s”. Give a reason for a different verdict. "
            "The verdict is not saved."
        )
        % details
    )


def _overtaken(verdict: Verdict | None) -> str:
    """What somebody else has decided since the form was opened."""
    stored = (verdict.get_value_display() if verdict and verdict.value else "") or _("not rated")
    if verdict and verdict.reason:
        stored = f"{stored} ({verdict.reason})"
    message = _(
        "Someone else has already decided: %(verdict)s. Your verdict is below and not saved yet. "
        "Saving again replaces theirs."
    )
    return message % {"verdict": stored}


def _verdict_again(request: HttpRequest, issue: Issue, topic: Topic, form: VerdictForm) -> HttpResponse:
    """A verdict that is refused: why, and its form with everything as it was typed."""
    context = {
        "issue": issue,
        "topic": topic,
        "form": form,
        "problems": [message for errors in form.errors.values() for message in errors],
        "verdicts": VerdictValue.choices,
        "outlooks": Outlook.choices,
        "chosen": request.POST.get("value", ""),
        "flags": request.POST.getlist("outlook"),
        "reason": request.POST.get("reason", ""),
        "seen": version_of(Verdict.objects.filter(issue=issue, topic=topic).first()),
    }
    return render(request, "desk/verdict.html", context, status=422)


@require_POST
def write(request: HttpRequest, issue_id: int, topic_id: int) -> HttpResponse:
    """Begin a commentary, with issue, topic, language and byline set, and go to its form."""
    issue, topic = get_object_or_404(Issue, pk=issue_id), get_object_or_404(Topic, pk=topic_id)
    if not may_write_slot(request.user, issue_id=issue.pk, topic_id=topic.pk):
        raise PermissionDenied
    slot = issue.slots.filter(topic=topic).first()
    writer_id = slot.writer_id if slot and slot.writer_id else request.user.pk
    pen = Pen.objects.filter(user_id=writer_id).select_related("person").order_by("pk").first()
    try:
        source = start_commentary(
            issue=issue,
            topic=topic,
            language=request.POST.get("language", ""),
            byline=[pen.person] if pen else [],
            by=request.user,
        )
    except ValidationError as error:
        _refuse(request, error)
        return _back(issue)
    return redirect(type(source).snippet_viewset.get_url_name("edit"), source.pk)
