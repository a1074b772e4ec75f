"""The newsletter's verb: from an issue's editions to one mailing a list."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from barograph.delivery import services as delivery
from barograph.delivery.identity import own_host
from barograph.delivery.messages import Letter, Template
from barograph.delivery.models import Mailing
from barograph.editions import renames
from barograph.editions.models import Edition
from barograph.editions.services import current_imprint, present
from barograph.newsletter import bulletin, digest, links, mails
from barograph.newsletter.bulletin import Bulletin
from barograph.newsletter.sender_choice import with_sender
from barograph.subscribers import services as subscribers
from barograph.subscribers.enums import MONTHLY, TOLD_AT_ONCE, Pace

Content = dict[str, Any]

MOVED = frozenset({"worsened", "improved"})


class NothingToSend(Exception):
    """The issue has no edition yet: freeze it first."""


def make_mailings(*, issue_key: str, due_at: datetime | None = None) -> list[Mailing]:
    """One mailing for each list, handed to the workers. Made once: a second call gives the same mailings.

    Where a list has readers who want nothing but changes, or a summary a month, they have mailings of their own.
    `due_at`: the hour set for it, else now.
    Raises NothingToSend where the issue (its first day, '2020-08-03') is not frozen.
    """
    first = date.fromisoformat(issue_key)
    editions = {e.language: present(e) for e in Edition.objects.filter(first=first).current()}
    if not editions:
        raise NothingToSend(f"the issue of {issue_key} has no edition")
    imprint = with_sender(current_imprint())
    mailings = []
    for entry in imprint["lists"]:
        chain = [language for language in entry["languages"] if language in editions]
        if chain:
            week = _Week(first, entry, chain, editions, imprint, due_at)
            mailings += [mailing for mailing in (week.issue(), week.changes(), week.month()) if mailing]
    return mailings


def check_mailings(*, issue_key: str) -> int:
    """Make every list's letter as it would be frozen, and keep none: what can't be made is found before the site
    shows the issue. Returns how many can be made. Raises ValueError, or whatever else stands in the way.
    """
    first = date.fromisoformat(issue_key)
    editions = {e.language: present(e) for e in Edition.objects.filter(first=first).current()}
    imprint, number = with_sender(current_imprint()), 0
    for entry in imprint["lists"]:
        chain = [language for language in entry["languages"] if language in editions]
        if not chain:
            continue
        week = _Week(first, entry, chain, editions, imprint)
        letter = week._bulletin()
        sender, rest = mails.sender(imprint, chain[0]), week._headers("issue")
        Template(
            Letter("check", sender, letter.subject, letter.html, letter.text, timezone.now(), rest, letter.pictures)
        )
        number += 1
    return number


def correct_mailings(*, issue_key: str) -> int:
    """After a correction: the new text for whoever waits for a mailing of this issue. Returns how many were changed.

    What went out stays; summaries of a month are left as they are. No mailing is begun by this.
    """
    first = date.fromisoformat(issue_key)
    open_ones = {m.key: m for m in mailings_of(issue_key=issue_key) if not m.is_finished}
    if not open_ones:
        return 0
    editions = {e.language: present(e) for e in Edition.objects.filter(first=first).current()}
    imprint, changed = with_sender(current_imprint()), 0
    for entry in imprint["lists"]:
        chain = [language for language in entry["languages"] if language in editions]
        week = _Week(first, entry, chain, editions, imprint)
        for kind in ("issue", "changes") if chain else ():
            if mailing := open_ones.get(f"{kind}:{issue_key}:{entry['key']}"):
                changed += week.correct(mailing, only_changes=kind == "changes")
    return changed


def mailings_of(*, issue_key: str) -> list[Mailing]:
    """The mailings of an issue, with the summaries of the month before its own."""
    month = f"{date.fromisoformat(issue_key).replace(day=1) - timedelta(days=1):%Y-%m}"
    kinds = Q(key__startswith=f"issue:{issue_key}:") | Q(key__startswith=f"changes:{issue_key}:")
    kinds |= Q(key__startswith=f"month:{month}:")
    return list(Mailing.objects.filter(kinds).order_by("key"))


def to_take_back(*, issue_key: str) -> list[Mailing]:
    """The mailings that end where an issue is taken back: its own, and a summary of the month that went with it.

    A summary is of other issues. One that has begun goes on, and is not made again.
    """
    mailings = mailings_of(issue_key=issue_key)
    own = [mailing for mailing in mailings if not mailing.key.startswith("month:")]
    with_it = [mailing for mailing in mailings if mailing not in own and _went_with(mailing, issue_key)]
    return own + [mailing for mailing in with_it if not mailing.is_finished and not mailing.done]


def _went_with(mailing: Mailing, issue_key: str) -> bool:
    return mailing.headers.get("Feedback-ID", "").startswith(f"{issue_key}:")


@dataclass(frozen=True)
class _Week:
    """What one list gets when an issue is released."""

    first: date
    entry: Content
    chain: list[str]
    editions: dict[str, Content]
    imprint: Content
    due_at: datetime | None = None

    def issue(self) -> Mailing:
        """The bulletin, for everybody who wants every issue."""
        return self._existing("issue", self.first.isoformat()) or self._make(
            "issue", self.first.isoformat(), self._bulletin(), paces=[Pace.ISSUE]
        )

    def _moved(self) -> list[str]:
        identity = renames.of(self.imprint).identity
        return [identity(topic["key"]) for topic in self.editions[self.chain[0]]["topics"] if topic["verdict"] in MOVED]

    def correct(self, mailing: Mailing, *, only_changes: bool) -> bool:
        """Put the present text into a mailing. One of changes stays as it is where nothing has moved after all."""
        topics = self._moved() if only_changes else []
        if only_changes and not topics:
            return False
        letter = self._bulletin(only_changes=only_changes)
        return delivery.correct(
            mailing_id=mailing.pk,
            subject=letter.subject,
            html=letter.html,
            text=letter.text,
            pictures=_pictures(letter),
            topics=topics,
        )

    def changes(self) -> Mailing | None:
        """The same with nothing but what moved, for those who want to hear of changes alone."""
        moved = self._moved()
        key = self.first.isoformat()
        if not moved or not self._has_readers(TOLD_AT_ONCE):
            return self._existing("changes", key)
        return self._existing("changes", key) or self._make(
            "changes", key, self._bulletin(only_changes=True), paces=sorted(TOLD_AT_ONCE), topics=moved
        )

    def month(self) -> Mailing | None:
        """The month before this issue's in summary, with the first issue after it that is mailed."""
        last = self.first.replace(day=1) - timedelta(days=1)
        key = f"{last:%Y-%m}"
        if existing := self._existing("month", key):
            return existing
        weeks = _month(last, self.chain)
        if not weeks or not self._has_readers(MONTHLY):
            return None
        letter = digest.compose(weeks, self.chain, self.imprint, self.entry["label"])
        return self._make("month", key, letter, paces=sorted(MONTHLY))

    def _has_readers(self, paces: frozenset[Pace]) -> bool:
        return subscribers.anybody_reads(list_key=self.entry["key"], paces=paces)

    def _bulletin(self, *, only_changes: bool = False) -> Bulletin:
        history = _history(self.first, self.chain[0])
        return bulletin.compose(
            self.editions, self.chain, history, self.imprint, self.entry["label"], only_changes=only_changes
        )

    def _headers(self, kind: str) -> dict[str, str]:
        own = headers(kind, self.entry, self.chain, issue_key=self.first.isoformat())
        return {**mails.answers(self.imprint, self.chain[0]), **own}

    def _existing(self, kind: str, when: str) -> Mailing | None:
        """That mailing, where it was made before; what was cut off in making it goes on."""
        existing = Mailing.objects.filter(key=f"{kind}:{when}:{self.entry['key']}").first()
        return delivery.make_mailing(mailing=existing)[0] if existing else None

    def _make(
        self, kind: str, when: str, letter: Bulletin, *, paces: Sequence[str], topics: Sequence[str] = ()
    ) -> Mailing:
        mailing = Mailing(
            key=f"{kind}:{when}:{self.entry['key']}",
            list_key=self.entry["key"],
            sender=mails.sender(self.imprint, self.chain[0]),
            subject=letter.subject,
            html=letter.html,
            text=letter.text,
            pictures=_pictures(letter),
            headers=self._headers(kind),
            paces=[str(pace) for pace in paces],
            topics=list(topics),
            due_at=self.due_at,
            zone=self.imprint["timezone"],
            unsubscribe_url=links.pattern("newsletter_unsubscribe"),
            settings_url=links.pattern("newsletter_settings"),
        )
        return delivery.make_mailing(mailing=mailing)[0]


