"""A Word file's text as a small, plain Word file that says the same, and what of it can't be said there.

mammoth makes the HTML. What it doesn't know, or reads otherwise than Word shows it, is settled here first: hidden and
struck-out words, raised and lowered ones, fields, symbols, text boxes, equations, moved and deleted pieces, content
controls, numbers of lists. Every element is either known or its words are kept; what has none is counted. The rule:
nothing leaves the text without being counted in `Source.lost`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from barograph.commentaries.word_looks import Number, Numbers, Styles, is_on, value
from barograph.commentaries.word_package import Package, Part, every, first, too_large
from barograph.commentaries.word_paragraphs import GONE, SILENT, THROUGH, Paragraph, ParagraphReader, Piece, chosen_form
from barograph.commentaries.word_plain import ROOT, R, zipped

LONGEST = 600_000  # characters; twice what a body may have, for markup comes to them
MOST_TAGS = 120_000


@dataclass(frozen=True)
class Source:
    """A package that mammoth reads alone, and how often each kind of thing is not as in the file."""

    package: bytes
    lost: Counter[str]


def simplified(package: Package) -> Source:
    """Raises ValidationError where the text is longer than any commentary."""
    lost: Counter[str] = Counter()
    styles, numbers = Styles(package.styles), Numbers(package.numbering)
    parts: dict[str, str] = {}
    relations: dict[str, list[str]] = {}
    for name, part in (
        ("document", package.document),
        ("footnotes", package.footnotes),
        ("endnotes", package.endnotes),
    ):
        if part is None:
            continue
        reader = _Reader(part, styles, numbers, lost)
        parts[name] = reader.document() if name == "document" else reader.notes(name)
        relations[name] = [
            f'<Relationship Id="{key}" Type="{R}/hyperlink" Target={quoteattr(address)} TargetMode="External"/>'
            for address, key in reader.links.items()
        ]
    if sum(map(len, parts.values())) > 6 * LONGEST or sum(part.count("<") for part in parts.values()) > MOST_TAGS:
        raise too_large()
    lost["margins"] = sum(_has_words(margin) for margin in package.margins)
    return Source(zipped(parts, relations, styles, numbers), +lost)


def _has_words(margin: ET.Element) -> bool:
    """Whether a header or footer says more than a page's number."""
    return any(letter.isalpha() for text in margin.iter("w:t") for letter in text.text or "")


