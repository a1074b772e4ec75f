"""Reports that keep to no standard: who is meant, read from what people are meant to read.

flufl.bounce knows dozens of such forms; where it finds nobody, the shapes that
most servers share are tried: an address at the beginning of a line, after a
label, in a server's answer, or the only one left.
"""
# ruff: noqa: E501 (lists of phrases are read by the line)

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from email import message_from_bytes

from flufl.bounce import all_failures

from barograph.delivery.bounces import replies
from barograph.delivery.bounces.reading import ADDRESS, PLAIN_HEADERS, Incoming, addresses_in

#: The library logs what it fails at with a traceback; it is caught below.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

_A = r"<?(?P<a>" + ADDRESS.pattern + r")>?"
_LABEL = (
    r"(?:to|recipients?|rcpt to|rcpt|original recipient|final recipient|failed recipients?|intended recipient|addressee|address|e-?mail|user|mailto|"
    r"empf(?:ä|ae)nger(?:adresse)?|adresse|an|destinataires?|à|destinatarios?|para|destinatari[oa]|indirizzo|получатель|адресат|адрес|кому|"
    r"атрымальнік|каму|одержувач|odbiorca|adresat|adres|宛先|收件人|envelope-to|delivered-to|forward-path|unknown user|no such user|user unknown|failed|"
    r"could not deliver to|unable to deliver to|undeliverable to)"
)
#: Line shapes, the surest first. The first that finds anybody is believed.
_SHAPES = [
    re.compile(rf"^[ \t>*-]*{_A}[ \t]*(?:\([^)\n]*\))?[ \t]*:[ \t]*(?:\S|\n|$)", re.MULTILINE),
    re.compile(rf"^[ \t>*•-]*{_A}[ \t]*[.,;]?[ \t]*$", re.MULTILINE),
    re.compile(rf"^(?:\d{{3}}[ -])?(?:\d\.\d\.\d )?{_A}\.\.\.", re.MULTILINE),
    re.compile(rf"\brcpt to: ?{_A}", re.IGNORECASE),
    re.compile(
        rf"^[ \t>*-]*{_LABEL}[ \t]*:[ \t]*(?:\"[^\"\n]*\"[ \t]*|rfc822;[ \t]*|smtp:[ \t]*)?{_A}",
        re.IGNORECASE | re.MULTILINE,
    ),
    re.compile(rf"^[ \t>*-]*{_A}[ \t]+(?:-+|\S.*)", re.MULTILINE),
    re.compile(rf"(?:\"|')?{_A}(?:\"|')?", re.MULTILINE),
]
_MEANT_FOR_PEOPLE = re.compile(
    r"(?:\b(?:contact|questions?|assistance|e-?mail us|write to|report (?:this|it)|send (?:mail|e-?mail|a message) to|обратитесь|свяжитесь|wenden sie|contactez)\b"
    r"|^\W*(?:from|sender|absender|отправитель|адпраўнік|de)\b)[^\n@]{0,80}$",
    re.IGNORECASE,
)
_OFFICES = re.compile(
    r"^(?:postmaster|mailer-daemon|mailerdaemon|abuse|support|helpdesk|help|hostmaster|webmaster|admin|administrator|noc|security|no-?reply|root|mail-daemon|info-?desk|bounces?)$",
    re.IGNORECASE,
)
#: Words of a server's own, in a mail that brings back another.
_SAYS_SO = re.compile(
    r"(?:could not|cannot|can't|couldn't|was not|not|unable to|wasn't able to) (?:be )?deliver|delivery (?:has )?fail|undeliver|no such user|user unknown|unknown user|mailbox (?:is )?full|rcpt to:"
    r"|не доставлен|не может быть доставлен|не дастаўлен|unzustellbar|nicht zugestellt|non remis|no (?:pudo|ha podido|se pudo)|送信できません|配信できません|无法投递|无法发送",
    re.IGNORECASE,
)


#: The library's time grows with the mail; what it looks for stands at the beginning.
_FOR_THE_LIBRARY = 60_000


