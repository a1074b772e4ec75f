"""Exports the publication as a content folder: what is signed off, in one fixed form.

Importing the folder elsewhere gives the same publication; exporting that gives
the same bytes. Drafts stay here: an import takes everything for ready.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.images import get_image_model

from barograph.base.addressed import Addressed
from barograph.commentaries.models import Commentary
from barograph.interchange import markdown, pictures, richtext
from barograph.interchange.content import ScenarioContent
from barograph.interchange.issue_files import planned_last
from barograph.interchange.richtext import Document, Image
from barograph.interchange.scenario_streams import from_stream
from barograph.interchange.yaml_text import Word, dump
from barograph.issues import services as issues
from barograph.issues.models import Issue, Publication, StandingText, Topic, Verdict
from barograph.people.models import Person

Progress = Callable[[int, int], None]


class ExportRefused(Exception):
    """The folder can't be written there. The message says why."""


def export_folder(path: str | Path, *, progress: Progress | None = None) -> dict[str, int]:
    """Write the content folder to `path`, an empty or new folder; it appears whole or not at all.

    Returns {"issues", "topics", "people", "commentaries", "translations", "files"}.
    Raises ExportRefused.
    """
    target = Path(os.path.abspath(path))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ExportRefused(_("%(path)s is not an empty folder; choose a new one.") % {"path": path})
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.parent / f".{target.name}.{os.getpid()}"
    aside.mkdir()
    try:
        with transaction.atomic():
            report = _Exporter(aside).write(progress)
        try:
            aside.replace(target)  # an empty folder there is replaced
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
            raise ExportRefused(_("%(path)s is not an empty folder; choose a new one.") % {"path": path}) from error
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return report


def _clean(text: str) -> str:
    return richtext.CONTROLS.sub("", text or "").replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n")


class _Exporter:
    def __init__(self, root: Path):
        self.root, self.publication = root, issues.publication()
        self.images = _Images(root)
        self.counts = dict.fromkeys(("issues", "topics", "people", "commentaries", "translations", "files"), 0)

    def write(self, progress: Progress | None) -> dict[str, int]:
        self._file("publication.yaml", dump(self._publication(self.publication)))
        if topics := [self._topic(topic) for topic in Topic.objects.order_by("position", "key")]:
            self._file("topics.yaml", dump(topics))
        if people := [self._person(person) for person in Person.objects.order_by("slug")]:
            self._file("people.yaml", dump(people))
        for text in StandingText.objects.filter(language__in=self.publication.languages):
            head = dump({"title": _clean(text.title)})
            self._file(f"{text.kind}.{text.language}.md", self._page(head, text.body, "images/"))
        issues = list(Issue.objects.order_by("first"))
        for number, issue in enumerate(issues, start=1):
            self._issue(issue)
            if progress:
                progress(number, len(issues))
        self.counts |= {"issues": len(issues), "topics": len(topics), "people": len(people)}
        self.counts["files"] += len(self.images.contents)
        return self.counts

    def _file(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        self.counts["files"] += 1

    def _page(self, head: str, body: str, images: str) -> str:
        document = self.images.known(richtext.from_html(body))
        text = markdown.write(document, lambda ref: images + self.images.name_of(ref))
        return f"---\n{head}---\n" + (f"\n{text}" if text else "")

    def _localized(self, texts: dict[str, str]) -> dict[str, str]:
        cleaned = {code: _clean(texts.get(code) or "") for code in self.publication.languages}
        return {code: text for code, text in cleaned.items() if text}

    def _publication(self, publication: Publication) -> dict[str, Any]:
        hour = str(publication.release_time)[:5]
        fields: dict[str, Any] = {
            "name": self._localized(publication.name),
            "strapline": self._localized(publication.strapline),
            "newsletter_text": self._localized(publication.newsletter_text),
            "languages": _words(publication.languages),
            "rhythm": Word(publication.rhythm),
            "timezone": Word(publication.timezone),
            "lists": [
                {"key": Word(one["key"]), "label": one["label"], "languages": _words(one["languages"])}
                for one in publication.lists
            ],
            "links": [{"kind": Word(one["kind"]), "url": one["url"]} for one in publication.links],
        }
        if (publication.release_weekday, hour) != (0, "10:00"):
            fields |= {"release_weekday": publication.release_weekday, "release_time": hour}
        return {key: value for key, value in fields.items() if value != {}}

    def _topic(self, topic: Topic) -> dict[str, Any]:
        fields = {"key": Word(topic.key), "names": self._localized(topic.names), "about": self._localized(topic.about)}
        own = {kind: self._localized(getattr(topic, kind)) for kind in ("improved", "worsened")}
        return _filled(fields) | {"since": topic.since, "until": topic.until} | _filled(own) | _former(topic)

    def _person(self, person: Person) -> dict[str, Any]:
        texts = {"names": self._localized(person.names), "about": self._localized(person.about)}
        return {"slug": Word(person.slug)} | _filled(texts) | {"pseudonym": person.pseudonym} | _former(person)

    # an issue

    def _issue(self, issue: Issue) -> None:
        rows = Commentary.objects.filter(issue=issue, live=True, language__in=self.publication.languages)
        rows = rows.select_related("topic").prefetch_related("bylines__person")
        sources = {row.topic_id: row for row in rows if row.source_id is None}
        verdicts = {one.topic_id: one for one in issue.verdicts.select_related("topic").order_by("topic__key")}
        for row in sorted(rows, key=lambda row: (row.topic.key, row.language)):
            source = sources.get(row.topic_id)
            if source is not None:
                head = dump(self._front_matter(row, source, verdicts.get(row.topic_id)))
                name = f"{issue.key}/{row.topic.key}.{row.language}.md"
                self._file(name, self._page(head, row.body, "../images/"))
                self.counts["commentaries" if row is source else "translations"] += 1
        self._file(f"{issue.key}/issue.yaml", dump(self._settings(issue, verdicts.values(), sources.keys())))

    def _settings(self, issue: Issue, verdicts: Iterable[Verdict], written: Iterable[int]) -> dict[str, Any]:
        others = [one for one in verdicts if one.topic_id not in set(written)]
        fields: dict[str, Any] = {"number": issue.number}
        if issue.last != planned_last(self.publication.rhythm, issue.first):
            fields["last"] = issue.last
        if issue.special:
            fields["special"] = True
        lists = {
            "verdicts": {one.topic.key: Word(one.value) for one in others if one.value},
            "outlook": {one.topic.key: _words(one.outlook) for one in others if one.outlook},
            "reasons": {one.topic.key: text for one in verdicts if (text := _clean(one.reason))},
            "ratings": [
                {"topic": Word(one.topic.key), "by": Word(one.by.slug), "verdict": Word(one.value)}
                | ({} if one.confidence is None else {"confidence": one.confidence})
                | _filled({"why": _clean(one.reason), "blind": Word(one.blind_value)})
                | ({"given": one.given_at.astimezone(UTC).isoformat()} if one.given_at else {})
                for one in issue.ratings.select_related("topic", "by").order_by("topic__key", "by__slug")
            ],
            "corrections": [
                ({"topic": Word(one.topic.key)} if one.topic else {})
                | {"date": one.date, "kind": Word(one.kind), "notes": self._localized(one.notes)}
                for one in issue.corrections.select_related("topic").order_by("date", "id")
                if self._localized(one.notes)
            ],
        }
        return fields | _filled(lists)

    def _front_matter(self, row: Commentary, source: Commentary, verdict: Verdict | None) -> dict[str, Any]:
        bylines = sorted(source.bylines.all(), key=lambda one: (one.sort_order or 0, one.pk))
        return _filled(
            {
                "verdict": Word(verdict.value if verdict else ""),
                "outlook": _words(verdict.outlook if verdict else []),
                "headline": _clean(row.headline),
                "lede": _clean(row.lede),
                "byline": _words(one.person.slug for one in bylines),
                "source_language": Word(source.language),
                "question": _clean(row.question),
                "resolves_by": source.resolves_by,
                "resolution": _clean(row.resolution),
                "scenarios": [_scenario(one) for one in _scenarios(row, source)],
            }
        )


def _words(texts: Iterable[str]) -> list[Word]:
    return [Word(text) for text in texts]


def _former(row: Addressed) -> dict[str, Any]:
    """The addresses it had, the first one first; nothing where it has always had the present one."""
    present = getattr(row, row.ADDRESS)
    addresses = [entry.address for entry in row.addresses.order_by("pk")]  # type: ignore[attr-defined]
    if addresses and addresses[-1] == present:
        addresses.pop()
    return {"former": _words(addresses)} if addresses else {}


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value not in ("", [], {}, None)}


