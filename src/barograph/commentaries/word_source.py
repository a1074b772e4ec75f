"""A Word file's text as a small, plain Word file that says the same, and what of it can't be said there.

mammoth makes the HTML. What it doesn't know, or reads otherwise than Word shows it, is settled here first: hidden and
struck-out words, raised and lowered ones, fields, symbols, text boxes, equations, moved and deleted pieces, content
controls, numbers of lists. Every element is either known or its words are kept; what has none is counted. The rule:
nothing leaves the text without being counted in `Source.lost`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from barograph.base.superscripts import lowered, raised
from barograph.commentaries import word_fields
from barograph.commentaries.word_equations import in_one_line
from barograph.commentaries.word_fields import Field
from barograph.commentaries.word_looks import Look, Number, Numbers, Styles, is_on, value, with_properties
from barograph.commentaries.word_package import Package, Part, every, first, too_large
from barograph.commentaries.word_plain import ROOT, R, zipped
from barograph.commentaries.word_symbols import in_unicode

LONGEST = 600_000  # characters; twice what a body may have, for markup comes to them
MOST_TAGS = 120_000
_GONE = frozenset({"w:del", "w:moveFrom"})
_THROUGH = frozenset(
    {
        "w:ins",
        "w:moveTo",
        "w:smartTag",
        "w:customXml",
        "w:sdtContent",
        "w:dir",
        "w:bdo",
        "w:hyperlink",
        "w:fldSimple",
        "mc:Choice",
        "mc:Fallback",
    }
)
#: Elements that say nothing to a reader; what ends so is a property, a place or a range.
_SILENT = re.compile(
    r"w:(?:\w*Pr|tblGrid|\w*PrEx|bookmark(?:Start|End)|perm(?:Start|End)|proofErr|\w+Range(?:Start|End)|"
    r"lastRenderedPageBreak|footnoteRef|endnoteRef|annotationRef|separator|continuationSeparator|softHyphen|pgNum|"
    r"background|commentReference|delInstrText)"
).fullmatch
_SIGNS = {"w:tab": " ", "w:ptab": " ", "w:noBreakHyphen": "\u2011"}


@dataclass(frozen=True)
class Source:
    """A package that mammoth reads alone, and how often each kind of thing is not as in the file."""

    package: bytes
    lost: Counter[str]


@dataclass(frozen=True)
class _Piece:
    """A stretch of a paragraph: XML for a run's inside, how it is emphasised, and where it leads."""

    xml: str
    bold: bool = False
    italic: bool = False
    style: str = ""
    href: str = ""


@dataclass
class _Paragraph:
    """What is collected while a paragraph is read."""

    look: Look
    pieces: list[_Piece] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    last: str = ""  # the letters before
    dropping: str = ""  # why the stretch before was left out


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


