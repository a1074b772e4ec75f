"""An equation of a Word file in one line of plain text: fractions as (a)/(b), powers raised. Plain trees in.

Source: ECMA-376, part 1, chapter 22.1 (Office Math Markup Language).
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from barograph.base.superscripts import lowered, raised
from barograph.commentaries.word_package import every, first


def in_one_line(element: ET.Element | None) -> str:
    """The equation's letters in the order in which they are read aloud; nothing of it is left out."""
    if element is None:
        return ""
    tag = element.tag
    if tag in {"m:t", "w:t"}:
        return element.text or ""
    if tag in {"m:rPr", "w:rPr", "m:fPr", "m:radPr", "m:dPr", "m:naryPr", "m:ctrlPr"}:
        return ""
    if tag == "m:f":
        return f"{_grouped(_part(element, 'num'))}/{_grouped(_part(element, 'den'))}"
    if tag in {"m:sSup", "m:sSub", "m:sSubSup"}:
        return _part(element, "e") + _below(_part(element, "sub")) + _above(_part(element, "sup"))
    if tag == "m:rad":
        degree = _part(element, "deg")
        return f"{_above(degree) if degree else ''}√{_grouped(_part(element, 'e'))}"
    if tag == "m:nary":
        sign = first(element, "m:naryPr/m:chr")
        result = sign.get("m:val", "∫") if sign is not None else "∫"
        return f"{result}{_below(_part(element, 'sub'))}{_above(_part(element, 'sup'))} {_part(element, 'e')}"
    if tag == "m:d":
        begin, end = (first(element, f"m:dPr/m:{name}") for name in ("begChr", "endChr"))
        inner = ", ".join(in_one_line(part) for part in every(element, "m:e"))
        return f"{begin.get('m:val', '') if begin is not None else '('}{inner}" + (
            end.get("m:val", "") if end is not None else ")"
        )
    if tag == "m:mr":
        return ", ".join(in_one_line(part) for part in element) + "; "
    return "".join(in_one_line(child) for child in element)


def _part(element: ET.Element, name: str) -> str:
    return in_one_line(first(element, f"m:{name}")).strip()


def _grouped(text: str) -> str:
    return text if text.isalnum() else f"({text})"


def _above(text: str) -> str:
    new, same = raised(text)
    return new if same or not text else f"^({text})"


def _below(text: str) -> str:
    new, same = lowered(text)
    return new if same or not text else f"_({text})"
