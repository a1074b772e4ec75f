"""What the API says when it can't do what was asked: RFC 9457 problem details, in the person's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"


class Stale(exceptions.APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = gettext_lazy(
        "Someone else has saved a newer version. Read it again, then reapply your change and send it."
    )


class Unconditional(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = gettext_lazy("Use If-Match to say which version your change is based on.")


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The request body is too large.")


class Locked(exceptions.APIException):
    status_code = status.HTTP_423_LOCKED
    default_detail = gettext_lazy("The text is locked in the desk or is with the editor.")


DETAILS = {
    400: gettext_lazy("The request is not valid."),
    401: gettext_lazy("You need a valid token."),
    403: gettext_lazy("You (or this token) are not allowed to do that."),
    404: gettext_lazy("There is nothing here that you can view."),
    405: gettext_lazy("This address does not support this method."),
    406: gettext_lazy("Responses are available as JSON only."),
    415: gettext_lazy("Send JSON (application/json)."),
    429: gettext_lazy("Too many requests. Wait a little and try again."),
}
#: What DRF's serializers call an error → our words (DRF's own are not in all languages of the desk).
FIELD_WORDS = {
    "required": gettext_lazy("This field is required."),
    "null": gettext_lazy("This must not be null."),
    "blank": gettext_lazy("This must not be empty."),
    "max_length": gettext_lazy("This is too long."),
    "max_items": gettext_lazy("Too many items."),
    "invalid_choice": gettext_lazy("This is not one of the allowed values."),
    "min_value": gettext_lazy("This is too small."),
    "max_value": gettext_lazy("This is too large."),
    "unknown": gettext_lazy("This field does not exist."),
}


def answer(exception: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's handler of exceptions; None: an error of ours, which is raised on."""
    errors: list[dict[str, str]] = []
    if isinstance(exception, Http404):
        exception = exceptions.NotFound()
    elif isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    elif isinstance(exception, ValidationError):
        errors = [{"pointer": "", "detail": message} for message in exception.messages]
        exception = exceptions.ValidationError()
    elif isinstance(exception, exceptions.ValidationError):
        errors = list(_pointed(exception.detail, ""))
    if not isinstance(exception, exceptions.APIException):
        return None
    code = exception.status_code
    own = isinstance(exception, (Stale, Unconditional, TooLarge, Locked))
    body = {
        "type": "about:blank",
        "title": _title(code),
        "status": code,
        "detail": str(exception.detail) if own else str(DETAILS.get(code, DETAILS[400])),
    }
    if errors:
        body["errors"] = errors
    response = Response(body, status=code)
    if code == 401:
        response["WWW-Authenticate"] = 'Bearer realm="barograph"'
    if code == 429:
        response["Retry-After"] = str(int(getattr(exception, "wait", None) or 60))
    return response


def _title(code: int) -> str:
    titles = {400: _("Not valid"), 401: _("No valid token"), 403: _("Not allowed"), 404: _("Not found")}
    titles |= {412: _("Out of date"), 413: _("Too large"), 423: _("Locked"), 429: _("Too many requests")}
    return titles.get(code, _("Not possible"))


def _pointed(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """A serializer's nested errors as JSON pointers."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from _pointed(inner, pointer if key == "non_field_errors" else f"{pointer}/{key}")
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            nested = isinstance(inner, (Mapping, list))
            yield from _pointed(inner, f"{pointer}/{number}" if nested else pointer)
    else:
        words = FIELD_WORDS.get(getattr(detail, "code", ""))
        yield {"pointer": pointer, "detail": str(words or _("This is not valid."))}
