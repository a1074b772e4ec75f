"""Images of the desk, for those who may enter it. Public pages hold their own copies, made by the bake."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest
from django.utils._os import safe_join
from django.views.decorators.http import require_safe

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
    """GET /desk/media/<path>. Anything but an image of these kinds (SVG can hold script) is not there."""
    kind = TYPES.get(Path(path).suffix.lower())
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
