"""Indexing editions and answering queries. Knows nothing of drafts."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from barograph.editions.models import Edition
from barograph.editions.services import current_renames
from barograph.search import analysis, vocabulary
from barograph.search.analysis import letters
from barograph.search.documents import Draft, drafts, label, language_label
from barograph.search.engines import IndexRow, engine
from barograph.search.marks import Marker
from barograph.search.models import Document, DocumentTerms, DocumentText, Facet, Form, IndexedLanguage
from barograph.search.queries import Filters, Query, QueryTooLong, Word, read

__all__ = [
    "Filters",
    "QueryTooLong",
    "SearchResults",
    "ensure_index",
    "find",
    "follow_renames",
    "forget",
    "index",
    "index_all",
    "search",
]

SNIPPET = 240
_ALL = 10**9  # as many documents as there are


@dataclass(frozen=True)
class SearchResults:
    """What a query found: the best documents, each with how many of the words its headline has.

    `missing` are words of the query that no text of that language has: the answer is for the others.
    `suggestions` are queries that do find something, given where this one doesn't.
    """

    query: Query
    documents: list[tuple[Document, int]] = field(default_factory=list)
    total: int = 0
    missing: list[str] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)

    def score(self, points: int) -> float:
        """1.0: every word stands in the headline; 0.5: all in the text; less where some stand nowhere."""
        here, asked = len(self.query.words), len(self.query.words) + len(self.missing)
        if not here:
            return 0.5
        return round((here + points) / (2 * asked), 4)


@transaction.atomic
def index(*, edition: Edition) -> int:
    """Put an edition's commentaries in place of those of its earlier versions. Returns their number.

    An edition that is no longer the current one changes nothing.
    """
    of_issue = Edition.objects.filter(issue_id=edition.issue_id, language=edition.language)
    list(of_issue.select_for_update().values_list("pk"))
    if not of_issue.current().filter(pk=edition.pk).exists():
        return 0
    language, _ = IndexedLanguage.objects.get_or_create(code=edition.language, defaults={"analysis": analysis.VERSION})
    _drop(Document.objects.filter(first=edition.first, language=edition.language))
    items = drafts(edition)
    numbers = [Document.number(first=d.first, position=d.position, language=language) for d in items]
    rows = [Document(id=number, edition=edition, **draft.row()) for number, draft in zip(numbers, items, strict=True)]
    Document.objects.bulk_create(rows)
    DocumentText.objects.bulk_create(
        DocumentText(document_id=n, text=d.text) for n, d in zip(numbers, items, strict=True)
    )
    engine().write(_analysed(edition.language, numbers, items))
    _keep_facets(items)
    return len(items)


def _drop(documents: QuerySet[Document]) -> None:
    old = list(documents.values_list("id", flat=True))
    engine().remove(old)
    DocumentText.objects.filter(document_id__in=old).delete()
    Document.objects.filter(id__in=old).delete()


@transaction.atomic
def forget(*, edition: Edition) -> None:
    """Take what was indexed of an edition out again: documents, filters, words that no other text has."""
    gone = drafts(edition)
    _drop(Document.objects.filter(edition=edition))
    for kind, value in sorted({(kind, value) for draft in gone for kind, value, _name in draft.facets()}):
        _mend_facet(edition.language, kind, value)
    words = {letters.fold(word) for draft in gone for word in (*draft.head_words(), *draft.body_words())}
    vocabulary.forget(edition.language, words, lambda terms: engine().occurs(terms, [language_label(edition.language)]))


def _mend_facet(language: str, kind: str, value: str) -> None:
    """A filter as the newest text gives it that still has it; where none has, it goes."""
    facet = Facet.objects.filter(language=language, kind=kind, value=value)
    best = engine().best([], [language_label(language), label(kind, value)], 1)
    document = Document.objects.select_related("edition").filter(id=best[0][0]).first() if best else None
    if document is None:
        facet.delete()
        return
    facets = [f for draft in drafts(document.edition) if draft.topic == document.topic for f in draft.facets()]
    name = next((name for facet_kind, facet_value, name in facets if (facet_kind, facet_value) == (kind, value)), None)
    if name is not None:
        facet.update(name=name, newest=document.first)


def _analysed(language: str, numbers: list[int], new_drafts: list[Draft]) -> list[IndexRow]:
    """The drafts' terms; the vocabulary learns their words."""
    parts = [([letters.fold(w) for w in d.head_words()], [letters.fold(w) for w in d.body_words()]) for d in new_drafts]
    named = {letters.fold(name) for draft in new_drafts for name in draft.names()}
    seen = {form: form in named for part in parts for forms in part for form in forms if form}
    terms = vocabulary.resolve(language, seen)

    def of(forms: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(term for form in forms if form for term in terms[form]))

    return [
        IndexRow(number, of(head), of(body), draft.labels())
        for number, (head, body), draft in zip(numbers, parts, new_drafts, strict=True)
    ]


