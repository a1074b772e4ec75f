"""Belarusian words without their endings. Plain Python: knows no dictionary, serves its maker and words it lacks.

A `key` is what two forms of one word share: the ending is taken off, and what alternates before it is made equal
(г/з/ж, к/ц/ч/т, х/с/ш, д/дз, о/а, я/е, ы/і, doubled letters, the vowel that comes and goes: палітвязень/палітвязня).
Keys are coarse on purpose: they choose among a dictionary's words, and stand for a word only where it has none.
"""

from __future__ import annotations

import re

LEAST = 3  # letters that stay

_NOUN = """
ы а у ом ам аў оў амі ах і е ой ай аю ою ей яй яю ею я ю ем ям яў еў ямі ях ь ьмі ьма ыма іма ёй о
ыі ыю ыяй ыяю ыям ыямі ыях ыяў іі ію іяй іяю ій іям іямі іях іяў
"""
_ADJECTIVE = "ага яга аму яму ога ому ым ім ымі імі ая яя ае яе ое ыя ія ую юю ый ых іх"
_PRESENT = """
еш аш іш ыш ем ім ым ам ом еце аце іце ыце яце уць юць аць яць іць ыць ець эш эце
аеш ае аем аеце аюць яеш яе яем яеце яюць уе уеш уем уеце уюць юе юеш юем юеце юю ую аю яю
"""
_INFINITIVE = "ць аць яць іць ыць ець уць аваць яваць ваць оць"
_PAST = """
ў аў яў іў ыў еў уў ла ло лі ала яла іла ыла ела ула ало яло іло ыло ело уло алі ялі ілі ылі елі улі
аваў авала авало авалі яваў явала явалі ваў вала валі
"""
_IMPERATIVE = "й ай яй уй юй айце яйце уйце юйце ьце іце ыце"
_CONVERB = "ачы ячы учы ючы аючы яючы уючы ўшы аўшы яўшы іўшы ыўшы еўшы уўшы аваўшы шы"


def _reflexive(endings: str) -> list[str]:
    return [f"{ending[:-2]}цца" if ending.endswith("ць") else f"{ending}ся" for ending in endings.split()]


_VERB = " ".join([_PRESENT, _INFINITIVE, _PAST, _IMPERATIVE, _CONVERB])
_ALL = [*_NOUN.split(), *_ADJECTIVE.split(), *_VERB.split(), *_reflexive(_VERB), "еецца", "іцца", "ецца", "уся", "юся"]
ENDINGS = sorted({ending.replace("ё", "е").replace("э", "е") for ending in _ALL}, key=lambda e: (-len(e), e))
_BY_LAST: dict[str, list[str]] = {}
for _ending in ENDINGS:
    _BY_LAST.setdefault(_ending[-1], []).append(_ending)

_FINAL = {"к": "т", "ц": "т", "ч": "т", "г": "д", "з": "д", "ж": "д", "х": "с", "ш": "с", "ў": "в", "й": "і"}
_VOWELS = str.maketrans("оыяёэ", "аіеее")
_DOUBLED = re.compile(r"(.)\1")
_AFTER_A_VOWEL = re.compile(r"[аеоуыіяю]ец$")
_COMES_AND_GOES = re.compile(r"[^аеоуыіяюёэ][аеоё][кнцлрў]$")


def split(word: str) -> tuple[str, str]:
    """A folded word's stem and ending; the longest ending that leaves LEAST letters."""
    if word.endswith("сць"):  # маладосць is no verb
        return word[:-1], "ь"
    for ending in _BY_LAST.get(word[-1:], ()):
        if word.endswith(ending) and len(word) - len(ending) >= LEAST:
            return word[: -len(ending)], ending
    return word, ""


def level(stem: str) -> str:
    """A stem with what alternates made equal."""
    stem = stem.translate(_VOWELS).rstrip("ь")
    if stem.endswith("дз"):
        stem = stem[:-1]
    elif stem[-1:] in _FINAL:
        stem = stem[:-1] + _FINAL[stem[-1]]
    return _DOUBLED.sub(r"\1", stem)


def keys(word: str) -> tuple[str, ...]:
    """The keys of a folded word, the likeliest first; a second one where a vowel may have come in."""
    stem, ending = split(word)
    stems = [level(stem)]
    if ending in ("", "ь") and len(stem) > LEAST + 1 and _COMES_AND_GOES.search(stem):
        stems.append(level(stem[:-2] + stem[-1]))
    elif word.endswith("ў") and len(word) > LEAST + 1:  # перамоў is перамовы without its ending, or has one
        stems.append(level(word))
    elif not ending and _AFTER_A_VOWEL.search(stem):  # алтаец, алтайца
        stems.append(level(f"{stem[:-2]}йц"))
    return tuple(dict.fromkeys(stems))
