"""Composing and freezing editions: the valve between the desk and the public.

`compose` makes unsaved contents (a preview uses it too), `freeze` keeps them
as new versions. The same content never makes a second version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from barograph.base import glyphs
from barograph.base.languages import localized, localized_in
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import is_stale
from barograph.editions import bodies, changes, renames, schema, summaries
from barograph.editions.models import Edition, Imprint, Summary, Withdrawal
from barograph.issues import services as issues
from barograph.issues.models import Correction, Issue, Publication, StandingText, Topic
from barograph.panel import services as panel
from barograph.people.models import Person
from barograph.scenarios.blocks import probability

Content = dict[str, Any]


def digest(content: Content) -> str:
    """SHA-256 over the canonical JSON of a content."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _time(when: datetime, publication: Publication) -> str:
    return when.astimezone(ZoneInfo(publication.timezone)).isoformat(timespec="seconds")


class _Sheet:
    """An issue's material, read once, from which each language's content is made."""

    def __init__(self, issue: Issue, *, live_only: bool, overrides: Iterable[Commentary], panel_shown: bool):
        self.issue = issue
        self.publication = issues.publication()
        rows = Commentary.objects.filter(issue=issue).select_related("topic", "source")
        rows = rows.prefetch_related("bylines__person", "source__bylines__person")
        if live_only:
            rows = rows.ready()
        replaced = {(c.topic_id, c.language): c for c in overrides}
        commentaries = {(c.topic_id, c.language): c for c in rows} | replaced
        if live_only:  # a translation never appears without its signed-off source
            sources = {c.topic_id for c in commentaries.values() if not c.is_translation}
            commentaries = {key: c for key, c in commentaries.items() if c.topic_id in sources}
        self.commentaries = commentaries
        self.verdicts = {v.topic_id: v for v in issue.verdicts.all()}
        publication = self.publication
        shown_panel = publication.shows_panel and panel_shown
        self.panel = panel.shown_distributions(issue=issue, least=publication.panel_least) if shown_panel else {}
        self.corrections = list(issue.corrections.select_related("topic"))
        used = {key[0] for key in commentaries} | set(self.verdicts)
        # a special issue is about its own topics alone
        shown = issue.slots.values_list("topic_id", flat=True)
        tracked = set(shown if issue.special else Topic.objects.tracked_in(issue).values_list("pk", flat=True))
        self.topics = list(Topic.objects.filter(pk__in=tracked | used))

    def languages_of(self, topic: Topic) -> list[str]:
        rows = [c for (topic_id, _), c in self.commentaries.items() if topic_id == topic.pk]
        order = {code: place for place, code in enumerate(self.publication.languages)}
        rows = [c for c in rows if c.language in order]
        rows.sort(key=lambda c: (c.is_translation, order[c.language]))
        return [c.language for c in rows]


def compose(
    *,
    issue: Issue,
    published_at: datetime,
    revised_at: datetime | None = None,
    live_only: bool = True,
    overrides: Iterable[Commentary] | None = None,
    panel_shown: bool | None = None,
) -> dict[str, Content]:
    """Unsaved contents of the issue, in every language of the publication, as version 1.

    `live_only=False` takes drafts, too; `overrides` are (unsaved) commentaries
    that stand in for their rows: both for previews. `panel_shown`: whether the panel's counts may stand in it (where
    the publication wants them): in what is released, and never in a preview, which people look at who have not rated
    yet. Left out: once no rating is hidden any more.
    """
    if panel_shown is None:
        panel_shown = panel.is_open(issue)
    sheet = _Sheet(issue, live_only=live_only, overrides=overrides or (), panel_shown=panel_shown)
    return {language: _content(sheet, language, published_at, revised_at) for language in sheet.publication.languages}


def _content(sheet: _Sheet, language: str, published_at: datetime, revised_at: datetime | None) -> Content:
    publication, issue = sheet.publication, sheet.issue
    chain = [language, *publication.languages]
    return {
        "schema": schema.VERSION,
        "publication": {"name": localized(publication.name, language, chain), "languages": list(publication.languages)},
        "issue": {"first": issue.first.isoformat(), "last": issue.last.isoformat(), "number": issue.number},
        "language": language,
        "version": 1,
        "published": _time(published_at, publication),
        "revised": _time(revised_at, publication) if revised_at else None,
        "corrections": [_correction(correction, language, chain) for correction in sheet.corrections],
        "topics": [_topic(sheet, topic, language, chain) for topic in sheet.topics],
    }


