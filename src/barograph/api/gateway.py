"""Who comes in by the API: tokens alone, within their scopes and limits. Session cookies open nothing here."""

from __future__ import annotations

import codecs
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone, translation
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.utils import json
from rest_framework.views import APIView

from barograph.api import problems, tokens
from barograph.base import rate_limits
from barograph.people import audit

LARGEST = 512 * 1024  # bytes of a body
PER_TOKEN = 1200  # requests an hour
WRONG_TOKENS = 60  # an hour, from a network
LONGEST_SECRET = 200


class Throttled(exceptions.Throttled):
    def __init__(self) -> None:
        now = timezone.now()
        ends = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        super().__init__(wait=max(1, (ends - now).total_seconds()))


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`. Wrong ones are counted by network, as wrong passwords are."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        network = rate_limits.network_of(request)
        if not rate_limits.spend("api wrong token", network, WRONG_TOKENS):
            raise Throttled
        secret = parts[1].decode("ascii", "replace") if len(parts) == 2 else ""
        token = tokens.find_token(secret) if 0 < len(secret) <= LONGEST_SECRET else None
        if token is None:
            raise exceptions.AuthenticationFailed
        rate_limits.give_back("api wrong token", network)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="barograph"'


class HasScope(BasePermission):
    """The scope its view names for the verb."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.auth is None:
            raise exceptions.NotAuthenticated
        scope = view.scopes.get(request.method)
        return scope == "" or scope in request.auth.scopes


class PerToken(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        if request.auth is None:
            return True
        if not rate_limits.spend("api token", str(request.auth.pk), PER_TOKEN):
            raise Throttled
        return True


class SmallJson(JSONParser):
    """Strict JSON up to a size, whatever the header says of its length."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise problems.TooLarge
        try:
            return json.loads(codecs.decode(data, "utf-8"), parse_constant=json.strict_constant)
        except (ValueError, RecursionError):
            raise exceptions.ParseError from None


class JsonAlone(DefaultContentNegotiation):
    """JSON, whatever is asked for: an answer is never refused for its `Accept`."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """`scopes`: verb → the scope it needs; "": any token."""

    scopes: dict[str, str] = {}
    authentication_classes = (TokenAuthentication,)
    permission_classes = (HasScope,)
    throttle_classes = (PerToken,)
    parser_classes = (SmallJson,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = JsonAlone
    http_method_names = ["get", "post", "put", "patch", "head"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method == "HEAD":
            request.method = "GET"
        length = request.META.get("CONTENT_LENGTH") or ""
        if len(length) > 12 or (length.isdigit() and int(length) > LARGEST):
            raise problems.TooLarge
        super().initial(request, *args, **kwargs)
        speak_the_language_of(request.user)

    def get_exception_handler(self) -> Any:
        return problems.answer

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(answer, Response) and answer.status_code >= 400:
            answer.accepted_renderer, answer.accepted_media_type = (
                problems.ProblemRenderer(),
                problems.ProblemRenderer.media_type,
            )
            answer.content_type = problems.ProblemRenderer.media_type
        answer["Cache-Control"] = "no-store"
        return answer


def speak_the_language_of(user: Any) -> None:
    """The language chosen at the desk; without a choice what the request asks for stays."""
    profile = getattr(user, "wagtail_userprofile", None)
    if profile is not None and profile.preferred_language:
        translation.activate(profile.preferred_language)


def note(request: Request, *, instance: Any, what: str, **data: str) -> None:
    """A line of the audit log for a write: by whom, with which token, on what; never the words themselves."""
    details = {"what": what, "token": request.auth.name, **data}
    audit.note("api_write", about=instance, by=request.user, **details)


def require_match(request: HttpRequest, etag: str) -> None:
    """Refuse a change that is made from another version than today's."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise problems.Unconditional
    if given != "*" and etag not in [tag.strip() for tag in given.split(",")]:
        raise problems.Stale
