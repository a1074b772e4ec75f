"""The week as one screen: what an issue needs, topic by topic. Reads only.

One query for each kind of thing, whatever the number of topics and languages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from wagtail.models import WorkflowState

from barograph.base import languages
from barograph.base.languages import localized
from barograph.commentaries.enums import SourceState, TranslationState
from barograph.commentaries.models import Commentary, CommentaryByline
from barograph.commentaries.notes import unsettled
from barograph.commentaries.permissions import is_editor, may_translate, reads_every_draft
from barograph.commentaries.services import machine_made, source_state, translation_state
from barograph.editions.models import Edition
from barograph.issues.enums import IssueState
from barograph.issues.models import Issue, Slot, Topic, Verdict
from barograph.issues.services import publication
from barograph.people import sight
from barograph.people.models import Pen, User


@dataclass(frozen=True)
class Cell:
    """A language of a row."""

    language: str
    name: str
    state: str
    word: str
    is_source: bool
    machine: bool = False


@dataclass
class Row:
    topic: Topic
    name: str
    slot: Slot | None
    verdict: Verdict | None
    source: Commentary | None
    state: SourceState
    headline: str
    newer_draft: bool
    touched: datetime | None
    cells: list[Cell]
    may_write: bool
    writer: str = ""  # who has the slot, as the person who looks may know them; empty: nobody
    may_read: bool = False  # the draft; else the headline is the published one, where there is one
    notes: str = ""  # open comments, in words; empty where there is no text
    may_note: bool = False
    published: bool = False  # readers have these very words

    @property
    def state_label(self) -> str:
        """The state in words: a ready text that readers have is published."""
        return _("published") if self.published and self.state == SourceState.READY else str(self.state.label)


@dataclass(frozen=True)
class Notice:
    """`blocks`: nothing can be published like this; else: what readers will miss."""

    blocks: bool
    text: str


@dataclass
class Week:
    issue: Issue | None
    issues: list[Issue]
    languages: list[tuple[str, str]]
    zone: str = "UTC"
    rows: list[Row] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    writers: list[User] = field(default_factory=list)
    is_editor: bool = False
    may_assign: bool = False
    may_translate: bool = False
    may_rate: bool = False
    may_publish: bool = False
    has_release: bool = False  # somebody has asked for a release: its steps have a page

    @property
    def released(self) -> bool:
        return self.issue is not None and self.issue.state == IssueState.RELEASED

    @property
    def on_site(self) -> str:
        """The language in which to look at the issue on the site: the desk's own where readers have it; '' before."""
        codes = [code for code, _name in self.languages]
        return (get_language() if get_language() in codes else codes[0]) if self.released and codes else ""


