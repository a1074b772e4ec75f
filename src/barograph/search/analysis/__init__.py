"""A word's terms in a language: what two forms of it share. The one door to the analysers; knows no database.

A term is a dictionary word ("змяніцца") or, where no dictionary has the word, a key or stem. Terms have no spaces.
An operator's own file of forms ($BAROGRAPH_DATA/words/be.tsv: form, tab, word; a line each) comes before everything.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from barograph.base import lookalikes
from barograph.search.analysis import belarusian, latin, letters, russian, snowball

#: Raised whenever the same word gets other terms than before: existing indexes are then built anew.
VERSION = 3


def terms(word: str, language: str) -> tuple[str, ...]:
    """The terms of a word as it stands in a text of that language."""
    folded = letters.fold(word)
    own = own_words(language).get(folded, (folded,))
    return tuple(dict.fromkeys(term for form in own for way in _ways(form) for term in _terms(way, language)))


def _ways(folded: str) -> list[str]:
    """A word and what it is found by, too: without the accents of its Latin letters, and in the other alphabet where
    it looks the same there (a Latin TACC is ТАСС to its writer).
    """
    plain = lookalikes.bare_word(folded)
    return list(dict.fromkeys([folded, plain, *filter(None, [lookalikes.twin(plain) if len(plain) > 1 else ""])]))


def _terms(folded: str, language: str) -> tuple[str, ...]:
    main = _main(language)
    if letters.CYRILLIC.search(folded):
        if main == "be":
            return belarusian.terms(folded)
        if main == "ru":
            return russian.terms(folded)
        return (folded,)
    if main in ("be", "ru"):
        return snowball.terms(folded, "en") if folded.isascii() else (folded,)
    return snowball.terms(folded, language)


def query_terms(word: str, language: str) -> tuple[str, ...]:
    """The terms of a query's word: as in a text and, put to Belarusian texts in Latin letters, as Łacinka."""
    folded = letters.fold(word)
    if _main(language) != "be" or not letters.LATIN.search(folded):
        return terms(word, language)
    read = latin.cyrillic(folded)
    if latin.is_lacinka(folded):  # or a name from a neighbour's language
        return tuple(dict.fromkeys([*belarusian.terms(read), *terms(word, language)]))
    guessed = belarusian.terms(read) if belarusian.known(read) else [t for t in belarusian.terms(read) if t[0] == "*"]
    return tuple(dict.fromkeys([*terms(word, language), *guessed]))


def has_dictionary(language: str) -> bool:
    """Whether `known` can say yes."""
    return _main(language) in ("be", "ru")


def known(word: str, language: str) -> bool:
    """Whether a dictionary of that language has the word, so that it needs no guess. False where there is none."""
    folded, main = letters.fold(word), _main(language)
    if own_words(language).get(folded):
        return True
    if not letters.CYRILLIC.search(folded):
        return main == "be" and latin.is_lacinka(folded) and read_as_lacinka(word)
    return belarusian.known(folded) if main == "be" else russian.known(folded) if main == "ru" else False


def read_as_lacinka(word: str) -> bool:
    """Whether a word in Latin letters is a known Belarusian one when read as Łacinka."""
    folded = letters.fold(word)
    return bool(letters.LATIN.search(folded)) and belarusian.known(latin.cyrillic(folded))


def sounds(word: str) -> list[str]:
    """What a name shares with its other spellings and languages, the likeliest first (latin.sounds)."""
    return latin.sounds(letters.fold(word))


def plain_stem(word: str, language: str) -> str:
    """What a Belarusian word shares with its forms in Latin letters without marks; '' in other languages."""
    folded = letters.fold(word)
    if _main(language) != "be" or not letters.CYRILLIC.search(folded):
        return ""
    return latin.plain_stem(latin.plain(belarusian.fold(folded)))


def plain_keys(word: str, language: str) -> list[str]:
    """The plain keys of a query's word in Latin letters; none unless it is put to Belarusian texts."""
    folded = letters.fold(word)
    return latin.plain_keys(folded) if _main(language) == "be" and folded.isascii() and not folded.isdigit() else []


def warm(language: str) -> None:
    """Load what a language's words need, so that the first query is as quick as the others."""
    terms("пагадненнямі" if _main(language) == "be" else "соглашениями", language)


def _main(language: str) -> str:
    return language.split("-")[0].lower()


@lru_cache(maxsize=8)
def own_words(language: str) -> dict[str, tuple[str, ...]]:
    """The operator's forms of that language: form → its words, folded."""
    from django.conf import settings

    path = Path(settings.DATA) / "words" / f"{language}.tsv"
    if not path.is_file():
        return {}
    stems_by_word: dict[str, tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        form, _, word = line.partition("\t")
        if form.strip() and word.strip():
            key = letters.fold(form.strip())
            stems_by_word[key] = (*stems_by_word.get(key, ()), letters.fold(word.strip()))
    return stems_by_word
