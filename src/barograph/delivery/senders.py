"""Who our mail says it comes from: the From header, and where answers go.

What the publication's desk form says comes first, then the environment, then what follows from the site's host.
Which publication that is, is not delivery's affair: letters bring its choice along.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation

from barograph.delivery.messages import with_name

#: Longer names are cut: a mailing's row has room for so much.
LONGEST_NAME = 120


@dataclass(frozen=True)
class Chosen:
    """What the publication has set; '' where it has set nothing."""

    name: str = ""  # of the sender …
    publication: str = ""  # … and of the publication, which stands for it
    address: str = ""
    reply_to: str = ""

    def written(self) -> str:
        """The From header, '"Name" <address>'."""
        name = self.name or settings.MAIL_FROM_NAME or self.publication
        return with_name(name[:LONGEST_NAME], self.address or settings.DEFAULT_FROM_EMAIL)

    def answers(self) -> dict[str, str]:
        """The Reply-To header (RFC 5322, 3.6.2) as {name: value}; empty where answers may go to the sender."""
        value = self.reply_to or settings.MAIL_REPLY_TO
        return {"Reply-To": value} if value else {}


#: Asked for the publication's choice in a language, for mails that bring none along (newsletter/apps.py says whom).
_publication: list[Callable[[str], Chosen]] = []


def ask(choice: Callable[[str], Chosen]) -> None:
    """Say who knows the publication's choice."""
    _publication[:] = [choice]


def chosen() -> Chosen:
    """The publication's choice in the active language."""
    return _publication[0](translation.get_language() or "en") if _publication else Chosen()


def address() -> str:
    """The address in From: its domain signs, and SPF and DMARC are looked for there."""
    return chosen().address or settings.DEFAULT_FROM_EMAIL
