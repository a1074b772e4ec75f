"""A letter before it goes out: to look at, and as a test mail to the team. Made by the same code, kept nowhere.

It shows what would be sent if the issue were released now: texts that are
signed off, and nothing else. Its personal links lead to the sign-up page.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from barograph.base.languages import interface
from barograph.delivery import services as delivery
from barograph.delivery.messages import SETTINGS, UNSUBSCRIBE, Letter, without_marks
from barograph.delivery.transports import Answer
from barograph.editions import renames
from barograph.editions.models import Edition
from barograph.editions.services import compose, compose_imprint
from barograph.issues.models import Issue
from barograph.newsletter import bulletin, links, mails
from barograph.newsletter.bulletin import Bulletin
from barograph.newsletter.sender_choice import with_sender

Content = dict[str, Any]


class NoSuchList(Exception):
    """The publication has no list of that key."""


@dataclass(frozen=True)
class Proof:
    """One list's letter as it stands now."""

    letter: Bulletin
    sender: str
    answers: dict[str, str]  # its Reply-To, where there is one
    language: str
    weight: int  # bytes of the whole mail

    def plain(self) -> str:
        """The text part as a mail program shows it."""
        return without_marks(self.letter.text)

    def shown(self) -> str:
        """The HTML with its pictures put in their places, for a frame in a page."""
        html = self.letter.html
        for picture in self.letter.pictures:
            data = b64encode(picture.content).decode()
            html = html.replace(f"cid:{picture.name}", f"data:image/png;base64,{data}")
        return html


def proof(*, issue: Issue, list_key: str) -> Proof:
    """The bulletin of an issue for a list. Raises NoSuchList."""
    imprint = with_sender(compose_imprint())
    entry = next((entry for entry in imprint["lists"] if entry["key"] == list_key), None)
    if entry is None:
        raise NoSuchList(list_key)
    contents = compose(issue=issue, published_at=timezone.now(), panel_shown=False)
    chain = [language for language in entry["languages"] if language in contents]
    if not chain:
        raise NoSuchList(list_key)
    history = [*_earlier(issue, chain[0]), contents[chain[0]]]
    letter = bulletin.compose(contents, chain, history, imprint, entry["label"])
    weight = mails.weight(letter.html, letter.text, letter.pictures)
    sender, answers = mails.sender(imprint, chain[0]), mails.answers(imprint, chain[0])
    return Proof(_without_personal_links(letter, chain[0]), sender, answers, chain[0], weight)


def _earlier(issue: Issue, language: str) -> list[Content]:
    rows = Edition.objects.filter(first__lt=issue.first).current().in_language(language).order_by("-first")
    renamed = renames.of(compose_imprint())
    return [renamed.content(edition.content) for edition in rows[: bulletin.WINDOW - 1]][::-1]


def _without_personal_links(letter: Bulletin, language: str) -> Bulletin:
    page = links.site(f"/{language}/subscribe/")

    def plain(text: str) -> str:
        return text.replace(UNSUBSCRIBE, page).replace(SETTINGS, page)

    return replace(letter, html=plain(letter.html), text=plain(letter.text))


def send_proof(*, issue: Issue, list_key: str, address: str, at: datetime | None = None) -> Answer:
    """Send the letter to one of the team, marked as a test. Raises NoSuchList, transports.Unreachable."""
    example = proof(issue=issue, list_key=list_key)
    at = at or timezone.now()
    with translation.override(interface(example.language)):
        subject = _("Test: %(subject)s") % {"subject": example.letter.subject}
    letter = Letter(
        key=f"test:{issue.key}:{list_key}:{at.isoformat()}",
        sender=example.sender,
        subject=subject,
        html=example.letter.html,
        text=example.letter.text,
        date=at,
        headers=example.answers,
        pictures=example.letter.pictures,
    )
    recipient = hashlib.sha256(address.encode()).hexdigest()
    return delivery.send_system_mail(letter=letter, address=address, recipient=recipient)
