"""Imports a content folder: everything or nothing, in one transaction.

Commentaries come in as ready (signed off) or as drafts, never as public: the
public reads editions alone. Adds and updates; what a folder leaves out stays
as it is. How commentaries are written stands in commentary_rows.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.db.models import F

from barograph.base.addressed import Addressed, resolved
from barograph.interchange import reading, richtext
from barograph.interchange.commentary_rows import CommentaryRows
from barograph.interchange.content import Content, CorrectionContent, IssueContent, Known
from barograph.interchange.pictures import Store
from barograph.issues import services as issues
from barograph.issues.models import Correction, Issue, Publication, StandingText, Topic, Verdict
from barograph.panel.models import Rating
from barograph.people.models import Person, User

Progress = Callable[[int, int], None]


@dataclass
class ImportReport:
    """What a folder holds, what became of it, and its problems (then nothing was written)."""

    issues: int = 0
    topics: int = 0
    people: int = 0
    commentaries: int = 0
    translations: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[dict] = field(default_factory=list)
    issue_days: list[date] = field(default_factory=list)  # first days, in order

    def as_dict(self) -> dict[str, Any]:
        names = ("issues", "topics", "people", "commentaries", "translations", "created", "updated", "unchanged")
        return {**{name: getattr(self, name) for name in names}, "problems": self.problems}

    def count(self, outcome: str) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)


class _DryRun(Exception):
    """Rolls everything back after a rehearsal."""


def known() -> Known:
    """What the database has."""
    publication = Publication.objects.first()
    return Known(
        publication=publication is not None,
        languages=tuple(publication.languages) if publication else (),
        rhythm=publication.rhythm if publication else "week",
        topics=frozenset(Topic.objects.values_list("key", flat=True)),
        people=frozenset(Person.objects.values_list("slug", flat=True)),
        topic_addresses={address: topic.key for address, topic in resolved(Topic.objects.all()).items()},
        person_addresses={address: person.slug for address, person in resolved(Person.objects.all()).items()},
        specials=frozenset(Issue.objects.filter(special=True).values_list("first", flat=True)),
        issues={first: (last, number) for first, last, number in Issue.objects.values_list("first", "last", "number")},
    )


def import_folder(
    path: str | Path,
    *,
    dry_run: bool = False,
    draft: bool = False,
    by: User | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a content folder. With any problem nothing is written; a dry run never writes.

    `progress` is called with (done, total) while commentaries are written.
    """
    content, problems = reading.read_folder(Path(path), known())
    report = ImportReport(
        issues=len(content.issues),
        topics=len(content.topics),
        people=len(content.people),
        commentaries=sum(len(issue.commentaries) for issue in content.issues),
        translations=sum(len(one.texts) - 1 for issue in content.issues for one in issue.commentaries),
        problems=[problem.as_dict() for problem in problems],
        issue_days=[issue.first for issue in content.issues],
    )
    if problems:
        return report
    store = Store(content.root)
    try:
        with transaction.atomic():
            _Importer(content, report, store, draft=draft, by=by).write(progress)
            if dry_run:
                raise _DryRun
    except BaseException as reason:
        store.take_back()
        if not isinstance(reason, _DryRun):
            raise
    return report


def _put(row: models.Model, values: dict[str, Any], report: ImportReport, addresses: Sequence[str] = ()) -> None:
    """Save a row where it is new or any value differs, and count it. `addresses`: those it had, the first one first."""
    new = row.pk is None
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if new or changed:
        row.save()
    if addresses and isinstance(row, Addressed):
        changed += row.note_addresses(addresses)
    report.count("created" if new else "updated" if changed else "unchanged")


