"""A subscriber's own page, by a signed link: what they get and when, another address, their data, leaving.

Only POST changes anything. The address itself is never shown: whoever was
forwarded a letter holds the link, too.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from barograph.base import rate_limits
from barograph.base.languages import localized
from barograph.editions import renames
from barograph.newsletter import limits, moves, own_data
from barograph.newsletter.answers import Content, broken, earlier, gone, left, message, page, show
from barograph.newsletter.signups import Asked
from barograph.subscribers import addresses, services, tokens
from barograph.subscribers.enums import ALL, IN_ORDER, Pace
from barograph.subscribers.models import Subscriber

LONGEST_PAUSE = timedelta(days=366)
#: Paces that make sense where issues themselves are monthly.
OF_MONTHS = (Pace.ISSUE, Pace.CHANGES)


@page("POST", strict=False)
def preferences(request: HttpRequest, imprint: Content, language: str, token: str) -> HttpResponse:
    """Lists, topics, pace, language, pause, address, own data, and leaving."""
    try:
        wish = tokens.read_settings(token)
    except tokens.InvalidToken:
        return broken(request, imprint, language)
    subscriber = Subscriber.objects.confirmed().filter(pk=wish.subscriber_id).first()
    if subscriber is None:
        return gone(request, imprint, language)
    if wish.links != subscriber.links:
        return earlier(request, imprint, language)
    act = request.POST.get("act", "save") if request.method == "POST" else ""
    if act == "leave":
        services.leave(subscriber_id=subscriber.pk)
        return left(request, imprint, language)
    if act == "move":
        return _move(request, imprint, language, subscriber)
    if act == "data":
        return _send_data(request, imprint, language, subscriber)
    form = _save(request, imprint, subscriber) if act else _saved_page(subscriber, imprint)
    return _page(request, imprint, language, form)


def _page(request: HttpRequest, imprint: Content, language: str, form: Content) -> HttpResponse:
    today = timezone.localdate()
    form |= {
        "earliest": (today + timedelta(days=1)).isoformat(),
        "latest": (today + LONGEST_PAUSE).isoformat(),
    }
    names = [(key, localized(names, language, imprint["languages"])) for key, names in topics(imprint).items()]
    context = {"form": {"moving": "", **form}, "topics": names, "paces": _paces(imprint)}
    return show(request, "preferences", imprint, language, context, status=422 if form["problem"] else 200)


def topics(imprint: Content) -> dict[str, dict[str, str]]:
    """The topics that are followed today, as the imprint has them: key → names."""
    today = timezone.localdate().isoformat()
    return {
        entry["key"]: entry["names"]
        for entry in imprint.get("topics", ())
        if not entry.get("until") or entry["until"] >= today
    }


def _paces(imprint: Content) -> list[tuple[str, str]]:
    words = {
        Pace.ISSUE: pgettext("how often", "Every issue"),
        Pace.MONTH: pgettext("how often", "A monthly summary"),
        Pace.BOTH: pgettext("how often", "Once a month, and right away when a verdict on my topics changes"),
        Pace.CHANGES: pgettext("how often", "Only when a verdict on my topics changes"),
    }
    offered = OF_MONTHS if imprint.get("rhythm") == "month" else tuple(words)
    return [(str(pace), words[pace]) for pace in offered]


def _saved_page(subscriber: Subscriber, imprint: Content) -> Content:
    renamed = renames.of(imprint)
    entries = list(subscriber.subscriptions.all())
    until = subscriber.paused_until
    chosen = entries[0].topics if entries else []
    return {
        "lists": [entry.list_key for entry in entries],
        "language": subscriber.language,
        "pace": entries[0].pace if entries else str(Pace.ISSUE),
        "topics": [] if ALL in chosen else [renamed.topic(key) for key in chosen if key],
        "first": renamed.topic(chosen[0]) if chosen else "",
        "paused_until": until.isoformat() if until and until > timezone.localdate() else "",
        "saved": False,
        "problem": "",
        "about": "",
    }


def _save(request: HttpRequest, imprint: Content, subscriber: Subscriber) -> Content:
    lists = [entry["key"] for entry in imprint["lists"] if entry["key"] in request.POST.getlist("lists")]
    chosen = [key for key in topics(imprint) if key in request.POST.getlist("topics")]
    first = request.POST.get("first", "")
    form = {
        "lists": lists,
        "language": request.POST.get("language", ""),
        "pace": request.POST.get("pace", str(Pace.ISSUE)),
        "topics": chosen,
        "first": first,
        "paused_until": request.POST.get("paused_until", "").strip(),
        "saved": False,
        "problem": "",
        "about": "",
    }
    pause = None
    if form["paused_until"]:
        pause = _day(form["paused_until"])
        if pause is None:
            form |= {"problem": _("Choose a day within the next year, or leave it empty."), "about": "pause"}
    if form["language"] not in imprint["languages"]:
        form |= {"problem": _("Choose a language."), "about": "language"}
    if form["pace"] not in Pace.values:
        form |= {"problem": _("Choose how often you want to hear from us."), "about": "pace"}
    if not lists:
        form |= {"problem": _("Choose at least one newsletter, or unsubscribe below."), "about": "lists"}
    if not form["problem"]:
        services.change_preferences(
            subscriber_id=subscriber.pk,
            list_keys=lists,
            language=form["language"],
            paused_until=pause,
            topics=[renames.of(imprint).identity(key) for key in _in_order(chosen, first, list(topics(imprint)))],
            pace=form["pace"],
        )
        form["saved"] = True
    return form


def _in_order(chosen: list[str], first: str, known: list[str]) -> list[str]:
    """The topics as they are kept: the first wished first, or IN_ORDER; then the chosen ones, or ALL of them."""
    head = first if first in known else IN_ORDER
    rest = [key for key in chosen if key != first] if chosen and len(chosen) < len(known) else [ALL]
    return [] if (head, rest) == (IN_ORDER, [ALL]) else [head, *rest]


def _day(text: str) -> date | None:
    """A day within the next year, else None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if timezone.localdate() < day <= timezone.localdate() + LONGEST_PAUSE else None


