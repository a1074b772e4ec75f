"""The desk's page of comments on a text."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from barograph.commentaries import notes
from barograph.commentaries.models import Commentary, Note
from barograph.commentaries.permissions import may_write
from barograph.commentaries.services import working_copy
from barograph.issues.services import publication
from barograph.people import sight
from barograph.people.models import User


def _source(request: HttpRequest, pk: int) -> Commentary:
    row = get_object_or_404(Commentary.objects.sources().select_related("issue", "topic", "latest_revision"), pk=pk)
    if not notes.may_take_part(request.user, row):
        raise PermissionDenied
    return row


def _shown(note: Note, reader: User) -> dict[str, Any]:
    """A comment with the names that `reader` may see."""
    by, done_by = (sight.account_name(user, reader=reader) for user in (note.user, note.done_by))
    return {"pk": note.pk, "at": note.at, "text": note.text, "by": by, "done_at": note.done_at, "done_by": done_by}


@require_http_methods(["GET", "HEAD", "POST"])
def talk(request: HttpRequest, pk: int) -> HttpResponse:
    """A text's comments, and the field for another."""
    row, errors = _source(request, pk), []
    if request.method == "POST":
        try:
            notes.say(commentary=row, user=request.user, text=request.POST.get("text", ""))
        except ValidationError as error:
            errors = error.messages
        else:
            return redirect("desk_notes", row.pk)
    context = {
        "commentary": row,
        "headline": working_copy(row).headline,
        "may_write": may_write(request.user, row),
        "notes": [_shown(note, request.user) for note in row.notes.select_related("user", "done_by")],
        "typed": request.POST.get("text", ""),
        "errors": errors,
        "zone": publication().timezone,
    }
    return render(request, "desk/notes.html", context, status=422 if errors else 200)


@require_POST
def settle(request: HttpRequest, pk: int, note_id: int) -> HttpResponse:
    """A comment is settled: it stays, and asks nobody any more."""
    row = _source(request, pk)
    note = get_object_or_404(Note, pk=note_id, commentary=row)
    if notes.settle(note=note, user=request.user):
        messages.success(request, _("The comment is resolved."))
    return redirect("desk_notes", row.pk)
