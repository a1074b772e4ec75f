"""The API's addresses for issues, drafts and ratings. Rights are those of the desk, asked anew with every request."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from wagtail.permissions import policy_registry

from barograph.api import problems, shapes
from barograph.api.drafts import save_draft, scenarios_of
from barograph.api.gateway import ApiView, note, require_match
from barograph.base.languages import localized
from barograph.commentaries.models import Commentary
from barograph.commentaries.permissions import is_editor, may_write_slot
from barograph.commentaries.services import start_commentary, working_copy
from barograph.issues.models import Issue, Topic
from barograph.panel import services as panel
from barograph.people.models import Pen, Person

MOST = 200  # rows of a list
ISSUE = OpenApiParameter("issue", str, description="Only of this issue (its first day).")
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag you have read.")


def answers(*codes: int, **successes: Any) -> dict[Any, Any]:
    """Answers of an operation: what it gives, and the problems that can stand in its way."""
    refusal = OpenApiResponse(shapes.Problem, description="What stands in the way.")
    problem = {(code, "application/problem+json"): refusal for code in (400, 401, 403, 429, *codes)}
    good = {int(code[1:]): shape for code, shape in successes.items()}
    return good | problem


def issue_of(key: str) -> Issue:
    try:
        day = parse_date(key)
    except ValueError:
        day = None
    if day is None:
        raise Http404
    return get_object_or_404(Issue, first=day)


def topic_of(key: str) -> Topic:
    if "\x00" in key:
        raise Http404
    by_address = Q(key=key) | Q(addresses__address=key)  # a former address is the topic's, too
    return get_object_or_404(Topic.objects.filter(by_address).distinct())


def valid(shape: type[shapes.Shape], request: Request) -> dict[str, Any]:
    parsed = shape(data=request.data)
    parsed.is_valid(raise_exception=True)
    return parsed.validated_data


def etag_of(row: Commentary | None) -> str:
    return f'"{row.pk}-{row.latest_revision_id or 0}"' if row else '"none"'


class Issues(ApiView):
    scopes = {"GET": ""}

    @extend_schema(operation_id="issues", responses=answers(_200=shapes.IssueOut(many=True)))
    def get(self, request: Request) -> Response:
        """The latest issues and their topics."""
        language = get_language() or "en"
        rows = Issue.objects.prefetch_related("slots__topic")[:52]
        return Response([self._fields(issue, language) for issue in rows])

    def _fields(self, issue: Issue, language: str) -> dict[str, Any]:
        topics = [slot.topic for slot in issue.slots.all()]
        cells = [{"key": topic.key, "name": localized(topic.names, language)} for topic in topics]
        return {"key": issue.key, "last": issue.last, "number": issue.number, "state": issue.state, "topics": cells}


def _line(row: Commentary) -> dict[str, Any]:
    content = row.latest_revision.content if row.latest_revision else {}
    return {
        "id": row.pk,
        "issue": row.issue.key,
        "topic": row.topic.key,
        "language": row.language,
        "headline": content.get("headline") or row.headline,
        "signed_off": row.live,
    }


def own_drafts(user: Any) -> Any:
    """Sources this person may change at the desk."""
    policy = policy_registry.get_by_type(Commentary)
    rows = policy.instances_user_has_any_permission_for(user, {"change"}).filter(source__isnull=True)
    return rows.select_related("issue", "topic", "latest_revision")


class Drafts(ApiView):
    scopes = {"GET": "drafts:read", "POST": "drafts:write"}

    @extend_schema(operation_id="drafts", parameters=[ISSUE], responses=answers(404, _200=shapes.DraftLine(many=True)))
    def get(self, request: Request) -> Response:
        """The drafts you may write, newest issue first."""
        rows = own_drafts(request.user)
        if "issue" in request.query_params:
            rows = rows.filter(issue=issue_of(request.query_params["issue"]))
        return Response([_line(row) for row in rows[:MOST]])

    @extend_schema(
        operation_id="begin_draft",
        request=shapes.DraftBegin,
        responses=answers(404, 413, 415, _201=shapes.DraftBegun),
    )
    def post(self, request: Request) -> Response:
        """Begin the commentary of a topic in an issue; one that is there already is answered as it is."""
        data = valid(shapes.DraftBegin, request)
        issue, topic = issue_of(data["issue"]), topic_of(data["topic"])
        if not may_write_slot(request.user, issue_id=issue.pk, topic_id=topic.pk):
            raise PermissionDenied
        slot = issue.slots.filter(topic=topic).first()
        writer = slot.writer_id if slot and slot.writer_id else request.user.pk
        pen = Pen.objects.filter(user_id=writer).select_related("person").order_by("pk").first()
        byline = [pen.person] if pen else []
        row = start_commentary(issue=issue, topic=topic, language=data["language"], byline=byline, by=request.user)
        note(request, instance=row, what="begin draft")
        return Response({"id": row.pk}, status=201, headers={"ETag": etag_of(row)})


class Draft(ApiView):
    scopes = {"GET": "drafts:read", "PATCH": "drafts:write"}

    @extend_schema(operation_id="draft", responses=answers(404, _200=shapes.DraftOut))
    def get(self, request: Request, pk: int) -> Response:
        """The newest draft; its ETag goes into the If-Match of a change."""
        row = get_object_or_404(own_drafts(request.user), pk=pk)
        draft = working_copy(row)
        payload = _line(row) | {name: getattr(draft, name) for name in ("headline", "lede", "body", "question")}
        payload |= {"resolves_by": draft.resolves_by, "resolution": draft.resolution, "scenarios": scenarios_of(draft)}
        return Response(shapes.DraftOut(payload).data, headers={"ETag": etag_of(row)})

    @extend_schema(
        operation_id="change_draft",
        parameters=[IF_MATCH],
        request=shapes.DraftChange,
        responses=answers(404, 412, 413, 415, 423, 428, _204=None),
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change fields of a draft; every change is a version at the desk. Signing off stays at the desk."""
        row = get_object_or_404(own_drafts(request.user), pk=pk)
        changes = valid(shapes.DraftChange, request)

        def check(fresh: Commentary) -> None:
            lock = fresh.get_lock()
            if lock is not None and lock.for_user(request.user):
                raise problems.Locked
            require_match(request, etag_of(fresh))

        row = save_draft(commentary=row, changes=changes, by=request.user, check=check)
        note(request, instance=row, what="change draft")
        return Response(status=204, headers={"ETag": etag_of(row)})


