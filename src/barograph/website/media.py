"""Images of the desk, for those who may enter it. Public pages hold their own copies, made by the bake."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest
from django.utils._os import safe_join
from django.views.decorators.http import require_safe

#: One of these rights lets see pictures; who keeps the accounts has none of them.
HANDLES_TEXTS = (
    "commentaries.change_commentary",
    "commentaries.view_commentary",
    "commentaries.translate_commentary",
    "wagtailimages.choose_image",
)
TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
}


@require_safe
@permission_required("wagtailadmin.access_admin", raise_exception=True)
def serve(request: HttpRequest, path: str) -> FileResponse:
    """GET /desk/media/<path>. Anything but an image of these kinds (SVG can hold script) is not there.

    Pictures that may not be published yet are for those who handle texts: who writes, edits, translates or releases.
    """
    kind = TYPES.get(Path(path).suffix.lower())
    if not any(request.user.has_perm(right) for right in HANDLES_TEXTS):
        raise PermissionDenied
    try:
        file = Path(safe_join(settings.MEDIA_ROOT, path))
        if kind is None or not file.is_file():
            raise Http404
    except (SuspiciousFileOperation, ValueError):  # outside the folder; NUL
        raise Http404 from None
    response = FileResponse(file.open("rb"), content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'"
    response["Cache-Control"] = "private, max-age=3600"
    return response
