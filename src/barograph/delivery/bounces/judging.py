"""From a status code and a server's words to a judgement of one recipient.

A reader is silenced at once only where the words or the code say that there is
no such mailbox or host: everything else, a full mailbox, policy, content,
authentication, size, rate, trouble, may pass. Pure: text in, judgement out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from barograph.delivery.bounces import phrases
from barograph.delivery.bounces.reading import ADDRESS


class Kind(StrEnum):
    PERMANENT = "permanent"  # stop sending at once
    TRANSIENT = "transient"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto-reply"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Judgement:
    """What a mail says about one recipient.

    `counts`: it states that a delivery failed, for a reason that lies with the address or that is not given. A warning,
    a receipt, a complaint, and a refusal of the sender or the content are no such statement.
    `was_forwarded`: the delivery that failed went on to another address than the one written to (RFC 3464, 2.3.1).
    """

    address: str
    kind: Kind
    status: str
    reason: str
    counts: bool = False
    was_forwarded: bool = False

    def as_dict(self) -> dict[str, str | bool]:
        return {
            "address": self.address,
            "kind": self.kind.value,
            "status": self.status,
            "reason": self.reason,
            "counts": self.counts,
        }


@dataclass(frozen=True)
class Meaning:
    reason: str
    is_permanent: bool
    pattern: re.Pattern[str]


def _meaning(reason: str, words: list[str], *, is_permanent: bool = False) -> Meaning:
    return Meaning(reason, is_permanent, phrases.compiled(words))


_FULL = _meaning("the mailbox is full", phrases.FULL)
_SENDER = _meaning("the sender is refused", phrases.SENDER)
_SPAM = _meaning("refused by policy or content", phrases.SPAM)
_SUSPENDED = _meaning("the mailbox is disabled", phrases.SUSPENDED)
_NO_USER = _meaning("no such mailbox", phrases.NO_USER, is_permanent=True)
_NO_HOST = _meaning("no such host", phrases.NO_HOST, is_permanent=True)
_MOVED = _meaning("the person has moved", phrases.MOVED, is_permanent=True)
_REFUSES_ALL = _meaning("the domain takes no mail", phrases.REFUSES_ALL, is_permanent=True)
_SIZE = _meaning("the mail is too large", phrases.SIZE)
_RATE = _meaning("too much mail at once", phrases.RATE)
_RELAY = _meaning("the server does not relay", phrases.RELAY)
_UNAVAILABLE = _meaning("no such mailbox", phrases.UNAVAILABLE, is_permanent=True)
_PERHAPS = _meaning("no such mailbox", phrases.PERHAPS_NO_USER, is_permanent=True)
_TROUBLE = _meaning("trouble that may pass", phrases.TROUBLE)

_WITH_DIAGNOSIS = (
    _REFUSES_ALL, _FULL, _SENDER, _SPAM, _SUSPENDED, _SIZE, _RATE, _MOVED, _NO_USER, _NO_HOST,
    _RELAY, _UNAVAILABLE, _TROUBLE, _PERHAPS,
)  # fmt: skip

#: Reasons that lie with the mail, with us or between the servers: nothing is charged to the address.
_NOT_THE_ADDRESS = frozenset(
    {
        _SENDER.reason,
        _SPAM.reason,
        _SIZE.reason,
        _RATE.reason,
        _RELAY.reason,
        "refused because of its content",
    }
)

#: What a status says where the words say nothing (RFC 3463 and its registry).
_BY_STATUS = {
    "1.1": ("no such mailbox", Kind.PERMANENT),
    "1.2": ("no such host", Kind.PERMANENT),
    "1.3": ("the address is not well-formed", Kind.PERMANENT),
    "1.6": ("the person has moved", Kind.PERMANENT),
    "1.10": ("no such mailbox, or a domain that takes no mail", Kind.PERMANENT),
    "2.1": ("the mailbox is disabled", Kind.TRANSIENT),
    "2.2": ("the mailbox is full", Kind.TRANSIENT),
    "2.3": ("the mail is too large", Kind.TRANSIENT),
    "3.4": ("the mail is too large", Kind.TRANSIENT),
}
_BY_SUBJECT = {
    "1": "the address was not accepted",
    "2": "trouble with the mailbox",
    "3": "trouble with the mail system",
    "4": "trouble on the way",
    "5": "trouble with the protocol",
    "6": "refused because of its content",
    "7": "refused by policy or content",
}
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.:/@#-])([45]\d\d)(?=[\s\-,:;>]|$)")
_CONTINUED = re.compile(r"\n[ \t]*[45]\d\d[- ](?:\d\.\d\.\d+)?")
#: What gateways write under every mail, whatever became of it.
_FOOTER = re.compile(r"^.*\bscanned\b.*$", re.IGNORECASE | re.MULTILINE)
_UNSPECIFIC = frozenset({"", "5.0.0", "4.0.0", "5.3.0", "5.5.0", "4.3.0", "5.7.0"})


def plain(text: str) -> str:
    """A server's words in one line: small letters, addresses as `<a>`, continued replies joined."""
    text = _CONTINUED.sub(" ", _FOOTER.sub(" ", text[:6000]))
    text = ADDRESS.sub("<a>", text.lower()).replace("<<a>>", "<a>")
    return " ".join(text.replace("’", "'").split())


