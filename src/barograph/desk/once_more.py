"""What was sent after the sign-in ended, or was renewed in another window: it comes back on a page that sends it again.

Without it a form that was open for long would end in a refusal, and what was typed with it. The rule holds for every
form of the desk; only the ways in, which work without a sign-in, are left out. The page carries the form's own fields,
shows what was typed, and does nothing by itself; nothing of it is stored. Passwords are not carried, files have to be
chosen again. An autosave is told in its own format, its words stay in the open page.
"""

from __future__ import annotations

import json
import re

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from barograph.desk import refused

#: Views that answer people without a sign-in: they never lose words to its end, and some take secrets.
WAYS_IN = frozenset(
    {
        "desk_factor_ask",
        "desk_factor_set_up",
        "desk_invitation",
        "desk_invitation_gone",
        "wagtailadmin_javascript_catalog",
        "wagtailadmin_login",
        "wagtailadmin_logout",
        "wagtailadmin_password_reset",
        "wagtailadmin_password_reset_complete",
        "wagtailadmin_password_reset_confirm",
        "wagtailadmin_password_reset_done",
        "wagtailadmin_sprite",
    }
)
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 (a field's name)
#: Fields whose content must stand in no page.
SECRET = re.compile(r"password|passkey|^proof$|^code$|-code$", re.IGNORECASE)
#: What a browser could show as typed words: with a letter, and more than a code or a key.
WORDS = re.compile(r"[^\W\d_]{2}.*\s.*[^\W\d_]|[^\W\d_]{12}", re.DOTALL)


def _is_form_of_the_desk(request: HttpRequest) -> bool:
    match = request.resolver_match
    return (
        request.method == "POST"
        and match is not None
        and match.route.startswith("desk/")
        and match.view_name not in WAYS_IN
        and not getattr(match.func, "csrf_exempt", False)  # for programs: the API, providers' events
    )


def has_words(request: HttpRequest) -> bool:
    """Whether somebody pressed a button under a form of the desk with anything in it."""
    return (
        _is_form_of_the_desk(request)
        and request.accepts("text/html")
        and any(name != TOKEN and any(values) for name, values in [*request.POST.lists(), *request.FILES.lists()])
    )


def is_autosave(request: HttpRequest) -> bool:
    """Whether an open page saves by itself: its words are still there."""
    return _is_form_of_the_desk(request) and not request.accepts("text/html") and request.accepts("application/json")


def ask_again(request: HttpRequest) -> HttpResponse:
    """The page with everything that was sent, and a button to send it once more."""
    sent = [(name, value) for name, values in request.POST.lists() if name != TOKEN for value in values]
    fields = [(name, value) for name, value in sent if not SECRET.search(name)]
    context = {
        "fields": fields,
        "typed": [text for _name, value in fields if (text := _readable(value))],
        "has_secrets": any(value for name, value in sent if SECRET.search(name)),
        "files": [(name, file.name) for name, files in request.FILES.lists() for file in files],
        "address": request.get_full_path(),
    }
    response = render(request, "desk/once_more.html", context, status=403)
    response["Cache-Control"] = "no-store"
    return response


def _readable(value: str) -> str:
    """A field's content as words, where it has any; of a rich text its paragraphs."""
    if value.startswith('{"'):
        try:
            blocks = json.loads(value)["blocks"]
            value = "\n".join(str(block["text"]) for block in blocks)
        except (ValueError, KeyError, TypeError):
            return ""
    return value.strip() if WORDS.search(value) else ""


def tell_autosave() -> HttpResponse:
    """To Wagtail's autosave: an error that it shows and that lets it try again."""
    message = _("You were signed out, or have signed in again. Keep this page open and sign in in another window.")
    return JsonResponse({"success": False, "error_code": "locked", "error_message": message}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: object) -> HttpResponse:
    """Django's refusal (settings.CSRF_FAILURE_VIEW) in our words; a form with an earlier token comes back.

    One that was sent from another site doesn't: Django gives another reason then.
    """
    if reason.startswith(("CSRF token", "CSRF cookie")):
        if has_words(request):
            return ask_again(request)
        if is_autosave(request):
            return tell_autosave()
    return refused.foreign(request, reason)
