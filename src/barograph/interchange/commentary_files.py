"""Reads commentary files: front matter and body each, and what the files of one commentary must share.

Knows the format and no database.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from barograph.base import footnotes
from barograph.interchange import markdown, pictures, richtext
from barograph.interchange.content import CommentaryContent, CommentaryText, ScenarioContent
from barograph.interchange.folder import Folder
from barograph.interchange.problems import nearest
from barograph.interchange.richtext import Document, Image
from barograph.interchange.yaml_nodes import Fields, Node, load
from barograph.issues.enums import Outlook, VerdictValue

KEYS = (
    "verdict",
    "outlook",
    "headline",
    "lede",
    "byline",
    "source_language",
    "question",
    "resolves_by",
    "resolution",
    "scenarios",
)
SCENARIO_KEYS = ("key", "title", "text", "pros", "cons", "probability")
SLUG = r"[-a-zA-Z0-9_]+"


@dataclass(frozen=True)
class CommentaryFile:
    """One file. Of what belongs to the commentary as a whole, `given` says what stands in it."""

    name: str
    topic: str
    fields: Fields
    text: CommentaryText
    verdict: str
    outlook: tuple[str, ...]
    byline: tuple[str, ...]
    source_language: str
    resolves_by: date | None


def split(text: str, folder: Folder, name: str) -> tuple[Node, str, int] | None:
    """Front matter, body and the body's first line; None (with a problem) where there is no front matter."""
    lines = text.split("\n")
    if not text.strip():
        folder.problems.add(name, 1, _("The file is empty; fill it in or delete it."))
        return None
    if lines[0].rstrip() != "---":
        folder.problems.add(
            name, 1, _("Start the file with a line “---”, followed by the headline and the other fields.")
        )
        return None
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), None)
    if end is None:
        folder.problems.add(name, 1, _("The fields at the top must end with a line “---”."))
        return None
    node = load("\n".join(lines[1:end]), file=name, problems=folder.problems, first_line=2)
    if node is None:
        return None
    return Node(node.value, 1), "\n".join(lines[end + 1 :]), end + 2


def read_body(folder: Folder, path: Path, text: str, first_line: int) -> Document:
    """A body; its images' paths are checked and made relative to the folder."""
    name = folder.name(path)
    document, problems = markdown.parse(text, first_line=first_line)
    for line, message in problems:
        folder.problems.add(name, line, message)
    for piece in footnotes.broken(richtext.to_html(document)):
        line = next((n for n, one in enumerate(text.split("\n"), start=first_line) if piece in one), first_line)
        message = _("Readers would see “%(mark)s” as plain text: each footnote mark [^1] needs exactly one note.")
        folder.problems.add(name, line, message % {"mark": piece})
    blocks = []
    for block in document:
        if isinstance(block, Image):
            line = next((n for n, one in enumerate(text.split("\n"), start=first_line) if block.ref in one), first_line)
            image = _image(folder, path.parent, block.ref, (name, line))
            block = replace(block, ref=image or block.ref)
        blocks.append(block)
    return tuple(blocks)


def _image(folder: Folder, base: Path, ref: str, said_in: tuple[str, int]) -> str | None:
    if not ref:
        return None
    if ref.startswith("/") or ":" in ref:
        folder.problems.add(*said_in, _("Put the image in the content folder and give its path relative to this file."))
        return None
    path = folder.standing(Path(os.path.normpath(base / ref)))
    if not folder.is_inside(path, said_in=said_in):
        return None
    if problem := pictures.problem_with(path):
        folder.problems.add(*said_in, f"{ref}: {problem}")
        return None
    return folder.name(path.resolve())


def read_file(
    folder: Folder, path: Path, *, topic: str, language: str, people: frozenset[str], languages: tuple[str, ...]
) -> CommentaryFile | None:
    text = folder.text(path)
    parts = split(text, folder, folder.name(path)) if text is not None else None
    if parts is None:
        return None
    node, body, body_line = parts
    fields = Fields(node, known=KEYS, file=folder.name(path), problems=folder.problems)
    return CommentaryFile(
        name=folder.name(path),
        topic=topic,
        fields=fields,
        verdict=fields.choice("verdict", VerdictValue.values),
        outlook=fields.one_of_each("outlook", Outlook.values),
        byline=_byline(fields, people),
        source_language=fields.choice("source_language", languages),
        resolves_by=fields.day("resolves_by"),
        text=CommentaryText(
            language=language,
            headline=fields.text("headline", limit=300, required=True),
            lede=fields.text("lede"),
            body=read_body(folder, path, body, body_line),
            question=fields.text("question", limit=300),
            resolution=fields.text("resolution"),
            scenarios=_scenarios(fields),
        ),
    )


