"""Russian words → terms: the dictionary forms of every reading (pymorphy3, which also guesses at unknown words).

The dictionary is loaded when first asked for (33 MB, shipped with its package).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from barograph.search.analysis import letters


@lru_cache(maxsize=1)
def analyser() -> Any:
    from pymorphy3 import MorphAnalyzer

    # which reading is likelier is not asked: without its estimate a word takes a third less time
    return MorphAnalyzer(lang="ru", probability_estimator_cls=None)


def terms(word: str) -> tuple[str, ...]:
    """Every reading's dictionary form, folded. Participles and adverbial participles come with their verb."""
    word = letters.fold(word)
    if not letters.CYRILLIC.search(word):
        return (word,)
    return tuple(sorted({letters.fold(reading.normal_form) for reading in analyser().parse(word)}))


def known(word: str) -> bool:
    return bool(analyser().word_is_known(letters.fold(word)))
