"""Machine-readable reports: RFC 3464 delivery status, RFC 5965 complaints, RFC 8098 receipts.

Reads fields, tolerantly; what they mean for an address is judged elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from barograph.delivery.bounces.judging import ARRIVED
from barograph.delivery.bounces.reading import Incoming, decoded, fields_of, first_address, returned_header

_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_STATUS_KINDS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_INLINE = re.compile(r"^(?:final-recipient|original-recipient)[ \t]*:.*@.*$", re.IGNORECASE | re.MULTILINE)

_SPEAKS_OF_ABUSE = re.compile(r"\babuse|complain|\bspam\b|\bjunk\b|unwanted|unsolicited|жалоб|спам", re.IGNORECASE)

#: How a reader's provider may name whom a complaint is about, best first.
_COMPLAINED = ("original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient")


@dataclass(frozen=True)
class Fields:
    """What a delivery status says of one recipient."""

    address: str
    action: str  # failed, delayed, delivered, relayed, expanded, or empty
    status: str  # 5.1.1 and the like, or empty
    diagnostic: str
    was_forwarded: bool = False  # the server names another address, at another domain, than the one written to


@dataclass(frozen=True)
class Complaint:
    address: str
    type: str  # abuse, fraud, auth-failure …; empty where it is not given


def delivery_status(mail: Incoming, *, in_text: bool) -> list[Fields]:
    """One entry for each recipient a delivery status names; nothing where there is none.

    `in_text`: look for the fields in the text, too, where the mail has no part with them: a server's report may have
    lost its structure on the way, while a person may quote one.

    Where several entries name the same recipient (an alias, a report of all tries), one that arrived outweighs one
    that failed, and that one a delay.
    """
    blocks = [fields_of(part) for part in mail.parts if part.get_content_type() in _STATUS_KINDS]
    if not blocks and in_text and _INLINE.search(mail.text):
        blocks = [mail.text]  # a report whose MIME structure was lost on the way
    entries: dict[str, Fields] = {}
    for block in blocks:
        for group in _groups(block):
            entry = _entry(group)
            if entry is None:
                continue
            key = entry.address.lower()
            if key not in entries or _weight(entry) > _weight(entries[key]):
                entries[key] = entry
    return list(entries.values())


def _weight(entry: Fields) -> int:
    if entry.action in ARRIVED:
        return 3
    return {"failed": 2, "delayed": 1}.get(entry.action, 0)


def _action(value: str, status: str) -> str:
    """The action as RFC 3464 spells it; what is misspelt or left out is read from the status where that tells."""
    word = re.split(r"[\s(;,]", value.strip().lower())[0]
    for known in (*ARRIVED, "delayed", "failed"):
        if word.startswith(known[:5]):
            return known
    if word.startswith("fail"):
        return "failed"
    return {"5": "failed", "2": "delivered"}.get(status[:1], "")


def _groups(block: str) -> list[dict[str, str]]:
    """The fields of each recipient. A new one begins at an empty line or at a repeated field."""
    groups: list[dict[str, str]] = []
    for paragraph in re.split(r"\n[ \t]*\n", block):
        current: dict[str, str] = {}
        for name, value in _FIELD.findall(paragraph):
            name = name.lower()
            if name in {"final-recipient", "original-recipient"} and name in current:
                groups.append(current)
                current = {}
            current.setdefault(name, " ".join(value.split()))
        if "final-recipient" in current or "original-recipient" in current:
            groups.append(current)
        elif current and groups and "final-recipient" in groups[-1]:
            for name, value in current.items():  # a stray empty line within a recipient
                groups[-1].setdefault(name, value)
    return groups


def _entry(group: dict[str, str]) -> Fields | None:
    address = ""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        # the original recipient is whom we wrote to; forwarding may have changed the final one
        recipient = _recipient(group.get(name, ""))
        if "." in recipient.rpartition("@")[2] or not address:
            address = address if "." in address.rpartition("@")[2] else recipient
    if "@" not in address:
        return None
    named = [_recipient(group.get(name, "")) for name in ("original-recipient", "final-recipient")]
    code = _STATUS.search(group.get("status", ""))
    status = code.group(0) if code else ""
    diagnostic = re.sub(r"^[\w-]+\s*;\s*", "", decoded(group.get("diagnostic-code", "")))
    diagnostic = diagnostic or _STATUS.sub("", group.get("status", ""))
    extra = " ".join(group.get(name, "") for name in ("x-supplementary-info", "x-display-name", "x-notes"))
    return Fields(
        address=address,
        action=_action(group.get("action", ""), status),
        status=status,
        diagnostic=f"{diagnostic} {extra}".strip(),
        was_forwarded=_is_another(*named),
    )


def _is_another(original: str, final: str) -> bool:
    """Whether two addresses belong to different houses. Servers rename mailboxes within their own domain."""
    ours, theirs = (address.rpartition("@")[2].lower() for address in (original, final))
    if "." not in ours or "." not in theirs:
        return False
    return not (ours == theirs or ours.endswith(f".{theirs}") or theirs.endswith(f".{ours}"))


def _recipient(value: str) -> str:
    """The address of `rfc822; <a@b>` and its many misspellings; xtext is resolved."""
    value = value.split(";", 1)[1] if ";" in value else value
    value = re.sub(r"^\s*rfc822\s*:?\s*", "", value.strip(), flags=re.IGNORECASE).strip(" \"'<>")
    if value.lower().startswith("imceaex"):
        return ""
    value = re.sub(r"\+([0-9A-F]{2})", lambda m: chr(int(m.group(1), 16)), value) if "+40" in value else value
    return first_address(value)


def complaint(mail: Incoming) -> Complaint | None:
    """What a feedback report says, in RFC 5965's form or in a provider's own."""
    for part in mail.parts:
        if part.get_content_type() == "message/feedback-report":
            return _feedback(mail, fields_of(part))
    for name in ("x-hmxmroriginalrecipient", "x-original-recipient-complaint"):
        if address := first_address(returned_header(mail.returned, name) or mail.header(name)):
            return Complaint(address, "abuse")
    if mail.message.get_param("report-type", "") == "feedback-report" or re.search(
        r"this is an? (?:e-?mail )?abuse report for an? (?:e-?mail )?message", mail.text, re.IGNORECASE
    ):
        return _feedback(mail, mail.text)
    return None


def _feedback(mail: Incoming, text: str) -> Complaint:
    fields: dict[str, str] = {}
    for name, value in _FIELD.findall(text):
        fields.setdefault(name.lower(), " ".join(value.split()))
    named = [first_address(fields.get(name, "")) for name in _COMPLAINED]
    named += [first_address(returned_header(mail.returned, name)) for name in ("x-hmxmroriginalrecipient", "to")]
    kind = re.split(r"[\s(;,]", fields.get("feedback-type", "").strip().lower())[0].replace("_", "-")
    if not kind and _SPEAKS_OF_ABUSE.search(f"{mail.subject}\n{mail.text[:2000]}"):
        kind = "abuse"
    return Complaint(next(filter(None, named), ""), kind)


def receipt(mail: Incoming) -> str | None:
    """Who says by a receipt (RFC 8098) what became of the mail; None where it is no receipt.

    Whatever the receipt says (displayed, deleted unread, denied), it is the recipient's own program that says it.
    """
    for part in mail.parts:
        if part.get_content_type() == "message/disposition-notification":
            text = fields_of(part)
            named = [_recipient(group.get("final-recipient", "")) for group in _groups(text)]
            address = next(filter(None, named), "") or mail.sender
            return address or None
    return None
