"""The publication's clock: what the desk shows and counts is its time, not the server's."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from barograph.issues.services import publication


class PublicationClock:
    """Middleware: times and days in the desk are those of the publication's time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/desk/"):
            return self.get_response(request)
        with timezone.override(ZoneInfo(publication().timezone)):
            return self.get_response(request)
