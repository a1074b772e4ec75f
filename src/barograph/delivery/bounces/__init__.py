"""What comes back: bounces, complaints, absence notes; judged, and kept where they are ours.

`explain` reads a raw mail and says what it means for whom. It changes nothing, knows no database, and raises for no
bytes whatever.
"""

from __future__ import annotations

from barograph.delivery.bounces import judging, replies, reports, statements, texts
from barograph.delivery.bounces.judging import Judgement, Kind, judge
from barograph.delivery.bounces.reading import Incoming, read
from barograph.delivery.bounces.statements import Statement

__all__ = ["Judgement", "Kind", "explain"]

#: Feedback types by which a reader or a reader's provider says that the mail is not wanted (RFC 5965, 7.3, and those
#: of older feedback loops). All others, not-spam (RFC 6430), auth-failure (RFC 6591), dmarc, are no complaints.
_UNWANTED = frozenset(
    {"abuse", "fraud", "virus", "opt-out", "opt-out-list", "other", "complaint", "miscategorized", "spam", "phishing"}
)


def explain(raw: bytes) -> list[Judgement]:
    """What a raw mail says, one judgement a recipient; an empty list where it is no report.

    The address of a complaint is empty where the provider has taken it out.
    """
    mail = read(raw)
    if statements.is_summary(mail):
        return []
    if (feedback := reports.complaint(mail)) is not None:
        return [_complained(feedback)]
    if fields := reports.delivery_status(mail, in_text=texts.is_report(mail)):
        return [_by_fields(mail, entry, alone=len(fields) == 1) for entry in fields]
    if address := reports.receipt(mail):
        return [_received(mail, address)]
    if replies.is_auto_reply(mail):
        return [Judgement(mail.sender, Kind.AUTO_REPLY, "", "a machine answered")] if mail.sender else []
    if not texts.is_report(mail):
        return []
    return [_by_text(mail, entry, mail.text) for entry in texts.findings(mail)]


def _complained(feedback: reports.Complaint) -> Judgement:
    if feedback.type in _UNWANTED:
        return Judgement(feedback.address, Kind.COMPLAINT, "", f"marked as unwanted ({feedback.type})")
    kind = feedback.type or "none given"
    return Judgement(feedback.address, Kind.UNKNOWN, "", f"a feedback report of the type {kind}")


def _received(mail: Incoming, address: str) -> Judgement:
    """A receipt comes from the recipient's own side; "deleted unread" arrived, too. None says that delivery failed."""
    if judging.says_full(mail.text):
        return Judgement(address, Kind.TRANSIENT, judging.status_in(mail.text), "the mailbox is full")
    return Judgement(address, Kind.DELIVERED, "", "a receipt says that it arrived")


def _by_fields(mail: Incoming, entry: reports.Fields, *, alone: bool) -> Judgement:
    words = mail.text if alone else _around(mail.text, entry.address)
    statement = statements.statement_of(mail, f"{entry.diagnostic}\n{words}") if not entry.action else None
    action = "delayed" if statement is Statement.DELAYED else entry.action
    judgement = judge(
        address=entry.address, action=action, status=entry.status, diagnostic=entry.diagnostic, text=words
    )
    if statement is not None and statement not in {Statement.FAILED, Statement.DELAYED}:
        return _without_failure(judgement, statement)
    if entry.was_forwarded and judgement.counts:
        return _forwarded(judgement)
    return judgement


def _forwarded(judgement: Judgement) -> Judgement:
    """The address written to handed the mail on, so it exists; what refused it is another."""
    reason = f"forwarded, and there: {judgement.reason}"
    kind = Kind.TRANSIENT if judgement.kind is Kind.PERMANENT else judgement.kind
    return Judgement(judgement.address, kind, judgement.status, reason, counts=True, was_forwarded=True)


def _around(text: str, address: str) -> str:
    """The lines of a report that speak of one of several recipients."""
    at = text.lower().find(address.lower())
    return text[at : at + 400] if at >= 0 else ""


def _by_text(mail: Incoming, entry: texts.Finding, whole: str) -> Judgement:
    statement = statements.statement_of(mail, entry.text if entry.text.strip() else whole)
    if statement is Statement.NONE and entry.text != whole:
        statement = statements.statement_of(mail, whole)
    if entry.has_failed_by_header and statement is Statement.NONE:
        statement = Statement.FAILED
    is_delay = entry.is_temporary or statement is Statement.DELAYED
    judgement = _judged(mail, entry, whole, action="delayed" if is_delay else "")
    if is_delay or statement is Statement.FAILED:
        return judgement
    return _without_failure(judgement, statement)


def _judged(mail: Incoming, entry: texts.Finding, whole: str, *, action: str) -> Judgement:
    judgement = judge(address=entry.address, action=action, text=entry.text)
    if judgement.kind is Kind.UNKNOWN and entry.text != whole:
        judgement = judge(address=entry.address, action=action, text=whole)
    if judgement.kind is Kind.UNKNOWN:
        judgement = judge(address=entry.address, action=action, text=mail.subject)
    return judgement


def _without_failure(judgement: Judgement, statement: Statement) -> Judgement:
    """What does not say that delivery failed is never permanent and counts for nothing."""
    if statement is Statement.ARRIVED:
        return Judgement(judgement.address, Kind.DELIVERED, judgement.status, "it arrived, or was passed on")
    if statement is Statement.QUARANTINED:
        kind = judgement.kind if judgement.kind is Kind.TRANSIENT else Kind.UNKNOWN
        return Judgement(judgement.address, kind, judgement.status, "it waits for somebody to let it in")
    return Judgement(judgement.address, Kind.UNKNOWN, judgement.status, "the mail does not say that delivery failed")