class _Reader:
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
        if tag in _GONE:  # what was moved away stands elsewhere
            self.lost["struck"] += tag == "w:del"
        elif tag == "w:sdt":
            return "".join(self.blocks(content) for content in every(element, "w:sdtContent"))
        elif tag == "mc:AlternateContent":
            return "".join(self.blocks(chosen) for chosen in _chosen(element))
        elif tag in {"w:altChunk", "w:subDoc", "w:object", "w:pict", "w:drawing", "w:contentPart"}:
            self.lost["embedded"] += 1
        elif tag in _THROUGH:
            return self.blocks(element)
        elif not _SILENT(tag) and any(element.iter("w:t")):
            return self.blocks(element) if first(element, "w:p") is not None else self.paragraph(element)
        elif tag in {"m:oMathPara", "m:oMath"}:
            return self.paragraph(_wrapped(element))
        return ""

    def rows(self, table: ET.Element) -> str:
        result = ""
        for row in table:
            if row.tag in _THROUGH or row.tag == "w:sdt":
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
            if cell.tag in _THROUGH or cell.tag == "w:sdt":
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
        state = _Paragraph(self.styles.of_paragraph(style))
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

    def runs(self, pieces: list[_Piece]) -> str:
        """Neighbours of one look as one run, of one address as one link."""
        result, href, inner = "", "", ""
        merged: list[_Piece] = []
        for piece in pieces:
            if merged and replace(merged[-1], xml="") == replace(piece, xml=""):
                merged[-1] = replace(piece, xml=merged[-1].xml + piece.xml)
            else:
                merged.append(piece)
        for piece in [*merged, _Piece("")]:
            if piece.href != href:
                key = self.links.setdefault(href, f"l{len(self.links)}") if href else ""
                result += f'<w:hyperlink r:id="{key}">{inner}</w:hyperlink>' if href else inner
                href, inner = piece.href, ""
            if piece.xml:
                look = f"<w:rStyle w:val={quoteattr(piece.style)}/>" if piece.style else ""
                look += "<w:b/>" * piece.bold + "<w:i/>" * piece.italic
                inner += f"<w:r><w:rPr>{look}</w:rPr>{piece.xml}</w:r>"
        return result + inner

    # inside a paragraph

    def inline(self, parent: ET.Element, state: _Paragraph, href: str = "", gone: str = "") -> None:
        for child in parent:
            tag = child.tag
            if tag == "w:r":
                self.run(child, state, href, gone)
            elif tag in _GONE:
                if any(child.iter("w:t")) or any(child.iter("w:delText")):
                    self.lost["struck"] += not gone and tag == "w:del"
                self.inline(child, state, href, gone or tag)  # a field may end in it
            elif tag == "w:hyperlink":
                self.inline(child, state, self._target(child), gone)
            elif tag == "w:fldSimple":
                self._simple_field(child, state, href, gone)
            elif tag in {"m:oMath", "m:oMathPara"}:
                self._equation(child, state, gone)
            elif tag == "mc:AlternateContent":
                for chosen in _chosen(child):
                    self.inline(chosen, state, href, gone)
            elif tag in {"w:subDoc", "w:altChunk"}:
                self.lost["embedded"] += 1
            elif tag == "w:sdt":
                for content in every(child, "w:sdtContent"):
                    self.inline(content, state, href, gone)
            elif tag == "w:p" or tag in _THROUGH or (not _SILENT(tag) and len(child)):
                self.inline(child, state, href, gone)

    def _target(self, link: ET.Element) -> str:
        _kind, target, _outside = self.part.relations.get(link.get("r:id", ""), ("", "", False))
        place = link.get("w:anchor")
        return f"{target}#{place}" if target and place and "#" not in target else target

    def _simple_field(self, element: ET.Element, state: _Paragraph, href: str, gone: str) -> None:
        instruction = element.get("w:instr", "")
        before = len(state.pieces)
        self.inline(element, state, word_fields.address(instruction) or href, gone)
        if len(state.pieces) == before and not gone and word_fields.name(instruction) not in word_fields.UNSEEN:
            self.lost["fields"] += 1

    def _equation(self, element: ET.Element, state: _Paragraph, gone: str) -> None:
        if gone:
            return
        self.lost["equations"] += 1
        self._say(f" {in_one_line(element)} " if element.tag == "m:oMathPara" else in_one_line(element), state, Look())

    def run(self, element: ET.Element, state: _Paragraph, href: str, gone: str) -> None:
        properties = first(element, "w:rPr")
        style = value(first(properties, "w:rStyle")) if properties is not None else ""
        look = with_properties(self.styles.look(style, state.look), properties)
        bold, italic = (
            properties is not None and (own := first(properties, tag)) is not None and is_on(own)
            for tag in ("w:b", "w:i")
        )
        plain = _Piece("", bool(bold), bool(italic), style, href)
        own_mark = False
        for child in element:
            tag = child.tag
            if tag == "w:fldChar":
                self._field(child, state, gone)
            elif tag == "w:instrText":
                if state.fields:
                    state.fields[-1].instruction += child.text or ""
            elif tag in {"w:footnoteReference", "w:endnoteReference"}:
                own_mark = child.get("w:customMarkFollows", "0") not in {"0", "false"}
                if not gone and not look.hidden and not look.struck:
                    self._put(f"<{tag} w:id={quoteattr(child.get('w:id', ''))}/>", state, plain)
            elif not own_mark or tag not in {"w:t", "w:sym"}:
                self._inside(child, state, plain, look, gone)

    def _inside(self, child: ET.Element, state: _Paragraph, plain: _Piece, look: Look, gone: str) -> None:
        """One child of a run."""
        tag = child.tag
        if tag == "w:t":
            self._say(child.text or "", state, look, plain, gone)
        elif tag in _SIGNS:
            self._say(_SIGNS[tag], state, replace(look, raised=0), plain, gone)
        elif tag == "w:cr" or (tag == "w:br" and child.get("w:type", "textWrapping") == "textWrapping"):
            if not self._is_dropped(state, look, gone):
                self._put("<w:br/>", state, plain)
        elif tag == "w:br":
            self._say(" ", state, look, plain, gone)
        elif tag == "w:sym":
            self._symbol(child.get("w:font", ""), child.get("w:char", ""), state, look, plain, gone)
        elif tag == "w:commentReference":
            self.lost["comments"] += 1
        elif tag in {"w:drawing", "w:pict", "w:object", "w:contentPart", "mc:AlternateContent"}:
            if not self._is_dropped(state, look, gone):
                self._picture(child, state, plain, look)
        elif tag == "w:ruby":
            self.lost["unknown"] += any(child.iter("w:rt"))
            for base in every(child, "w:rubyBase"):
                self.inline(base, state, plain.href, gone)
        elif tag == "w:delText":
            if not gone:
                self.lost["struck"] += 1
        elif not _SILENT(tag):
            self.lost["unknown"] += 1
            for text in child.iter("w:t"):
                self._say(text.text or "", state, look, plain, gone)

    def _field(self, mark: ET.Element, state: _Paragraph, gone: str) -> None:
        kind = mark.get("w:fldCharType")
        if kind == "begin":
            state.fields.append(Field())
        elif kind == "separate" and state.fields:
            state.fields[-1].shows = True
        elif kind == "end" and state.fields:
            ended = state.fields.pop()
            name = word_fields.name(ended.instruction)
            if (
                not ended.has_words
                and not gone
                and name not in word_fields.UNSEEN
                and all(one.shows for one in state.fields)
            ):
                self.lost["fields"] += 1

    def _is_dropped(self, state: _Paragraph, look: Look, gone: str) -> bool:
        """Whether a stretch with this look is left out; a stretch of one kind counts once."""
        why = "gone" if gone else "hidden" if look.hidden else "struck" if look.struck else ""
        if why in {"hidden", "struck"} and state.dropping != why:
            self.lost[why] += 1
        state.dropping = why
        return bool(why) or any(not one.shows for one in state.fields)

    def _say(self, text: str, state: _Paragraph, look: Look, plain: _Piece | None = None, gone: str = "") -> None:
        if not text or (not text.strip() and state.dropping and (look.hidden or look.struck or gone)):
            return
        if self._is_dropped(state, look, gone):
            return
        text = self._without_private(text, look)
        if look.raised and text.strip():
            text, same = raised(text, state.last) if look.raised > 0 else lowered(text)
            self.lost["raised"] += not same
        state.last = (state.last + text)[-40:]
        self._put(f'<w:t xml:space="preserve">{escape(text)}</w:t>', state, plain or _Piece(""))

    def _put(self, xml: str, state: _Paragraph, plain: _Piece) -> None:
        linked = next((to for one in reversed(state.fields) if (to := word_fields.address(one.instruction))), "")
        for one in state.fields:
            one.has_words = True
        state.pieces.append(replace(plain, xml=xml, href=plain.href or linked))

    def _without_private(self, text: str, look: Look) -> str:
        """Letters of a symbols' typeface as Unicode has them."""
        if not any("\ue000" <= letter <= "\uf8ff" for letter in text):
            return text
        result = ""
        for letter in text:
            if "\ue000" <= letter <= "\uf8ff":
                own = next(
                    (s for font in (look.font, "Symbol", "Wingdings") if (s := in_unicode(font, ord(letter)))), ""
                )
                self.lost["symbols"] += not own
                letter = own
            result += letter
        return result

    def _symbol(self, font: str, code: str, state: _Paragraph, look: Look, plain: _Piece, gone: str) -> None:
        letter = in_unicode(font, int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else ""
        if letter:
            self._say(letter, state, look, plain, gone)
        elif not gone:
            self.lost["symbols"] += 1

    def _picture(self, element: ET.Element, state: _Paragraph, plain: _Piece, look: Look) -> None:
        chosen = _chosen(element) if element.tag == "mc:AlternateContent" else [element]
        for piece in chosen:
            boxes = [*_outermost(piece, "w:txbxContent")]
            for box in boxes:
                self.lost["boxes"] += 1
                state.boxes.append(self.blocks(box))
            for path in piece.iter("v:textpath"):
                self._say(path.get("string", ""), state, look, plain)
            if any(True for tag in ("a:blip", "v:imagedata") for _one in piece.iter(tag)):
                self.lost["pictures"] += 1
            elif not boxes and not any(shape.get("o:hr") for shape in piece.iter("v:rect")):
                texts = [*piece.iter("w:t")] if element.tag == "mc:AlternateContent" else []
                for text in texts:
                    self._say(text.text or "", state, look, plain)
                self.lost["drawings"] += not texts and not any(piece.iter("v:textpath"))


def _outermost(element: ET.Element, tag: str) -> list[ET.Element]:
    if element.tag == tag:
        return [element]
    return [result for child in element for result in _outermost(child, tag)]


def _wrapped(element: ET.Element) -> ET.Element:
    paragraph = ET.Element("w:p")
    paragraph.append(element)
    return paragraph


def _chosen(element: ET.Element) -> list[ET.Element]:
    """Of several forms of one thing the first that holds anything."""
    forms = [*every(element, "mc:Choice"), *every(element, "mc:Fallback")]
    return [form for form in forms if len(form)][:1]
