"""Indexing editions and answering queries. Knows nothing of drafts."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from barograph.editions.models import Edition
from barograph.search.documents import documents
from barograph.search.models import HEADLINE, Document
from barograph.search.words import QueryTooLong, Word, query_words

__all__ = ["Found", "QueryTooLong", "find", "index", "index_all", "search"]


@dataclass(frozen=True)
class Found:
    """What a query found: the best documents (with `points`), how many there are in all, the words looked for."""

    documents: list[Document]
    total: int
    words: list[Word]

    def score(self, document: Document) -> float:
        """1.0: every word stands in the headline; 0.5: none does."""
        return round(document.points / (HEADLINE * len(self.words)), 4)


@transaction.atomic
def index(*, edition: Edition) -> int:
    """Put an edition's commentaries in place of those of its earlier versions. Returns their number.

    An edition that is no longer the current one changes nothing.
    """
    current = Edition.objects.select_for_update().filter(issue_id=edition.issue_id, language=edition.language)
    if max(current.values_list("version", flat=True), default=edition.version) > edition.version:
        return 0
    Document.objects.filter(first=edition.first, language=edition.language).delete()
    return len(Document.objects.bulk_create(documents(edition)))


def index_all() -> int:
    """Build the index anew from the current editions. Returns the number of documents."""
    with transaction.atomic():
        Document.objects.all().delete()
        return sum(
            len(Document.objects.bulk_create(documents(edition)))
            for edition in Edition.objects.current().order_by("first", "language").iterator(chunk_size=50)
        )


def find(query: str, language: str, limit: int = 20) -> Found:
    """Commentaries in `language` that have every word of the query. Raises QueryTooLong.

    A query without any word finds nothing.
    """
    words = query_words(query)
    if not words:
        return Found([], 0, [])
    found = Document.objects.filter(language=language).with_words(words)
    best = list(found.best_first().defer("folded", "folded_headline")[: max(0, limit)])
    total = len(best) if len(best) < limit else found.count()
    return Found(best, total, words)


def search(query: str, language: str, limit: int = 20) -> dict[str, Any]:
    """The search page's answer as data (CONTRACT.md): {"hits": [...], "seconds"}. Raises QueryTooLong."""
    began = time.perf_counter()
    found = find(query, language, limit)
    hits = [
        {
            "url": document.url,
            "issue": document.first.isoformat(),
            "topic": document.topic,
            "headline": document.headline,
            "score": found.score(document),
        }
        for document in found.documents
    ]
    return {"hits": hits, "seconds": round(time.perf_counter() - began, 6)}
