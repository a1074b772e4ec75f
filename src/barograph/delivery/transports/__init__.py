"""How a finished mail is handed over: one small interface, a folder a kind.

A transport takes bytes and an address and says what the other side answered.
It knows neither mailings nor subscribers, and never repeats on its own.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string

#: An address in a relay's answer.
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
#: An enhanced status code (RFC 3463) at the head of an answer.
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


#: Of an address in another script at a relay that does not take such addresses (RFC 6531, 3.5).
NO_SMTPUTF8 = "5.6.7"


class Unreachable(Exception):
    """The relay cannot be used at the moment. Nobody's address is to blame; try again later.

    `in_doubt`: the whole mail had been handed over before the connection failed, so it may have been accepted.
    """

    def __init__(self, reason: str, *, in_doubt: bool = False) -> None:
        super().__init__(reason)
        self.in_doubt = in_doubt


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

    @property
    def status(self) -> str:
        """The enhanced status, '5.1.1', or '' where there was none."""
        match = _STATUS.match(self.text)
        return match[1] if match else ""


@dataclass(frozen=True)
class Parcel:
    """One mail on its way. `number` is the sender's own mark for it; `is_smooth` as in delivery/messages.py."""

    number: int
    sender: str
    recipient: str
    message: bytes
    is_smooth: bool = False


@dataclass(frozen=True)
class Outcome:
    parcel: Parcel
    result: Answer | Unreachable


class Transport(Protocol):
    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hand over one mail and wait. Raises Unreachable."""

    def close(self) -> None:
        """Say goodbye; may be called twice."""


@runtime_checkable
class Carrier(Protocol):
    """A transport that carries several mails at a time. It takes up none before it is given."""

    width: int  # how many at a time

    @property
    def room(self) -> int:
        """How many more can be given now."""

    @property
    def carrying(self) -> int:
        """How many were given and have no outcome yet."""

    def give(self, parcel: Parcel) -> None:
        """Take one mail on its way; only where there is room."""

    def announce(self, following: Callable[[], Parcel | None]) -> None:
        """Let it tell the other side ahead of a mail that `following` gives, while the one before is on its way.

        It is not carried, and nothing of its text goes out, before it is given.
        """

    def announced(self) -> Parcel | None:
        """A mail that was announced and whose turn it is now: to be given, or withdrawn."""

    def withdraw(self, parcel: Parcel) -> None:
        """Take an announcement back."""

    def wait(self, seconds: float) -> list[Outcome]:
        """What has come of some of them, as soon as anything has; an empty list after so many seconds."""

    def watch(self, file: int) -> bool:
        """Let `wait` end, too, when this file can be read. False where that can't be done."""

    def close(self) -> None:
        """Say goodbye; may be called twice."""


class Unannounced:
    """A carrier whose other side is told of no mail ahead."""

    def announce(self, following: Callable[[], Parcel | None]) -> None:
        pass

    def announced(self) -> Parcel | None:
        return None

    def withdraw(self, parcel: Parcel) -> None:
        pass


class OneByOne(Unannounced):
    """Any transport as a carrier of one mail at a time."""

    width = 1

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.given: deque[Parcel] = deque()

    @property
    def room(self) -> int:
        return self.width - len(self.given)

    @property
    def carrying(self) -> int:
        return len(self.given)

    def give(self, parcel: Parcel) -> None:
        self.given.append(parcel)

    def wait(self, seconds: float) -> list[Outcome]:
        outcomes = []
        while self.given:
            parcel = self.given.popleft()
            try:
                answer: Answer | Unreachable = self.transport.send(parcel.sender, parcel.recipient, parcel.message)
            except Unreachable as trouble:
                answer = trouble
            outcomes.append(Outcome(parcel, answer))
        return outcomes

    def watch(self, file: int) -> bool:
        return False

    def close(self) -> None:
        self.transport.close()


def without_addresses(text: str) -> str:
    """A relay's words on one line, fit to be kept."""
    words = " ".join(text.replace("\0", " ").split())  # PostgreSQL keeps no NUL
    return (_ADDRESS.sub("<…>", words) if "@" in words else words)[:300]


def opened() -> Transport:
    """The transport of this installation: SMTP, or what the setting BAROGRAPH_TRANSPORT names (tests)."""
    kind = getattr(settings, "BAROGRAPH_TRANSPORT", "barograph.delivery.transports.smtp.SmtpTransport")
    return import_string(kind)()


def carrier(transport: Transport | Carrier) -> Carrier:
    """The transport, able to carry several mails where it can."""
    return transport if isinstance(transport, Carrier) else OneByOne(transport)
