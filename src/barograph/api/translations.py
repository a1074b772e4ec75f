"""The API's addresses for translations: whoever may open the translator's screen, and nobody else."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from barograph.api import shapes
from barograph.api.drafts import texts_for_desk
from barograph.api.gateway import ApiView, note, require_match
from barograph.api.views import IF_MATCH, ISSUE, MOST, answers, etag_of, issue_of, valid
from barograph.commentaries.models import Commentary
from barograph.commentaries.permissions import may_translate
from barograph.commentaries.services import (
    changes_since,
    save_translation,
    source_texts,
    standing_texts,
    start_translation,
    translation_state,
    working_copy,
)
from barograph.issues.services import publication

#: Longest texts, by the last name of a path; the rest may be as long as a body.
LONGEST = {"headline": 300, "question": 300, "title": 200, "pros": 300, "cons": 300}


def _sources(user: Any) -> Any:
    if not may_translate(user):
        raise PermissionDenied
    return Commentary.objects.sources().select_related("issue", "topic", "latest_revision")


def _source(user: Any, pk: int, language: str) -> Commentary:
    source = get_object_or_404(_sources(user), pk=pk)
    if language == source.language or language not in publication().languages:
        raise Http404
    return source


def _translation_of(source: Commentary, language: str) -> Commentary | None:
    return source.translations.select_related("latest_revision", "issue", "topic").filter(language=language).first()


def _line(source: Commentary, language: str, translation: Commentary | None) -> dict[str, Any]:
    return {
        "source": source.pk,
        "issue": source.issue.key,
        "topic": source.topic.key,
        "source_language": source.language,
        "language": language,
        "state": translation_state(translation).value,
        "headline": standing_texts(source).get("headline", ""),
    }


class Translations(ApiView):
    scopes = {"GET": "translations:read"}

    @extend_schema(
        operation_id="translations",
        parameters=[ISSUE],
        responses=answers(404, _200=shapes.TranslationLine(many=True)),
    )
    def get(self, request: Request) -> Response:
        """What there is to translate, a line a language, newest issue first."""
        rows = _sources(request.user).prefetch_related("translations__latest_revision")
        if "issue" in request.query_params:
            rows = rows.filter(issue=issue_of(request.query_params["issue"]))
        codes, lines = publication().languages, []
        for source in rows[:MOST]:
            by_language = {row.language: row for row in source.translations.all()}
            for row in by_language.values():
                row.source = source
            lines += [_line(source, code, by_language.get(code)) for code in codes if code != source.language]
        return Response(lines)


class Translation(ApiView):
    scopes = {"GET": "translations:read", "PATCH": "translations:write"}

    @extend_schema(operation_id="translation", responses=answers(404, _200=shapes.TranslationOut))
    def get(self, request: Request, pk: int, language: str) -> Response:
        """The source's texts, the translation's newest ones, and what changed in between. Reading begins nothing."""
        source = _source(request.user, pk, language)
        translation = _translation_of(source, language)
        draft = working_copy(translation) if translation else None
        own = source_texts(draft) if draft else {}
        texts = {path: text for path, text in own.items() if not path.startswith("body.")}
        if draft is not None and draft.body:
            texts["body"] = draft.body
        payload = _line(source, language, translation) | {
            "source_texts": standing_texts(source),
            "texts": texts,
            "changed": [change.path for change in changes_since(draft)] if draft else [],
        }
        return Response(payload, headers={"ETag": etag_of(translation)})

    @extend_schema(
        operation_id="change_translation",
        parameters=[IF_MATCH],
        request=shapes.TranslationChange,
        responses=answers(404, 412, 413, 415, 428, _204=None),
    )
    def patch(self, request: Request, pk: int, language: str) -> Response:
        """Keep texts as a draft, by their paths; one not begun is begun. Signing off stays at the desk."""
        source = _source(request.user, pk, language)
        texts = valid(shapes.TranslationChange, request)["texts"]
        with transaction.atomic():
            rows = Commentary.objects.select_for_update(of=("self",))
            rows.get(pk=source.pk)  # whoever else would begin the translation waits here
            require_match(request, etag_of(rows.filter(source=source, language=language).first()))
            _check(texts, source)
            row = start_translation(source, language, by=request.user)
            save_translation(translation=row, texts=texts_for_desk(texts), by=request.user)
            row.refresh_from_db()
            note(request, instance=row, what="change translation")
        return Response(status=204, headers={"ETag": etag_of(row)})


def _check(texts: dict[str, str], source: Commentary) -> None:
    """Paths must be the source's; what is too long for its place is refused before anything is kept."""
    places = {"headline", *(path for path in standing_texts(source) if not path.startswith("body.")), "body"}
    if unknown := sorted(set(texts) - places):
        names = ", ".join(path[:80] for path in unknown[:5])
        raise ValidationError(_("The source does not contain this text: %(paths)s.") % {"paths": names})
    for path, text in texts.items():
        kind = next((part for part in path.split(".") if part in LONGEST), path)
        if len(text) > LONGEST.get(kind, 300_000):
            raise ValidationError(_("Too long: %(path)s.") % {"path": path})
