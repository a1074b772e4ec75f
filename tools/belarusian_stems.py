"""Make the Belarusian stem table from hunspell-be's dictionary (Debian package hunspell-be; CC BY-SA 3.0).

python tools/belarusian_stems.py /usr/share/hunspell

Every line of the dictionary is expanded by its affixes; forms are folded as search folds them; the lines of one verb
(infinitive, present, converb) are joined; what is left is kept as stems with numbered sets of endings.
The result is an adaptation of the dictionary and stays under its licence: see the notice beside it.
"""

from __future__ import annotations

import lzma
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from barograph.search.analysis import belarusian
from barograph.search.analysis.belarusian_endings import keys

PAST = re.compile(r"лі(ся)?$")
SECOND = re.compile(r"[іы](ш|шся|м|мся)$")
CONVERB = re.compile(r"(ючы|учы|ачы|ячы|ўшы|шы)(ся)?$")
FINITE = re.compile(r"(ся|цца|уць|юць|аць|яць|іць|ыць|еш|аш|іш|ыш|еце|аце|іце|ыце|яце|чы|ці|лі|ла|ў|у|ю|ем|ам|ім|ым)$")
#: What the present has where the infinitive has another stem; each with any prefix, looked up in the dictionary.
PRESENTS = [
    ("заву", "азваць"), ("заву", "зваць"), ("бяру", "абраць"), ("бяру", "браць"), ("яру", "раць"), ("даю", "даваць"),
    ("стаю", "ставаць"), ("знаю", "знаваць"), ("вяду", "весці"), ("вязу", "везці"), ("нясу", "несці"), ("ду", "сці"),
    ("ду", "ць"), ("ту", "сці"), ("зу", "зці"), ("су", "сці"), ("ку", "чы"), ("гу", "гчы"), ("бягу", "бегчы"),
    ("лягу", "легчы"), ("ну", "ць"), ("іду", "ісці"), ("йду", "йсці"), ("еду", "ехаць"), ("шлю", "слаць"),
    ("сцялю", "слаць"), ("ву", "ць"), ("ыю", "ыць"), ("ью", "іць"), ("б'ю", "біць"), ("п'ю", "піць"), ("в'ю", "віць"),
    ("мру", "мерці"), ("пру", "перці"), ("тру", "церці"), ("дам", "даць"), ("ем", "есці"), ("жну", "жаць"),
    ("чну", "чаць"), ("мну", "мяць"), ("пну", "пяць"), ("му", "няць"), ("німу", "няць"), ("йму", "няць"),
    ("вазьму", "узяць"), ("ганю", "гнаць"), ("хачу", "хацець"), ("магу", "магчы"), ("пашлю", "паслаць"),
    ("іму", "няць"), ("ду", "дзець"), ("ею", "яць"), ("скажу", "сказаць"), ("ею", "ець"), ("еў", "есці"),
]  # fmt: skip
FRAGMENT = 2  # forms; a line with no more may belong to another line's word


@dataclass
class Entry:
    """A line of the dictionary: its base, whether it is a verb's, its folded forms."""

    base: str
    verb: bool
    forms: set[str] = field(default_factory=set)
    infinitive: str = ""

    def term(self) -> str:
        return self.infinitive or self.base

    def anchor(self) -> bool:
        """A verb's line with its infinitive and past: others join it."""
        return self.verb and self.base.endswith(("ць", "цца", "ці", "ціся", "чы", "чыся")) and self.past()

    def past(self) -> bool:
        return any(PAST.search(form) for form in self.forms)

    def fragment(self) -> bool:
        return len(self.forms) <= FRAGMENT


def rules(path: Path) -> dict[str, list[tuple[str, str, str, re.Pattern]]]:
    found = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        part = line.split()
        if len(part) < 5 or part[0] not in ("SFX", "PFX"):
            continue
        strip, add = ("" if piece == "0" else piece for piece in part[2:4])
        found[part[1]].append((part[0], strip, add, re.compile(f"{part[4]}$")))
    return found


