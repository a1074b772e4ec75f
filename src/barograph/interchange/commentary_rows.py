"""Writes commentaries: new ones in bulk, changed ones through Wagtail, unchanged ones not at all.

A new commentary gets one revision and one entry in the log, as the desk would
have made them; doing so in bulk keeps an archive of years bearable. Source
texts and digests of translations come from the commentaries' own services.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import ReferenceIndex, Revision

from barograph.commentaries import services, texts
from barograph.commentaries.models import Commentary, CommentaryByline
from barograph.interchange import richtext
from barograph.interchange.content import CommentaryContent, CommentaryText, ScenarioContent
from barograph.interchange.pictures import Store
from barograph.interchange.scenario_streams import from_stream, to_stream
from barograph.issues.models import Issue, Topic
from barograph.people.models import Person, User


@dataclass(frozen=True)
class _Words:
    """All of a row that an import compares and writes."""

    headline: str
    lede: str
    body: str
    question: str
    resolution: str
    resolves_by: date | None
    scenarios: tuple[ScenarioContent, ...]

    @classmethod
    def of_row(cls, row: Commentary) -> _Words:
        raw = row.scenarios.get_prep_value() if row.scenarios else []
        return cls(row.headline, row.lede, row.body, row.question, row.resolution, row.resolves_by, from_stream(raw))

    @property
    def comparable(self) -> tuple:
        body = richtext.from_html(self.body)
        return (self.headline, self.lede, body, self.question, self.resolution, self.resolves_by, self.scenarios)


class CommentaryRows:
    def __init__(self, *, people: dict[str, Person], store: Store, draft: bool, by: User | None):
        self.people, self.store, self.draft, self.by = people, store, draft, by
        self.new_sources: list[tuple[Commentary, list[Person]]] = []
        self.new_translations: list[Commentary] = []
        self.issue: Issue | None = None
        self.rows: dict[tuple[int, str], Commentary] = {}

    def put(self, issue: Issue, topic: Topic, content: CommentaryContent) -> Iterator[str]:
        """Write a commentary and its translations; yields created, updated or unchanged for each."""
        if self.issue != issue:
            commentaries = Commentary.objects.filter(issue=issue).select_related("source", "latest_revision")
            self.rows = {(row.topic_id, row.language): row for row in commentaries}
            self.issue = issue
        self._move_source(issue, topic, content)
        place = f"{issue.key}/{topic.key}"
        byline = [self.people[slug] for slug in content.byline]
        source = self.rows.get((topic.pk, content.source_language))
        words = self._words(content.texts[content.source_language], content, place)
        if source is None:
            source = self._new(issue, topic, content.source_language, words, place)
            self.new_sources.append((source, byline))
            outcome = "created"
        else:
            outcome = self._update(source, words, place, byline=byline)
        yield outcome
        own_texts = services.source_texts(source)
        for language, text in content.texts.items():
            if language != content.source_language:
                words = self._words(text, content, place)
                moved = outcome != "unchanged"
                yield self._put_translation(source, language, words, place, own_texts, source_moved=moved)

    def _put_translation(
        self, source: Commentary, language: str, words: _Words, place: str, own_texts: dict, *, source_moved: bool
    ) -> str:
        row = self.rows.get((source.topic_id, language))
        if row is not None:
            return self._update(row, words, place, made_from=own_texts, source_moved=source_moved)
        row = self._new(source.issue, source.topic, language, words, place)
        row.source = source
        row.source_texts, row.source_digest = own_texts, texts.digest(own_texts)
        self.new_translations.append(row)
        return "created"

    def _words(self, text: CommentaryText, content: CommentaryContent, place: str) -> _Words:
        return _Words(
            headline=text.headline,
            lede=text.lede,
            body=richtext.to_html(text.body, self.store.id_of),
            question=text.question,
            resolution=text.resolution,
            resolves_by=content.resolves_by,
            scenarios=text.scenarios,
        )

    def _fill(self, row: Commentary, words: _Words, place: str) -> None:
        row.headline, row.lede = words.headline, words.lede
        row.question, row.resolution, row.resolves_by = words.question, words.resolution, words.resolves_by
        if richtext.from_html(row.body) != richtext.from_html(words.body):
            row.body = words.body
        if _Words.of_row(row).scenarios != words.scenarios:
            row.scenarios = json.dumps(to_stream(words.scenarios, place))

    def _new(self, issue: Issue, topic: Topic, language: str, words: _Words, place: str) -> Commentary:
        row = Commentary(issue=issue, topic=topic, language=language, live=not self.draft)
        self._fill(row, words, place)
        return row

    def _update(
        self,
        row: Commentary,
        words: _Words,
        place: str,
        *,
        byline: list[Person] | None = None,
        made_from: dict | None = None,
        source_moved: bool = False,
    ) -> str:
        standing = services.working_copy(row) if self.draft or not row.live else row
        same = self._is_same(standing, words, byline)
        if same and not source_moved and (row.live or self.draft):
            return "unchanged"
        self._fill(standing, words, place)
        if byline is not None and not self._has_byline(standing, byline):
            standing.bylines = [CommentaryByline(person=person, sort_order=n) for n, person in enumerate(byline)]
        if made_from is not None:
            standing.source_texts, standing.source_digest = made_from, texts.digest(made_from)
        if not self.draft:
            revision = standing.save_revision(user=self.by, clean=False)
            revision.publish(user=self.by, skip_permission_checks=True)
        else:
            if not row.live:
                standing.save()
            standing.save_revision(user=self.by, clean=False)
        row.refresh_from_db()
        return "updated"

    def _is_same(self, row: Commentary, words: _Words, byline: list[Person] | None) -> bool:
        if byline is not None and not self._has_byline(row, byline):
            return False
        return _Words.of_row(row).comparable == words.comparable

    def _has_byline(self, row: Commentary, byline: list[Person]) -> bool:
        bylines = sorted(row.bylines.all(), key=lambda one: (one.sort_order or 0, one.pk or 0))
        return [one.person_id for one in bylines] == [person.pk for person in byline]

    def _move_source(self, issue: Issue, topic: Topic, content: CommentaryContent) -> None:
        """Where the folder names another source language than the database, that row becomes the source."""
        own = [row for (topic_id, _language), row in self.rows.items() if topic_id == topic.pk]
        old = next((row for row in own if row.source_id is None), None)
        if old is None or old.language == content.source_language:
            return
        new = self.rows.get((topic.pk, content.source_language))
        if new is None:
            new = Commentary(issue=issue, topic=topic, language=content.source_language, source=old, live=False)
            new.headline = content.texts[content.source_language].headline
            new.save()
        rows = Commentary.objects.filter(issue=issue, topic=topic)
        rows.exclude(pk=new.pk).update(source=new)
        rows.filter(pk=new.pk).update(source=None, source_texts={}, source_digest="")
        CommentaryByline.objects.filter(commentary__in=rows.exclude(pk=new.pk)).delete()
        translations = rows.select_related("source", "latest_revision")
        self.rows |= {(row.topic_id, row.language): row for row in translations}

    def finish(self) -> None:
        """Write what is new: rows, bylines, a revision and a log entry each."""
        sources = [row for row, _byline in self.new_sources]
        now = timezone.now()
        for row in (*sources, *self.new_translations):
            if row.live:
                row.first_published_at = row.last_published_at = now
        Commentary.objects.bulk_create(sources, batch_size=100)
        for row in self.new_translations:
            row.source = row.source  # its key is known only now
        Commentary.objects.bulk_create(self.new_translations, batch_size=100)
        CommentaryByline.objects.bulk_create(
            CommentaryByline(commentary=row, person=person, sort_order=number)
            for row, byline in self.new_sources
            for number, person in enumerate(byline)
        )
        self._add_revisions([*sources, *self.new_translations], now)

    def _add_revisions(self, rows: list[Commentary], now: datetime) -> None:
        kind = Commentary.get_content_type()
        revisions = Revision.objects.bulk_create(
            [
                Revision(
                    content_type=kind,
                    base_content_type=kind,
                    object_id=str(row.pk),
                    created_at=now,
                    user=self.by,
                    object_str=str(row),
                    content=row.serializable_data(),
                )
                for row in rows
            ],
            batch_size=100,
        )
        for row, revision in zip(rows, revisions, strict=True):
            row.latest_revision = revision
            row.live_revision = revision if row.live else None
            row.has_unpublished_changes = not row.live
            log(row, "wagtail.publish" if row.live else "wagtail.create", user=self.by, revision=revision)
            ReferenceIndex.create_or_update_for_object(row)
        fields = ["latest_revision", "live_revision", "has_unpublished_changes"]
        Commentary.objects.bulk_update(rows, fields, batch_size=100)