@dataclass(frozen=True)
class Finding:
    """One recipient, and the part of the report that speaks of it."""

    address: str
    text: str
    is_temporary: bool = False
    has_failed_by_header: bool = False  # X-Failed-Recipients names it


def is_report(mail: Incoming) -> bool:
    """Whether a mail looks like a server's report at all."""
    if mail.message.get("x-failed-recipients") or mail.message.get_content_type() == "multipart/report":
        return True
    if replies.is_machine(mail.sender) or mail.header("from").strip().endswith("<>"):
        return True
    if mail.returned and _SAYS_SO.search(mail.text):
        return True
    empty_path = mail.header("return-path").strip() in {"<>", "< >"}
    sent_by_machine = re.search(
        r"mailer-?daemon|postmaster|mail (?:delivery|administrator|system|subsystem)|maildelivery|mail deliver|delivery (?:system|subsystem)|system administrator|mdaemon|internet mail",
        mail.header("from"), re.IGNORECASE,
    )  # fmt: skip
    if re.search(r"^error message below:|^message details:\s*$", mail.text, re.IGNORECASE | re.MULTILINE):
        return True
    return bool(sent_by_machine or replies.speaks_of_failure(mail.subject) or (empty_path and mail.returned))


def findings(mail: Incoming) -> list[Finding]:
    """Whom a report without machine-readable fields is about, each with its part of the text."""
    named = addresses_in(mail.header("x-failed-recipients")) if mail.message.get("x-failed-recipients") else []
    if named:
        return [replace(entry, has_failed_by_header=True) for entry in _with_text(mail, named)]
    temporary, permanent = _known_forms(mail)
    failed = permanent or temporary
    if failed:
        return _with_text(mail, failed, is_temporary=not permanent)
    return _with_text(mail, _by_shape(mail))


def _known_forms(mail: Incoming) -> tuple[list[str], list[str]]:
    try:
        message = mail.message
        if len(mail.raw) > _FOR_THE_LIBRARY:
            message = message_from_bytes(mail.raw[:_FOR_THE_LIBRARY], policy=PLAIN_HEADERS)
        temporary, permanent = all_failures(message)
    except Exception:  # the library reads mails as broken as ours and promises nothing
        return [], []
    return (
        sorted(a.decode("ascii", "replace") for a in temporary if b"@" in a),
        sorted(a.decode("ascii", "replace") for a in permanent if b"@" in a),
    )


def _by_shape(mail: Incoming) -> list[str]:
    own = {mail.sender.lower(), *(a.lower() for a in addresses_in(mail.header("to")))}
    to = [address for address in mail.written_to if address.lower() not in own]
    for shape in _SHAPES:
        by_address: dict[str, str] = {}
        for match in shape.finditer(mail.text):
            address = match.group("a").rstrip(".")
            if _is_meant(address, own, mail.text[max(0, match.start() - 120) : match.start("a")]):
                by_address.setdefault(address.lower(), address)
        if by_address:
            written = {address.lower() for address in to}
            return [a for key, a in by_address.items() if key in written] or list(by_address.values())
    return to[:1] if len(to) == 1 else []


def _is_meant(address: str, own: set[str], before: str) -> bool:
    local, _at, domain = address.partition("@")
    if address.lower() in own or _OFFICES.match(local) or "." not in domain:
        return False
    return not _MEANT_FOR_PEOPLE.search(before.rsplit("\n", 1)[-1])


def _with_text(mail: Incoming, addresses: list[str], *, is_temporary: bool = False) -> list[Finding]:
    """Cut the text into the parts that speak of each; with one recipient it is all of it."""
    unique = list({address.lower(): address for address in addresses}.values())
    if len(unique) == 1:
        return [Finding(unique[0], mail.text, is_temporary)]
    low = mail.text.lower()
    starts = sorted((low.find(address.lower()), address) for address in unique)
    result = []
    for number, (start, address) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(low)
        part = mail.text[start:end] if start >= 0 else ""
        result.append(Finding(address, part, is_temporary))
    return result
