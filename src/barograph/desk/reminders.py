"""Who is written to about an issue, when, in which words. At most one mail of each kind to a person and issue.

A writer hears that the issue is open, once that a text is due soon, once that it is late; each mail names all their
topics that are not handed on, and who has handed on everything hears nothing. Nobody is written to by night or on a
day they are away.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.html import linebreaks, urlize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.users.models import UserProfile

from barograph.base import dates
from barograph.base.control_characters import plain_line
from barograph.base.languages import localized
from barograph.commentaries.enums import SourceState
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import source_state
from barograph.delivery import services as delivery
from barograph.delivery.messages import Letter
from barograph.delivery.transports import Unreachable
from barograph.desk.week import in_review
from barograph.issues.enums import ReminderKind
from barograph.issues.models import Absence, Issue, Publication, Reminder, Slot
from barograph.newsletter import mails, sender_choice
from barograph.people.models import User

log = logging.getLogger("barograph.desk")

#: The hours, by the publication's clock, in which reminders leave.
DAY = (time(8), time(21))
#: Nobody is told that a text is late when it has been for so long: the issue has gone another way.
LATE_FOR = timedelta(days=7)
HANDED_ON = frozenset({SourceState.REVIEW, SourceState.READY})


@dataclass(frozen=True)
class Due:
    """A mail that is due: to whom, which, and the slots it names."""

    issue: Issue
    user: User
    kind: ReminderKind
    slots: tuple[Slot, ...]


def remind(*, now: datetime) -> int:
    """Send what is due at this moment; how many mails left. Asking again at the same moment sends nothing more."""
    house = Publication.objects.filter(reminds=True).first()
    if house is None:
        return 0
    zone, sent = ZoneInfo(house.timezone), 0
    if not DAY[0] <= now.astimezone(zone).time() < DAY[1]:
        return 0
    for issue in Issue.objects.open():
        for due in reminders_due(issue=issue, zone=zone, now=now):
            try:
                sent += send_once(issue=issue, user=due.user, kind=due.kind, letter=_letter(due, house, zone, now))
            except Unreachable as trouble:
                log.warning("reminders wait: %s", trouble)
                return sent
    return sent


def reminders_due(*, issue: Issue, zone: ZoneInfo, now: datetime) -> list[Due]:
    """What an issue's writers should hear now and haven't. Reads only; a handful of queries."""
    today = now.astimezone(zone).date()
    by_user: dict[int, list[Slot]] = {}
    for slot in unfinished(issue):
        if slot.writer and slot.due and slot.writer.is_active and slot.writer.email:
            by_user.setdefault(slot.writer.pk, []).append(slot)
    away = set(Absence.objects.filter(first__lte=today, last__gte=today).values_list("user_id", flat=True))
    reminded = set(issue.reminders.values_list("user_id", "kind"))
    due = []
    for user_id, slots in by_user.items():
        kind = _kind(issue, slots, zone, now)
        if kind and user_id not in away and (user_id, kind.value) not in reminded:
            writer = slots[0].writer
            assert isinstance(writer, User)
            due.append(Due(issue, writer, kind, tuple(slots)))
    return due


def unfinished(issue: Issue) -> list[Slot]:
    """Slots whose text is not handed on."""
    sources = {row.topic_id: row for row in Commentary.objects.sources().filter(issue=issue)}
    reviewed = in_review(sources.values())

    def state(slot: Slot) -> SourceState:
        source = sources.get(slot.topic_id)
        return source_state(source, in_review=bool(source and source.pk in reviewed))

    return [slot for slot in issue.slots.select_related("writer", "topic") if state(slot) not in HANDED_ON]


def _kind(issue: Issue, slots: list[Slot], zone: ZoneInfo, now: datetime) -> ReminderKind | None:
    dues = [slot.due for slot in slots if slot.due]
    if passed := [due for due in dues if due <= now]:
        return ReminderKind.LATE if now - max(passed) < LATE_FOR else None
    if min(dues).astimezone(zone).date() <= now.astimezone(zone).date() + timedelta(days=1):
        return ReminderKind.TOMORROW
    return ReminderKind.OPENED if issue.opened_at else None


def send_once(*, issue: Issue, user: User, kind: ReminderKind, letter: Letter, about: Sequence[str] = ("",)) -> bool:
    """Send a letter unless this person had one of its kind for this issue. Raises Unreachable, with nothing noted.

    `about`: the mailings it tells of, where it is about some; once for each of them.

    The row comes first: two workers send one mail, and one that dies at this moment leaves none rather than two.
    """
    try:
        with transaction.atomic():
            taken = [Reminder.objects.create(issue=issue, user=user, kind=kind, about=name).pk for name in about]
    except IntegrityError:
        return False
    try:
        answer = delivery.send_system_mail(letter=letter, address=user.email, recipient=f"user:{user.pk}")
        if answer.is_for_later:
            raise Unreachable(f"{answer.code} {answer.text}")
    except Unreachable as trouble:
        if not trouble.in_doubt:
            Reminder.objects.filter(pk__in=taken).delete()
        raise
    return answer.is_accepted


def language_of(user: User, house: Publication) -> str:
    """The language somebody set for the desk; else the publication's first that the desk speaks."""
    spoken = [code for code, _name in settings.LANGUAGES]
    chosen = UserProfile.objects.filter(user=user).values_list("preferred_language", flat=True).first()
    return next((code for code in (chosen, *house.languages) if code in spoken), "en")


