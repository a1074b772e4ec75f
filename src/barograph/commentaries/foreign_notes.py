"""Foot- and endnotes of a foreign text as a body has them: [^1] in the text, and a last paragraph that begins with it.

Word, Google Docs, LibreOffice and wikis each name their anchors otherwise; what is the same everywhere is that a mark
leads to a note and the note leads back to the mark. Works on BeautifulSoup's tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bs4 import BeautifulSoup, Tag

_NOTE = re.compile(
    r"_?(?:ftn|edn|ftnt|fn|footnote|endnote|cite_note|note|sdfootnote|sdendnote)[-:_]?\d+(?:sym)?$", re.I
)
_BACK = re.compile(
    r"_?(?:ftn_?ref|edn_?ref|ftnt_ref|fn-?ref|footnote-ref|endnote-ref|cite_ref)|sd(?:foot|end)note\d+anc", re.I
)
_WRITTEN = re.compile(r"\[\^(\d+)\]")
_NUMBER = re.compile(r"^\s*[\[(]?(?:\d{1,3}|[ivx]{1,5}|\*{1,3})[\])]?[.)]?\s*$", re.I)
_BLOCKS = ("p", "li", "div", "td", "blockquote", "dd", "aside", "section")


def as_marks(soup: BeautifulSoup, taken: Iterable[str] = ()) -> int:
    """Turn notes into the body's own, numbered past those in `taken`; how many marks had no note."""
    used = {*taken, *_WRITTEN.findall(soup.get_text())}
    notes: dict[int, tuple[str, Tag]] = {}
    anchors = [(anchor, _fragment(anchor)) for anchor in soup.find_all("a")]
    by_fragment: dict[str, list[Tag]] = {}
    for anchor, fragment in anchors:
        by_fragment.setdefault(fragment, []).append(anchor)
    places = _places(soup)
    backs: list[Tag] = []
    for anchor, fragment in anchors:
        if not fragment or _BACK.match(fragment) or any(anchor is back for back in backs):
            continue
        back = next((one for name in _names(anchor) for one in by_fragment.get(name, ()) if one is not anchor), None)
        note = _note_of(places.get(fragment) if _NOTE.match(fragment) or back is not None else None, back)
        if note is None or anchor in note.descendants:
            continue
        if back is not None:
            backs.append(back)
        if id(note) not in notes:
            number = next(n for n in range(len(notes) + 1, 10**6) if str(n) not in used)
            used.add(str(number))
            notes[id(note)] = str(number), note
        (anchor.find_parent("sup") or anchor).replace_with(f"[^{notes[id(note)][0]}]")
    for number, note in notes.values():
        _move(soup, note, number, {id(back) for back in backs})
    return _lone(soup)


def _fragment(anchor: Tag) -> str:
    """The place in the same text that a link leads to; a web page's place is another text's."""
    address, divider, fragment = str(anchor.get("href") or "").partition("#")
    return fragment if divider and not address.lower().startswith(("http", "//", "/", "mailto")) else ""


def _names(anchor: Tag) -> list[str]:
    holders = [anchor, *anchor.find_parents(["sup", "span"], limit=2)]
    return [str(holder[key]) for holder in holders for key in ("id", "name") if holder.get(key)]


def _places(soup: BeautifulSoup) -> dict[str, Tag]:
    result: dict[str, Tag] = {}
    for tag in soup.find_all(True):
        for key in ("id", "name"):
            if tag.get(key):
                result.setdefault(str(tag[key]), tag)
    return result


def _note_of(place: Tag | None, back: Tag | None) -> Tag | None:
    """The element that holds a whole note."""
    start = place if place is not None else back
    if start is None:
        return None
    if start.name in _BLOCKS:
        return start
    block = start.find_parent(list(_BLOCKS))
    holder = block.parent if block is not None else None
    own = re.compile(r"^(ftn|edn|sdfootnote|sdendnote)\d+$", re.I)
    if holder is not None and holder.name == "div" and own.match(str(holder.get("id") or "")):
        return holder
    return block


def _move(soup: BeautifulSoup, note: Tag, number: str, backs: set[int]) -> None:
    """A note's words as the last paragraph, without the links back and the number that stood there."""
    for anchor in note.find_all("a"):
        if id(anchor) in backs or _BACK.match(_fragment(anchor)):
            holder = anchor.find_parent("sup")
            anchor.decompose()
            if holder is not None and not holder.get_text(strip=True):
                holder.decompose()
    paragraph, parts = soup.new_tag("p"), note.find_all(["p", "div"]) or [note]
    paragraph.append(f"[^{number}]: ")
    for part in parts:
        if part is not parts[0] and paragraph.get_text()[-1:] != " ":
            paragraph.append(" ")
        children = list(part.children)
        while children and not isinstance(children[0], Tag) and (not children[0].strip() or _NUMBER.match(children[0])):
            children.pop(0).extract()
        for child in children:
            if not (isinstance(child, Tag) and child.name in {"p", "div"}):
                paragraph.append(child)
    parent = note.parent
    note.decompose()
    if parent is not None and parent.name in {"ol", "ul", "section"} and not parent.get_text(strip=True):
        parent.decompose()
    soup.append(paragraph)


def _lone(soup: BeautifulSoup) -> int:
    """Marks and notes without each other, as the text that they show."""
    count = 0
    for anchor in soup.find_all("a"):
        fragment = _fragment(anchor)
        if fragment and (_NOTE.match(fragment) or _BACK.match(fragment)):
            count += 1
            (anchor.find_parent("sup") or anchor).replace_with(anchor.get_text())
    return count
