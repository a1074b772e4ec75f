"""Letters as search compares them: case, apostrophes, stress marks, ё and ґ, look-alikes of another alphabet.

Plain Python; the same for the index, the query and the marks in a snippet.
"""

from __future__ import annotations

import re
import unicodedata

from barograph.base import lookalikes

APOSTROPHES = "’'ʼ`´ʹ‘"
WORD = re.compile(rf"[^\W_]+(?:[{APOSTROPHES}][^\W_]+)*")
LATIN = re.compile(r"[a-z]")
CYRILLIC = re.compile(r"[а-яёіўґ]")

_MARKS = [0x300, 0x301, 0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF]
_VISIBLE = dict.fromkeys(_MARKS)
_FOLDED = dict.fromkeys([*map(ord, APOSTROPHES), *_MARKS]) | {ord("ё"): "е", ord("ґ"): "г"}
LONGEST = 60  # letters of a word that count


def clean(text: str) -> str:
    """Text as it is kept for snippets: composed, no stress marks, soft hyphens or NUL, single spaces."""
    composed = unicodedata.normalize("NFC", text.replace("\x00", " "))
    return " ".join(composed.translate(_VISIBLE).split())


def fold(word: str) -> str:
    """'Сям’я' → 'сямя', 'Её' → 'ее'; a letter that strayed into a word of the other alphabet becomes its twin."""
    word = unicodedata.normalize("NFKC", word).casefold().translate(_FOLDED)[:LONGEST]
    if not word.isascii():
        word = lookalikes.one_alphabet(word)[:LONGEST]
    return word if word.isalnum() else "".join(letter for letter in word if letter.isalnum())


def split(text: str) -> list[str]:
    """A cleaned text's words, as they stand in it."""
    return WORD.findall(text)