def _pictures(letter: Bulletin) -> list[list[str]]:
    return [[picture.name, b64encode(picture.content).decode()] for picture in letter.pictures]


def _month(day: date, chain: list[str]) -> list[dict[str, Content]]:
    """The editions of a month's issues in a chain's languages, oldest first, as far as the first language has them."""
    rows = Edition.objects.current().filter(first__range=(day.replace(day=1), day), language__in=chain)
    weeks: dict[date, dict[str, Content]] = {}
    for edition in rows.order_by("first"):
        weeks.setdefault(edition.first, {})[edition.language] = present(edition)
    return [week for week in weeks.values() if chain[0] in week]


def _history(first: date, language: str) -> list[Content]:
    """The contents up to this issue, oldest first: as many as a barogram shows."""
    rows = Edition.objects.filter(first__lte=first).current().in_language(language).order_by("-first")
    return [present(edition) for edition in rows[: bulletin.WINDOW]][::-1]


def headers(kind: str, entry: Content, chain: list[str], *, issue_key: str) -> dict[str, str]:
    """Headers every copy has, the same for everybody: none of them tells one reader from another.

    RFC 2919 (List-Id), RFC 2369 (List-…), RFC 3834 (no machine need answer), RFC 5064 (Archived-At),
    RFC 3282 (Content-Language), and Feedback-ID, by which large providers count complaints a mailing.
    """
    host = own_host()
    return {
        "List-Id": f"<{entry['key']}.{host}>",
        "List-Help": f"<{links.site(f'/{chain[0]}/subscribe/')}>",
        "List-Archive": f"<{links.site(f'/{chain[0]}/archive/')}>",
        "List-Post": "NO",
        "Precedence": "bulk",
        "Auto-Submitted": "auto-generated",
        "Feedback-ID": f"{issue_key}:{entry['key']}:{kind}:{host}",
        "Content-Language": ", ".join(chain),
        "Archived-At": f"<{links.site(f'/{chain[0]}/{issue_key}/')}>",
    }
