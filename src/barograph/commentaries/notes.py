"""Comments on a text, between those who work on it: said, and settled. Readers never see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from barograph.commentaries.models import Commentary, Note
from barograph.commentaries.permissions import may_translate, may_write

LONGEST = 2000


def may_take_part(user: Any, commentary: Commentary) -> bool:
    """Editors, translators, and who writes the text."""
    return may_translate(user) or may_write(user, commentary)


def say(*, commentary: Commentary, user: Any, text: str) -> Note:
    """Add a comment to a source. Raises ValidationError."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise ValidationError(_("Write something first."))
    if len(text) > LONGEST:
        raise ValidationError(_("Use at most 2000 characters."))
    return Note.objects.create(commentary=commentary, user=user, text=text)


def settle(*, note: Note, user: Any) -> bool:
    """Mark a comment as settled. False where it was already."""
    return bool(Note.objects.filter(pk=note.pk, done_at=None).update(done_at=timezone.now(), done_by=user))


def unsettled(commentaries: Iterable[Commentary]) -> dict[int, int]:
    """How many comments of each text are still open: {commentary id: number}; none where there are none."""
    rows = Note.objects.filter(commentary__in=[row.pk for row in commentaries], done_at=None)
    return dict(rows.values_list("commentary").annotate(Count("pk")))
