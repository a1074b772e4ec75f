"""The panel's page: each member rates blind, then sees the others. Rules of sight are panel.services'."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from barograph.base.languages import localized
from barograph.commentaries.permissions import is_editor
from barograph.desk.examples import Example, past_examples
from barograph.issues.enums import IssueState, VerdictValue
from barograph.issues.models import Issue, Topic
from barograph.issues.services import publication
from barograph.panel import services as panel
from barograph.panel.models import Remark
from barograph.people import audit
from barograph.people.models import Pen, Person

#: How sure a member is, as a share: words are easier to give than numbers.
SURE = [
    ("", gettext_lazy("not stated")),
    ("0.5", gettext_lazy("unsure")),
    ("0.7", gettext_lazy("fairly sure")),
    ("0.9", gettext_lazy("sure")),
]


class RatingForm(forms.Form):
    value = forms.ChoiceField(
        choices=VerdictValue.choices,
        error_messages={
            "required": gettext_lazy("Choose one: worsened, unchanged or improved."),
            "invalid_choice": gettext_lazy("Choose one: worsened, unchanged or improved."),
        },
    )
    confidence = forms.TypedChoiceField(choices=SURE, coerce=float, empty_value=None, required=False)
    reason = forms.CharField(required=False, max_length=panel.LONGEST)


def _members(user) -> list[Person]:
    """The names somebody signs with; the first one rates."""
    return [pen.person for pen in Pen.objects.filter(user=user).select_related("person").order_by("pk")]


def _allowed(user) -> list[Person]:
    members = _members(user)
    if not members and not is_editor(user):
        raise PermissionDenied
    return members


def ratings(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Every topic of an issue: one's own rating, and what may be seen of the others'."""
    return _page(request, get_object_or_404(Issue, pk=issue_id), _allowed(request.user))


def _page(
    request: HttpRequest, issue: Issue, members: list[Person], refused: tuple[Topic, list[str]] | None = None
) -> HttpResponse:
    """The page; after a refusal with its reasons at the topic, and what was typed still in the fields."""
    opinions = panel.opinions(issue=issue, viewers=members, chair=is_editor(request.user))
    topic_ids = {*issue.slots.values_list("topic_id", flat=True), *opinions}
    topics = list(Topic.objects.filter(pk__in=topic_ids).order_by("position"))
    rows = [_row(topic, opinions.get(topic.pk)) for topic in topics]
    chair = is_editor(request.user) and not members
    open_to_all = chair or panel.is_open(issue)
    opened = [row["topic"].pk for row in rows if open_to_all or (row["opinion"] and row["opinion"].revealed)]
    said = panel.discussions(issue=issue, opened=opened)
    examples = past_examples(issue=issue, topics=topics)
    for row in rows:
        row["discussed"] = row["topic"].pk in opened
        row["remarks"] = [_remark(remark) for remark in said.get(row["topic"].pk, ())]
        row["definitions"] = _definitions(row["topic"], examples)
        row["typed"] = _typed(row["opinion"])
        if refused and row["topic"] == refused[0]:
            row["errors"] = refused[1]
            row["typed"] |= {name: request.POST[name] for name in row["typed"] if name in request.POST}
    context = {
        "issue": issue,
        "rows": rows,
        "member": members[0] if members else None,
        "closed": issue.state == IssueState.RELEASED,
        "reveal_at": issue.ratings_open_at,
        "is_open": panel.is_open(issue),
        "may_open": is_editor(request.user) and not panel.is_open(issue),
        "zone": publication().timezone,
        "verdicts": VerdictValue.choices,
        "sure": SURE,
    }
    return render(request, "desk/ratings.html", context, status=422 if refused else 200)


def _typed(opinion: panel.Opinion | None) -> dict[str, str]:
    """What stands in a topic's fields: one's own rating; a remark is always new."""
    own = opinion.own if opinion else None
    sure = "" if own is None or own.confidence is None else str(own.confidence)
    return {"value": own.value if own else "", "confidence": sure, "reason": own.reason if own else "", "text": ""}