def members_of(user: Any) -> list[Person]:
    """The names somebody signs with, the first of which rates; refuses who neither rates nor edits."""
    bylines = [pen.person for pen in Pen.objects.filter(user=user).select_related("person").order_by("pk")]
    if not bylines and not is_editor(user):
        raise PermissionDenied
    return bylines


def _rating(rating: Any) -> dict[str, Any]:
    return {"value": rating.value, "confidence": rating.confidence, "reason": rating.reason}


class Ratings(ApiView):
    scopes = {"GET": "ratings:read"}

    @extend_schema(operation_id="ratings", responses=answers(404, _200=shapes.OpinionOut(many=True)))
    def get(self, request: Request, issue: str) -> Response:
        """Each topic of an issue: your own rating, and the others' once you may see them."""
        members, row = members_of(request.user), issue_of(issue)
        opinions = panel.opinions(issue=row, viewers=members, chair=is_editor(request.user))
        topic_ids = {*row.slots.values_list("topic_id", flat=True), *opinions}
        topics = Topic.objects.filter(pk__in=topic_ids).order_by("position", "key")
        return Response([self._fields(topic, opinions.get(topic.pk)) for topic in topics])

    def _fields(self, topic: Topic, opinion: panel.Opinion | None) -> dict[str, Any]:
        others = opinion.ratings if opinion and opinion.revealed else []
        language = get_language() or "en"
        return {
            "topic": topic.key,
            "own": _rating(opinion.own) if opinion and opinion.own else None,
            "given": opinion.given if opinion else 0,
            "revealed": bool(opinion and opinion.revealed),
            "ratings": [_rating(one) | {"by": localized(one.by.names, language)} for one in others],
        }


class Rating(ApiView):
    scopes = {"PUT": "ratings:write"}

    @extend_schema(operation_id="rate", request=shapes.RatingIn, responses=answers(404, 413, 415, _204=None))
    def put(self, request: Request, issue: str, topic: str) -> Response:
        """Give your rating of a topic, or change it."""
        members = members_of(request.user)
        if not members:
            raise PermissionDenied
        row, about = issue_of(issue), topic_of(topic)
        panel.rate(issue=row, topic=about, by=members[0], **valid(shapes.RatingIn, request))
        note(request, instance=row, what="rate", topic=about.key)
        return Response(status=204)


class Nowhere(ApiView):
    """Every other address under the API: a problem in JSON, not a page."""

    scopes = dict.fromkeys(("GET", "POST", "PUT", "PATCH"), "")

    def get(self, request: Request, rest: str) -> Response:
        raise Http404

    post = put = patch = get
