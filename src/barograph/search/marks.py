"""Which words of a text a query met, and the stretch of it that shows them best. Plain: knows no database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, takewhile

from barograph.base import lookalikes
from barograph.search import analysis
from barograph.search.analysis import letters
from barograph.search.queries import Query

Pieces = list[tuple[str, bool]]  # text, and whether it is a hit

#: Letters that fold to one, or change places when a word is inflected or spelt otherwise.
_KIN = ("уў", "еёэя", "ао", "іыи", "гґ")

_LONG, _VERY_LONG = 6, 8  # letters


@lru_cache(maxsize=50_000)
def _terms(form: str, language: str) -> frozenset[str]:
    return frozenset(analysis.terms(form, language))


class Marker:
    """Finds a query's words in texts. Only words that begin like a term are analysed: marks need not be complete."""

    def __init__(self, query: Query) -> None:
        self.language = query.language
        self.terms = {term for word in query.words for term in word.terms}
        self.forms = {letters.fold(word.text) for word in query.words}
        self.candidates = re.compile(_beginning(self.terms | self.forms))
        self._known: dict[str, bool] = {}  # words of the texts that were looked at, and whether they are hits

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        known = self._known
        for match in self.candidates.finditer(text):
            word = match.group()
            hit = known.get(word)
            if hit is None:
                hit = known[word] = self._met(word)
            if hit:
                yield match.span()

    def _met(self, word: str) -> bool:
        form = letters.fold(word)
        return form in self.forms or not self.terms.isdisjoint(_terms(form, self.language))

    def pieces(self, text: str, *, length: int | None = None) -> Pieces:
        """A text in pieces. With `length`, about so many letters around the first hit."""
        hits = self.spans(text)
        first = next(hits, None)
        start, end = 0, len(text)
        if length is not None and len(text) > length:
            start, end = window(text, first[0] if first else 0, length)
        pieces: Pieces = [("… ", False)] if start else []
        at = start
        for left, right in chain([first] if first else [], takewhile(lambda span: span[1] <= end, hits)):
            if right <= end:
                pieces += [(text[at:left], False), (text[left:right], True)]
                at = right
        pieces.append((text[at:end] + (" …" if end < len(text) else ""), False))
        return [piece for piece in pieces if piece[0]]


def _beginning(words: set[str]) -> str:
    """A pattern for words that begin like one of `words`, but for case and kindred letters.

    Four letters of a very long word, two of a short one: its forms differ more (сон, сну).
    """
    bare = {word.lstrip("*") for word in words}
    begins = sorted({word[: 2 + (len(word) > _LONG) + (len(word) > _VERY_LONG)] for word in bare} - {""})
    either = "|".join("".join(_either(letter) for letter in begin) for begin in begins) or r"(?!)"
    return rf"\b(?:{either})\w*(?:[{letters.APOSTROPHES}]\w+)*"


def _either(letter: str) -> str:
    kin = next((group for group in _KIN if letter in group), letter)
    kin = "".join(map(lookalikes.alike, kin))
    return "[" + re.escape("".join(dict.fromkeys(kin + kin.upper()))) + f"][{letters.APOSTROPHES}]?"


def window(text: str, hit: int, length: int) -> tuple[int, int]:
    """A stretch of about `length` letters with the hit in its first third, cut between words."""
    start = max(0, hit - length // 3)
    if start:
        start = text.find(" ", start, hit) + 1 or hit
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start, end), hit + 1)
    return start, end