def _scenarios(row: Commentary, source: Commentary) -> list[ScenarioContent]:
    """The row's words in the source's keys, order and probabilities; the source's where it has none."""
    own = {one.key: one for one in _stream(row)}
    return [replace(own.get(one.key, one), probability=one.probability) for one in _stream(source)]


def _stream(row: Commentary) -> tuple[ScenarioContent, ...]:
    return from_stream(row.scenarios.get_prep_value() if row.scenarios else [])


def _scenario(one: ScenarioContent) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "key": Word(one.key),
        "title": _clean(one.title),
        "text": _clean(one.text),
        "pros": [_clean(text) for text in one.pros],
        "cons": [_clean(text) for text in one.cons],
    }
    return _filled(fields) | ({} if one.probability is None else {"probability": one.probability})


class _Images:
    """Copies the images that texts show into images/, each once, under a readable name."""

    def __init__(self, root: Path):
        self.folder = root / "images"
        self.written: dict[str, str] = {}  # {id: name}
        self.contents: dict[str, str] = {}  # {digest: name}
        self.gone: set[str] = set()

    def known(self, document: Document) -> Document:
        """The document without images whose file is gone."""
        return tuple(block for block in document if not isinstance(block, Image) or self._has(block.ref))

    def name_of(self, ref: str) -> str:
        return self.written[ref]

    def _has(self, ref: str) -> bool:
        if ref in self.written:
            return True
        row = get_image_model().objects.filter(pk=ref).first() if ref.isdigit() and ref not in self.gone else None
        content = pictures.content_of(row) if row is not None else None
        if row is None or content is None:
            self.gone.add(ref)
            return False
        data, suffix = content
        digest = hashlib.sha256(data).hexdigest()
        if digest in self.contents:
            self.written[ref] = self.contents[digest]
            return True
        self.folder.mkdir(exist_ok=True)
        stem = slugify(row.title)[:60].strip("-_") or "image"
        name, number = f"{stem}.{suffix}", 1
        while (self.folder / name).exists():
            number += 1
            name = f"{stem}-{number}.{suffix}"
        (self.folder / name).write_bytes(data)
        self.written[ref] = self.contents[digest] = name
        return True