def _row(topic: Topic, opinion: panel.Opinion | None) -> dict[str, Any]:
    language = get_language() or "en"
    given = opinion.given if opinion else 0
    row = {
        "topic": topic,
        "name": localized(topic.names, language),
        "about": localized(topic.about, language),
        "opinion": opinion,
        "given": ngettext("%(count)s rating so far", "%(count)s ratings so far", given) % {"count": given}
        if given
        else _("No ratings yet"),
    }
    if opinion and opinion.revealed:
        names = dict(VerdictValue.choices)
        row["parts"] = [(value, names[value], n) for value, n in zip(panel.SCALE, opinion.counts, strict=True)]
        row["median"] = names[opinion.median] if opinion.median else ""
        apart = opinion.disagreement
        row["disagreement"] = "" if apart is None else number_format(apart, 2)
        row["others"] = [_others_rating(rating, names, language) for rating in opinion.ratings]
    return row


def _others_rating(rating, names: dict[str, str], language: str) -> dict[str, str]:
    before = rating.blind_value if rating.blind_value not in {"", rating.value} else ""
    return {
        "name": localized(rating.by.names, language),
        "value": rating.value,
        "word": names[rating.value],
        "reason": rating.reason,
        "before": names[before] if before else "",
    }


def _remark(remark: Remark) -> dict[str, Any]:
    name = localized(remark.by.names, get_language() or "en") if remark.by else _("the editors")
    return {"name": name, "text": remark.text, "at": remark.at}


def _definitions(topic: Topic, past: dict[tuple[int, str], list[Example]]) -> list[dict[str, Any]]:
    """What "improved" and "worsened" mean for a topic, with what was judged so before; empty ones left out."""
    language, definitions = get_language() or "en", []
    for value in (VerdictValue.IMPROVED, VerdictValue.WORSENED):
        means = localized(getattr(topic, value.value), language)
        examples = past.get((topic.pk, value.value), [])
        if means or examples:
            definitions.append({"value": value.value, "word": value.label, "means": means, "examples": examples})
    return definitions


@require_POST
def say(request: HttpRequest, issue_id: int, topic_id: int) -> HttpResponse:
    """A word in a topic's discussion."""
    members, issue = _allowed(request.user), get_object_or_404(Issue, pk=issue_id)
    topic, text = get_object_or_404(Topic, pk=topic_id), request.POST.get("text", "").replace("\x00", "")
    try:
        panel.say(
            issue=issue,
            topic=topic,
            viewers=members,
            chair=is_editor(request.user),
            user=request.user,
            text=text,
        )
    except ValidationError as error:
        return _page(request, issue, members, (topic, error.messages))
    return redirect(f"{reverse('desk_ratings', args=[issue.pk])}#topic-{topic.pk}")


class OpeningForm(forms.Form):
    at = forms.DateTimeField(
        required=False,
        error_messages={"invalid": gettext_lazy("Enter the time like this: 2026-10-05 18:00.")},
    )


@require_POST
def open_ratings(request: HttpRequest, issue_id: int) -> HttpResponse:
    """All ratings for everybody, now or from an hour on. An editor's decision, on record."""
    if not is_editor(request.user):
        raise PermissionDenied
    issue = get_object_or_404(Issue, pk=issue_id)
    with timezone.override(publication().timezone):
        form = OpeningForm(request.POST)
        valid = form.is_valid()
    try:
        if not valid:
            raise ValidationError([message for errors in form.errors.values() for message in errors])
        panel.open_ratings(issue=issue, at=form.cleaned_data["at"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        hour = {"at": form.cleaned_data["at"].isoformat(timespec="minutes")} if form.cleaned_data["at"] else {}
        audit.note("ratings_opened", about=issue, name=issue.key, by=request.user, **hour)
        messages.success(request, _("Saved."))
    return redirect("desk_ratings", issue.pk)


@require_POST
def rate(request: HttpRequest, issue_id: int, topic_id: int) -> HttpResponse:
    """One's own rating of a topic, given or changed."""
    members, issue = _allowed(request.user), get_object_or_404(Issue, pk=issue_id)
    topic = get_object_or_404(Topic, pk=topic_id)
    if not members:
        raise PermissionDenied
    form = RatingForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([message for errors in form.errors.values() for message in errors])
        panel.rate(issue=issue, topic=topic, by=members[0], **form.cleaned_data)
    except ValidationError as error:
        return _page(request, issue, members, (topic, error.messages))
    messages.success(request, _("%(topic)s: your rating is saved.") % {"topic": topic})
    return redirect(f"{reverse('desk_ratings', args=[issue.pk])}#topic-{topic.pk}")
