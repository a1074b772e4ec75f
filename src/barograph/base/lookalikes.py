"""Latin and Cyrillic letters that look the same, and words in which one strayed in. Pure; knows no app.

The pairs are those of Belarusian, Russian and plain Latin letters (Unicode's confusables.txt, UTS 39), of capitals and
small letters alike: Н and H look the same as capitals alone, but a word may be written small later.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Small letters, one under the other.
LATIN, CYRILLIC = "abcehikmoptxy", "авсенікмортху"

_TO_CYRILLIC = str.maketrans(LATIN, CYRILLIC)
_TO_LATIN = str.maketrans(CYRILLIC, LATIN)
_OWN_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz") - frozenset(LATIN)
_CYRILLIC_LETTER = re.compile(r"[Ѐ-ӿ]")
_WORD = re.compile(r"[^\W\d_]+")
_ENDING = re.compile(r"(?=.*[DFGJLNQRSUVWZdfgjlnqrsuvwz])[A-Za-z]{2,}[а-яіўё]+")
#: Latin letters that have no canonical decomposition.
_BASES = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n",
    "ĸ": "k", "ß": "ss", "ſ": "s", "ə": "e",
}  # fmt: skip


@lru_cache(maxsize=4096)
def bare(letter: str) -> str:
    """A small Latin letter without its accents, in plain letters: 'ė' → 'e', 'ł' → 'l'. Others stay as they are."""
    if letter.isascii() or not unicodedata.name(letter, "").startswith("LATIN"):
        return letter
    base = _BASES.get(letter) or unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else _BASES.get(base, letter)


def bare_word(word: str) -> str:
    """A small word, its Latin letters without accents."""
    return word if word.isascii() else "".join(map(bare, word))


def is_mixed(word: str) -> bool:
    """Whether a word has letters of both alphabets."""
    return any("a" <= letter <= "z" for letter in bare_word(word.casefold())) and bool(_CYRILLIC_LETTER.search(word))


def one_alphabet(word: str) -> str:
    """A small word of both alphabets in the one it is most likely meant in; any other stays as it is.

    Letters that only one alphabet has decide; then the greater number; then Cyrillic. Where each has letters that
    only it has, the look-alikes become Cyrillic.
    """
    if word.isascii() or not is_mixed(word):
        return word
    word = bare_word(word)
    own_latin = sum(letter in _OWN_LATIN for letter in word)
    own_cyrillic = sum(bool(_CYRILLIC_LETTER.match(letter)) and letter not in CYRILLIC for letter in word)
    if own_latin and not own_cyrillic:
        return word.translate(_TO_LATIN)
    if not own_latin and not own_cyrillic:
        latin = sum("a" <= letter <= "z" for letter in word)
        if 2 * latin > len(word):
            return word.translate(_TO_LATIN)
    return word.translate(_TO_CYRILLIC)


def twin(word: str) -> str:
    """A small word in the other alphabet where all of its letters look the same there; else ''."""
    if all(letter in LATIN for letter in word):
        return word.translate(_TO_CYRILLIC)
    if all(letter in CYRILLIC for letter in word):
        return word.translate(_TO_LATIN)
    return ""


@lru_cache(maxsize=256)
def alike(letter: str) -> str:
    """The small letters that fold to this one or look like it, itself among them."""
    plain = letter.translate(_TO_LATIN)
    letters = {letter, plain, plain.translate(_TO_CYRILLIC)}
    letters.update(chr(code) for code in (*range(0xE0, 0x250), *range(0x1E00, 0x1F00)) if bare(chr(code))[:1] == plain)
    return "".join(sorted(letters))


def mixed_words(text: str) -> list[str]:
    """The words of a text that a letter of the other alphabet strayed into, each once, in their order.

    A name in Latin letters with an ending ("PDFам") is no such.
    """
    words = dict.fromkeys(word for word in _WORD.findall(unicodedata.normalize("NFC", text)) if is_mixed(word))
    return [word for word in words if not _ENDING.fullmatch(word) and not is_mixed(one_alphabet(word.casefold()))]
