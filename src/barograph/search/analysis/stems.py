"""The table of Belarusian stems: form → dictionary words, key → dictionary words. Read when first asked for.

Made by tools/belarusian_stems.py. Three parts, parted by empty lines: sets of endings; `stem, number of its set, what
the dictionary word has after the stem` ("=" and the whole word where it doesn't begin with the stem); `key, words`.
"""

from __future__ import annotations

import lzma
from pathlib import Path
from random import Random

PATH = Path(__file__).resolve().parent.parent / "data" / "belarusian_stems.txt.xz"


class Stems:
    """About 30 MB once loaded, in about a fifth of a second."""

    def __init__(self, path: Path = PATH) -> None:
        sets, stems, keys = lzma.decompress(path.read_bytes()).decode().split("\n\n")
        self._sets = [frozenset(line.split(",")) for line in sets.split("\n")]
        self._stems: dict[str, list[str]] = {}
        for line in stems.split("\n"):
            stem, rest = line.split("\t", 1)
            self._stems.setdefault(stem, []).append(rest)
        self._keys = dict(line.split("\t") for line in keys.split("\n"))

    def words(self, form: str) -> set[str]:
        """The dictionary words that have this folded form."""
        keys = set()
        for at in range(len(form) + 1):
            for entry in self._stems.get(form[:at], ()):
                number, rest = entry.split("\t")
                if form[at:] in self._sets[int(number)]:
                    keys.add(rest[1:] if rest[:1] == "=" else form[:at] + rest)
        return keys

    def sample(self, chance: Random, number: int) -> list[str]:
        """Forms drawn from the table, in any order: for measurements on true-to-life words."""
        lines = [(stem, line) for stem, lines in self._stems.items() for line in lines]
        words = []
        for stem, line in chance.choices(lines, k=number):
            words.append(stem + chance.choice(sorted(self._sets[int(line.split("\t")[0])])))
        return words

    def words_of_key(self, key: str) -> list[str]:
        """The dictionary words one of whose forms has this key (none where they are too many)."""
        return self._keys.get(key, "").split()
