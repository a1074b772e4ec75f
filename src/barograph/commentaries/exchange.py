"""A translation as a list of units that translators' files carry: what goes out, what may come in, and how.

po.py and xliff.py know the forms; here is what holds for both. A file is read whole before anything is written: any
problem is told with its line, and then nothing is applied. Words without a place today are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser

from django.utils.translation import gettext as _

from barograph.base.markup import TooMuchMarkup, bounded
from barograph.commentaries import texts as words
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import (
    save_translation,
    source_texts,
    standing_body,
    standing_texts,
    working_copy,
)
from barograph.issues.services import publication

LARGEST = 1_000_000
LONGEST_BLOCK = 100_000  # characters of one paragraph with markup
INLINE = frozenset({"a", "b", "strong", "i", "em", "br", "li", "ul", "ol", "p"})
LONG = frozenset({"lede", "resolution", "text"})  # texts of several lines
LONGEST = {"headline": 300, "question": 300, "title": 200, "pros": 300, "cons": 300}

#: A source text → what its translator should know (the glossary's words).
Notes = Callable[[str], list[str]]


@dataclass(frozen=True)
class Problem:
    line: int
    message: str


class FileProblems(Exception):
    """The file cannot be taken in; nothing was changed."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__("; ".join(f"{problem.line}: {problem.message}" for problem in self.problems))


@dataclass(frozen=True)
class Unit:
    """One text: the source's, the translation, and the source text it was made from where that was another."""

    path: str
    source: str
    target: str = ""
    finished: bool = True
    before: str = ""
    line: int = 1
    notes: tuple[str, ...] = ()

    @property
    def in_body(self) -> bool:
        """Whether it is a paragraph of the body: these have markup, the other texts have none."""
        return self.path.startswith("body.")


def name(translation: Commentary) -> str:
    """What a file says it belongs to."""
    return f"{translation.issue.key}/{translation.topic.key}"


def outgoing(translation: Commentary, notes: Notes | None = None) -> list[Unit]:
    """The newest draft, text by text as the source has them today; an image has no words and stays at home."""
    draft, source = working_copy(translation), standing_texts(translation.source)
    made_from, own = draft.source_texts, source_texts(draft)
    old_blocks, own_blocks = words.body_list(made_from), words.blocks(draft.body)
    places = words.align(old_blocks, words.body_list(source))
    order = {number: place for place, number in enumerate(words.body_places(source))}
    units = []
    for path, text in source.items():
        if text.startswith("<embed"):
            continue
        if path.startswith("body."):
            old = places.get(order[int(path[5:])])
            before = old_blocks[old] if old is not None else ""
            target = own_blocks[old].inner if old is not None and old < len(own_blocks) else ""
        else:
            before, target = made_from.get(path, ""), own.get(path, "")
        machine = ("body" if path.startswith("body.") else path) in draft.machine_paths
        finished = not target or (before == text and not machine)
        unit_notes = tuple(notes(text)) if notes else ()
        units.append(Unit(path, text, target, finished, "" if finished else before, notes=unit_notes))
    return units


def take_in(translation: Commentary, units: Sequence[Unit], by=None, homeless: words.Texts | None = None) -> int:
    """Apply a file's units as a new draft; returns how many texts it filled. Raises FileProblems.

    `homeless` are words that the file itself says have no place.
    """
    draft, source = working_copy(translation), standing_texts(translation.source)
    known = _by_folded(translation)
    own = {*source_texts(draft).values(), *draft.leftover_texts.values()}
    units = [unit if unit.target in own and unit.target else as_typed(unit, known) for unit in units]
    if problems := _problems(units, {*source, *draft.source_texts, *draft.leftover_texts}):
        raise FileProblems(problems)
    made_from = {path: text for path, text in draft.source_texts.items() if not path.startswith("body.")}
    filled = {unit.path: unit for unit in units if unit.target.strip()}
    plain = {path: unit for path, unit in filled.items() if not unit.in_body}
    for path, unit in plain.items():
        made_from[path] = _made_from(unit)
    body, body_from, unplaced = _body(units, draft, source)
    save_translation(
        translation=translation,
        texts={**(homeless or {}), **unplaced, **{path: unit.target for path, unit in plain.items()}, "body": body},
        by=by,
        made_from={**made_from, **body_from},
    )
    return len(filled)


