"""Mails as letters: a folder of templates each (subject.txt, body.txt, body.html), rendered in one language."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import css_inline

from barograph.base import pages
from barograph.base.control_characters import plain_line
from barograph.base.languages import localized
from barograph.delivery.messages import SETTINGS, UNSUBSCRIBE, Letter, Person, Picture, Template
from barograph.newsletter import links, sender_choice
from barograph.newsletter.marks import Marks
from barograph.newsletter.models import AddressChange, SignUpRequest
from barograph.subscribers import tokens
from barograph.subscribers.models import Subscriber

Content = dict[str, Any]

HERE = Path(__file__).resolve().parent / "jinja2/newsletter/mail"
#: Where the style that cannot be inlined comes in.
_STYLE_PLACE = "<!--kept-style-->"
#: Longer ones are cut: a mailing's row has room for so much.
LONGEST_SUBJECT = 390
#: A tag with its attributes; in what the inliner writes, words hold no bare "<".
_TAG = re.compile(r'<[a-z][^<>"]*(?:"[^"]*"[^<>"]*)*>', re.IGNORECASE)
_CLASS = re.compile(r' class="([^"]*)"')


@cache
def _styles() -> tuple[str, str]:
    return tuple((HERE / name).read_text(encoding="utf-8") for name in ("inlined.css", "kept.css"))


@cache
def _kept_classes() -> frozenset[str]:
    return frozenset(re.findall(r"\.([a-z]+)", _styles()[1]))


def _needed(match: re.Match[str]) -> str:
    """A class attribute with what dark mode and narrow screens still need of it: the rest is inlined."""
    names = [name for name in match[1].split() if name in _kept_classes()]
    return f' class="{" ".join(names)}"' if names else ""


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False, extra_css=_styles()[0], minify_css=True)


def rendered(name: str, context: Content, *, language: str) -> tuple[str, str, str]:
    """Subject, HTML (styles inlined; dark mode and narrow screens in a <style>) and text of a mail."""
    marks = Marks()
    context = {**context, **marks.context()}
    subject = plain_line(pages.render(f"newsletter/mail/{name}/subject.txt", context, language=language))
    html = _inliner().inline(pages.render(f"newsletter/mail/{name}/body.html", context, language=language))
    html = _TAG.sub(lambda tag: _CLASS.sub(_needed, tag[0]), html)
    html = html.replace(_STYLE_PLACE, f"<style>{_styles()[1]}</style>", 1)
    text = pages.render(f"newsletter/mail/{name}/body.txt", context, language=language).strip() + "\n"
    return cut_to(subject, LONGEST_SUBJECT), marks.settled(html), marks.settled(text)


def cut_to(words: str, most: int) -> str:
    """At most so many characters, the last of them an ellipsis where something was cut off."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def weight(html: str, text: str, pictures: tuple[Picture, ...]) -> int:
    """How many bytes a mail of this has on its way, with links of the usual length."""
    at = datetime(2020, 1, 1, tzinfo=UTC)
    letter = Letter("weight", "a@example.org", "", html, text, at, {}, pictures)
    links = dict.fromkeys((SETTINGS, UNSUBSCRIBE), "x" * 200)
    return len(Template(letter).fill(Person("a@example.org", "<weight@example.org>", links))) + 1000


def sender(imprint: Content, language: str) -> str:
    """The From header: the publication's name in a language, and its address."""
    return sender_choice.chosen(imprint, language).written()


def answers(imprint: Content, language: str) -> dict[str, str]:
    """The Reply-To header, where the publication has one."""
    return sender_choice.chosen(imprint, language).answers()


def common(imprint: Content, language: str) -> Content:
    """What every mail's frame needs."""
    return {
        "name": localized(imprint["name"], language, imprint["languages"]),
        "home": links.site(f"/{language}/"),
    }


def label(imprint: Content, list_key: str) -> str:
    """A list as readers know it: 'BE/RU'."""
    return next((entry["label"] for entry in imprint["lists"] if entry["key"] == list_key), list_key)


def _letter(
    name: str, link: str, subscriber: Subscriber, list_key: str, imprint: Content, request: SignUpRequest
) -> Letter:
    # the person who asks may read another language now than when they subscribed
    language = subscriber.language if subscriber.is_confirmed else request.language
    context = {**common(imprint, language), "list": label(imprint, list_key), "link": link}
    subject, html, text = rendered(name, context, language=language)
    return Letter(
        key=f"{name}:{request.pk}:{request.at.isoformat()}",
        sender=sender(imprint, language),
        subject=subject,
        html=html,
        text=text,
        date=request.at,
        headers=answers(imprint, language),
    )


def address_change(*, change: AddressChange, side: str, imprint: Content) -> Letter:
    """'Change of your address', to the old or the new mailbox, with a link to the page that has the button."""
    language = change.subscriber.language
    link = links.page("newsletter_address", language, tokens.address_change(change.pk, side))
    context = {**common(imprint, language), "link": link, "is_new": side == "new"}
    subject, html, text = rendered("address", context, language=language)
    key = f"address:{change.pk.hex}:{side}"
    return Letter(key, sender(imprint, language), subject, html, text, change.at, answers(imprint, language))


def own_data(*, subscriber: Subscriber, data: str, at: datetime, imprint: Content) -> Letter:
    """'What we keep about you': `data` as it is, JSON."""
    language = subscriber.language
    link = links.site(links.own_settings(subscriber, language))
    context = {**common(imprint, language), "link": link, "data": data}
    subject, html, text = rendered("data", context, language=language)
    head = answers(imprint, language)
    return Letter(f"data:{at.isoformat()}", sender(imprint, language), subject, html, text, at, head)


def confirm(*, subscriber: Subscriber, list_key: str, imprint: Content, request: SignUpRequest) -> Letter:
    """'Confirm your subscription', with a link to the page that has the button."""
    token = tokens.confirmation(subscriber.pk, [list_key], now=request.at)
    link = links.page("newsletter_confirm", subscriber.language, token)
    return _letter("confirm", link, subscriber, list_key, imprint, request)


def already(*, subscriber: Subscriber, list_key: str, imprint: Content, request: SignUpRequest) -> Letter:
    """'You are already subscribed', with a link to the settings."""
    link = links.site(links.own_settings(subscriber, subscriber.language))
    return _letter("already", link, subscriber, list_key, imprint, request)
