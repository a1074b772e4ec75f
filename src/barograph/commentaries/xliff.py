"""XLIFF 1.2 files out and in, for translators' tools: a trans-unit a text, its id the text's path.

Markup goes out as <g> and <x/>, which a tool shows as marks to be moved and cannot break; a mark's id says its
element and which of them it is. What has attributes (a link) stands in the file's skeleton, which tools hand back as
they got it. What holds for every kind of file is in exchange.py; why 1.2 and why so, in decision 52.
"""

from __future__ import annotations

import json
import re
import xml.sax
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree as ET
from xml.sax.handler import ContentHandler, feature_namespaces

from defusedxml import DefusedXmlException
from defusedxml import sax as safe_sax
from django.utils.translation import gettext as _

from barograph.commentaries.exchange import (
    FileProblems,
    Notes,
    Problem,
    Unit,
    folded,
    foreign,
    name,
    outgoing,
    too_large,
)
from barograph.commentaries.exchange import take_in as take_in_units
from barograph.commentaries.labels import label
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import source_texts, standing_texts, working_copy

SPACE = "urn:oasis:names:tc:xliff:document:1.2"
NAMES = f"{{{SPACE}}}"
PRESERVE = {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}
SKELETON = "application/vnd.barograph.markup+json"
#: Elements deeper than any text of ours.
DEEPEST = 60
EMPTY = frozenset({"br", "embed", "hr", "img"})
KINDS = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "a": "link", "br": "lb", "embed": "image"}
#: The states of a target that want another look; every other is finished work.
UNFINISHED = ("new", "needs-")
_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_START = re.compile(r"<([a-z][a-z0-9]*)(?:\s[^<>]*)?>")
_PLACEHOLDER = re.compile(r"([a-z][a-z0-9]*(?::\d+)?)(?:-\d+)?")


def export(translation: Commentary, notes: Notes | None = None) -> bytes:
    """The newest draft as an XLIFF file; signed-off words go out as approved."""
    marks, signed = Marks(), translation.live and not translation.has_unpublished_changes
    root = ET.Element("xliff", {"version": "1.2", "xmlns": SPACE})
    file = ET.SubElement(
        root,
        "file",
        {
            "original": name(translation),
            "source-language": translation.source.language,
            "target-language": translation.language,
            "datatype": "html",
        },
    )
    header = ET.SubElement(file, "header")
    skeleton = ET.SubElement(ET.SubElement(header, "skl"), "internal-file", {"form": SKELETON})
    for path, text in working_copy(translation).leftover_texts.items():
        note = _("Earlier translation with no match in the current source") + f" ({label(path)}): {text}"
        ET.SubElement(header, "note").text = printable(note)
    body = ET.SubElement(file, "body")
    for unit in outgoing(translation, notes):
        _write(body, unit, marks, signed)
    skeleton.text = json.dumps(marks.starts, ensure_ascii=False)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _write(body: ET.Element, unit: Unit, marks: Marks, signed: bool) -> None:
    entry = ET.SubElement(body, "trans-unit", {"id": unit.path, "resname": unit.path, **PRESERVE})
    marks.write(ET.SubElement(entry, "source"), unit.source, unit.in_body)
    if unit.target:
        approved = signed and unit.finished
        entry.set("approved", "yes" if approved else "no")
        state = "signed-off" if approved else "translated" if unit.finished else "needs-review-translation"
        marks.write(ET.SubElement(entry, "target", {"state": state}), unit.target, unit.in_body)
    for note in (label(unit.path), *unit.notes):
        ET.SubElement(entry, "note", {"from": "barograph"}).text = printable(note)
    if unit.before:
        former = ET.SubElement(entry, "alt-trans", {"alttranstype": "previous-version"})
        marks.write(ET.SubElement(former, "source"), unit.before, unit.in_body)
        marks.write(ET.SubElement(former, "target"), unit.target, unit.in_body)


