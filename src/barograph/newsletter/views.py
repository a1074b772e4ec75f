"""Sign-up, confirmation, settings and leaving. No cookie, no session; only POST changes anything.

Every page says the same whether an address is known or not. Nothing here
writes an address to a log.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from barograph.base import pages
from barograph.base.languages import interface
from barograph.editions.services import current_imprint
from barograph.newsletter import limits, signups
from barograph.newsletter.mails import label
from barograph.subscribers import addresses, services, tokens
from barograph.subscribers.models import Subscriber

Content = dict[str, Any]
View = Callable[..., HttpResponse]

LONGEST_PAUSE = timedelta(days=366)


class SeeOther(HttpResponseRedirect):
    """After a POST: look there with GET (RFC 9110, 15.4.4)."""

    status_code = 303


def page(*methods: str, strict: bool = True) -> Callable[[View], View]:
    """A public page in the language of its address; `strict` refuses other languages than the publication's."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @never_cache
        @require_http_methods(["GET", "HEAD", *methods])
        @wraps(view)
        def wrapped(request: HttpRequest, language: str, **rest: str) -> HttpResponse:
            imprint = current_imprint()
            if language not in imprint["languages"]:
                if strict:
                    raise Http404
                language = imprint["languages"][0]
            with translation.override(interface(language)):
                response = view(request, imprint, language, **rest)
            # Django would log refusals with their address, and a signed link belongs in no log
            response._has_been_logged = True
            return response

        return wrapped

    return decorate