def _made_from(unit: Unit) -> str:
    """A finished text was made from the file's source; an unfinished one wants another look."""
    return unit.source if unit.finished else unit.before


def _body(units: Sequence[Unit], draft: Commentary, source: words.Texts) -> tuple[str, words.Texts, words.Texts]:
    """The body in today's order of paragraphs, what each was made from, and words without a place."""
    today, old, own = words.body_list(source), words.body_list(draft.source_texts), words.blocks(draft.body)
    tags = [block.tag for block in words.blocks(standing_body(draft.source))]
    sent = sorted((unit for unit in units if unit.in_body), key=lambda unit: int(unit.path[5:]))
    from_file = words.align([unit.source for unit in sent], today)
    from_draft = words.align(old, today)
    html, made_from, used = [], {}, set()
    for place, (number, text) in enumerate(zip(words.body_places(source), today, strict=True)):
        path, tag = f"body.{number}", tags[number]
        unit = sent[from_file[place]] if place in from_file else None
        before = from_draft.get(place)
        if before is not None:
            used.add(before)
        if unit is not None and unit.target.strip():
            made_from[path] = _made_from(unit)
            html.append(words.Block(tag, unit.target).html)
        elif before is not None and before < len(own):
            made_from[path] = old[before]
            html.append(own[before].html)
        elif text.startswith("<embed"):
            made_from[path] = text
            html.append(text)
        else:
            made_from[path] = text
            html.append(words.Block("p", "").html)
    html += [own[place].html for place in range(len(old), len(own))]
    lost = {f"body.{n}": own[n].inner for n in range(min(len(old), len(own))) if n not in used}
    placed = set(from_file.values())
    lost |= {unit.path: unit.target for n, unit in enumerate(sent) if n not in placed and unit.target.strip()}
    return "".join(html), made_from, {f"{path}.former": text for path, text in lost.items()}


def too_large(data: bytes) -> None:
    """Raises FileProblems for a file no commentary needs."""
    if len(data) > LARGEST:
        raise FileProblems([Problem(1, _("The file is too large for a commentary."))])


def foreign(translation: Commentary, named: str | None, language: str | None, sources: Iterable[str] = ()) -> None:
    """Raises FileProblems for a file of another commentary or language.

    Tools drop headers. A file that names no commentary is this one's where most of its `sources` are texts of ours;
    one that names no language is taken for the page's it was sent from.
    """
    problems = []
    if named and named.strip() != name(translation):
        problems.append(Problem(1, _("The file belongs to another commentary.")))
    elif not named:
        ours = {folded(text) for texts in _known_sources(translation) for text in texts.values()}
        theirs = [folded(text) for text in sources if text.strip()]
        if not theirs or 2 * sum(text in ours for text in theirs) < len(theirs):
            problems.append(Problem(1, _("The file belongs to another commentary.")))
    if language and not is_language(language, translation.language, publication().languages):
        problems.append(Problem(1, _("The file is for another language.")))
    if problems:
        raise FileProblems(problems)


def _known_sources(translation: Commentary) -> list[words.Texts]:
    return [standing_texts(translation.source), working_copy(translation).source_texts]


def is_language(code: str, expected: str, languages: Sequence[str]) -> bool:
    """Whether a tool's code means the language: en, EN, en-US, en_GB.UTF-8, be@latin (BCP 47, POSIX locales).

    Of several languages of the publication it is the one that says most of the code (be-tarask before be).
    """
    plain = re.split(r"[.@]", code.strip())[0].replace("_", "-").lower()
    fitting = [one for one in {*languages, expected} if f"{plain}-".startswith(f"{one.lower()}-")]
    return bool(fitting) and max(fitting, key=len) == expected


