"""The translation board: what is to translate in the open issues, and what published ones still lack. Reads only.

Of published issues it shows texts whose original has changed since, however old the issue is, and what was never
translated of the latest few; nothing of them that is ready.

One query for each kind of thing, whatever the number of commentaries and languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from barograph.base import languages
from barograph.base.languages import localized
from barograph.commentaries.enums import TranslationState
from barograph.commentaries.models import Commentary, CommentaryQuerySet
from barograph.commentaries.permissions import may_translate
from barograph.commentaries.services import changes_since, machine_made, standing_texts, translation_state
from barograph.commentaries.texts import visible
from barograph.issues.enums import IssueState
from barograph.issues.models import Issue
from barograph.issues.services import publication
from barograph.people.models import User

#: Of so many published issues the board also shows what was never translated.
RECENT = 4
#: What asks for work first.
ORDER = (TranslationState.STALE, TranslationState.MISSING, TranslationState.IN_WORK, TranslationState.READY)


@dataclass(frozen=True)
class Task:
    """A commentary to be had in one more language."""

    source: Commentary
    issue: Issue
    topic: str
    headline: str
    language: str
    source_language: str
    state: TranslationState
    signed: bool  # the source's words are signed off, not a draft that may still change
    words: int  # of the source
    changed: int  # texts of the source that are another since it was translated
    by: str
    touched: datetime | None
    machine: bool = False  # has a machine's words that nobody has signed off

    @property
    def is_published(self) -> bool:
        """Whether readers have the issue already."""
        return self.issue.state == IssueState.RELEASED

    @property
    def length_told(self) -> str:
        return ngettext("%(number)s word", "%(number)s words", self.words) % {"number": self.words}

    @property
    def change_told(self) -> str:
        text = ngettext("%(number)s text changed in the source", "%(number)s texts changed in the source", self.changed)
        return text % {"number": self.changed}


@dataclass(frozen=True)
class Group:
    """A language's tasks, what asks for work first."""

    language: str
    name: str
    tasks: list[Task]
    open: int


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """All tasks by language, or those of one (?language=be), with or without what is done (?all=1)."""
    if not may_translate(request.user):
        raise PermissionDenied
    codes = publication().languages
    chosen = request.GET.get("language", "")
    chosen = chosen if chosen in codes else ""
    everything = request.GET.get("all") == "1"
    groups = [_group(code, group_tasks) for code, group_tasks in tasks(codes).items() if not chosen or code == chosen]
    if not everything:
        groups = [Group(g.language, g.name, [t for t in g.tasks if t.state != ORDER[-1]], g.open) for g in groups]
    context = {
        "groups": groups,
        "languages": [(code, languages.name(code)) for code in codes],
        "chosen": chosen,
        "everything": everything,
        "zone": publication().timezone,
    }
    return render(request, "desk/board.html", context)


def _group(code: str, group_tasks: list[Task]) -> Group:
    group_tasks.sort(key=lambda task: (ORDER.index(task.state), task.issue.first, task.source.topic.position))
    return Group(code, languages.name(code), group_tasks, sum(task.state != ORDER[-1] for task in group_tasks))


def tasks(codes: list[str]) -> dict[str, list[Task]]:
    """{language: its tasks}, in open and in published issues."""
    by_language: dict[str, list[Task]] = {code: [] for code in codes}
    recent = set(Issue.objects.released().order_by("-first").values_list("pk", flat=True)[:RECENT])
    rows = list(_rows(recent))
    translations = {(row.source_id, row.language): row for row in rows if row.is_translation}
    for source in rows:
        if source.is_translation:
            continue
        texts = standing_texts(source)
        words = sum(len(visible(text).split()) for text in texts.values())
        for code in codes:
            if code == source.language:
                continue
            translation = translations.get((source.pk, code))
            if translation:
                translation.source = source  # read once, with its newest revision
            task = _task(source, code, translation, texts.get("headline", ""), words)
            if not task.is_published or task.state in _asked_for(source.issue_id in recent):
                by_language[code].append(task)
    return by_language


def _rows(recent: set[int]) -> CommentaryQuerySet:
    """Commentaries and translations that may be tasks, with what a task shows of them."""
    changed = Commentary.objects.translations().filter(
        issue__in=Issue.objects.released(), source__last_published_at__gt=F("last_published_at")
    )
    sources = changed.values("source")
    rows = Commentary.objects.filter(
        Q(issue__in=Issue.objects.open()) | Q(issue__in=recent) | Q(pk__in=sources) | Q(source__in=sources)
    )
    return rows.select_related("issue", "topic", "latest_revision__user")


def _asked_for(recent: bool) -> set[TranslationState]:
    """What is still asked for of a published issue."""
    return {TranslationState.STALE, TranslationState.MISSING, TranslationState.IN_WORK} if recent else {ORDER[0]}


def _known_as(user: User) -> str:
    """An account as whoever looks may know it: see people/sight.py."""
    return user.get_full_name() or str(user)


def _task(source: Commentary, code: str, translation: Commentary | None, headline: str, words: int) -> Task:
    state = translation_state(translation)
    revision = translation.latest_revision if translation else None
    return Task(
        source=source,
        issue=source.issue,
        topic=localized(source.topic.names, get_language() or "en"),
        headline=headline or _("no headline yet"),
        language=code,
        source_language=languages.name(source.language),
        state=state,
        signed=source.live,
        words=words,
        changed=len(changes_since(translation)) if translation and state == TranslationState.STALE else 0,
        by=_known_as(revision.user) if revision and revision.user else "",
        touched=revision.created_at if revision else None,
        machine=machine_made(translation),
    )
