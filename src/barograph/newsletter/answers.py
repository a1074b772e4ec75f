"""What the newsletter's pages have in common: their language, their answers, the page that says one thing.

No cookie, no session. Nothing here writes an address or a signed link to a log.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from barograph.base import pages, refusals
from barograph.base.languages import interface
from barograph.editions.services import current_imprint

Content = dict[str, Any]
View = Callable[..., HttpResponse]


class SeeOther(HttpResponseRedirect):
    """After a POST: look there with GET (RFC 9110, 15.4.4)."""

    status_code = 303


def page(*methods: str, strict: bool = True) -> Callable[[View], View]:
    """A public page in the language of its address; `strict` refuses other languages than the publication's."""

    allowed = ["GET", "HEAD", *methods]

    def decorate(view: View) -> View:
        @csrf_exempt
        @never_cache
        @wraps(view)
        def wrapped(request: HttpRequest, language: str, **rest: str) -> HttpResponse:
            if request.method not in allowed:
                return _not_allowed(allowed)
            imprint = current_imprint()
            if language not in imprint["languages"]:
                if strict:
                    raise Http404
                language = imprint["languages"][0]
            with translation.override(interface(language)):
                try:
                    response = view(request, imprint, language, **rest)
                except refusals.UNREADABLE as error:  # a body too large, or damaged
                    refusal = refusals.unreadable(error)
                    response = message(request, imprint, language, refusal.title, *refusal.words, status=refusal.status)
            # Django would log refusals with their address, and a signed link belongs in no log
            response._has_been_logged = True
            return response

        return wrapped

    return decorate


def _not_allowed(allowed: list[str]) -> HttpResponse:
    """Another method, as office programs and scanners try them (RFC 9110, 15.5.6): nothing is done, nor logged."""
    response = HttpResponseNotAllowed(allowed)
    response._has_been_logged = True
    return response


def show(
    request: HttpRequest, template: str, imprint: Content, language: str, context: Content, status: int = 200
) -> HttpResponse:
    match = request.resolver_match
    alternates = {
        code: reverse(match.view_name, kwargs={**match.kwargs, "language": code}) for code in imprint["languages"]
    }
    shell = pages.shell_context(imprint, language, alternates, "", section="subscribe")
    html = pages.render(f"newsletter/{template}.html", {**shell, **context}, language=language)
    response = HttpResponse(html, status=status)
    response["Content-Language"] = language
    response["X-Robots-Tag"] = "noindex"
    return response


def message(request: HttpRequest, imprint: Content, language: str, title: str, *words: str, status: int = 200, **more):
    context = {"heading": title, "words": words, "link": more.get("link", ""), "link_words": more.get("link_words", "")}
    return show(request, "message", imprint, language, context, status)


def again(language: str) -> dict[str, str]:
    return {"link": f"/{language}/subscribe/", "link_words": _("Go to the sign-up form")}


def broken(request: HttpRequest, imprint: Content, language: str) -> HttpResponse:
    return message(
        request,
        imprint,
        language,
        _("This link is incomplete"),
        _("Copy the whole link from the e-mail into the address bar, or open it directly from the e-mail."),
        status=404,
        **again(language),
    )


def gone(request: HttpRequest, imprint: Content, language: str, name: str = "") -> HttpResponse:
    """There is no subscription behind the link (any more): to the newsletter `name`, or none at all."""
    if name:
        words = [_("The address of this e-mail is not subscribed to the newsletter %(name)s.") % {"name": name}]
    else:
        words = [_("This link doesn’t belong to any subscription, and we hold no address for it.")]
        words.append(_("If you have subscribed again since then, use the link in a newer e-mail."))
    return message(request, imprint, language, _("You are not subscribed"), *words, **again(language))


def earlier(request: HttpRequest, imprint: Content, language: str) -> HttpResponse:
    """A link to the settings from before a change of address. The form it leads to tells nobody who subscribes."""
    return message(
        request,
        imprint,
        language,
        _("This link is for an old address"),
        _("The address has changed, and links in e-mails to the old one no longer work."),
        _("Every e-mail to your current address contains a working link."),
        _(
            "To get a new one, enter your current address in the sign-up form and choose a "
            "newsletter that you receive there."
        ),
        status=410,
        **again(language),
    )


def left(request: HttpRequest, imprint: Content, language: str) -> HttpResponse:
    return message(
        request,
        imprint,
        language,
        _("You have unsubscribed"),
        _("Your address has been erased. You won’t get any more e-mails."),
        **again(language),
    )
