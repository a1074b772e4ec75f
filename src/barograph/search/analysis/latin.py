"""Words across alphabets: Łacinka to Cyrillic, what is left of a word in plain Latin letters, the sound of a name.

Plain Python over folded words (letters.fold). Łacinka is read by the usual rules (1962, with ŭ and ch). The `sound`
of a name is a coarse skeleton shared by Лукашенко, Лукашэнка, Lukashenka, Lukašenka: endings and vowels go, letters
that differ by language or transcription meet. It is only ever compared with words that archives really have.
"""

from __future__ import annotations

import re
import unicodedata

from barograph.search.analysis import belarusian_endings

_SOFTENED = {"a": "я", "e": "е", "o": "ё", "u": "ю"}
_LETTERS = {
    "a": "а", "b": "б", "c": "ц", "č": "ч", "d": "д", "e": "э", "f": "ф", "g": "г", "h": "г", "i": "і", "j": "й",
    "k": "к", "ł": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с", "š": "ш", "t": "т", "u": "у",
    "ŭ": "ў", "v": "в", "w": "в", "y": "ы", "z": "з", "ž": "ж",
}  # fmt: skip
_SOFT = {"ć": "ць", "ń": "нь", "ś": "сь", "ź": "зь", "ĺ": "ль", "l": "ль"}
_ACCENTED = re.compile("[čćńśšźžłŭĺ]")

#: What a Cyrillic letter looks like in Łacinka without its marks; й and і before vowels are one letter there.
_PLAIN = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "h", "д": "d", "е": "ie", "ё": "io", "ж": "z", "з": "z", "и": "i",
    "і": "i", "й": "j", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ў": "u", "ф": "f", "х": "ch", "ц": "c", "ч": "c", "ш": "s", "щ": "sc", "ъ": "", "ы": "y", "ь": "",
    "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
#: Other ways to write the same in plain Latin letters, made equal on both sides.
_SAME = [("sch", "sc"), ("sh", "s"), ("zh", "z"), ("kh", "h"), ("ch", "h"), ("ts", "c"), ("cz", "c"), ("w", "v"),
         ("x", "ks"), ("q", "k"), ("g", "h"), ("j", "i"), ("y", "i"), ("ie", "e"), ("io", "e"), ("iu", "u"),
         ("ia", "a"), ("ii", "i")]  # fmt: skip


def is_lacinka(word: str) -> bool:
    """Whether a folded Latin word has letters that only Łacinka has."""
    return bool(_ACCENTED.search(word))


def cyrillic(word: str) -> str:
    """A word in Łacinka → Belarusian Cyrillic: 'źmianilasia' → 'зьмянілася', 'łahier' → 'лагер'."""
    word = unicodedata.normalize("NFC", word).casefold()
    if "w" in word:  # the older way, after Polish
        for polish, letter in (("cz", "č"), ("sz", "š"), ("ż", "ž"), ("w", "v")):
            word = word.replace(polish, letter)
    out: list[str] = []
    at = 0
    while at < len(word):
        letter, rest = word[at], word[at + 1 : at + 2]
        if word.startswith("ch", at):
            out.append("х")
            at += 2
        elif letter in "ij" and rest in _SOFTENED and (letter == "j" or out):
            out.append(_SOFTENED[rest])
            at += 2
        elif letter == "l" and rest == "i":
            out.append("л")
            at += 1
        elif letter == "l" and rest in _SOFTENED:
            out += ["л", _SOFTENED[rest]]
            at += 2
        else:
            out.append(_SOFT.get(letter) or _LETTERS.get(letter, letter))
            at += 1
    return "".join(out)


def plain(word: str) -> str:
    """The plain Latin key of a folded word of either alphabet: 'змянілася' and 'zmianilasia' → 'zmanilasa'."""
    if not word.isascii():
        word = "".join(_PLAIN.get(letter, letter) for letter in word.replace("ł", "l"))
        word = "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
    for written, same in _SAME:
        word = word.replace(written, same)
    return word


