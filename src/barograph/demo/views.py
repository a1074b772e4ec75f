"""The demo's mailbox as a page: what every reader of the demo would find in their mail program."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from barograph.base import pages, style
from barograph.base.languages import INTERFACE
from barograph.demo import mails

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: A mail is somebody else's HTML: no script, no form, nothing from elsewhere; links open in the whole window.
MAIL_POLICY = (
    "sandbox allow-top-navigation-by-user-activation allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in INTERFACE else translation.get_language_from_request(request).split("-")[0]


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @require_safe
    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


def _show(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    language = _language(request)
    asked = request.GET.get("lang", "")
    shell = {"css": style.css(), "languages": INTERFACE, "query": f"?lang={asked}" if asked in INTERFACE else ""}
    response = HttpResponse(pages.render(f"demo/{template}.html", {**shell, **context}, language=language))
    response["Content-Security-Policy"] = PAGE_POLICY
    response["Referrer-Policy"] = "no-referrer"
    return response


def _mail_or_404(name: str) -> mails.Mail:
    mail = mails.one(settings.DATA / "mailbox", name)
    if mail is None:
        raise Http404
    return mail


@demo_only
def mailbox(request: HttpRequest) -> HttpResponse:
    """The list, newest first; `?to=` finds a recipient."""
    address = request.GET.get("to", "").strip()[:200]
    mailbox = mails.newest(settings.DATA / "mailbox", to=address)
    return _show(request, "mailbox", {"mails": mailbox, "to": address})


@demo_only
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: HTML in a frame of its own, text, headers."""
    mail = _mail_or_404(name)
    return _show(request, "mail", {"mail": mail, "text": mail.body("plain"), "has_html": bool(mail.body("html"))})


@demo_only
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part as it came, with its own pictures, shut in by its policy."""
    html = _HEAD.sub(lambda head: f'{head[0]}<base target="_top">', _mail_or_404(name).shown(), count=1)
    response = HttpResponse(html)
    response["Content-Security-Policy"] = MAIL_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"
    return response


@demo_only
def mail_source(request: HttpRequest, name: str) -> HttpResponse:
    """The whole mail as it was kept."""
    _mail_or_404(name)
    response = HttpResponse(mails.raw(settings.DATA / "mailbox", name), content_type="text/plain; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    return response