def week(*, user, key: str = "") -> Week:
    """The issue of that first day, else the earliest open one, else the latest."""
    house = publication()
    issues = list(Issue.objects.all())
    issue = next((i for i in issues if i.key == key), None) or _current(issues)
    codes = [(code, languages.name(code)) for code in house.languages]
    shown = Week(issue=issue, issues=issues, languages=codes, zone=house.timezone)
    shown.is_editor, shown.may_translate = is_editor(user), may_translate(user)
    shown.may_publish = user.has_perm("publishing.add_release")
    shown.may_assign = shown.is_editor and sight.may_see_pens(user)
    if issue is None:
        return shown
    releases = list(issue.releases.values_list("state", "published_at"))
    shown.has_release = shown.may_publish and bool(releases)
    frozen = _frozen_at(issue, max((at for state, at in releases if state == "done" and at), default=None))
    shown.may_rate = shown.is_editor or Pen.objects.filter(user=user).exists()
    slots = {slot.topic_id: slot for slot in issue.slots.select_related("writer")}
    verdicts = {verdict.topic_id: verdict for verdict in issue.verdicts.all()}
    rows = list(issue.commentaries.select_related("latest_revision"))
    topics = _topics(issue, {*slots, *verdicts, *(row.topic_id for row in rows)})
    sources = {row.topic_id: row for row in rows if not row.is_translation}
    reviewed, own = in_review(sources.values()), _with_own_name(user, sources.values())
    open_notes = unsettled(sources.values())
    translations: dict[int, dict[str, Commentary]] = {}
    for row in rows:
        if row.is_translation:
            translations.setdefault(row.source_id, {})[row.language] = row
    reads_all = reads_every_draft(user)
    published = {} if reads_all or not shown.released else published_headlines(issue)
    for topic in topics:
        source = sources.get(topic.pk)
        own_translations = translations.get(source.pk, {}) if source else {}
        for row in own_translations.values():
            row.source = source  # read once, with its newest revision
        slot = slots.get(topic.pk)
        mine = bool(slot and slot.writer_id == user.pk) and user.has_perm("commentaries.change_commentary")
        writes = shown.is_editor or mine or bool(source and source.pk in own)
        shown.rows.append(
            Row(
                topic=topic,
                name=localized(topic.names, get_language() or "en"),
                slot=slot,
                verdict=verdicts.get(topic.pk),
                source=source,
                state=source_state(source, in_review=bool(source and source.pk in reviewed)),
                headline=_headline(source) if reads_all or writes else published.get(topic.key, ""),
                newer_draft=bool(source and source.live and source.has_unpublished_changes),
                touched=_touched([source, *own_translations.values()]),
                cells=_cells(codes, source, own_translations, frozen),
                published=_is_published(source, frozen),
                may_write=writes,
                writer=sight.account_name(slot.writer if slot else None, reader=user),
                may_read=reads_all or writes,
                may_note=shown.may_translate or writes,
                notes=_comments(open_notes.get(source.pk, 0)) if source else "",
            )
        )
    shown.notices = list(notices(shown))
    if shown.may_assign:
        shown.writers = _writers(slots.values())
    return shown


def _comments(number: int) -> str:
    if not number:
        return _("comments")
    return ngettext("%(count)s open comment", "%(count)s open comments", number) % {"count": number}


def _current(issues: list[Issue]) -> Issue | None:
    opened = [issue for issue in issues if issue.state == IssueState.OPEN]
    return opened[-1] if opened else (issues[0] if issues else None)


def _topics(issue: Issue, others: set[int]) -> list[Topic]:
    """Those with something in the issue, and what is followed then; before its release only what doesn't rest."""
    if issue.special:
        return list(Topic.objects.filter(pk__in=others))
    everything = Topic.objects.all()
    followed = everything.tracked_in(issue) if issue.state == IssueState.RELEASED else everything.awake_in(issue)
    return list(everything.filter(Q(pk__in=followed.values("pk")) | Q(pk__in=others)))


def _writers(slots: Iterable[Slot]) -> list[User]:
    taken = [slot.writer_id for slot in slots if slot.writer_id]
    return list(
        User.objects.filter(Q(is_active=True, groups__name__in=["Analysts", "Editors"]) | Q(pk__in=taken))
        .distinct()
        .by_name()
    )


def in_review(sources: Iterable[Commentary]) -> set[int]:
    """Which of these commentaries lie with the editors."""
    kind = ContentType.objects.get_for_model(Commentary)
    states = WorkflowState.objects.filter(
        base_content_type=kind,
        object_id__in=[str(source.pk) for source in sources],
        status=WorkflowState.STATUS_IN_PROGRESS,
    )
    return {int(pk) for pk in states.values_list("object_id", flat=True)}


def _with_own_name(user, sources: Iterable[Commentary]) -> set[int]:
    if not user.has_perm("commentaries.change_commentary"):
        return set()
    pens = Pen.objects.filter(user=user).values("person")
    rows = CommentaryByline.objects.filter(commentary__in=[source.pk for source in sources], person__in=pens)
    return set(rows.values_list("commentary_id", flat=True))


def _headline(source: Commentary | None) -> str:
    if source is None:
        return ""
    newest = source.latest_revision.content if source.latest_revision else {}
    return newest.get("headline") or source.headline


def published_headlines(issue: Issue) -> dict[str, str]:
    """Topic's key → the headline readers see, in the language in use where there is one, else in another."""
    headlines: dict[str, str] = {}
    rows = Edition.objects.filter(issue=issue).current().values_list("language", "content")
    for _language, content in sorted(rows, key=lambda row: row[0] != get_language()):
        for topic in content["topics"]:
            if topic["commentary"]:
                headlines.setdefault(topic["key"], topic["commentary"]["headline"])
    return headlines