def _correction(correction: Correction, language: str, chain: list[str]) -> Content:
    """A correction as readers of a language see it; a note in another language says which one."""
    note_language = localized_in(correction.notes, language, chain)
    return {
        "date": correction.date.isoformat(),
        "topic": correction.topic.key if correction.topic else None,
        "kind": correction.kind,
        "note": correction.notes.get(note_language, ""),
        **({"note_language": note_language} if note_language != language else {}),
    }


def _topic(sheet: _Sheet, topic: Topic, language: str, chain: list[str]) -> Content:
    verdict = sheet.verdicts.get(topic.pk)
    dates = [c.date for c in sheet.corrections if c.topic_id == topic.pk]
    commentary = sheet.commentaries.get((topic.pk, language))
    panel = {"panel": sheet.panel[topic.pk]} if topic.pk in sheet.panel else {}
    return {
        "key": topic.key,
        "name": localized(topic.names, language, chain),
        "verdict": (verdict.value or None) if verdict else None,
        "outlook": list(verdict.outlook) if verdict else [],
        "revised": max(dates).isoformat() if dates else None,
        "languages": sheet.languages_of(topic),
        "commentary": _commentary(commentary, language, chain) if commentary else None,
        **panel,
    }


def _keep_panel(before: Content, content: Content) -> None:
    """What an edition told of the panel, its corrections tell, too: neither more nor less."""
    panel_by_topic = {topic["key"]: topic["panel"] for topic in before["topics"] if "panel" in topic}
    for topic in content["topics"]:
        topic.pop("panel", None)
        if topic["key"] in panel_by_topic:
            topic["panel"] = panel_by_topic[topic["key"]]


def _commentary(commentary: Commentary, language: str, chain: list[str]) -> Content:
    origin = commentary.origin
    odds = {block.value["key"]: probability(block.value.get("probability")) for block in origin.scenarios}
    people = [row.person for row in origin.bylines.all()]
    plain = glyphs.without_private
    return {
        "headline": plain(commentary.headline),
        "lede": plain(commentary.lede),
        "body": bodies.frozen(str(commentary.body)),
        "source_language": origin.language,
        **({"outdated": True} if commentary.source_texts and is_stale(commentary) else {}),
        "byline": [
            {
                "slug": person.slug,
                "name": localized(person.names, language, chain),
                "about": localized(person.about, language, chain),
                "pseudonym": person.pseudonym,
            }
            for person in people
        ],
        "scenarios": [
            {
                "key": value["key"],
                "title": plain(value["title"]),
                "text": plain(value["text"] or ""),
                "pros": [plain(line) for line in value["pros"]],
                "cons": [plain(line) for line in value["cons"]],
                "probability": odds.get(value["key"]),
            }
            for value in (block.value for block in commentary.scenarios)
        ],
        "question": plain(commentary.question),
        "resolves_by": origin.resolves_by.isoformat() if origin.resolves_by else None,
        "resolution": plain(commentary.resolution),
    }


def _same(old: Content, new: Content) -> bool:
    """Whether two contents say the same, apart from version and times."""
    loose = {"version", "published", "revised"}
    keys = (old.keys() | new.keys()) - loose
    return all(old.get(key) == new.get(key) for key in keys)


def upcoming(
    *, issue: Issue, published_at: datetime, panel_shown: bool = False
) -> dict[str, tuple[Edition | None, Content]]:
    """What a release would make of the issue, by language: the current edition, and the next one's content, unsaved.

    A language whose content has not changed keeps its edition's. A new version keeps the first one's time of
    publication and says when it was revised. What comes after editions that were taken back has the next number and
    is no correction. `panel_shown`: as in `compose`; the desk's previews leave the panel's counts out.
    """
    current = {e.language: e for e in Edition.objects.filter(issue=issue).current()}
    taken_back = Edition.objects.filter(issue=issue, withdrawal__isnull=False)
    last = dict(taken_back.order_by("version").values_list("language", "version"))
    contents = {}
    renamed = renames.of(compose_imprint())
    for language, content in compose(issue=issue, published_at=published_at, panel_shown=panel_shown).items():
        before = current.get(language)
        if before:
            old = renamed.content(before.content)
            _keep_panel(old, content)
            if _same(changes.bare(old), content):
                content = before.content
            else:
                content["version"] = before.version + 1
                content["revised"] = content["published"]
                content["published"] = before.content["published"]
                changes.tell(old, content)
        else:
            content["version"] = last.get(language, 0) + 1
        contents[language] = before, content
    return contents


