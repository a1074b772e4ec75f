"""Which words of a text a query met, and the stretch of it that shows them best. Plain: knows no database."""

from __future__ import annotations

import re
from functools import lru_cache

from barograph.search import analysis
from barograph.search.analysis import letters
from barograph.search.queries import Query

Pieces = list[tuple[str, bool]]  # text, and whether it is a hit


@lru_cache(maxsize=50_000)
def _terms(form: str, language: str) -> frozenset[str]:
    return frozenset(analysis.terms(form, language))


class Marker:
    """Finds a query's words in texts. Only words that begin like a term are analysed: marks need not be complete."""

    def __init__(self, query: Query) -> None:
        self.language = query.language
        self.terms = {term for word in query.words for term in word.terms}
        self.forms = {letters.fold(word.text) for word in query.words}
        begins = {term.lstrip("*")[:2] for term in self.terms} | {form[:2] for form in self.forms}
        begins |= {begin.replace(a, b) for begin in begins for a, b in (("у", "ў"), ("е", "ё"), ("е", "э"), ("а", "о"))}
        pattern = "|".join(re.escape(begin) for begin in sorted(begins)) or r"(?!)"
        self.candidates = re.compile(rf"(?<![^\W_])(?:{pattern})[^\W_]*(?:[{letters.APOSTROPHES}][^\W_]+)*", re.I)

    def spans(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in self.candidates.finditer(text) if self._met(match.group())]

    def _met(self, word: str) -> bool:
        form = letters.fold(word)
        return form in self.forms or not self.terms.isdisjoint(_terms(form, self.language))

    def pieces(self, text: str, *, length: int | None = None) -> Pieces:
        """A text in pieces. With `length`, about so many letters around the first hit."""
        hits = self.spans(text)
        start, end = 0, len(text)
        if length is not None and len(text) > length:
            start, end = window(text, hits[0][0] if hits else 0, length)
        pieces: Pieces = [("… ", False)] if start else []
        at = start
        for left, right in hits:
            if left >= start and right <= end:
                pieces += [(text[at:left], False), (text[left:right], True)]
                at = right
        pieces.append((text[at:end] + (" …" if end < len(text) else ""), False))
        return [piece for piece in pieces if piece[0]]


def window(text: str, hit: int, length: int) -> tuple[int, int]:
    """A stretch of about `length` letters with the hit in its first third, cut between words."""
    start = max(0, hit - length // 3)
    if start:
        start = text.find(" ", start, hit) + 1 or hit
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start, end), hit + 1)
    return start, end
