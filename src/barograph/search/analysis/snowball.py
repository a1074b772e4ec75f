"""English and the other languages Snowball knows: a word's stem. Any further language: the word itself."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from barograph.search.analysis import letters

_NAMES = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "sr": "serbian", "sv": "swedish", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


@lru_cache(maxsize=8)
def stemmer(language: str) -> Any:
    """None where Snowball has no algorithm for it."""
    import snowballstemmer

    name = _NAMES.get(language.split("-")[0].lower(), "")
    return snowballstemmer.stemmer(name) if name in snowballstemmer.algorithms() else None


def terms(word: str, language: str) -> tuple[str, ...]:
    word = letters.fold(word)
    algorithm = stemmer(language)
    return (algorithm.stemWord(word) if algorithm else word,)