def entries(folder: Path) -> list[Entry]:
    affixes = rules(folder / "be_BY.aff")
    found = []
    for line in (folder / "be_BY.dic").read_text(encoding="utf-8").splitlines()[1:]:
        if not line.strip():
            continue
        base, _, flags = line.split()[0].partition("/")
        forms = {base}
        for flag in flags:
            for kind, strip, add, condition in affixes.get(flag, ()):
                if kind == "SFX" and base.endswith(strip) and condition.search(base):
                    forms.add(base[: len(base) - len(strip)] + add)
        verb = any(flag in "cefghbdjxynklmswqotv" for flag in flags) or bool(CONVERB.search(base))
        entry = Entry(belarusian.fold(base), verb, {belarusian.fold(form) for form in forms})
        if verb and entry.past():  # змяняю/cfh: the infinitive is among the forms
            pasts = {re.sub(r"лі(ся)?$", "", form) for form in entry.forms if PAST.search(form)}
            entry.infinitive = min((f for f in entry.forms if re.sub(r"ц(ь|ца)$", "", f) in pasts), default="")
        found.append(entry)
    return found


def joined(all_entries: list[Entry]) -> list[tuple[str, set[str]]]:
    """Terms and their forms: a verb's lines under its infinitive, a noun's under its longest line."""
    verbs = Owners(entry for entry in all_entries if entry.anchor() or (entry.verb and entry.past()))
    nouns = Owners(entry for entry in all_entries if not entry.verb and not entry.fragment())
    words: dict[str, set[str]] = defaultdict(set)
    for entry in all_entries:
        owners = [entry]
        if entry.verb and not entry.past():
            owners = verbs.of_verb(entry) or [entry]
        elif entry.fragment() and not entry.past():
            owners += verbs.of_verb(entry) if FINITE.search(entry.base) else nouns.of_noun(entry)
        for owner in owners:
            words[owner.term()] |= entry.forms
    return sorted(words.items())


class Owners:
    """Full lines, by the keys of their forms and by their infinitive."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.by_key: dict[str, list[Entry]] = defaultdict(list)
        self.by_base: dict[str, Entry] = {}
        for entry in entries:
            self.by_base[entry.base] = entry
            if entry.infinitive:
                self.by_base[entry.infinitive] = entry
            for key in sorted({key for form in entry.forms for key in keys(form)}):
                self.by_key[key].append(entry)

    def of_verb(self, entry: Entry) -> list[Entry]:
        plain = re.sub(r"ся$", "", entry.base)
        for present, infinitive in sorted(PRESENTS, key=lambda pair: -len(pair[0])):
            if plain.endswith(belarusian.fold(present)):
                wanted = plain[: -len(belarusian.fold(present))] + belarusian.fold(infinitive)
                found = [self.by_base[w] for w in (wanted, wanted[:-1].removesuffix("ц") + "цца") if w in self.by_base]
                if found:
                    return found[:1] if plain == entry.base else found[-1:]
        near = {id(o): o for key in keys(entry.base) for o in self.by_key.get(key, ())}.values()
        second = any(SECOND.search(form) for form in entry.forms)
        themed = [o for o in near if second == bool(re.search(r"([іы]|[дсзшжчцмпнл]е)ц(ь|ца)$", o.term()))]
        return themed or list(near)

    def of_noun(self, entry: Entry) -> list[Entry]:
        if re.search(r"[аеоуыіяюё]$", entry.base):
            return []
        return [o for key in keys(entry.base) for o in self.by_key.get(key, ()) if re.search(r"[аяую]$", o.base)]


def common(forms: set[str]) -> str:
    first, last = min(forms), max(forms)
    at = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:at]


def table(words: list[tuple[str, set[str]]]) -> str:
    """The file's text: numbered sets of endings, stems, keys (barograph.search.analysis.stems reads it)."""
    numbers: dict[str, int] = {}
    stems, by_key = [], defaultdict(set)
    for term, forms in words:
        stem = common(forms)
        number = numbers.setdefault(",".join(sorted(form[len(stem) :] for form in forms)), len(numbers))
        stems.append(
            f"{stem}\t{number}\t{'' if term == stem else term[len(stem) :] if term.startswith(stem) else '=' + term}"
        )
        for form in forms:
            by_key[keys(form)[0]].add(term)
    few = [f"{key}\t{' '.join(sorted(terms))}" for key, terms in sorted(by_key.items()) if len(terms) <= 6]
    return "\n\n".join("\n".join(part) for part in (numbers, sorted(stems), few))


def main() -> None:
    text = table(joined(entries(Path(sys.argv[1]))))
    target = Path(belarusian.__file__).parent.parent / "data" / "belarusian_stems.txt.xz"
    target.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{target}: {target.stat().st_size} bytes, {text.count(chr(10))} lines")


if __name__ == "__main__":
    main()