def _keep_facets(new_drafts: list[Draft]) -> None:
    for draft in new_drafts:
        for kind, value, name in draft.facets():
            facet, fresh = Facet.objects.get_or_create(
                language=draft.language, kind=kind, value=value, defaults={"name": name, "newest": draft.first}
            )
            if not fresh and draft.first >= facet.newest and (facet.name, facet.newest) != (name, draft.first):
                facet.name, facet.newest = name, draft.first
                facet.save(update_fields=["name", "newest"])


def follow_renames() -> int:
    """Index anew what still has the former address of a topic or an author. Returns how many editions that were."""
    renamed = current_renames()
    if not renamed:
        return 0
    old = [("topic", key) for key in renamed.topics] + [("author", slug) for slug in renamed.people]
    done = 0
    for facet in Facet.objects.filter(kind__in=["topic", "author"], value__in=[value for _kind, value in old]):
        if (facet.kind, facet.value) not in old:
            continue
        with transaction.atomic():
            labels = [language_label(facet.language), label(facet.kind, facet.value)]
            stale = [number for number, _points in engine().best([], labels, _ALL)]
            rows = Document.objects.filter(id__in=stale).values_list("edition_id", flat=True)
            editions = Edition.objects.filter(pk__in=set(rows)).order_by("first")
            done += len([index(edition=edition) for edition in editions.iterator(chunk_size=20)])
            facet.delete()
    return done


def index_all() -> int:
    """Build the index anew from the current editions. Returns the number of documents."""
    with transaction.atomic():
        for model in (DocumentText, Document, DocumentTerms, Form, Facet):
            model.objects.all().delete()
        IndexedLanguage.objects.update(analysis=analysis.VERSION)
        current = Edition.objects.current().order_by("first", "language")
        return sum(index(edition=edition) for edition in current.iterator(chunk_size=20))


def ensure_index() -> int:
    """Build the index anew where an installation has editions but no index of this analysis. Returns its documents."""
    done = list(IndexedLanguage.objects.values_list("analysis", flat=True))
    if done and all(version == analysis.VERSION for version in done):
        return 0
    return index_all() if Edition.objects.exists() else 0


def find(query: str, language: str, limit: int = 20, filters: Filters | None = None) -> SearchResults:
    """Commentaries in `language` that have every word of the query. Raises QueryTooLong.

    Words that no text has are left out where others remain. Filters without a word find all they allow, the newest
    first; neither words nor filters find nothing.
    """
    asked = read(query, language, filters)
    results = _answer(asked, max(0, limit))
    if results.total or not asked.words:
        return results
    here = [word for word in asked.words if engine().occurs(word.terms, Query(language).labels())]
    if here and len(here) < len(asked.words):
        missing = [word.text for word in asked.words if word not in here]
        results = replace(_answer(replace(asked, words=here), max(0, limit)), missing=missing)
    return results if results.total else replace(results, suggestions=_suggestions(asked, here))


def _answer(query: Query, limit: int) -> SearchResults:
    if not query.words and not query.filters:
        return SearchResults(query)
    best = engine().best(query.groups(), query.labels(), limit)
    rows = Document.objects.select_related("text").in_bulk([number for number, _ in best])
    total = len(best) if len(best) < limit else engine().count(query.groups(), query.labels())
    return SearchResults(query, [(rows[number], points) for number, points in best if number in rows], total)


def _suggestions(query: Query, here: list[Word], most: int = 3) -> list[str]:
    """Queries near this one that find something: a word spelt otherwise, or one word fewer."""
    texts = [word.text for word in query.words]
    variants = [
        " ".join([*texts[:at], near, *texts[at + 1 :]])
        for at, word in enumerate(query.words)
        if word not in here
        for near in vocabulary.near(query.language, word.text)
    ]
    if len(here) == len(texts) > 1:
        variants += [" ".join([*texts[:at], *texts[at + 1 :]]) for at in range(len(texts))]
    labels = query.labels()
    suggestions = []
    for text in variants[: 4 * most]:
        groups = read(text, query.language).groups()
        if engine().best(groups, labels, 1):
            suggestions.append(text)
    return suggestions[:most]


def search(query: str, language: str, limit: int = 20, filters: Filters | None = None) -> dict[str, Any]:
    """The search page's answer as data (CONTRACT.md): {"hits": [...], "seconds"}. Raises QueryTooLong.

    The seconds are those from the query to the ranked answer with its marked snippets.
    """
    began = time.perf_counter()
    results = find(query, language, limit, filters)
    snippets(results)
    hits = [
        {
            "url": document.url,
            "issue": document.first.isoformat(),
            "topic": document.topic,
            "headline": document.headline,
            "score": results.score(points),
        }
        for document, points in results.documents
    ]
    return {"hits": hits, "seconds": round(time.perf_counter() - began, 6)}


def snippets(results: SearchResults) -> list[tuple[list[tuple[str, bool]], list[tuple[str, bool]]]]:
    """For each document found: its headline and a stretch of its text, in pieces with the hits marked."""
    marker = Marker(results.query)
    return [
        (marker.pieces(document.headline), marker.pieces(document.text.text, length=SNIPPET))
        for document, _ in results.documents
    ]