def folded(text: str) -> str:
    """A text with every stretch of white space as one space: how a tool lays out its file says nothing."""
    return " ".join(text.split())


def as_typed(unit: Unit, known: Mapping[str, Mapping[str, str]]) -> Unit:
    """A file's unit as the desk's form would have it: one-line texts in one line, no layout of the file in others.

    `known`: {path: {folded source: source}}; a source that differs in white space alone is ours.
    """
    kind = unit.path.split(".")[-1]
    if unit.in_body or kind not in LONG:
        target = folded(unit.target)
    else:
        target = "\n".join(" ".join(line.split()) for line in unit.target.strip().splitlines())
        target = re.sub(r"\n{3,}", "\n\n", target)
    places = [known.get(unit.path, {}), known.get("body", {}) if unit.in_body else {}]
    source = next((place[key] for place in places if (key := folded(unit.source)) in place), unit.source)
    before = next((place[key] for place in places if (key := folded(unit.before)) in place), unit.before)
    return replace(unit, target=target, source=source, before=before)


def _by_folded(translation: Commentary) -> dict[str, dict[str, str]]:
    by_folded: dict[str, dict[str, str]] = {}
    for texts in reversed(_known_sources(translation)):
        for path, text in texts.items():
            by_folded.setdefault(path, {})[folded(text)] = text
            if path.startswith("body."):
                by_folded.setdefault("body", {})[folded(text)] = text
    return by_folded


def _problems(units: Sequence[Unit], known: set[str]) -> list[Problem]:
    problems = []
    seen: set[str] = set()
    for unit in units:
        if not (_is_paragraph(unit.path) if unit.in_body else unit.path in known):
            problems.append(Problem(unit.line, _("There is no text named “%(path)s”.") % {"path": unit.path}))
        elif unit.path in seen:
            problems.append(Problem(unit.line, _("“%(path)s” appears twice here.") % {"path": unit.path}))
        elif message := fault(unit):
            problems.append(Problem(unit.line, message))
        seen.add(unit.path)
    return problems


def _is_paragraph(path: str) -> bool:
    return path.startswith("body.") and path[5:].isascii() and path[5:].isdigit() and len(path) < 10


def fault(unit: Unit) -> str:
    """What a text may not be; empty where it is right."""
    if unit.in_body:
        return markup_fault(unit.target)
    kind = next((part for part in unit.path.split(".") if part in LONGEST), "")
    if kind and len(unit.target) > LONGEST[kind]:
        return _("This text is too long: at most %(number)s characters.") % {"number": LONGEST[kind]}
    return ""


def bounded_markup(text: str) -> str:
    """A paragraph's markup as base.markup leaves it; empty where it is too much for any text."""
    try:
        return bounded(text)
    except TooMuchMarkup:
        return ""


class _Markup(HTMLParser):
    """Which elements a text has, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fault = ""

    def handle_starttag(self, tag, attrs):
        names = {name for name, _value in attrs}
        if tag not in INLINE or names - ({"href", "linktype", "id"} if tag == "a" else set()):
            self.fault = self.fault or _("<%(tag)s> is not allowed here.") % {"tag": tag}
        for href in ((value or "").strip().lower() for name, value in attrs if name == "href"):
            if ":" in href.split("/")[0] and not href.startswith(("http:", "https:", "mailto:")):
                self.fault = self.fault or _("Links can only lead to a web page or an e-mail address.")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag == "br":
            return
        if not self.open or self.open.pop() != tag:
            self.fault = self.fault or _("</%(tag)s> has no opening tag.") % {"tag": tag}


def markup_fault(text: str) -> str:
    """What a paragraph's markup has that no body may have; empty where it is right."""
    if "<" in text and (len(text) > LONGEST_BLOCK or bounded_markup(text) != text):
        return _("The markup is incomplete here: a “<” does not start a tag.")
    parser = _Markup()
    parser.feed(text)
    parser.close()
    if not parser.fault and parser.open:
        return _("<%(tag)s> is not closed.") % {"tag": parser.open[-1]}
    return parser.fault
