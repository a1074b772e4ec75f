"""What a refusal is about: the address, the mailbox, a policy, the content, or the sender.

The same words and codes as for mail that came back (judging.py), told apart by
who has to do something about it. Pure: an answer in, a class out.
"""

from __future__ import annotations

import re

from barograph.delivery.bounces import judging
from barograph.delivery.bounces.judging import Kind, Meaning, judge
from barograph.delivery.enums import Blame

_BY_REASON = {
    "no such mailbox": Blame.ADDRESS,
    "no such host": Blame.ADDRESS,
    "the person has moved": Blame.ADDRESS,
    "the domain takes no mail": Blame.ADDRESS,
    "the mailbox is full": Blame.MAILBOX,
    "the mailbox is disabled": Blame.MAILBOX,
    "the mail is too large": Blame.CONTENT,
    "the sender is refused": Blame.SENDER,
    "the server does not relay": Blame.SENDER,
    "too much mail at once": Blame.POLICY,
}
#: RFC 3463 and its registry: the most telling part first.
_BY_STATUS = {
    "1.7": Blame.SENDER, "1.8": Blame.SENDER, "2.3": Blame.CONTENT, "3.4": Blame.CONTENT,
    "7.8": Blame.SENDER, "7.9": Blame.SENDER, "7.20": Blame.SENDER, "7.21": Blame.SENDER, "7.22": Blame.SENDER,
    "7.23": Blame.SENDER, "7.24": Blame.SENDER, "7.25": Blame.SENDER, "7.26": Blame.SENDER, "7.27": Blame.SENDER,
    "1": Blame.ADDRESS, "2": Blame.MAILBOX, "6": Blame.CONTENT, "7": Blame.POLICY,
}  # fmt: skip
#: A server on the way takes no address in another script than Latin (RFC 6531, 3.5).
_ABOUT_SCRIPTS = frozenset({"6.7", "6.8", "6.9", "6.10"})
_ABOUT_CONTENT = re.compile(r"\b(?:content|spam|virus|malware|phish\w*|url|attachment|blocked (?:word|link)s?)\b")


_ABOUT_US = re.compile(r"\b(?:dmarc|dkim|spf|unauthenticated|not authenticated|reverse dns|ptr record)\b")
_TOO_FAST = re.compile(r"\btoo (?:many|fast|often|frequent)|\brate[- ]?limit|\bthrottl")


def blame_of(*, code: int, text: str) -> Blame:
    """Whom or what an SMTP answer of 4xx or 5xx is about."""
    words, status = f"{code} {text}", judging.status_in(text)
    if status[2:] in _ABOUT_SCRIPTS:  # whatever else it says: the address may well exist
        return Blame.OTHER
    meaning = judging.meaning_of(words, status=status)
    if blame := _by_words(meaning, words, status):
        return blame
    detail = status[2:] if len(status) > 3 else ""
    return _BY_STATUS.get(detail) or _BY_STATUS.get(detail.partition(".")[0]) or Blame.OTHER


def _by_words(meaning: Meaning | None, words: str, status: str) -> Blame | None:
    plain = judging.plain(words)
    if _TOO_FAST.search(plain):
        return Blame.POLICY
    if meaning is None:
        return None
    if meaning.reason == "refused by policy or content":
        if _ABOUT_US.search(plain):
            return Blame.SENDER
        is_content = status[2:3] == "6" or _ABOUT_CONTENT.search(plain)
        return Blame.CONTENT if is_content else Blame.POLICY
    return _BY_REASON.get(meaning.reason)


def is_for_good(*, code: int, text: str) -> bool:
    """Whether an answer says that there is no such mailbox: by the rules for mail that came back."""
    return code >= 500 and judge(address="", diagnostic=f"{code} {text}").kind is Kind.PERMANENT


def reason_of(*, code: int, text: str) -> str:
    """The answer in our own words, without any of the server's."""
    return judge(address="", diagnostic=f"{code} {text}").reason