def status_in(text: str) -> str:
    """The most telling status code in a text: enhanced, else the reply code, else empty."""
    codes = _ENHANCED.findall(text)
    telling = [status for status in codes if status not in _UNSPECIFIC and status[0] != "2"]
    if telling or codes:
        return (telling or codes)[0]
    reply = _REPLY.search(text)
    return reply.group(1) if reply else ""


def meaning_of(text: str, *, status: str = "") -> Meaning | None:
    """What a server's words mean, or None where they say nothing known."""
    words = plain(text)
    for meaning in _WITH_DIAGNOSIS:
        match = meaning.pattern.search(words)
        if not match or (meaning in {_NO_HOST, _NO_USER} and _is_for_now(words, status)):
            continue
        return meaning
    return None


def says_full(text: str) -> bool:
    """Whether a text says that a mailbox is full."""
    return meaning_of(text) is _FULL


def says_for_good(text: str) -> bool:
    """Whether a text says that there is no such mailbox or host."""
    meaning = meaning_of(text)
    return meaning is not None and meaning.is_permanent


def says_why(text: str) -> bool:
    """Whether a text names a reason for which deliveries fail."""
    meaning = meaning_of(text)
    return meaning is not None and meaning is not _TROUBLE


def _is_for_now(words: str, status: str) -> bool:
    return bool(phrases.NOT_NOW.search(words)) and not status.startswith("5.1.")


#: The actions of RFC 3464, 2.3.3, that say that the mail arrived or was handed on.
ARRIVED = frozenset({"delivered", "relayed", "expanded"})


def judge(*, address: str, action: str = "", status: str = "", diagnostic: str = "", text: str = "") -> Judgement:
    """Judge one recipient: by what its server said, then by what the report says, then by the code alone.

    `action` as in RFC 3464, 2.3.3; empty means that delivery failed.
    """
    if action in ARRIVED:
        return Judgement(address, Kind.DELIVERED, status or "2.0.0", "it arrived, or was passed on")
    said = status_in(diagnostic)
    if said and (status in _UNSPECIFIC or (len(said) > 3 and said[0] == status[:1] and said[2:] != "0.0")):
        status = said
    status = status or status_in(text)
    meaning = meaning_of(diagnostic, status=status) if diagnostic else None
    meaning = meaning or _from_the_report(text, status)
    if action == "delayed":
        return Judgement(address, Kind.TRANSIENT, status, meaning.reason if meaning else "it is delayed")
    kind, reason = _verdict(status, meaning, said=diagnostic or text)
    return Judgement(address, kind, status, reason, counts=kind is Kind.PERMANENT or reason not in _NOT_THE_ADDRESS)


def _from_the_report(text: str, status: str) -> Meaning | None:
    """What the report's own words mean; a telling status is overruled only by what is surely not about existence."""
    meaning = meaning_of(text, status=status) if text else None
    if status[:1] == "5" and status[2:] in _BY_STATUS and meaning not in {_FULL, _SUSPENDED, _SIZE}:
        return None
    return meaning


def _verdict(status: str, meaning: Meaning | None, *, said: str) -> tuple[Kind, str]:
    by_status = _BY_STATUS.get(status[2:]) if len(status) > 3 else None
    if meaning in {_PERHAPS, _UNAVAILABLE} and (status[:1] == "4" or status[:3] == "5.2"):
        return Kind.TRANSIENT, by_status[0] if by_status else "the mailbox is not available"
    if meaning and meaning is not _TROUBLE:
        return (Kind.PERMANENT if meaning.is_permanent else Kind.TRANSIENT), meaning.reason
    if by_status and status[0] == "5":
        return by_status[1], by_status[0]
    if meaning:
        return Kind.TRANSIENT, meaning.reason
    if status[:1] == "4":
        return Kind.TRANSIENT, by_status[0] if by_status else "trouble that may pass"
    if status in _UNSPECIFIC or (len(status) <= 3 and not said):
        return Kind.UNKNOWN, "the report does not say why"
    if len(status) <= 3:
        return Kind.TRANSIENT, "refused for a reason of its own"
    return Kind.TRANSIENT, _BY_SUBJECT.get(status[2], "trouble that may pass")
