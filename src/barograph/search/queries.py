"""What a reader asked for: words and filters, and what each word may be met by. Raises where it would cost too much."""

from __future__ import annotations

from dataclasses import dataclass, field

from barograph.search import vocabulary
from barograph.search.analysis import letters
from barograph.search.documents import label, language_label

LONGEST_QUERY = 200
MOST_WORDS = 10


class QueryTooLong(ValueError):
    """The query has more letters or words than a search may cost. The message is for the reader."""


@dataclass(frozen=True)
class Word:
    """A query's word as typed, and the terms any of which a text must have."""

    text: str
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Filters:
    """What the answer is narrowed to; '' is no matter. `verdict` may be "unrated"."""

    topic: str = ""
    verdict: str = ""
    year: str = ""
    author: str = ""

    def labels(self) -> list[str]:
        kinds = ("topic", "verdict", "year", "author")
        return [label(kind, getattr(self, kind)) for kind in kinds if getattr(self, kind)]

    def __bool__(self) -> bool:
        return bool(self.labels())


@dataclass(frozen=True)
class Query:
    """Words, each once in their order, in a language, under filters."""

    language: str
    words: list[Word] = field(default_factory=list)
    filters: Filters = field(default_factory=Filters)

    def groups(self) -> list[tuple[str, ...]]:
        return [word.terms for word in self.words]

    def labels(self) -> list[str]:
        return [language_label(self.language), *self.filters.labels()]


def read(query: str, language: str, filters: Filters | None = None) -> Query:
    """A query's words with their terms. Raises QueryTooLong."""
    if len(query) > LONGEST_QUERY:
        raise QueryTooLong
    texts = {letters.fold(text): text for text in letters.split(letters.clean(query))}
    texts.pop("", None)
    if len(texts) > MOST_WORDS:
        raise QueryTooLong
    words = [Word(text, terms) for text, terms in vocabulary.terms_of(language, texts.values()).items()]
    return Query(language, words, filters or Filters())