@transaction.atomic
def freeze(*, issue: Issue, published_at: datetime) -> list[Edition]:
    """Freeze the issue in every language, all or none; returns the current editions."""
    Issue.objects.select_for_update().get(pk=issue.pk)
    frozen = []
    by_language = upcoming(issue=issue, published_at=published_at, panel_shown=True)
    for language, (before, content) in by_language.items():
        if before and content is before.content:
            frozen.append(before)
            continue
        schema.check(content)
        frozen.append(
            Edition.objects.create(
                issue=issue,
                first=issue.first,
                language=language,
                version=content["version"],
                content=content,
                digest=digest(content),
            )
        )
    summaries.write_missing()
    return frozen


@transaction.atomic
def withdraw(*, issue: Issue) -> int:
    """Take back the issue's editions: they stay, but nobody reads them as current. Returns how many; again: none."""
    Issue.objects.select_for_update().get(pk=issue.pk)
    standing = list(Edition.objects.filter(issue=issue).standing().values_list("pk", flat=True))
    Withdrawal.objects.bulk_create(Withdrawal(edition_id=pk) for pk in standing)
    Summary.objects.filter(pk__in=standing).update(current=False)
    return len(standing)


def _method(language: str) -> str:
    with translation.override(language):
        return gettext("Method")


def compose_imprint() -> Content:
    """The publication as readers see it, unsaved."""
    publication = issues.publication()
    standing: dict[str, dict[str, Content]] = {"about": {}, "method": {}, "privacy": {}}
    for text in StandingText.objects.all():
        standing[text.kind][text.language] = {"title": text.title, "body": bodies.frozen(text.body)}
    topics = list(Topic.objects.prefetch_related("addresses"))
    for (
        language
    ) in publication.languages:  # the method page stands on the definitions alone where nothing else is written
        if any(language in texts for topic in topics for texts in (topic.improved, topic.worsened)):
            standing["method"].setdefault(language, {"title": _method(language), "body": ""})
    return {
        "schema": 1,
        "name": publication.name,
        "strapline": publication.strapline,
        "newsletter_text": publication.newsletter_text,
        "languages": list(publication.languages),
        "rhythm": publication.rhythm,
        "timezone": publication.timezone,
        "lists": publication.lists,
        "links": publication.links,
        "origin": _origin(),
        "topics": [
            {
                "key": topic.key,
                "names": topic.names,
                "about": topic.about,
                "since": topic.since.isoformat() if topic.since else None,
                "until": topic.until.isoformat() if topic.until else None,
                **_addresses(topic),
                **{kind: texts for kind in ("improved", "worsened") if (texts := getattr(topic, kind))},
            }
            for topic in topics
        ],
        "people": [
            {"slug": p.slug, "names": p.names, "about": p.about, "pseudonym": p.pseudonym, **_addresses(p)}
            for p in Person.objects.prefetch_related("addresses")
        ],
        "standing": standing,
    }


def _origin() -> str:
    """The site's address when it first published: names that must never change, as those of feed entries, have it."""
    latest = Imprint.objects.first()
    return (latest.content.get("origin") if latest else None) or settings.BASE_URL


def _addresses(row: Topic | Person) -> Content:
    """Every address it ever had, the first one first, where it had several."""
    addresses = [entry.address for entry in sorted(row.addresses.all(), key=lambda entry: entry.pk)]
    return {"addresses": addresses} if addresses else {}


@transaction.atomic
def freeze_imprint() -> Imprint:
    """Freeze the publication's own snapshot; the same content keeps the one there is."""
    content = compose_imprint()
    latest = Imprint.objects.first()
    if latest and latest.digest == digest(content):
        return latest
    return Imprint.objects.create(content=content, digest=digest(content))


def imprint_changes() -> list[str]:
    """Members of the imprint ('name', 'standing', …) edited since readers last got it; none before a release."""
    latest = Imprint.objects.first()
    if latest is None:
        return []
    present = compose_imprint()
    return [key for key in present if key != "origin" and latest.content.get(key) != present[key]]


def present(edition: Edition) -> Content:
    """An edition's content as readers have it now: with the present addresses of its topics and people."""
    return current_renames().content(edition.content)


def current_renames() -> renames.Renames:
    """The changes of address that readers know."""
    return renames.of(current_imprint())


def current_imprint() -> Content:
    """The latest frozen imprint; an unsaved one where nothing has been released yet."""
    latest = Imprint.objects.first()
    return latest.content if latest else compose_imprint()