class _Reader(ParagraphReader):
    """Reads one part: the document, its footnotes or its endnotes."""

    def __init__(self, part: Part, styles: Styles, numbers: Numbers, lost: Counter[str]) -> None:
        self.part, self.styles, self.numbers, self.lost = part, styles, numbers, lost
        self.links: dict[str, str] = {}
        self.counted: Counter[str] = Counter()
        self.in_list = False
        self.letters = 0

    def document(self) -> str:
        body = first(self.part.tree, "w:body")
        inner = self.blocks(body) if body is not None else ""
        return f"<w:document {ROOT}><w:body>{inner}</w:body></w:document>"

    def notes(self, name: str) -> str:
        kind = name[:-1]
        result = [
            f"<w:{kind} w:id={quoteattr(note.get('w:id', ''))}>{self.blocks(note)}</w:{kind}>"
            for note in every(self.part.tree, f"w:{kind}")
            if note.get("w:type", "normal") == "normal"
        ]
        return f"<w:{name} {ROOT}>{''.join(result)}</w:{name}>"

    # blocks

    def blocks(self, parent: ET.Element) -> str:
        return "".join(self.block(child) for child in parent)

    def block(self, element: ET.Element) -> str:
        tag = element.tag
        if tag == "w:p":
            return self.paragraph(element)
        if tag == "w:tbl":
            self.in_list = False
            return f"<w:tbl>{self.rows(element)}</w:tbl>"
        if tag in GONE:  # what was moved away stands elsewhere
            self.lost["struck"] += tag == "w:del"
        elif tag == "w:sdt":
            return "".join(self.blocks(content) for content in every(element, "w:sdtContent"))
        elif tag == "mc:AlternateContent":
            return "".join(self.blocks(chosen) for chosen in chosen_form(element))
        elif tag in {"w:altChunk", "w:subDoc", "w:object", "w:pict", "w:drawing", "w:contentPart"}:
            self.lost["embedded"] += 1
        elif tag in THROUGH:
            return self.blocks(element)
        elif not SILENT(tag) and any(element.iter("w:t")):
            return self.blocks(element) if first(element, "w:p") is not None else self.paragraph(element)
        elif tag in {"m:oMathPara", "m:oMath"}:
            return self.paragraph(_wrapped(element))
        return ""

    def rows(self, table: ET.Element) -> str:
        result = ""
        for row in table:
            if row.tag in THROUGH or row.tag == "w:sdt":
                result += self.rows(row)
            elif row.tag == "w:tr":
                properties = first(row, "w:trPr")
                gone = next((tag for tag in ("w:del", "w:hidden") if properties is not None
                             and (own := first(properties, tag)) is not None and is_on(own)), "")  # fmt: skip
                if gone:
                    self.lost["struck" if gone == "w:del" else "hidden"] += 1
                else:
                    result += f"<w:tr>{self.cells(row)}</w:tr>"
        return result

    def cells(self, row: ET.Element) -> str:
        result = ""
        for cell in row:
            if cell.tag in THROUGH or cell.tag == "w:sdt":
                result += self.cells(cell)
            elif cell.tag == "w:tc":
                properties = first(cell, "w:tcPr")
                shape = ""
                for child in properties if properties is not None else ():
                    if child.tag in {"w:gridSpan", "w:vMerge"}:
                        own = f" w:val={quoteattr(value(child))}" if value(child) else ""
                        shape += f"<{child.tag}{own}/>"
                if properties is not None and first(properties, "w:cellDel") is not None:
                    self.lost["struck"] += 1
                else:
                    result += f"<w:tc><w:tcPr>{shape}</w:tcPr>{self.blocks(cell)}</w:tc>"
        return result

    # paragraphs

    def paragraph(self, element: ET.Element) -> str:
        properties = first(element, "w:pPr")
        style = value(first(properties, "w:pStyle")) if properties is not None else ""
        state = Paragraph(self.styles.of_paragraph(style))
        self.inline(element, state)
        content = self.runs(state.pieces)
        self.letters += len(content)
        if self.letters > 6 * LONGEST:
            raise too_large()
        own = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
        own += self.numbered(properties, style, bool(content))
        if properties is not None and first(properties, "w:rPr/w:del") is not None:
            own += '<w:rPr><w:del w:id="0"/></w:rPr>'  # joins the next paragraph
        return f"<w:p><w:pPr>{own}</w:pPr>{content}</w:p>{''.join(state.boxes)}"

    def numbered(self, properties: ET.Element | None, style: str, has_words: bool) -> str:
        """The paragraph's place in a list, its number counted as lost where a body's list would show another."""
        number, depth = self.styles.numbering(style)
        own = first(properties, "w:numPr") if properties is not None else None
        if own is not None:
            number = value(first(own, "w:numId"), number)
            depth = value(first(own, "w:ilvl"), depth)
        level = self.numbers.level(number, depth) if number not in {"", "0"} else None
        if level is None:
            self.in_list = self.in_list and not has_words
            return '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>' if number else ""
        if has_words:
            self._count(number, depth, level, heading=self.styles.name(style).lower().startswith(("heading", "title")))
        return f"<w:numPr><w:ilvl w:val={quoteattr(depth)}/><w:numId w:val={quoteattr(number)}/></w:numPr>"

    def _count(self, number: str, depth: str, level: Number, *, heading: bool) -> None:
        key, began = f"{number}.{depth}", self.in_list
        self.in_list = not heading
        self.counted[key] += 1
        for deeper in [k for k in self.counted if k.startswith(f"{number}.") and k > key]:
            del self.counted[deeper]
        if level.form == "bullet":
            return
        plain = level.form in {"decimal", "decimalZero"} and re.fullmatch(r"[\s(]*%\d[\s.):\-–—]*", level.text)
        if heading or not plain or level.start != 1 or (not began and self.counted[key] > 1):
            self.lost["numbers"] += 1

    def runs(self, pieces: list[Piece]) -> str:
        """Neighbours of one look as one run, of one address as one link."""
        result, href, inner = "", "", ""
        merged: list[Piece] = []
        for piece in pieces:
            if merged and replace(merged[-1], xml="") == replace(piece, xml=""):
                merged[-1] = replace(piece, xml=merged[-1].xml + piece.xml)
            else:
                merged.append(piece)
        for piece in [*merged, Piece("")]:
            if piece.href != href:
                key = self.links.setdefault(href, f"l{len(self.links)}") if href else ""
                result += f'<w:hyperlink r:id="{key}">{inner}</w:hyperlink>' if href else inner
                href, inner = piece.href, ""
            if piece.xml:
                look = f"<w:rStyle w:val={quoteattr(piece.style)}/>" if piece.style else ""
                look += "<w:b/>" * piece.bold + "<w:i/>" * piece.italic
                inner += f"<w:r><w:rPr>{look}</w:rPr>{piece.xml}</w:r>"
        return result + inner


def _wrapped(element: ET.Element) -> ET.Element:
    paragraph = ET.Element("w:p")
    paragraph.append(element)
    return paragraph
