"""Search on an archive of that many commentaries: how long a query takes, and what the index costs.

Texts of 400 to 600 words, words by Zipf's law from real dictionaries where there is one: so that common words stand in
most texts and rare ones in a few. Queries are one to three words of middling and rare frequency, in any of their forms.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import accumulate, islice
from typing import Any

LANGUAGES = ("be", "ru", "en")
TOPICS = 8
VOCABULARY = 30_000
QUERIES = 600
BEGINNINGS = (
    "без",
    "вос",
    "выб",
    "гра",
    "дел",
    "закл",
    "изб",
    "кон",
    "меж",
    "обр",
    "пере",
    "пол",
    "прав",
    "сов",
    "суд",
)
COMMON = 100  # the most frequent words, which nobody searches for


def run(*, progress: Callable[[int, int], None], documents: int = 24_000) -> dict[str, Any]:
    """{"documents", "queries", "p50_ms", "p95_ms", "index_seconds", "index_mb"}: the whole index built from nothing."""
    from barograph.search import analysis, services

    chance = random.Random(2020)  # noqa: S311 - not for secrets
    words = {language: Vocabulary(language, chance) for language in LANGUAGES}
    editions = _make_editions(documents, words, chance, progress)
    before, begun = _database_size(), time.perf_counter()
    count = services.index_all()
    seconds, after = time.perf_counter() - begun, _database_size()
    assert count == editions
    for language in LANGUAGES:
        analysis.warm(language)
    times = []
    for number in range(QUERIES):
        language = LANGUAGES[number % len(LANGUAGES)]
        times.append(services.search(words[language].query(chance), language)["seconds"] * 1000)
    cuts = statistics.quantiles(times, n=100)
    return {
        "documents": count,
        "queries": QUERIES,
        "p50_ms": round(cuts[49], 2),
        "p95_ms": round(cuts[94], 2),
        "index_seconds": round(seconds, 1),
        "index_mb": round((after - before) / 1e6, 1),
    }


class Vocabulary:
    """Word forms of a language with Zipf's weights."""

    def __init__(self, language: str, chance: random.Random) -> None:
        self.forms = list(_forms(language, chance))
        self.weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.forms))))

    def text(self, chance: random.Random, length: int) -> str:
        return " ".join(chance.choices(self.forms, cum_weights=self.weights, k=length))

    def query(self, chance: random.Random) -> str:
        """Words from further down than the commonest, the rarer the less likely."""
        number = chance.choices((1, 2, 3), (5, 3, 1))[0]
        forms, weights = self.forms[COMMON:], [weight - self.weights[COMMON - 1] for weight in self.weights[COMMON:]]
        return " ".join(chance.choices(forms, cum_weights=weights, k=number))


def _forms(language: str, chance: random.Random) -> Iterator[str]:
    if language == "be":
        from barograph.search.analysis import belarusian

        forms = belarusian.stems().sample(chance, VOCABULARY)
    elif language == "ru":
        from barograph.search.analysis import russian

        known = russian.analyser().dictionary.words
        forms = [
            form for begin in BEGINNINGS for form in islice(known.iterkeys(begin), 2 * VOCABULARY // len(BEGINNINGS))
        ]
        forms = chance.sample([form for form in forms if form.isalpha()], VOCABULARY)
    else:
        forms = _invented(chance)
    yield from forms


def _invented(chance: random.Random) -> list[str]:
    """English-like words with their endings."""
    syllables = [a + b for a in (*"bcdfglmnprstv", "st", "tr") for b in (*"aeiou", "ar", "en", "or")]
    stems = {"".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(VOCABULARY // 3)}
    forms = [stem + ending for stem in sorted(stems) for ending in ("", "s", "ing")]
    chance.shuffle(forms)
    return forms


def _make_editions(documents: int, words: dict[str, Vocabulary], chance: random.Random, progress: Callable) -> int:
    from barograph.editions.models import Edition
    from barograph.issues.models import Issue

    a_week = TOPICS * len(LANGUAGES)
    weeks = max(1, round(documents / a_week))
    for week in range(weeks):
        first = date(2001, 1, 1) + timedelta(weeks=week)
        issue = Issue.objects.create(first=first, last=first + timedelta(days=6), number=week + 1)
        contents = [_content(issue, language, words[language], chance) for language in LANGUAGES]
        Edition.objects.bulk_create(
            Edition(issue=issue, first=first, language=content["language"], version=1, content=content, digest="")
            for content in contents
        )
        progress(week + 1, weeks)
    return weeks * a_week


def _content(issue: Any, language: str, words: Vocabulary, chance: random.Random) -> dict[str, Any]:
    first, last = issue.first.isoformat(), issue.last.isoformat()
    return {
        "schema": 1,
        "publication": {"name": "Bench", "languages": list(LANGUAGES)},
        "issue": {"first": first, "last": last, "number": issue.number},
        "language": language,
        "version": 1,
        "published": f"{last}T10:00:00+00:00",
        "revised": None,
        "corrections": [],
        "topics": [_topic(number, words, chance) for number in range(TOPICS)],
    }


def _topic(number: int, words: Vocabulary, chance: random.Random) -> dict[str, Any]:
    paragraphs = [words.text(chance, chance.randint(80, 120)) for _ in range(5)]
    return {
        "key": f"topic-{number}",
        "name": f"Topic {number}",
        "verdict": chance.choice(("worsened", "unchanged", "improved")),
        "outlook": [],
        "revised": None,
        "languages": list(LANGUAGES),
        "commentary": {
            "headline": words.text(chance, 8).capitalize(),
            "lede": "",
            "body": "".join(f"<p>{paragraph.capitalize()}.</p>" for paragraph in paragraphs),
            "source_language": "be",
            "byline": [{"slug": f"analyst-{number}", "name": f"Analyst {number}", "about": "", "pseudonym": False}],
            "scenarios": [],
            "question": "",
            "resolves_by": None,
            "resolution": "",
        },
    }


def _database_size() -> int:
    """Bytes in use."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return cursor.fetchone()[0]
        sizes = []
        for pragma in ("page_count", "freelist_count", "page_size"):
            cursor.execute(f"PRAGMA {pragma}")
            sizes.append(cursor.fetchone()[0])
    pages, free, size = sizes
    return (pages - free) * size
