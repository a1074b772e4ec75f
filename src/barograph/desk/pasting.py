"""What is pasted into the editor goes the way of a Word file: cleaned by the same rules, and what was lost is said.

The page's script (desk/paste.js) sends the clipboard's HTML here and puts what comes back into the editor. Nothing is
stored.
"""

from __future__ import annotations

import json

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, JsonResponse
from django.http.request import RawPostDataException
from django.views.decorators.http import require_POST

from barograph.commentaries.foreign_html import clean
from barograph.commentaries.permissions import may_translate

LARGEST = 2_000_000


@require_POST
def paste(request: HttpRequest) -> JsonResponse:
    """{"html", "notes": names of footnotes in the text} → {"html", "left_out": sentences}, or 422 and {"error"}."""
    if not (request.user.has_perm("commentaries.change_commentary") or may_translate(request.user)):
        raise PermissionDenied
    try:
        sent = json.loads(request.body[: LARGEST + 1])
        html, notes = sent["html"], [str(name) for name in sent.get("notes", [])][:1000]
        if not isinstance(html, str):
            raise TypeError
    except (RawPostDataException, ValueError, KeyError, TypeError, AttributeError):  # the first: a form was sent
        return JsonResponse({"error": "no JSON of a paste"}, status=400)
    try:
        taken = clean(html, taken=notes)
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=422)
    return JsonResponse({"html": taken.body, "left_out": taken.left_out})