def _byline(fields: Fields, people: frozenset[str]) -> tuple[str, ...]:
    topics: dict[str, None] = {}
    for node in fields.items("byline"):
        slug = fields.as_text(node, "byline")
        if slug and slug not in people:
            message = _("There is no person “%(slug)s” in people.yaml; add it there.") % {"slug": slug}
            fields.refuse(node.line, message + nearest(slug, people))
        elif slug in topics:
            fields.refuse(node.line, _("“%(key)s” appears twice here; keep only one.") % {"key": slug})
        elif slug:
            topics[slug] = None
    return tuple(topics)


def _scenarios(fields: Fields) -> tuple[ScenarioContent, ...]:
    scenarios: list[ScenarioContent] = []
    total = 0.0
    for node in fields.items("scenarios"):
        own = Fields(node, known=SCENARIO_KEYS, file=fields.file, problems=fields.problems)
        scenario = ScenarioContent(
            key=own.text("key", limit=60, required=True),
            title=own.text("title", limit=200, required=True),
            text=own.text("text"),
            pros=own.texts("pros", limit=300),
            cons=own.texts("cons", limit=300),
            probability=own.share("probability"),
        )
        if scenario.key and any(scenario.key == other.key for other in scenarios):
            own.refuse(own.line_of("key"), _("“%(key)s” appears twice here; keep only one.") % {"key": scenario.key})
        total += scenario.probability or 0
        scenarios.append(scenario)
    if total > 1 + 1e-9:
        message = _("The probabilities add up to %(total)s, but the maximum is 1. Lower one of them.")
        fields.refuse(fields.line_of("scenarios"), message % {"total": f"{total:.4g}"})
    return tuple(scenarios)


def join(files: list[CommentaryFile], folder: Folder) -> CommentaryContent | None:
    """The files of one commentary as one; disagreements are noted."""
    first = files[0]
    source_language = _source_language(files)
    source = next((file for file in files if file.text.language == source_language), None)
    if source is None:
        name = f"{Path(first.name).parent.as_posix()}/{first.topic}.{source_language}.md"
        if source_language:
            message = _("The commentary was written in “%(language)s”, but %(file)s is missing; add it.")
            first.fields.refuse(
                first.fields.line_of("source_language"), message % {"language": source_language, "file": name}
            )
        return None
    for file in files:
        if file is not source:
            _compare(source, file)
    return CommentaryContent(
        topic=first.topic,
        source_language=source_language,
        verdict=source.verdict,
        outlook=source.outlook,
        byline=source.byline,
        resolves_by=source.resolves_by,
        texts={file.text.language: file.text for file in files},
    )


def _source_language(files: list[CommentaryFile]) -> str:
    """The language that most files name; of a single file its own where it names none."""
    named = [file.source_language for file in files if file.source_language]
    if named:
        return max(named, key=lambda code: (named.count(code), any(file.text.language == code for file in files)))
    if len(files) == 1 and not files[0].fields.given("source_language"):
        return files[0].text.language
    for file in files:
        if not file.fields.given("source_language"):
            message = _("Use “source_language” to say which language the commentary was written in.")
            file.fields.refuse(file.fields.line, message)
    return ""


def _compare(source: CommentaryFile, file: CommentaryFile) -> None:
    """Verdict, outlook and scenarios must be the same; byline, source language and date may be left out."""

    def differ(key: str, text: Callable[[CommentaryFile], str]) -> None:
        message = _("“%(key)s” differs from %(file)s: here “%(here)s”, there “%(there)s”. Make them the same.")
        words = {"key": key, "file": source.name, "here": text(file) or "–", "there": text(source) or "–"}
        file.fields.refuse(file.fields.line_of(key), message % words)

    if file.verdict != source.verdict:
        differ("verdict", lambda one: one.verdict)
    if file.outlook != source.outlook:
        differ("outlook", lambda one: ", ".join(one.outlook))
    if file.fields.given("byline") and file.byline != source.byline:
        differ("byline", lambda one: ", ".join(one.byline))
    if file.source_language and source.source_language != file.source_language:
        differ("source_language", lambda one: one.source_language)
    if file.resolves_by and file.resolves_by != source.resolves_by:
        differ("resolves_by", lambda one: str(one.resolves_by or ""))
    if [one.key for one in file.text.scenarios] != [one.key for one in source.text.scenarios]:
        differ("scenarios", lambda one: ", ".join(scenario.key for scenario in one.text.scenarios))
    elif [one.probability for one in file.text.scenarios] != [one.probability for one in source.text.scenarios]:
        differ("scenarios", lambda one: ", ".join(str(scenario.probability) for scenario in one.text.scenarios))
