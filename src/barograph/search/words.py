"""Words as search compares them: folded case, ё as е, no apostrophes, no stress marks; a query's words without endings.

Plain Python, the same for the index, the query and the marks in a snippet,
so that what is found is also what is marked.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

APOSTROPHES = "’'ʼ`´ʹ‘"
LONGEST_QUERY = 200
MOST_WORDS = 10

_WORD = re.compile(rf"[^\W_]+(?:[{APOSTROPHES}][^\W_]+)*")
_SILENT = dict.fromkeys([*map(ord, APOSTROPHES), 0x300, 0x301, 0xAD, 0x200B])
_FOLDED = _SILENT | {ord("ё"): "е", ord("ґ"): "г"}
_VISIBLE = dict.fromkeys([0x300, 0x301, 0xAD, 0x200B])

#: Endings a query's word loses so that its other forms are found too (be, ru, en).
_FORMS = """
ами ями ого его ому ему ыми ими ах ях ов ев ей ой ий ый ая яя ое ее ые ие ом ем ам ям ую юю ою ею ия ию ии
амі ямі ага яга аму яму ымі імі аў яў ёў ай яй ыя ія ію іі ае яе
а я о е э у ю ы и і ь й ў
ies es s ing ed y
"""
_ENDINGS = sorted(_FORMS.replace("ё", "е").split(), key=lambda ending: (-len(ending), ending))
_LEAST = 4  # letters that stay


class QueryTooLong(ValueError):
    """The query has more letters or words than a search may cost. The message is for the reader."""


@dataclass(frozen=True)
class Word:
    """A query's word: `stem` is looked for at the beginning of words, or as the whole word."""

    stem: str
    whole: bool

    def pattern(self) -> str:
        """What to look for in a folded text, whose words each have a space before and after."""
        return f" {self.stem} " if self.whole else f" {self.stem}"

    def matches(self, folded: str) -> bool:
        return folded == self.stem if self.whole else folded.startswith(self.stem)


def clean(text: str) -> str:
    """Text as it is kept for snippets: composed, no stress marks, soft hyphens or NUL, single spaces."""
    composed = unicodedata.normalize("NFC", text.replace("\x00", " "))
    return " ".join(composed.translate(_VISIBLE).split())


def fold(word: str) -> str:
    """'Сям’я' → 'сямя', 'Её' → 'ее'."""
    return unicodedata.normalize("NFKC", word).casefold().translate(_FOLDED)


def folded(text: str) -> str:
    """' сямя і дзяржава ': every word folded, a space on each side of it."""
    words = [fold(match.group()) for match in _WORD.finditer(clean(text))]
    return f" {' '.join(words)} " if words else " "


def stem(word: str) -> Word:
    """A folded word without its ending; short words (ЕС, США) are looked for as they are."""
    if len(word) < _LEAST or word.isdigit():
        return Word(word, whole=True)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST:
            return Word(word[: -len(ending)], whole=False)
    return Word(word, whole=False)


def query_words(query: str) -> list[Word]:
    """A query's words, each once, in their order. Raises QueryTooLong."""
    if len(query) > LONGEST_QUERY:
        raise QueryTooLong
    found = [fold(match.group()) for match in _WORD.finditer(clean(query))]
    words = list(dict.fromkeys(stem(word) for word in found if word))
    if len(words) > MOST_WORDS:
        raise QueryTooLong
    return words


def marked(text: str, words: list[Word], *, length: int | None = None) -> list[tuple[str, bool]]:
    """Pieces of a text and whether each is a hit. With `length`, about so many letters around the first hit."""
    hits = [match.span() for match in _WORD.finditer(text) if any(word.matches(fold(match.group())) for word in words)]
    start, end = 0, len(text)
    if length is not None and len(text) > length:
        start, end = _window(text, hits[0][0] if hits else 0, length)
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for left, right in hits:
        if left >= start and right <= end:
            pieces += [(text[at:left], False), (text[left:right], True)]
            at = right
    pieces.append((text[at:end] + (" …" if end < len(text) else ""), False))
    return [piece for piece in pieces if piece[0]]


def _window(text: str, hit: int, length: int) -> tuple[int, int]:
    """A stretch of about `length` letters with the hit in its first third, cut between words."""
    start = max(0, hit - length // 3)
    if start:
        start = text.find(" ", start, hit) + 1 or hit
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start, end), hit + 1)
    return start, end
