"""Belarusian words → terms: dictionary words where known, keys of the stem where not. Both spellings, Łacinka too.

Official and classical spelling meet in `fold`: no ь that only shows softness, э as е, initial ў as у. Where a word is
still unknown, the classical spelling of foreign words is tried (сыстэма → сістэма, плян → план, клюб → клуб).
"""

from __future__ import annotations

import re
from functools import lru_cache

from barograph.search.analysis import belarusian_endings as endings
from barograph.search.analysis import letters
from barograph.search.analysis.stems import Stems

_SOFT = re.compile(r"(?<=[зсцнбпмфвд])ь(?=[^\W\d])|(?<=л)ь(?=[льеюяёі])")
_E = str.maketrans("эё", "ее")

#: Classical → official in foreign words, tried in this order and together, only where the word is not known.
_CLASSICAL = (
    (re.compile(r"(?<=[зс])ы"), "і"),
    (re.compile(r"(?<=л)я"), "а"),
    (re.compile(r"(?<=л)ю"), "у"),
    (re.compile(r"(?<=л)е"), "о"),
    (re.compile(r"^менск"), "мінск"),
)
#: The ending of a genitive plural → that of the nominative.
_GENITIVE = {"аў": "ы", "яў": "і"}


@lru_cache(maxsize=1)
def stems() -> Stems:
    return Stems()


def fold(word: str) -> str:
    """'Сьнег' and 'снег', 'Эўропа' and 'Еўропа', 'зьява' and 'з’ява' become one."""
    word = letters.fold(word).translate(_E)
    if word[:1] == "ў":
        word = "у" + word[1:]
    return _SOFT.sub("", word)


def spellings(word: str) -> list[str]:
    """A folded word's possible official spellings, itself first."""
    spellings = [word]
    for pattern, official in _CLASSICAL:
        spellings += [changed for known in spellings if (changed := pattern.sub(official, known)) != known]
    return list(dict.fromkeys(spellings))


def terms(word: str) -> tuple[str, ...]:
    """The terms of a word (letters.fold-ed or not): "слова" from the dictionary, "*слов" a key."""
    folded = fold(word)
    if len(folded) < endings.LEAST or not letters.CYRILLIC.search(folded):
        return (folded,)
    for spelling in spellings(folded):
        known = stems().words(spelling)
        if known:
            return tuple(sorted(known))
    terms: list[str] = []
    for spelling in spellings(folded):
        for key in endings.keys(spelling):
            terms += [f"*{key}", *stems().words_of_key(key)]
    return tuple(dict.fromkeys([*terms, *_of_classical_genitive(folded)]))


def _of_classical_genitive(folded: str) -> list[str]:
    """Classical spelling has -аў where the official has no ending (партыяў, моваў): the terms of партыі, мовы."""
    if len(folded) < endings.LEAST + 2 or folded[-2:] not in _GENITIVE:
        return []
    for spelling in spellings(folded[:-2] + _GENITIVE[folded[-2:]]):
        if known := stems().words(spelling):
            return sorted(known)
    return [f"*{key}" for key in endings.keys(folded[:-2] + _GENITIVE[folded[-2:]])]


def known(word: str) -> bool:
    """Whether the table of stems has the word in one of its spellings."""
    return any(stems().words(spelling) for spelling in spellings(fold(word)))