def _move(request: HttpRequest, imprint: Content, language: str, subscriber: Subscriber) -> HttpResponse:
    """Ask both mailboxes. The answer is the same whatever the new address is."""
    address, asked, problem = request.POST.get("address", "").strip()[:400], None, ""
    try:
        if not limits.can_write_to(addresses.clean(address)):
            problem = _("We can’t write to an address with these letters. Use one with Latin letters before the @.")
        else:
            asked = moves.ask(subscriber=subscriber, address=address, network=rate_limits.network_of(request))
    except addresses.InvalidAddress:
        problem = _("This does not look like an e-mail address. Check it: it should look like name@example.org.")
    if problem:
        form = _saved_page(subscriber, imprint) | {"moving": address, "problem": problem, "about": "address"}
        return _page(request, imprint, language, form)
    if asked is Asked.TOO_MANY:
        return _wait(request, imprint, language)
    return message(
        request,
        imprint,
        language,
        _("Check both mailboxes"),
        _(
            "We’ve written to your current address and to the new one. Press the button in each "
            "e-mail to make the change."
        ),
        _("The links work for seven days. Until you’ve confirmed from both, nothing changes."),
    )


def _send_data(request: HttpRequest, imprint: Content, language: str, subscriber: Subscriber) -> HttpResponse:
    if own_data.ask(subscriber=subscriber, network=rate_limits.network_of(request)) is Asked.TOO_MANY:
        return _wait(request, imprint, language)
    words = _("Everything we hold about you is on its way to your mailbox.")
    return message(request, imprint, language, _("Check your e-mail"), words)


def _wait(request: HttpRequest, imprint: Content, language: str) -> HttpResponse:
    words = _("Too many e-mails were requested from your network within an hour. Try again later.")
    response = message(request, imprint, language, _("Please wait a little"), words, status=429)
    response["Retry-After"] = "3600"
    return response


@page("POST", strict=False)
def agree(request: HttpRequest, imprint: Content, language: str, token: str) -> HttpResponse:
    """A page with a button, for each of the two mailboxes; POST agrees."""
    try:
        change_id, side = tokens.read_address_change(token)
    except tokens.InvalidToken:
        return broken(request, imprint, language)
    if request.method != "POST" and moves.waiting(change_id):
        return show(request, "address", imprint, language, {"is_new": side == "new"})
    done = moves.agree(change_id=change_id, side=side) if request.method == "POST" else None
    if done is None:
        words = _("The change has already been made or was canceled, or the link is more than seven days old.")
        return message(request, imprint, language, _("There is nothing to confirm"), words, status=410)
    if done:
        words = _("From now on, e-mails will come to the new address. The old one has been erased.")
        return message(request, imprint, language, _("Your address has been changed"), words)
    words = _("Now confirm from the other mailbox: we’ve sent an e-mail there, too.")
    return message(request, imprint, language, _("Thank you. One more step"), words)
