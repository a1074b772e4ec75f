"""Which characters the typefaces of the printed forms have, and what stands for the others. Knows no app.

A form is never refused for a character: what no typeface has is shown by its plain equivalent where Unicode names one
(Ａ as A), else by `REPLACEMENT`. Writers are told before (commentaries.checklist).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

#: Stands for a character that no typeface has (U+25A1, as typesetters and browsers do).
REPLACEMENT = "□"
#: Members of a form's data that are no text to be shown: addresses, and drawings as SVG.
_NO_TEXT = frozenset({"href", "src", "file", "key", "barogram", "address", "language", "dir"})
_SPACES = frozenset("\n\t\r")

#: Word writes signs of its typefaces Symbol and Wingdings as private characters, U+F020 to U+F0FF, which mean nothing
#: outside of them. Which of the two it was is lost: bullets, arrows and ticks are most often of Wingdings, the rest of
#: Symbol (Unicode's mapping VENDORS/ADOBE/symbol.txt).
_WINGDINGS = {
    0x4A: "☺", 0x4B: "😐", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒", 0x76: "❖", 0x77: "◆",
    0x9F: "•", 0xA7: "▪", 0xA8: "◻", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨",
    0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_SYMBOL = {
    0x22: "∀", 0x24: "∃", 0x27: "∋", 0x2A: "∗", 0x2D: "−", 0x40: "≅", 0x5C: "∴", 0x5E: "⊥", 0x7E: "∼", 0xA2: "′",
    0xA3: "≤", 0xA5: "∞", 0xA6: "ƒ", 0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±",
    0xB2: "″", 0xB3: "≥", 0xB4: "×", 0xB5: "∝", 0xB6: "∂", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBA: "≡", 0xBB: "≈",
    0xBC: "…", 0xC5: "⊕", 0xC6: "∅", 0xC7: "∩", 0xC8: "∪", 0xCE: "∈", 0xD0: "∠", 0xD1: "∇", 0xD2: "®", 0xD3: "©",
    0xD4: "™", 0xD5: "∏", 0xD6: "√", 0xD7: "·", 0xDB: "⇔", 0xDC: "⇐", 0xDD: "⇑", 0xDE: "⇒", 0xE5: "∑", 0xF2: "∫",
}  # fmt: skip
_GREEK = dict(zip(b"abcdefghijkmnopqrstuwxyz", "αβχδεφγηιϕκμνοπθρστυωξψζ", strict=True))
#: Plain signs of Symbol are those of ASCII.
_PLAIN = {
    code: chr(code) for code in [0x20, 0x21, 0x23, 0x25, 0x26, 0x28, 0x29, 0x2B, 0x2C, 0x2E, 0x2F, *range(0x30, 0x40)]
}
_OF_WORD = {0xF000 + code: sign for code, sign in (_PLAIN | _GREEK | _SYMBOL | _WINGDINGS).items()}


def without_private(text: str) -> str:
    """Text with Word's private signs as what they mean. Others of the private area stay."""
    return text.translate(_OF_WORD)


@cache
def covered() -> frozenset[int]:
    """The characters that some typeface of the printed forms has (tools/print_coverage.py)."""
    points: set[int] = set()
    for line in (Path(__file__).parent / "coverage.txt").read_text(encoding="ascii").split():
        first, _dash, last = line.partition("-")
        points.update(range(int(first, 16), int(last, 16) + 1))
    return frozenset(points)


def _is_shown(character: str) -> bool:
    return ord(character) in covered() or character in _SPACES


@lru_cache(maxsize=4096)
def _instead(character: str) -> str:
    """What a form shows for one character."""
    if _is_shown(character):
        return character
    if (known := _OF_WORD.get(ord(character))) is not None:
        return known
    if unicodedata.category(character) in ("Cc", "Cf", "Mn", "Me"):  # nobody sees it, or the letter below it stays
        return ""
    for form in ("NFKC", "NFKD"):
        plain = unicodedata.normalize(form, character)
        if plain != character and all(map(_is_shown, plain)):
            return plain
    return {"Pd": "—", "Zs": " ", "Zl": "\n", "Zp": "\n"}.get(unicodedata.category(character), REPLACEMENT)


def printable(text: str) -> str:
    """Text of characters that the typefaces have; a run of others becomes one REPLACEMENT a character."""
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text)
    return "".join(map(_instead, text))


def lacking(texts: Iterable[str]) -> list[str]:
    """The characters for which a REPLACEMENT would stand, each once, in their order."""
    characters = dict.fromkeys(
        character
        for text in texts
        for character in unicodedata.normalize("NFC", text)
        if character != REPLACEMENT and _instead(character) == REPLACEMENT
    )
    return list(characters)


def printable_data(value: Any) -> Any:
    """A form's data, all of its texts printable; addresses and drawings stay as they are."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: one if name in _NO_TEXT else printable_data(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable_data(one) for one in value]
    return value