def letter_to(*, user: User, house: Publication, key: str, subject: str, text: str, at: datetime) -> Letter:
    """A plain mail from the publication to one of its people, in the language that is active."""
    return plain_letter(key=f"{key}:{user.pk}", house=house, subject=subject, text=text, at=at)


def plain_letter(*, key: str, house: Publication, subject: str, text: str, at: datetime) -> Letter:
    """A plain mail from the publication, in the language that is active. `key` makes its Message-ID."""
    language = translation.get_language() or "en"
    imprint = {"name": house.name, "languages": house.languages, "sender": sender_choice.of(house)}
    sender, head = mails.sender(imprint, language), mails.answers(imprint, language)
    html = f'<!doctype html><html lang="{language}"><body>{urlize(linebreaks(text, autoescape=True))}</body></html>'
    return Letter(key, sender, plain_line(subject), html, text, at, head)


def _letter(due: Due, house: Publication, zone: ZoneInfo, now: datetime) -> Letter:
    with translation.override(language_of(due.user, house)):
        period = {"period": due.issue}
        subject = {
            ReminderKind.OPENED: _("The issue of %(period)s is open") % period,
            ReminderKind.TOMORROW: _soon(due.slots, zone, now.astimezone(zone).date()),
            ReminderKind.LATE: ngettext(
                "Your text for %(period)s is overdue", "Your texts for %(period)s are overdue", _late(due.slots, now)
            )
            % period,
        }[due.kind]
        text = "\n".join(
            [
                _("What you are writing for the issue of %(period)s:") % period,
                "",
                *_lines(due.slots, zone),
                "",
                _("This week’s page:") + f" {settings.BASE_URL}{reverse('wagtailadmin_home')}?issue={due.issue.key}",
                "",
                _("If you can’t write it, tell the editors so that someone else can step in."),
                "",
            ]
        )
        key = f"reminder:{due.issue.pk}:{due.kind.value}"
        return letter_to(user=due.user, house=house, key=key, subject=subject, text=text, at=now.astimezone(UTC))


def _soon(slots: Iterable[Slot], zone: ZoneInfo, today: date) -> str:
    nearest = min(slot.due for slot in slots if slot.due).astimezone(zone).date()
    return _("Due today") if nearest == today else _("Due tomorrow")


def _late(slots: Iterable[Slot], now: datetime) -> int:
    return sum(1 for slot in slots if slot.due and slot.due <= now)


def _lines(slots: Iterable[Slot], zone: ZoneInfo) -> list[str]:
    language = translation.get_language() or "en"
    lines = []
    for slot in sorted(slots, key=lambda slot: (slot.due or datetime.max.replace(tzinfo=UTC), slot.topic.position)):
        due = slot.due.astimezone(zone) if slot.due else None
        lines.append(
            _("– %(topic)s, due %(hour)s")
            % {"topic": localized(slot.topic.names, language), "hour": dates.hour(due, language) if due else "–"}
        )
    return lines
