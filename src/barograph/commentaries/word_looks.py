"""What a Word file's styles and numberings mean for its words: hidden, struck out, raised, numbered. Plain trees in.

Source: ECMA-376, part 1, 17.3.2 (run properties), 17.7 (styles), 17.9 (numbering).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

from barograph.commentaries.word_package import every, first

#: Names of Word's own styles that a body has an element for; a style made from one of them counts as that one.
KNOWN = re.compile(r"(heading \d|title|subtitle|quote|intense quote|quotations)$", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off", "none"})
_SHIFT = 4  # half points of w:position from which text counts as raised or lowered


@dataclass(frozen=True)
class Look:
    """How a stretch of text looks, as far as it changes what the text says. `raised`: 1 above, -1 below the line."""

    hidden: bool = False
    struck: bool = False
    raised: int = 0
    font: str = ""


@dataclass(frozen=True)
class Number:
    """A list's level: its format (decimal, bullet, …), the text around the number, and where it starts."""

    form: str
    text: str
    start: int


def value(element: ET.Element | None, default: str = "") -> str:
    return element.get("w:val", default) if element is not None else default


def is_on(element: ET.Element) -> bool:
    """A property that is either on or off, and on where nothing is said."""
    return element.get("w:val", "1").lower() not in _OFF


def with_properties(look: Look, properties: ET.Element | None) -> Look:
    """A look changed by a `w:rPr`."""
    for child in properties if properties is not None else ():
        if child.tag == "w:vanish":
            look = replace(look, hidden=is_on(child))
        elif child.tag in {"w:strike", "w:dstrike"}:
            look = replace(look, struck=is_on(child))
        elif child.tag == "w:vertAlign":
            look = replace(look, raised={"superscript": 1, "subscript": -1}.get(value(child), 0))
        elif child.tag == "w:position" and re.fullmatch(r"-?\d+", value(child)):
            by = int(value(child))
            look = replace(look, raised=(by > 0) - (by < 0) if abs(by) >= _SHIFT else look.raised)
        elif child.tag == "w:rFonts":
            look = replace(look, font=child.get("w:ascii") or child.get("w:hAnsi") or look.font)
    return look


class Styles:
    """The file's styles by their ids."""

    def __init__(self, tree: ET.Element | None) -> None:
        result: Iterable[ET.Element] = tree.iter("w:style") if tree is not None else ()
        self.styles = {style.get("w:styleId", ""): style for style in result}
        defaults = first(tree, "w:docDefaults/w:rPrDefault/w:rPr") if tree is not None else None
        self.default = with_properties(Look(), defaults)
        self._basic = next(
            (
                key
                for key, style in self.styles.items()
                if style.get("w:type") == "paragraph" and style.get("w:default", "0") not in _OFF
            ),
            "",
        )

    def chain(self, key: str) -> list[ET.Element]:
        """A style and those it is made from, the farthest first."""
        result: list[ET.Element] = []
        seen: set[str] = set()
        while key in self.styles and key not in seen:
            seen.add(key)
            result.insert(0, self.styles[key])
            key = value(first(self.styles[key], "w:basedOn"))
        return result

    def look(self, key: str, look: Look) -> Look:
        for style in self.chain(key):
            look = with_properties(look, first(style, "w:rPr"))
        return look

    def of_paragraph(self, key: str) -> Look:
        return self.look(key or self._basic, self.default)

    def name(self, key: str) -> str:
        """The style's name, or that of the one of Word's own that it is made from."""
        names = [value(first(style, "w:name")) for style in reversed(self.chain(key))]
        return next((name for name in names if KNOWN.match(name)), names[0] if names else "")

    def numbering(self, key: str) -> tuple[str, str]:
        """Numbering and level that the style brings; empty where none."""
        for style in reversed(self.chain(key)):
            if (own := first(style, "w:pPr/w:numPr")) is not None:
                return value(first(own, "w:numId")), value(first(own, "w:ilvl"), "0")
        return "", "0"


class Numbers:
    """The file's lists by their ids and levels."""

    def __init__(self, tree: ET.Element | None) -> None:
        self.levels: dict[tuple[str, str], Number] = {}
        if tree is None:
            return
        plans = {plan.get("w:abstractNumId", ""): plan for plan in tree.iter("w:abstractNum")}
        links = {
            value(first(plan, "w:styleLink")): plan for plan in plans.values() if first(plan, "w:styleLink") is not None
        }
        for number in tree.iter("w:num"):
            plan = plans.get(value(first(number, "w:abstractNumId")))
            if plan is not None and (link := first(plan, "w:numStyleLink")) is not None:
                plan = links.get(value(link), plan)
            levels = [*(plan if plan is not None else ())]
            for over in every(number, "w:lvlOverride"):
                levels += every(over, "w:lvl")
            for level in levels:
                if level.tag == "w:lvl":
                    self.levels[number.get("w:numId", ""), level.get("w:ilvl", "0")] = _number(level)
            for over in every(number, "w:lvlOverride"):
                key = (number.get("w:numId", ""), over.get("w:ilvl", "0"))
                if (start := first(over, "w:startOverride")) is not None and key in self.levels:
                    self.levels[key] = replace(self.levels[key], start=_whole(value(start)))

    def level(self, number: str, depth: str) -> Number | None:
        """None where the paragraph is in no list."""
        result = self.levels.get((number, depth)) or self.levels.get((number, "0"))
        return result if result and result.form != "none" else None


def _number(level: ET.Element) -> Number:
    form = value(first(level, "w:numFmt"), "decimal")
    return Number(form, value(first(level, "w:lvlText"), "%1."), _whole(value(first(level, "w:start"), "1")))


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else 1