def take_in(translation: Commentary, data: bytes, by=None) -> int:
    """Apply an XLIFF file as a new draft; returns how many texts it filled. Raises FileProblems."""
    root, lines = _parse(data)
    file = _file(root, translation)
    draft = working_copy(translation)
    ours = [standing_texts(translation.source), draft.source_texts, source_texts(draft)]
    read = _Reader(_starts(file), lines, ours)
    units = [read.unit(entry) for entry in file.iter(f"{NAMES}trans-unit")]
    if read.problems:
        raise FileProblems(read.problems)
    return take_in_units(translation, units, by=by)


def _file(root: ET.Element, translation: Commentary) -> ET.Element:
    """The part that is this translation; a tool may have put others beside it."""
    if root.tag != f"{NAMES}xliff":
        raise FileProblems([Problem(1, _("This is not an XLIFF file of version 1.2."))])
    files = list(root.iter(f"{NAMES}file"))
    own = [file for file in files if file.get("original") == name(translation)]
    file = next(iter(own or files), ET.Element("file"))
    sources = ["".join(source.itertext()) for source in file.iter(f"{NAMES}source")]
    foreign(translation, file.get("original"), file.get("target-language"), sources)
    return file


def _starts(file: ET.Element) -> dict[str, str]:
    """Which start tag with attributes a mark stands for, from the skeleton; empty where a tool lost it."""
    skeleton = file.find(f"{NAMES}header/{NAMES}skl/{NAMES}internal-file")
    try:
        starts = json.loads((skeleton.text if skeleton is not None else None) or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(starts, dict):
        return {}
    return {key: start for key, start in starts.items() if isinstance(start, str) and _START.fullmatch(start)}


class Marks:
    """Turns a text with markup into elements of XLIFF; the same start tag gets the same mark in the whole file."""

    def __init__(self) -> None:
        self.starts: dict[str, str] = {}
        self._keys: dict[str, str] = {}

    def write(self, into: ET.Element, text: str, markup: bool) -> None:
        if markup:
            _Writer(into, self).run(printable(text))
        else:
            into.text = printable(text)

    def key(self, tag: str, start: str) -> str:
        if start in {f"<{tag}>", f"<{tag}/>"}:
            return tag
        start = start.replace("/>", ">")
        if start not in self._keys:
            self._keys[start] = f"{tag}:{len(self._keys) + 1}"
            self.starts[self._keys[start]] = start
        return self._keys[start]


class _Writer(HTMLParser):
    """One text's elements below a <source> or <target>."""

    def __init__(self, into: ET.Element, marks: Marks) -> None:
        super().__init__(convert_charrefs=True)
        self.marks, self.stack, self.seen = marks, [into], Counter[str]()
        self.names: list[str] = []

    def run(self, text: str) -> None:
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        key = self.marks.key(tag, self.get_starttag_text() or "")
        self.seen[key] += 1
        attributes = {"id": f"{key}-{self.seen[key]}", "ctype": KINDS.get(tag, f"x-html-{tag}")}
        if tag in EMPTY:
            ET.SubElement(self.stack[-1], "x", attributes)
            return
        self.stack.append(ET.SubElement(self.stack[-1], "g", attributes))
        self.names.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.names and self.names[-1] == tag:
            self.names.pop()
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        here = self.stack[-1]
        if len(here):
            here[-1].tail = (here[-1].tail or "") + printable(data)
        else:
            here.text = (here.text or "") + printable(data)


class _Reader:
    """Turns trans-units back into units; what cannot be is noted with its line."""

    def __init__(self, starts: Mapping[str, str], lines: Mapping[ET.Element, int], ours: Iterable[Mapping[str, str]]):
        self.starts, self.lines = starts, lines
        self.problems: list[Problem] = []
        # XML holds no control characters and one way to write each entity: what is ours is known again all the same
        self._ours = {
            (path[:5] == "body.", _carried(path, text)): text for texts in ours for path, text in texts.items()
        }

    def unit(self, entry: ET.Element) -> Unit:
        path, target = entry.get("resname") or entry.get("id") or "", entry.find(f"{NAMES}target")
        state = (target.get("state") or "") if target is not None else ""
        former = next((a for a in entry.iter(f"{NAMES}alt-trans") if a.get("alttranstype") == "previous-version"), None)
        return Unit(
            path=path,
            source=self._text(path, entry.find(f"{NAMES}source")),
            target=self._text(path, target),
            finished=not state.startswith(UNFINISHED),
            before=self._text(path, former.find(f"{NAMES}source")) if former is not None else "",
            line=self.lines.get(entry, 1),
        )

    def _text(self, path: str, element: ET.Element | None) -> str:
        if element is None:
            return ""
        markup = path.startswith("body.")
        text = "".join(self._pieces(element, markup))
        return self._ours.get((markup, text)) or self._ours.get((markup, folded(text)), text)

    def _pieces(self, element: ET.Element, markup: bool) -> Iterator[str]:
        yield _escaped(element.text, markup)
        for child in element:
            kind = child.tag.removeprefix(NAMES)
            if kind == "mrk":  # a tool's own note about a stretch of text
                yield from self._pieces(child, markup)
            elif markup and kind in {"g", "x"}:
                yield from self._element(child, empty=kind == "x")
            else:
                self._problem(child, _("<%(tag)s> is not allowed here.") % {"tag": kind})
            yield _escaped(child.tail, markup)

    def _element(self, child: ET.Element, *, empty: bool) -> Iterator[str]:
        match = _PLACEHOLDER.fullmatch(child.get("id") or "")
        key = match[1] if match else ""
        start = f"<{key}>" if key.isalnum() else self.starts.get(key, "")
        if not start:
            text = _("This text has no placeholder “%(mark)s”. Download the file again.")
            self._problem(child, text % {"mark": child.get("id") or ""})
        elif empty:
            yield f"{start[:-1]}/>"
        else:
            yield start
            yield from self._pieces(child, markup=True)
            yield f"</{_tag(start)}>"

    def _problem(self, element: ET.Element, message: str) -> None:
        self.problems.append(Problem(self.lines.get(element, 1), message))


def _tag(start: str) -> str:
    match = _START.match(start)
    return match[1] if match else ""


def _escaped(text: str | None, markup: bool) -> str:
    return escape(text or "", quote=False) if markup else text or ""


def printable(text: str) -> str:
    """A text as XML can hold it."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _carried(path: str, text: str) -> str:
    """A text of ours as it comes back from a file."""
    if not path.startswith("body."):
        return printable(text)
    marks, element = Marks(), ET.Element("source")
    marks.write(element, text, markup=True)
    for child in element.iter():
        child.tag = NAMES + child.tag
    return "".join(_Reader(marks.starts, {}, [])._pieces(element, markup=True))


class _Lines(ContentHandler):
    """Builds the tree and remembers each element's line."""

    def __init__(self) -> None:
        super().__init__()
        self.builder, self.lines, self.depth = ET.TreeBuilder(), dict[ET.Element, int](), 0

    def setDocumentLocator(self, locator):
        self.locator = locator

    def startElementNS(self, name, qname, attrs):
        self.depth += 1
        if self.depth > DEEPEST:
            raise xml.sax.SAXParseException("too deep", None, self.locator)
        given = {(f"{{{space}}}{key}" if space else key): value for (space, key), value in attrs.items()}
        element = self.builder.start(f"{{{name[0]}}}{name[1]}" if name[0] else name[1], given)
        self.lines[element] = self.locator.getLineNumber() or 1

    def endElementNS(self, name, qname):
        self.depth -= 1
        self.builder.end(f"{{{name[0]}}}{name[1]}" if name[0] else name[1])

    def characters(self, content):
        self.builder.data(content)


def _parse(data: bytes) -> tuple[ET.Element, dict[ET.Element, int]]:
    """The tree and its elements' lines. No document type, no entity, nothing from outside the file."""
    too_large(data)
    handler, parser = _Lines(), safe_sax.make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    try:
        parser.parse(BytesIO(data))
        return handler.builder.close(), handler.lines
    except DefusedXmlException:
        raise FileProblems(
            [
                Problem(
                    1,
                    _(
                        "The file contains a document type or entity declaration (DOCTYPE, ENTITY). Such files "
                        "are not accepted."
                    ),
                )
            ]
        ) from None
    except (xml.sax.SAXException, ValueError, LookupError, AssertionError) as error:
        line = getattr(error, "getLineNumber", lambda: 1)() or 1
        raise FileProblems([Problem(line, _("This is not an XLIFF file, or it is damaged at this point."))]) from None
