"""Browsers in which somebody signed in before: they may try again while strangers have locked the name.

A cookie below /desk/ holds random digits and their keyed hash together with the name (OWASP: device cookies). It opens
nothing: the password and the second factor are asked as ever, ten tries an hour. It names nobody, and goes after 30
days without a sign-in.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

AGE = 30 * 24 * 3600  # seconds
_ATTRIBUTE = "_barograph_device"


def cookie_name() -> str:
    return f"{settings.COOKIE_PREFIX}device"


def known(request: HttpRequest | None, name: str) -> str:
    """The digits of this browser, where it is known for this name; else ""."""
    digits, _dot, proof = request.COOKIES.get(cookie_name(), "").partition(".") if request else ("", "", "")
    return digits if digits and constant_time_compare(proof, _proof(digits, name)) else ""


def remember(request: HttpRequest | None, name: str) -> None:
    """The answer to this request makes the browser known; other names in it are forgotten."""
    if request is not None:
        digits = known(request, name) or secrets.token_hex(16)
        setattr(request, _ATTRIBUTE, f"{digits}.{_proof(digits, name)}")


def tell(request: HttpRequest, response: HttpResponse) -> None:
    """Put what was remembered into the answer."""
    if value := getattr(request, _ATTRIBUTE, ""):
        response.set_cookie(
            cookie_name(),
            value,
            max_age=AGE,
            path=settings.SESSION_COOKIE_PATH,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )


def _proof(digits: str, name: str) -> str:
    return salted_hmac("barograph.desk.device", f"{digits} {name.casefold()}", algorithm="sha256").hexdigest()