def _touched(rows: Iterable[Commentary | None]) -> datetime | None:
    times = [row.latest_revision.created_at if row.latest_revision else row.touched_at for row in rows if row]
    return max(times, default=None)


def _frozen_at(issue: Issue, released: datetime | None) -> dict[str, datetime]:
    """Language → when its edition was last frozen or looked at by a release; empty before the issue is public.

    `released`: the time of publication of the latest release that is done.
    """
    if issue.state != IssueState.RELEASED:
        return {}
    editions = Edition.objects.filter(issue=issue).current().values_list("language", "created_at")
    return {language: max(filter(None, [created, released])) for language, created in editions}


def _is_published(row: Commentary | None, frozen: dict[str, datetime]) -> bool:
    """Whether readers have the signed-off words of a text, not an earlier version of them."""
    if row is None or not row.live or row.language not in frozen:
        return False
    return row.last_published_at is None or row.last_published_at <= frozen[row.language]


def _cells(
    codes: list[tuple[str, str]],
    source: Commentary | None,
    translations: dict[str, Commentary],
    frozen: dict[str, datetime],
) -> list[Cell]:
    cells = []
    for code, name in codes:
        if source is not None and source.language == code:
            cells.append(Cell(code, name, "source", _("source"), True))
            continue
        state, drafted = translation_state(translations.get(code)), machine_made(translations.get(code))
        published = state == TranslationState.READY and _is_published(translations.get(code), frozen)
        word = _("published") if published else str(state.label)
        cells.append(Cell(code, name, state.value, word, False, drafted))
    return cells


#: From so many topics on, what they lack is said once for all of them.
MANY = 3


def notices(week: Week) -> Iterable[Notice]:
    """What blocks the release or weakens it, in words and by name; the weightiest first."""
    if not any(row.state == SourceState.READY or (row.source and row.source.live) for row in week.rows):
        yield Notice(True, _("No commentary is signed off yet: there is nothing to publish."))
    begun = [row for row in week.rows if row.source is not None]
    yield from _notices(
        [row.name for row in week.rows if row.source is None],
        _("%(topic)s: no one has started writing."),
        _("No one has started writing: %(topics)s."),
    )
    yield from _notices(
        [row.name for row in begun if row.source and not row.source.live],
        _("%(topic)s: not signed off; readers won’t see it."),
        _("Not signed off; readers won’t see them: %(topics)s."),
    )
    yield from _notices(
        [row.name for row in week.rows if row.verdict is None or not row.verdict.value],
        _("%(topic)s: no verdict; it will be shown as not rated."),
        _("No verdict; they will be shown as not rated: %(topics)s."),
    )
    yield from _notices(
        [row.name for row in begun if row.source and row.source.live and row.newer_draft],
        _("%(topic)s: a newer draft is not signed off; the earlier text will be published."),
        _("Newer drafts are not signed off; the earlier texts will be published: %(topics)s."),
    )
    for state, one, many in _lacking():
        for code, name in week.languages:
            names = [row.name for row in begun for cell in row.cells if (cell.language, cell.state) == (code, state)]
            yield from _notices(names, one, many, language=name)


def _notices(topics: list[str], one: str, many: str, **names: str) -> Iterable[Notice]:
    """A line a topic, or one for all of them where they are many."""
    if len(topics) >= MANY:
        yield Notice(False, many % {"topics": ", ".join(topics), **names})
        return
    for topic in topics:
        yield Notice(False, one % {"topic": topic, **names})


def _lacking() -> list[tuple[TranslationState, str, str]]:
    """What a translation can lack, what misleads before what is missing; in words for one topic and for many."""
    return [
        (
            TranslationState.STALE,
            _("%(topic)s: the %(language)s translation is based on an older text."),
            _("%(language)s translations are based on older texts: %(topics)s."),
        ),
        (
            TranslationState.IN_WORK,
            _("%(topic)s: the %(language)s translation is not signed off."),
            _("%(language)s translations are not signed off: %(topics)s."),
        ),
        (
            TranslationState.MISSING,
            _("%(topic)s: no translation (%(language)s)."),
            _("No translation (%(language)s): %(topics)s."),
        ),
    ]
