"""What comes back: bounces, complaints, absence notes; judged, and kept where they are ours.

`explain` reads a raw mail and says what it means for whom. It changes nothing
and knows no database.
"""

from __future__ import annotations

from barograph.delivery.bounces import replies, reports, texts
from barograph.delivery.bounces.judging import Judgement, Kind, judge
from barograph.delivery.bounces.reading import Incoming, read

__all__ = ["Judgement", "Kind", "explain"]

#: Feedback types that are a reader's own doing; the others are reports between servers.
_UNWANTED = frozenset({"abuse", "fraud", "virus", "opt-out", "opt-out-list", "other", "complaint", "miscategorized"})


def explain(raw: bytes) -> list[Judgement]:
    """What a raw mail says, one judgement a recipient; an empty list where it is no report."""
    mail = read(raw)
    if found := reports.complaint(mail):
        return [_complained(found)] if found.address else []
    if fields := reports.delivery_status(mail):
        return [_by_fields(mail, entry, alone=len(fields) == 1) for entry in fields]
    if receipt := reports.receipt(mail):
        return [_received(mail, *receipt)]
    if replies.is_auto_reply(mail):
        return [Judgement(mail.sender, Kind.AUTO_REPLY, "", "a machine answered")] if mail.sender else []
    if not texts.is_report(mail):
        return []
    return [_by_text(mail, found, mail.text) for found in texts.findings(mail)]


def _complained(found: reports.Complaint) -> Judgement:
    if found.type in _UNWANTED:
        return Judgement(found.address, Kind.COMPLAINT, "", f"marked as unwanted ({found.type})")
    return Judgement(found.address, Kind.UNKNOWN, "", f"a feedback report of the type {found.type}")


def _received(mail: Incoming, address: str, was_taken: bool) -> Judgement:
    if was_taken:
        return Judgement(address, Kind.DELIVERED, "", "a receipt says that it arrived")
    return judge(address=address, text=mail.text)


def _by_fields(mail: Incoming, entry: reports.Fields, *, alone: bool) -> Judgement:
    return judge(
        address=entry.address,
        action=entry.action,
        status=entry.status,
        diagnostic=entry.diagnostic,
        text=mail.text if alone else _around(mail.text, entry.address),
    )


def _around(text: str, address: str) -> str:
    """The lines of a report that speak of one of several recipients."""
    at = text.lower().find(address.lower())
    return text[at : at + 400] if at >= 0 else ""


def _by_text(mail: Incoming, found: texts.Finding, whole: str) -> Judgement:
    action = "delayed" if found.is_temporary else ""
    judgement = judge(address=found.address, action=action, text=found.text)
    if judgement.kind is Kind.UNKNOWN and found.text != whole:
        judgement = judge(address=found.address, action=action, text=whole)
    if judgement.kind is Kind.UNKNOWN:
        judgement = judge(address=found.address, action=action, text=mail.subject)
    if judgement.kind is Kind.UNKNOWN and _is_warning(mail):
        return judge(address=found.address, action="delayed", text=whole)
    return judgement


def _is_warning(mail: Incoming) -> bool:
    """A server that is still trying."""
    subject = mail.subject.lower()
    return (
        subject.startswith(("warning:", "delayed", "delivery delayed")) or "(delay" in subject or "delayed" in subject
    )
