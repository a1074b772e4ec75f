"""The inside of a Word file's paragraphs: runs, fields, links, signs and pictures as pieces of plain text.

What is hidden, struck out or a field's instruction is left out and counted; see word_source.py for the rule.
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
from barograph.commentaries.word_looks import Look, Styles, is_on, value, with_properties
from barograph.commentaries.word_package import Part, every, first
from barograph.commentaries.word_symbols import in_unicode

GONE = frozenset({"w:del", "w:moveFrom"})
THROUGH = frozenset(
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
SILENT = re.compile(
    r"w:(?:\w*Pr|tblGrid|\w*PrEx|bookmark(?:Start|End)|perm(?:Start|End)|proofErr|\w+Range(?:Start|End)|"
    r"lastRenderedPageBreak|footnoteRef|endnoteRef|annotationRef|separator|continuationSeparator|softHyphen|pgNum|"
    r"background|commentReference|delInstrText)"
).fullmatch
_SIGNS = {"w:tab": " ", "w:ptab": " ", "w:noBreakHyphen": "\u2011"}


@dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph: XML for a run's inside, how it is emphasised, and where it leads."""

    xml: str
    bold: bool = False
    italic: bool = False
    style: str = ""
    href: str = ""


@dataclass
class Paragraph:
    """What is collected while a paragraph is read."""

    look: Look
    pieces: list[Piece] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    last: str = ""  # the letters before
    dropping: str = ""  # why the stretch before was left out


class ParagraphReader:
    """Reads what stands in paragraphs; whoever reads blocks gives `part`, `styles`, `lost` and `blocks`."""

    part: Part
    styles: Styles
    lost: Counter[str]

    def blocks(self, parent: ET.Element) -> str:
        """The XML of an element's paragraphs and tables."""
        raise NotImplementedError

    # inside a paragraph

    def inline(self, parent: ET.Element, state: Paragraph, href: str = "", gone: str = "") -> None:
        for child in parent:
            tag = child.tag
            if tag == "w:r":
                self.run(child, state, href, gone)
            elif tag in GONE:
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
                for chosen in chosen_form(child):
                    self.inline(chosen, state, href, gone)
            elif tag in {"w:subDoc", "w:altChunk"}:
                self.lost["embedded"] += 1
            elif tag == "w:sdt":
                for content in every(child, "w:sdtContent"):
                    self.inline(content, state, href, gone)
            elif tag == "w:p" or tag in THROUGH or (not SILENT(tag) and len(child)):
                self.inline(child, state, href, gone)

    def _target(self, link: ET.Element) -> str:
        _kind, target, _outside = self.part.relations.get(link.get("r:id", ""), ("", "", False))
        place = link.get("w:anchor")
        return f"{target}#{place}" if target and place and "#" not in target else target

    def _simple_field(self, element: ET.Element, state: Paragraph, href: str, gone: str) -> None:
        instruction = element.get("w:instr", "")
        before = len(state.pieces)
        self.inline(element, state, word_fields.address(instruction) or href, gone)
        if len(state.pieces) == before and not gone and word_fields.name(instruction) not in word_fields.UNSEEN:
            self.lost["fields"] += 1

    def _equation(self, element: ET.Element, state: Paragraph, gone: str) -> None:
        if gone:
            return
        self.lost["equations"] += 1
        self._say(f" {in_one_line(element)} " if element.tag == "m:oMathPara" else in_one_line(element), state, Look())

    def run(self, element: ET.Element, state: Paragraph, href: str, gone: str) -> None:
        properties = first(element, "w:rPr")
        style = value(first(properties, "w:rStyle")) if properties is not None else ""
        look = with_properties(self.styles.look(style, state.look), properties)
        bold, italic = (
            properties is not None and (own := first(properties, tag)) is not None and is_on(own)
            for tag in ("w:b", "w:i")
        )
        plain = Piece("", bool(bold), bool(italic), style, href)
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

    def _inside(self, child: ET.Element, state: Paragraph, plain: Piece, look: Look, gone: str) -> None:
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
        elif not SILENT(tag):
            self.lost["unknown"] += 1
            for text in child.iter("w:t"):
                self._say(text.text or "", state, look, plain, gone)

    def _field(self, element: ET.Element, state: Paragraph, gone: str) -> None:
        kind = element.get("w:fldCharType")
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

    def _is_dropped(self, state: Paragraph, look: Look, gone: str) -> bool:
        """Whether a stretch with this look is left out; a stretch of one kind counts once."""
        why = "gone" if gone else "hidden" if look.hidden else "struck" if look.struck else ""
        if why in {"hidden", "struck"} and state.dropping != why:
            self.lost[why] += 1
        state.dropping = why
        return bool(why) or any(not one.shows for one in state.fields)

    def _say(self, text: str, state: Paragraph, look: Look, plain: Piece | None = None, gone: str = "") -> None:
        if not text or (not text.strip() and state.dropping and (look.hidden or look.struck or gone)):
            return
        if self._is_dropped(state, look, gone):
            return
        text = self._without_private(text, look)
        if look.raised and text.strip():
            text, same = raised(text, state.last) if look.raised > 0 else lowered(text)
            self.lost["raised"] += not same
        state.last = (state.last + text)[-40:]
        self._put(f'<w:t xml:space="preserve">{escape(text)}</w:t>', state, plain or Piece(""))

    def _put(self, xml: str, state: Paragraph, plain: Piece) -> None:
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

    def _symbol(self, font: str, code: str, state: Paragraph, look: Look, plain: Piece, gone: str) -> None:
        letter = in_unicode(font, int(code, 16)) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else ""
        if letter:
            self._say(letter, state, look, plain, gone)
        elif not gone:
            self.lost["symbols"] += 1

    def _picture(self, element: ET.Element, state: Paragraph, plain: Piece, look: Look) -> None:
        chosen = chosen_form(element) if element.tag == "mc:AlternateContent" else [element]
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


def chosen_form(element: ET.Element) -> list[ET.Element]:
    """Of several forms of one thing the first that holds anything."""
    forms = [*every(element, "mc:Choice"), *every(element, "mc:Fallback")]
    return [form for form in forms if len(form)][:1]