class _Importer:
    def __init__(self, content: Content, report: ImportReport, store: Store, *, draft: bool, by: User | None):
        self.content, self.report, self.store, self.draft, self.by = content, report, store, draft, by

    def write(self, progress: Progress | None) -> None:
        self._publication()
        self._topics()
        self._people()
        self._standing()
        topics = {topic.key: topic for topic in Topic.objects.all()}
        people = {person.slug: person for person in Person.objects.all()}
        changed, rows = self._issues()
        commentaries = CommentaryRows(people=people, store=self.store, draft=self.draft, by=self.by)
        for number, content in enumerate(self.content.issues, start=1):
            issue = rows[content.first]
            moved = [self._verdicts(issue, content, topics), self._ratings(issue, content, topics, people)]
            moved.append(self._corrections(issue, content, topics))
            outcome = changed[content.first]
            self.report.count("updated" if outcome == "unchanged" and any(moved) else outcome)
            for one in content.commentaries:
                for outcome in commentaries.put(issue, topics[one.topic], one):
                    self.report.count(outcome)
            if progress:
                progress(number, len(self.content.issues))
        commentaries.finish()

    def _publication(self) -> None:
        if not self.content.publication:
            return
        publication = Publication.objects.first() or Publication(id=1)
        values = dict(self.content.publication)
        if values.get("release_time") == str(publication.release_time)[:5]:
            values.pop("release_time")
        new = publication._state.adding
        changed = new or any(getattr(publication, name) != value for name, value in values.items())
        for name, value in values.items():
            setattr(publication, name, value)
        if changed:
            publication.save()
        self.report.count("created" if new else "updated" if changed else "unchanged")

    def _topics(self) -> None:
        rows = {topic.key: topic for topic in Topic.objects.all()}
        whole = rows.keys() <= {topic.was for topic in self.content.topics}
        place = max((topic.position for topic in rows.values()), default=0)
        for number, topic in enumerate(self.content.topics, start=1):
            row = rows.get(topic.was) or Topic(key=topic.key)
            values: dict[str, Any] = {
                "key": topic.key,
                "names": topic.names,
                "about": topic.about,
                "since": topic.since,
                "until": topic.until,
                "improved": topic.improved,
                "worsened": topic.worsened,
            }
            if whole:
                values["position"] = number
            elif row.pk is None:
                place += 1
                values["position"] = place
            _put(row, values, self.report, addresses=topic.former)

    def _people(self) -> None:
        rows = {person.slug: person for person in Person.objects.all()}
        for person in self.content.people:
            row = rows.get(person.was) or Person(slug=person.slug)
            values = {"slug": person.slug, "names": person.names, "about": person.about, "pseudonym": person.pseudonym}
            _put(row, values, self.report, addresses=person.former)

    def _standing(self) -> None:
        rows = {(text.kind, text.language): text for text in StandingText.objects.all()}
        for text in self.content.standing:
            row = rows.get((text.kind, text.language)) or StandingText(kind=text.kind, language=text.language)
            body = richtext.to_html(text.body, self.store.id_of)
            if row.pk is not None and richtext.from_html(row.body) == richtext.from_html(body):
                body = row.body
            _put(row, {"title": text.title, "body": body}, self.report)

    def _issues(self) -> tuple[dict[date, str], dict[date, Issue]]:
        """The issues' rows, and what became of each: created, updated or unchanged."""
        rows = {issue.first: issue for issue in Issue.objects.filter(first__in=[x.first for x in self.content.issues])}
        outcomes: dict[date, str] = {}
        pairs = [(content, rows[content.first]) for content in self.content.issues if content.first in rows]
        moving = [row.pk for content, row in pairs if row.number != content.number]
        Issue.objects.filter(pk__in=moving).update(number=F("number") + 1_000_000)  # out of each other's way
        for content, row in pairs:
            changed = (row.last, row.number) != (content.last, content.number)
            row.last, row.number = content.last, content.number
            if changed:
                row.save(update_fields=["last", "number"])
            outcomes[content.first] = "updated" if changed else "unchanged"
        for content in self.content.issues:
            if content.first not in rows:
                row = issues.open_issue(
                    first=content.first, last=content.last, number=content.number, special=content.special
                )
                rows[content.first], outcomes[content.first] = row, "created"
        return outcomes, rows

    def _verdicts(self, issue: Issue, content: IssueContent, topics: dict[str, Topic]) -> bool:
        rows = {verdict.topic.key: verdict for verdict in Verdict.objects.filter(issue=issue).select_related("topic")}
        moved = False
        for verdict in content.verdicts:
            row = rows.get(verdict.topic)
            before = (row.value, tuple(row.outlook), row.reason) if row else ("", (), "")
            reason = before[2] if verdict.reason is None else verdict.reason
            if before != (verdict.value, verdict.outlook, reason):
                issues.decide_verdict(
                    issue=issue,
                    topic=topics[verdict.topic],
                    value=verdict.value,
                    outlook=verdict.outlook,
                    reason=reason,
                    by=self.by,
                )
                moved = True
        return moved

    def _ratings(
        self, issue: Issue, content: IssueContent, topics: dict[str, Topic], people: dict[str, Person]
    ) -> bool:
        if not content.ratings:
            return False
        rows = {(rating.topic_id, rating.by_id): rating for rating in Rating.objects.filter(issue=issue)}
        moved = False
        for rating in content.ratings:
            topic, by = topics[rating.topic], people[rating.by]
            row = rows.get((topic.pk, by.pk)) or Rating(issue=issue, topic=topic, by=by)
            values: dict[str, Any] = {"value": rating.verdict, "confidence": rating.confidence}
            optional = {"reason": rating.why, "blind_value": rating.blind, "given_at": rating.given}
            values |= {name: value for name, value in optional.items() if value is not None}
            if row.pk is None or any(getattr(row, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(row, name, value)
                row.save()
                moved = True
        return moved

    def _corrections(self, issue: Issue, content: IssueContent, topics: dict[str, Topic]) -> bool:
        if not content.corrections:
            return False
        rows = list(Correction.objects.filter(issue=issue).select_related("topic").order_by("date", "id"))
        moved = False
        changed = []
        for correction in content.corrections:  # those that are there already are no news
            alike = [row for row in rows if _identity(row) == _identity(correction)]
            same = next((row for row in alike if row.notes == correction.notes), None)
            if same:
                rows.remove(same)
            else:
                changed.append(correction)
        for correction in changed:
            moved = True
            row = next((row for row in rows if _identity(row) == _identity(correction)), None)
            if row is not None:
                rows.remove(row)
                row.notes = correction.notes
                row.save()
                continue
            issues.record_correction(
                issue=issue,
                topic=topics[correction.topic] if correction.topic else None,
                when=correction.date,
                kind=correction.kind,
                notes=correction.notes,
                by=self.by,
            )
        return moved


def _identity(correction: Correction | CorrectionContent) -> tuple[str, date, str]:
    """What tells two corrections of an issue apart, of a row or of a file's entry."""
    topic = correction.topic
    return (getattr(topic, "key", topic) or "", correction.date, correction.kind)
