"""The gate before the desk: no view runs for a sign-in whose second factor is still owed.

It stands behind every way in (password, reset, a kept session), because it
looks at who asks, not at how they came; and at the view that would answer,
not at the address, so that no spelling of a path goes round it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from barograph.base import refusals
from barograph.commentaries.permissions import is_editor
from barograph.desk import devices, old_address, once_more, refused, step_up
from barograph.people import audit, factors, sight
from barograph.people.models import User
from barograph.people.sessions import BEGUN, BROWSER

#: A session that nobody used for so long has ended; its last use is noted no oftener than that.
IDLE, NOTED_EVERY = timedelta(hours=24), timedelta(minutes=10)
SEEN = "seen"
#: Views that work before the second factor: signing in and out, and the factor itself.
OPEN = frozenset(
    {
        "wagtailadmin_login",
        "wagtailadmin_logout",
        "wagtailadmin_javascript_catalog",
        "wagtailadmin_sprite",
        "desk_factor_ask",
        "desk_factor_set_up",
    }
)
#: Wagtail's views of pages, which Barograph has none of.
PAGES = ("wagtailadmin_pages:", "wagtailadmin_explore")
#: Pages about accounts, which show what accounts are called: no text, topic or byline stands on them.
ABOUT_ACCOUNTS = ("wagtailusers_users:", "desk_invitations", "desk_audit", "wagtail_bulk_action")
#: Wagtail's view that fails on purpose: anybody could fill the log with it.
USELESS = frozenset({"wagtailadmin_error_test"})
#: Fields without which a view of Wagtail's fails.
NEEDED = {"wagtailadmin_choose_page_external_link": "external-link-chooser-url"}
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


class SecondFactorGate:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self.get_response(request)
            devices.tell(request, response)
            if address := getattr(request, "address_before", ""):
                old_address.note_change(user=request.user, before=address)
            return response
        finally:
            sight.answer_for(None)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not request.path_info.startswith("/desk"):
            return None
        request.user = audit.row_of(request.user)  # else Wagtail would note nothing about it, silently
        if not request.user.is_authenticated:
            return _signed_out(request)
        if _is_over(request):
            logout(request)
            return _signed_out(request) or redirect_to_login(request.get_full_path(), reverse("wagtailadmin_login"))
        if not request.resolver_match.view_name.startswith(ABOUT_ACCOUNTS):
            sight.answer_for(request.user)
        _remember_browser(request)
        _speak_their_language(request.user)
        if request.resolver_match.view_name in OPEN or request.user.is_verified():
            return _shut(request) or _prove(request)
        if factors.device_of(request.user) is not None:
            return _lead(request, "desk_factor_ask")
        if factors.is_required(request.user):
            return _lead(request, "desk_factor_set_up")
        return _shut(request) or _prove(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Fields missing, or hidden ones as no browser sends them: a bad request, not our failure."""
        if request.path_info.startswith("/desk") and isinstance(error, (MultiValueDictKeyError, ValidationError)):
            return refused.page(request, refusals.incomplete)
        return None


def _signed_out(request: HttpRequest) -> HttpResponse | None:
    """What was sent comes back; everything else goes to the sign-in by Wagtail's own means."""
    if once_more.has_words(request):
        return once_more.ask_again(request)
    return once_more.tell_autosave() if once_more.is_autosave(request) else None


def _speak_their_language(user: Any) -> None:
    """All of an answer in the language chosen in the desk: Wagtail refuses in the browser's."""
    if hasattr(user, "wagtail_userprofile"):
        translation.activate(user.wagtail_userprofile.get_preferred_language())


def _shut(request: HttpRequest) -> HttpResponse | None:
    """What Wagtail brings and nobody here needs: its pages. Its reports tell who edited what: an editor's matter."""
    name = request.resolver_match.view_name
    if name.startswith(PAGES) or name in USELESS:
        raise Http404
    if name.startswith("wagtailadmin_reports:") and not _sees_who_wrote(request.user):
        raise PermissionDenied
    if request.method == "POST" and name in NEEDED and NEEDED[name] not in request.POST:
        return refused.page(request, refusals.incomplete)
    if (
        request.method == "POST"
        and name.startswith("wagtail")
        and not request.POST.get("next", "/").startswith(("/", "http"))
    ):
        return refused.page(request, refusals.incomplete)  # Wagtail would take the word for a view's name
    return None


def _prove(request: HttpRequest) -> HttpResponse | None:
    """The question who is there, where the act would outlast the session; an address that changes is remembered."""
    question = step_up.ask(request)
    if question is None and request.method == "POST" and request.resolver_match.view_name == "wagtailadmin_account":
        request.address_before = request.user.email  # type: ignore[attr-defined]
    return question


def _is_over(request: HttpRequest) -> bool:
    """Whether a session was not used for long, or has gone on for long however it was used. Notes that it is used."""
    now, session = timezone.now(), request.session
    begun, seen = (datetime.fromisoformat(session[name]) if name in session else now for name in (BEGUN, SEEN))
    if now - seen > IDLE or now - begun > timedelta(seconds=settings.SESSION_COOKIE_AGE):
        return True
    if SEEN not in session or now - seen > NOTED_EVERY:
        session[SEEN] = now.isoformat()
    return False


def _sees_who_wrote(user: User) -> bool:
    return is_editor(user) and sight.may_see_pens(user)


def _lead(request: HttpRequest, view: str) -> HttpResponse:
    """To the page that asks for the code; what was sent is not done, and says so."""
    if once_more.has_words(request):
        return once_more.ask_again(request)
    if once_more.is_autosave(request):
        return once_more.tell_autosave()
    if request.method not in {"GET", "HEAD"} or request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return HttpResponse(_("Confirm that it’s you first: reload the page."), status=403, content_type="text/plain")
    return redirect(f"{reverse(view)}?{urlencode({'next': request.get_full_path()})}")


def _remember_browser(request: HttpRequest) -> None:
    if BEGUN not in request.session:
        request.session[BEGUN] = timezone.now().isoformat()
        request.session[BROWSER] = browser_name(request.headers.get("User-Agent", ""))


def browser_name(agent: str) -> str:
    """'Firefox, Linux': enough to know one's own, too little to tell people apart."""
    browser = next((name for token, name in BROWSERS if token in agent), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    return ", ".join(filter(None, (browser, system)))
