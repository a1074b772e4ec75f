"""The last word where a request cannot be read, comes from elsewhere, or fails: our page instead of Django's English.

Bound in urls.py (handler400, handler500) and by settings.CSRF_FAILURE_VIEW.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.views import defaults

from barograph.base import languages, refusals
from barograph.base.refusals import Refusal
from barograph.website import headers, refused

log = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A body that is too large or damaged, a host that cannot be. The log names no address: it may be a signed link."""
    log.warning("a request could not be read: %s", type(exception).__name__)
    try:
        response = page(request, partial(refusals.unreadable, exception))
    except Exception:  # no database, say
        log.exception("the page that explains a bad request failed")
        response = defaults.bad_request(request, exception)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Our page, or Django's plain one where even ours fails."""
    error = sys.exc_info()[1]
    if isinstance(error, (OperationalError, InterfaceError)):
        log.error("the database did not answer: %s (%s)", _without_link(request), type(error).__name__)
        response = _database_away(request)
    else:
        log.error("a request failed: %s", _without_link(request), exc_info=True)
        response = _plain(request)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def foreign(request: HttpRequest, reason: str) -> HttpResponse:
    """A form without the token of this sign-in."""
    log.warning("a form was refused: %s: %s", reason, _without_link(request))
    response = page(request, refusals.foreign)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _without_link(request: HttpRequest) -> str:
    """The address for a log; of a signed link only what kind it is."""
    match = request.resolver_match
    return match.route if match and "token" in match.kwargs else request.path


def _database_away(request: HttpRequest) -> HttpResponse:
    """The baked page that web servers show while Barograph is away, in the language of the address or the browser."""
    folder = settings.DATA / "site" / "current"
    wishes = (request.path.lstrip("/").partition("/")[0], translation.get_language() or "", *languages.INTERFACE)
    pages = (folder / code / "away.html" for code in wishes if re.fullmatch(r"[A-Za-z-]{2,12}", code))
    path = next((path for path in pages if path.is_file()), None)
    body = path.read_bytes() if path else b"The server is away for a moment. Try again in a minute."
    kind = "text/html; charset=utf-8" if path else "text/plain; charset=utf-8"
    response = HttpResponse(body, status=503, content_type=kind)
    response["Retry-After"] = "60"
    response["Cache-Control"] = "no-store"
    return response


def _plain(request: HttpRequest) -> HttpResponse:
    try:
        return page(request, refusals.failed)
    except Exception:
        return defaults.server_error(request)


def page(request: HttpRequest, refusal: Callable[[], Refusal]) -> HttpResponse:
    """At the desk in the language chosen there, elsewhere a public page."""
    user = getattr(request, "user", None)  # there is none yet where the host is refused
    if user is None or not request.path.startswith(tuple(f"{prefix}/" for prefix in headers.DESK)):
        return refused.page(request, refusal)
    with translation.override(_language_of(user)):
        shown = refusal()
        if request.accepts("text/html"):
            response = render(request, "desk/refused.html", {"refusal": shown}, status=shown.status)
        else:  # a program: the API's kind of answer (RFC 9457)
            context = {"title": shown.title, "status": shown.status, "detail": " ".join(shown.words)}
            response = JsonResponse(context, status=shown.status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    return response


def _language_of(user: object) -> str:
    profile = getattr(user, "wagtail_userprofile", None)
    return profile.get_preferred_language() if profile else translation.get_language() or "en"
