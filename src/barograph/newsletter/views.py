"""Sign-up, confirmation and leaving. Only POST changes anything.

Every page says the same whether an address is known or not.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from barograph.base import rate_limits, refusals
from barograph.newsletter import limits, links, signups
from barograph.newsletter.answers import Content, SeeOther, again, broken, gone, left, message, page, show
from barograph.newsletter.mails import label
from barograph.subscribers import addresses, services, tokens
from barograph.subscribers.models import Subscriber


@page("POST")
def subscribe(request: HttpRequest, imprint: Content, language: str) -> HttpResponse:
    """The form; POST asks for a confirmation mail."""
    if request.method != "POST":
        return show(request, "subscribe", imprint, language, {"form": {}})
    address, list_key = request.POST.get("address", "").strip()[:400], request.POST.get("list", "")
    problem = about = ""
    if list_key not in {entry["key"] for entry in imprint["lists"]}:
        problem, about = _("Choose in which language you want to read the newsletter."), "list"
    try:
        if not limits.can_write_to(addresses.clean(address)):
            problem = _("We can’t write to an address with these letters. Use one with Latin letters before the @.")
            about = "address"
    except addresses.InvalidAddress:
        problem = _("This does not look like an e-mail address. Check it: it should look like name@example.org.")
        about = "address"
    if not address:
        problem, about = _("Enter your e-mail address."), "address"
    if problem:
        form = {"address": address, "list": list_key, "problem": problem, "about": about}
        return show(request, "subscribe", imprint, language, {"form": form}, status=422)
    if not request.POST.get("website"):  # a field people do not see: whoever fills it in is a program
        asked = signups.ask(
            address=address, list_key=list_key, language=language, network=rate_limits.network_of(request)
        )
        if asked is signups.Asked.TOO_MANY:
            words = _("Too many people signed up from your network within an hour. Try again later.")
            response = message(request, imprint, language, _("Please wait a little"), words, status=429)
            response["Retry-After"] = "3600"
            return response
    return SeeOther(reverse("newsletter_sent", args=[language]))


@page()
def sent(request: HttpRequest, imprint: Content, language: str) -> HttpResponse:
    """The same words for everybody who asked."""
    return message(
        request,
        imprint,
        language,
        _("Check your e-mail"),
        _("We’ve sent you an e-mail. Open the link in it and press the button there to complete your subscription."),
        _("The link works for seven days. If nothing arrives within an hour, check your spam folder."),
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
        words = _("A confirmation link works for seven days. Sign up again, and we’ll send you a new one.")
        title = _("This link has expired")
        return message(request, imprint, language, title, words, status=410, **again(language))
    except tokens.InvalidToken:
        return broken(request, imprint, language)
    except services.Stale:
        words = _("Your subscription has changed since this e-mail was sent. Sign up again if you like.")
        title = _("This link has been used")
        return message(request, imprint, language, title, words, status=410, **again(language))
    except services.Used as used:  # whoever has the link confirmed by it may be told
        words = _("This link has already been used. You get: %(names)s.") % {
            "names": _names(imprint, confirmation.list_keys)
        }
        return _subscribed(request, imprint, language, used.subscriber, _("You are already subscribed"), words)
    names = _names(imprint, confirmation.list_keys)
    if request.method != "POST":
        return show(request, "confirm", imprint, language, {"names": names})
    words = _("The next issue will come to your mailbox: %(names)s.") % {"names": names}
    return _subscribed(request, imprint, language, subscriber, _("You have been successfully subscribed"), words)


def _names(imprint: Content, list_keys: Iterable[str]) -> str:
    return ", ".join(label(imprint, key) for key in list_keys)


def _subscribed(
    request: HttpRequest, imprint: Content, language: str, subscriber: Subscriber, title: str, words: str
) -> HttpResponse:
    link, link_words = links.own_settings(subscriber, language), _("Subscription settings")
    return message(request, imprint, language, title, words, link=link, link_words=link_words)


@page("POST", strict=False)
def unsubscribe(request: HttpRequest, imprint: Content, language: str, token: str) -> HttpResponse:
    """A page with a button; POST leaves, from the page or from a mail program (RFC 8058).

    Any letter of a list leaves that list, also one from before its reader left and came back, changed the address, or
    became one with another subscriber. Where a link can't say whom it is about, the page says so and asks for the
    address: it never says that it worked where it didn't. A link of an earlier row or address leaves its list and does
    no more, and nothing is told or handed out, for whoever reads the old mailbox may be somebody else by now.
    """
    try:
        wish = tokens.read_unsubscription(token)
    except tokens.InvalidToken:
        return broken(request, imprint, language)
    departure = services.leaving(wish)
    name = label(imprint, wish.list_key)
    if not departure.is_known:
        context = {"name_of_list": name, "list": wish.list_key if _is_offered(imprint, wish.list_key) else ""}
        return show(request, "unknown", imprint, language, context, status=410)
    others = _others(departure.owner, wish.list_key)
    is_theirs = departure.gets(wish.list_key) or (departure.owner is not None and not departure.owner.is_confirmed)
    if request.method != "POST":
        if not is_theirs and not others:
            return gone(request, imprint, language, name)
        context = {"name_of_list": name, "others": ", ".join(label(imprint, key) for key in others)}
        return show(request, "unsubscribe", imprint, language, context)
    everything = _act(request) == "leave-all" and departure.owner is not None
    services.leave_by_link(wish, everything=everything)
    if others and not everything and departure.owner:
        names = ", ".join(label(imprint, key) for key in others)
        return message(
            request,
            imprint,
            language,
            _("You have unsubscribed"),
            _("You still get: %(names)s.") % {"names": names},
            link=links.own_settings(departure.owner, language),
            link_words=_("Subscription settings"),
        )
    if not is_theirs and not everything:
        return gone(request, imprint, language, name)
    if departure.others:
        words = _("You won’t get the newsletter %(name)s anymore.") % {"name": name}
        return message(request, imprint, language, _("You have unsubscribed"), words, **again(language))
    return left(request, imprint, language)


def _is_offered(imprint: Content, list_key: str) -> bool:
    return any(entry["key"] == list_key for entry in imprint["lists"])


def _act(request: HttpRequest) -> str:
    """The button; none where the body cannot be read: whatever a mail program sends, leaving works."""
    try:
        return request.POST.get("act", "")
    except refusals.UNREADABLE:
        return ""


def _others(subscriber: Subscriber | None, list_key: str) -> list[str]:
    if subscriber is None:
        return []
    return list(subscriber.subscriptions.exclude(list_key=list_key).values_list("list_key", flat=True))