def _show(
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


def _message(request: HttpRequest, imprint: Content, language: str, title: str, *words: str, status: int = 200, **more):
    context = {"heading": title, "words": words, "link": more.get("link", ""), "link_words": more.get("link_words", "")}
    return _show(request, "message", imprint, language, context, status)


def _again(language: str) -> dict[str, str]:
    return {"link": f"/{language}/subscribe/", "link_words": _("To the sign-up form")}


@page("POST")
def subscribe(request: HttpRequest, imprint: Content, language: str) -> HttpResponse:
    """The form; POST asks for a confirmation mail."""
    if request.method != "POST":
        return _show(request, "subscribe", imprint, language, {"form": {}})
    address, list_key = request.POST.get("address", "").strip()[:400], request.POST.get("list", "")
    problem = ""
    if list_key not in {entry["key"] for entry in imprint["lists"]}:
        problem = _("Choose in which language you want to read the newsletter.")
    try:
        addresses.clean(address)
    except addresses.InvalidAddress:
        problem = _("This does not look like an e-mail address. Check it: it should look like name@example.org.")
    if not address:
        problem = _("Write your e-mail address.")
    if problem:
        form = {"address": address, "list": list_key, "problem": problem}
        return _show(request, "subscribe", imprint, language, {"form": form}, status=422)
    if not request.POST.get("website"):  # a field people do not see: whoever fills it in is a program
        asked = signups.ask(address=address, list_key=list_key, language=language, network=limits.network_of(request))
        if asked is signups.Asked.TOO_MANY:
            words = _("Too many sign-ups have come from your network within an hour. Try again later.")
            response = _message(request, imprint, language, _("Please wait a little"), words, status=429)
            response["Retry-After"] = "3600"
            return response
    return SeeOther(reverse("newsletter_sent", args=[language]))


@page()
def sent(request: HttpRequest, imprint: Content, language: str) -> HttpResponse:
    """The same words for everybody who asked."""
    return _message(
        request,
        imprint,
        language,
        _("Check your mailbox"),
        _("We have sent you a letter. Open the link in it and press the button there: then you are subscribed."),
        _("The link works for seven days. If nothing comes within an hour, look among the unwanted mail."),
    )


@page("POST", strict=False)
def confirm(request: HttpRequest, imprint: Content, language: str, token: str) -> HttpResponse:
    """A page with a button; POST confirms. A scanner that follows links confirms nobody."""
    try:
        confirmation = tokens.read_confirmation(token, now=timezone.now())
        if request.method == "POST":
            subscriber = services.confirm(confirmation=confirmation)
        else:
            subscriber = services.pending_confirmation(confirmation=confirmation)
    except tokens.ExpiredToken:
        words = _("A confirmation link works for seven days. Sign up again, and we send you a fresh one.")
        title = _("This link is too old")
        return _message(request, imprint, language, title, words, status=410, **_again(language))
    except tokens.InvalidToken:
        return _broken(request, imprint, language)
    except services.Stale:
        words = _("Your subscription has changed since this letter was sent. Sign up again if you want to.")
        title = _("This link has been used")
        return _message(request, imprint, language, title, words, status=410, **_again(language))
    names = ", ".join(label(imprint, key) for key in confirmation.list_keys)
    if request.method != "POST":
        return _show(request, "confirm", imprint, language, {"names": names})
    return _message(
        request,
        imprint,
        language,
        _("You have been successfully subscribed"),
        _("The next issue comes to your mailbox: %(names)s.") % {"names": names},
        link=reverse("newsletter_settings", args=[language, tokens.settings(subscriber.pk)]),
        link_words=_("Subscription settings"),
    )


def _broken(request: HttpRequest, imprint: Content, language: str) -> HttpResponse:
    return _message(
        request,
        imprint,
        language,
        _("This link is not complete"),
        _("Copy the whole link from the letter into the address bar, or open it from the letter itself."),
        status=404,
        **_again(language),
    )


def _gone(request: HttpRequest, imprint: Content, language: str) -> HttpResponse:
    return _message(
        request,
        imprint,
        language,
        _("You are not subscribed"),
        _("We have no subscription for this link, and we do not keep your address."),
        **_again(language),
    )


@page("POST", strict=False)
def preferences(request: HttpRequest, imprint: Content, language: str, token: str) -> HttpResponse:
    """Lists, language, pause, and leaving, by a signed link."""
    try:
        subscriber_id = tokens.read_settings(token)
    except tokens.InvalidToken:
        return _broken(request, imprint, language)
    subscriber = Subscriber.objects.confirmed().filter(pk=subscriber_id).first()
    if subscriber is None:
        return _gone(request, imprint, language)
    if request.method == "POST" and request.POST.get("act") == "leave":
        services.leave(subscriber_id=subscriber_id)
        return _left(request, imprint, language)
    form = {
        "lists": list(subscriber.subscriptions.values_list("list_key", flat=True)),
        "language": subscriber.language,
        "paused_until": _day(subscriber.paused_until),
        "saved": False,
        "problem": "",
    }
    if request.method == "POST":
        form = _save(request, imprint, subscriber)
    today = timezone.localdate()
    form["earliest"] = (today + timedelta(days=1)).isoformat()
    form["latest"] = (today + LONGEST_PAUSE).isoformat()
    return _show(request, "preferences", imprint, language, {"form": form}, status=422 if form["problem"] else 200)


def _day(paused_until: date | None) -> str:
    return paused_until.isoformat() if paused_until and paused_until > timezone.localdate() else ""


def _save(request: HttpRequest, imprint: Content, subscriber: Subscriber) -> Content:
    lists = [entry["key"] for entry in imprint["lists"] if entry["key"] in request.POST.getlist("lists")]
    language, until = request.POST.get("language", ""), request.POST.get("paused_until", "").strip()
    form = {"lists": lists, "language": language, "paused_until": until, "saved": False, "problem": ""}
    pause = None
    if until:
        try:
            pause = date.fromisoformat(until)
        except ValueError:
            pause = date.min
        if not timezone.localdate() < pause <= timezone.localdate() + LONGEST_PAUSE:
            form["problem"] = _("Choose a day within the next year, or leave it empty.")
    if language not in imprint["languages"]:
        form["problem"] = _("Choose a language.")
    if not lists:
        form["problem"] = _("Choose at least one newsletter, or unsubscribe below.")
    if not form["problem"]:
        services.change_preferences(subscriber_id=subscriber.pk, list_keys=lists, language=language, paused_until=pause)
        form["saved"] = True
    return form


@page("POST", strict=False)
def unsubscribe(request: HttpRequest, imprint: Content, language: str, token: str) -> HttpResponse:
    """A page with a button; POST leaves, from the page or from a mail program (RFC 8058)."""
    try:
        wish = tokens.read_unsubscription(token)
    except tokens.InvalidToken:
        return _broken(request, imprint, language)
    subscriber = Subscriber.objects.filter(pk=wish.subscriber_id).first()
    others = _others(subscriber, wish.list_key)
    if request.method != "POST":
        if subscriber is None:
            return _gone(request, imprint, language)
        context = {
            "name_of_list": label(imprint, wish.list_key),
            "others": ", ".join(label(imprint, k) for k in others),
        }
        return _show(request, "unsubscribe", imprint, language, context)
    everything = request.POST.get("act") == "leave-all"
    services.leave(subscriber_id=wish.subscriber_id, list_key="" if everything else wish.list_key)
    if others and not everything and subscriber:
        names = ", ".join(label(imprint, key) for key in others)
        return _message(
            request,
            imprint,
            language,
            _("You have unsubscribed"),
            _("You still get: %(names)s.") % {"names": names},
            link=reverse("newsletter_settings", args=[language, tokens.settings(subscriber.pk)]),
            link_words=_("Subscription settings"),
        )
    return _left(request, imprint, language)


def _others(subscriber: Subscriber | None, list_key: str) -> list[str]:
    if subscriber is None:
        return []
    return list(subscriber.subscriptions.exclude(list_key=list_key).values_list("list_key", flat=True))


def _left(request: HttpRequest, imprint: Content, language: str) -> HttpResponse:
    return _message(
        request,
        imprint,
        language,
        _("You have unsubscribed"),
        _("Your address is erased. No more letters will come."),
        **_again(language),
    )