_PLAIN_ENDINGS = sorted({plain(ending) for ending in belarusian_endings.ENDINGS}, key=lambda e: (-len(e), e))


def plain_stem(key: str) -> str:
    """A plain key without its ending: what forms of one word in plain Latin letters share."""
    for ending in _PLAIN_ENDINGS:
        if ending and key.endswith(ending) and len(key) - len(ending) >= belarusian_endings.LEAST:
            return key[: -len(ending)]
    return key


def plain_keys(word: str) -> list[str]:
    """The plain keys a query's word in Latin letters may mean: "ch" is х in Łacinka and ч in English."""
    ways = [word, word.replace("ch", "č").translate(str.maketrans("č", "c"))] if "ch" in word else [word]
    return list(dict.fromkeys(map(plain, ways)))


_SOUNDS = [
    ("x", "ks"), ("shch", "š"), ("szcz", "š"), ("sch", "š"), ("tch", "č"), ("kh", "x"), ("sh", "š"), ("sz", "š"),
    ("zh", "ž"), ("rz", "ž"), ("cz", "č"), ("tz", "c"), ("ts", "c"), ("dz", "d"), ("ph", "f"), ("th", "t"),
    ("ck", "k"), ("q", "k"), ("w", "v"), ("y", "i"), ("j", "i"),
]  # fmt: skip
_CYRILLIC_SOUNDS = {
    "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "ж": "ž", "з": "z", "к": "k", "л": "l", "м": "m", "н": "n",
    "п": "p", "р": "r", "с": "s", "т": "t", "ф": "f", "х": "x", "ц": "c", "ч": "č", "ш": "š", "щ": "š", "а": "a",
    "е": "e", "ё": "e", "и": "i", "і": "i", "й": "i", "о": "o", "у": "u", "ў": "u", "ы": "i", "э": "e", "ю": "u",
    "я": "a", "ь": "", "ъ": "",
}  # fmt: skip
_MERGED = str.maketrans({"c": "t", "š": "s", "č": "t", "ž": "z", "x": "g", "h": "g", "o": "a", "e": "a"})
_V_IS_U = re.compile(r"(?<=[aeiou])v(?=[^aeiouv]|$)")
_ADJECTIVE = re.compile(r"sk(ogo|omu|im|ii|aga|amu|ai|oi|aia|aa|uu|i|a|aiu|oiu)$")
_ENDING = re.compile(r"(ami|am|ax|om|oi|ei|ai|em|m|x|(?<=[aeio])s)$")
_REPEATED = re.compile(r"(.)\1+")
_LEAST = 3  # letters of a name that stay
_FEW = 3  # consonants; with so few of them the vowels count, too


def sounds(word: str) -> list[str]:
    """The skeletons of a folded name, the likeliest first; none where too little is left to go by."""
    if not word.isascii():
        if is_lacinka(word):
            word = cyrillic(word)
        heard = ["".join(_CYRILLIC_SOUNDS.get(c, "") for c in word.replace("шч", "щ").replace("дз", "д"))]
    else:
        heard = [_heard(word)]
        if "ch" in word:  # х in Łacinka and German, ч in English
            heard = [_heard(word.replace("ch", "č")), _heard(word.replace("ch", "kh"))]
    return [skeleton for skeleton in dict.fromkeys(map(_skeleton, heard)) if skeleton]


def _heard(word: str) -> str:
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return word


def _skeleton(text: str) -> str:
    text = _V_IS_U.sub("u", _without_ending(text)).translate(_MERGED)
    if len(text) < _LEAST:
        return ""
    consonants = _REPEATED.sub(r"\1", text[:1] + re.sub(r"[aiu]", "", text[1:]))
    skeleton = consonants if len(consonants) > _FEW else _REPEATED.sub(r"\1", text.rstrip("aiu"))
    return skeleton if len(skeleton) > 1 else ""  # "щщщщщ" is no other spelling of США


def _without_ending(text: str) -> str:
    text = _ADJECTIVE.sub("sk", text)
    match = _ENDING.search(text)
    return text[: match.start()] if match and match.start() >= _LEAST else text
