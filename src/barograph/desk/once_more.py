"""Words sent after the sign-in ended, or was renewed in another window: they come back on a page that sends them again.

Without it a form that was open for long would end in a refusal, and what was typed with it. The page carries the form's
own fields and does nothing by itself; nothing of it is stored.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from barograph.desk import refused

_COMMENTARY = "wagtailsnippets_commentaries_commentary"
#: Forms that people write into for long.
WRITTEN_IN = frozenset({f"{_COMMENTARY}:edit", f"{_COMMENTARY}:revisions_revert", "desk_translate"})
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 (a field's name)


def has_words(request: HttpRequest) -> bool:
    """Whether somebody pressed a button under such a form; an autosave keeps its words in the page by itself."""
    match = request.resolver_match
    return (
        request.method == "POST"
        and match is not None
        and match.view_name in WRITTEN_IN
        and request.accepts("text/html")
        and bool(request.POST)
    )


def ask_again(request: HttpRequest) -> HttpResponse:
    """The page with everything that was sent, and a button to send it once more."""
    fields = [(name, value) for name, values in request.POST.lists() if name != TOKEN for value in values]
    context = {"fields": fields, "address": request.get_full_path()}
    response = render(request, "desk/once_more.html", context, status=403)
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: object) -> HttpResponse:
    """Django's refusal (settings.CSRF_FAILURE_VIEW) in our words; a form with an earlier token comes back.

    One that was sent from another site doesn't: Django gives another reason then.
    """
    if reason.startswith(("CSRF token", "CSRF cookie")) and has_words(request):
        return ask_again(request)
    return refused.foreign(request, reason)
