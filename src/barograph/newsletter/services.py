"""The newsletter's verb: from an issue's editions to one mailing a list."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from barograph.delivery import services as delivery
from barograph.delivery.models import Mailing
from barograph.editions.models import Edition
from barograph.editions.services import current_imprint
from barograph.newsletter import bulletin, links, mails

Content = dict[str, Any]


class NothingToSend(Exception):
    """The issue has no edition yet: freeze it first."""


def make_mailings(*, issue_key: str) -> list[Mailing]:
    """One mailing for each list, handed to the workers. Made once: a second call gives the same mailings.

    Raises NothingToSend where the issue (its first day, '2020-08-03') is not frozen.
    """
    first = date.fromisoformat(issue_key)
    editions = {e.language: e.content for e in Edition.objects.filter(first=first).current()}
    if not editions:
        raise NothingToSend(f"the issue of {issue_key} has no edition")
    imprint = current_imprint()
    made = []
    for entry in imprint["lists"]:
        chain = [language for language in entry["languages"] if language in editions]
        if chain:
            made.append(_mailing(f"issue:{issue_key}:{entry['key']}", first, entry, chain, editions, imprint))
    return made


def _mailing(
    key: str, first: date, entry: Content, chain: list[str], editions: dict[str, Content], imprint: Content
) -> Mailing:
    kept = Mailing.objects.filter(key=key).first()
    if kept is not None:
        return delivery.make_mailing(mailing=kept)[0]
    letter = bulletin.compose(editions, chain, _history(first, chain[0]), imprint, entry["label"])
    mailing = Mailing(
        key=key,
        list_key=entry["key"],
        sender=mails.sender(imprint, chain[0]),
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        pictures=[[picture.name, b64encode(picture.content).decode()] for picture in letter.pictures],
        headers=_headers(entry, chain, issue_key=first.isoformat()),
        unsubscribe_url=links.pattern("newsletter_unsubscribe"),
        settings_url=links.pattern("newsletter_settings"),
    )
    return delivery.make_mailing(mailing=mailing)[0]


def _history(first: date, language: str) -> list[Content]:
    """The contents up to this issue, oldest first: as many as a barogram shows."""
    rows = Edition.objects.filter(first__lte=first).current().in_language(language).order_by("-first")
    return [edition.content for edition in rows[: bulletin.WINDOW]][::-1]


def _headers(entry: Content, chain: list[str], *, issue_key: str) -> dict[str, str]:
    """Headers every copy has: RFC 2919 (List-Id), RFC 5064 (Archived-At), RFC 3282 (Content-Language)."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return {
        "List-Id": f"<{entry['key']}.{host}>",
        "Precedence": "bulk",
        "Content-Language": ", ".join(chain),
        "Archived-At": f"<{links.site(f'/{chain[0]}/{issue_key}/')}>",
    }
