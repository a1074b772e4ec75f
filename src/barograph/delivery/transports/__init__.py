"""How a finished mail is handed over: one small interface, a folder a kind.

A transport takes bytes and an address and says what the other side answered.
It knows neither mailings nor subscribers, and never repeats on its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

#: An address in a relay's answer.
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")


class Unreachable(Exception):
    """The relay cannot be used at the moment. Nobody's address is to blame; try again later."""


@dataclass(frozen=True)
class Answer:
    """What the other side said to one mail: an SMTP code and its words, without addresses."""

    code: int
    text: str = ""

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_for_later(self) -> bool:
        return 400 <= self.code < 500


class Transport(Protocol):
    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hand over one mail. Raises Unreachable."""

    def close(self) -> None:
        """Say goodbye; may be called twice."""


def without_addresses(text: str) -> str:
    """A relay's words on one line, fit to be kept."""
    return _ADDRESS.sub("<…>", " ".join(text.split()))[:300]


def opened() -> Transport:
    """The transport of this installation: SMTP, or what the setting BAROGRAPH_TRANSPORT names (tests)."""
    kind = getattr(settings, "BAROGRAPH_TRANSPORT", "barograph.delivery.transports.smtp.SmtpTransport")
    return import_string(kind)()
