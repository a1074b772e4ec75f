"""How well search finds Belarusian and Russian words in their other forms, by an independent morphology.

    apt-get install lttoolbox-dev apertium-bel-rus
    python bench/search_quality.py [--words 600]     (APERTIUM=DIR: where the dictionaries lie)

The judge is Apertium's dictionaries of Belarusian and Russian (GPL-3; used where they are installed, not shipped here):
two forms are one word where they share a dictionary word there. Search itself is built on hunspell-be and OpenCorpora.

A throw-away archive is made: each chosen word stands in some commentaries, in random forms, among forms of random other
words. Each is then asked for in one more random form; a commentary is relevant where it has a form of any word that the
asked form may be. Words are chosen evenly from the dictionary (nouns, adjectives, verbs, names), so rare ones abound;
verbs' participles are left out, as most dictionaries hold them for adjectives. The same queries are put in the
classical spelling, in Łacinka and in Łacinka without its marks (rules below).
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

APERTIUM = Path(os.environ.get("APERTIUM") or "/usr/share/apertium/apertium-bel-rus")
SOURCES = {"be": "bel-rus.automorf.bin", "ru": "rus-bel.automorf.bin"}
SHARES = {"n": 0.5, "adj": 0.2, "vblex": 0.25, "np": 0.05}
ALPHABET = {"be": re.compile("[а-зй-шыьэюяёіў’]+"), "ru": re.compile("[а-яё]+")}
IN_TEXTS = range(4, 13)  # commentaries a word stands in
A_TEXT = 40  # words of a commentary


def transducer(path: Path) -> tuple[dict[str, list[tuple[str, str, str]]], set[str]]:
    """Arcs by state, and final states, of all of a compiled dictionary's sections."""
    arcs: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    finals, section = set(), 0
    shown = subprocess.run(["lt-print", str(path)], capture_output=True, text=True, check=True).stdout
    for line in shown.splitlines():
        part = line.split("\t")
        if line.startswith("--"):
            section += 1
        elif len(part) >= 4:
            arcs[f"{section}/{part[0]}"].append((f"{section}/{part[1]}", part[2], part[3]))
        else:
            finals.add(f"{section}/{part[0]}")
    return arcs, finals


def forms(language: str) -> dict[tuple[str, str], set[str]]:
    """(word, part of speech) → its forms."""
    arcs, finals = transducer(APERTIUM / SOURCES[language])
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    starts = sorted({state for state in arcs if state.endswith("/0")})
    for start in starts:
        stack = [(start, "", "", frozenset([start]))]
        while stack:
            state, form, reading, seen = stack.pop()
            if state in finals:
                _keep(found, form, reading, language)
            if len(form) > 25 or len(reading) > 90:
                continue
            for target, read, written in arcs.get(state, ()):
                if target not in seen and "+" not in written and " " not in read:
                    both = ("" if read == "ε" else read, "" if written == "ε" else written)
                    stack.append((target, form + both[0], reading + both[1], seen | {target}))
    return found


def _keep(found: dict, form: str, reading: str, language: str) -> None:
    word, _, tags = reading.partition("<")
    part = tags.split(">")[0]
    form = form.replace("ʼ", "’").replace("'", "’")
    if language == "ru" and ("<short>" in reading or re.search("[аеиоуыэюя]ся$", form)):
        return  # отпускн, сохранялася: made by rule there, in no text
    if part in SHARES and "<pp" not in reading and ALPHABET[language].fullmatch(form.casefold()):
        found[word.rstrip("¹²³"), part].add(form)


def archive(language: str, words: dict, number: int, chance: random.Random) -> tuple[list[str], list[str]]:
    """The forms to ask for, and texts."""
    by_part = defaultdict(list)
    for key in sorted(words):
        if len(words[key]) >= 4:
            by_part[key[1]].append(key)
    texts: list[list[str]] = [[] for _ in range(number * 2)]
    asked = []
    for part, share in SHARES.items():
        for key in chance.sample(by_part[part], min(len(by_part[part]), round(number * share))):
            known = sorted(words[key])
            asked.append(chance.choice(known))
            for text in chance.sample(texts, chance.choice(IN_TEXTS)):
                text.append(chance.choice(known))
    every = sorted({form for known in words.values() for form in known})
    for text in texts:
        text += chance.choices(every, k=max(0, A_TEXT - len(text)))
        chance.shuffle(text)
    return asked, [" ".join(text) for text in texts]


def publish(language: str, texts: list[str]) -> dict[str, str]:
    """Texts → editions, indexed. Returns the text by address."""
    from barograph.editions.models import Edition
    from barograph.issues.models import Issue
    from barograph.search import services

    by_url = {}
    for week, text in enumerate(texts):
        first = date(1950, 1, 2) + timedelta(weeks=week)
        issue, _ = Issue.objects.get_or_create(
            first=first, defaults={"last": first + timedelta(days=6), "number": week + 1}
        )
        commentary = {"headline": "—", "lede": "", "body": f"<p>{text}</p>", "byline": [], "scenarios": []}
        topic = {"key": "t", "name": "t", "verdict": "unchanged", "commentary": commentary}
        content = {
            "issue": {"first": first.isoformat(), "last": issue.last.isoformat()},
            "language": language,
            "topics": [topic],
        }
        edition = Edition.objects.create(
            issue=issue, first=first, language=language, version=1, content=content, digest=""
        )
        services.index(edition=edition)
        by_url[f"/{language}/{first}/t/"] = text
    return by_url


class Judge:
    def __init__(self, words: dict, texts: dict[str, str]) -> None:
        self.words_of = defaultdict(set)
        for key, known in words.items():
            for form in known:
                self.words_of[form].add(key)
        self.addresses = defaultdict(set)
        for url, text in texts.items():
            for form in text.split():
                for key in self.words_of[form]:
                    self.addresses[key].add(url)

    def relevant(self, form: str) -> set[str]:
        return set().union(*(self.addresses[key] for key in self.words_of[form]))


def measure(language: str, queries: list[tuple[str, str]], judge: Judge) -> dict[str, float]:
    """Means over queries (as asked, the form it stands for)."""
    from barograph.search import services

    recall, precision, rank, missed = [], [], [], []
    for asked, form in queries:
        right = judge.relevant(form)
        if not right:
            continue
        hits = [hit["url"] for hit in services.search(asked, language, 20)["hits"]]
        good = [url in right for url in hits]
        recall.append(sum(good) / min(20, len(right)))
        if hits:
            precision.append(sum(good) / len(hits))
        rank.append(next((1 / place for place, yes in enumerate(good, 1) if yes), 0.0))
        if recall[-1] < 0.5:
            missed.append(asked)
    if "-v" in sys.argv:
        print("   missed:", " ".join(missed[:60]))
    means = {"recall@20": recall, "precision": precision, "MRR": rank}
    return {"queries": len(recall)} | {name: round(sum(all_) / len(all_), 3) for name, all_ in means.items()}


_SOFT = "(?=(?:[бвзлмнпсфц]|дз)[еёіюяь])"


def classical(form: str) -> str:
    """The classical spelling, as far as rules go: softness is written (сьнег, зьмяніць, жыцьцё), foreign э, ы, ля."""
    form = re.sub(f"([зсцн]|дз){_SOFT}", r"\1ь", form)
    form = re.sub(f"([зс]){_SOFT.replace('[бвзлмнпсфц]', '[зсцн]ь')}", r"\1ь", form)
    form = form.replace("з’я", "зья").replace("з’е", "зье").replace("лле", "льле").replace("ллю", "льлю")
    return re.sub("^[Ее]ўр", lambda found: "Эўр" if found[0][0] == "Е" else "эўр", form)


def lacinka(form: str) -> str:
    from latynkatar import CyrLatConverter

    return CyrLatConverter(form.replace("’", "'")).convert()


def without_marks(form: str) -> str:
    text = unicodedata.normalize("NFD", lacinka(form).replace("ł", "l").replace("Ł", "L"))
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--words", type=int, default=600)
    options.add_argument("--languages", default="be,ru")
    options.add_argument("-v", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"BAROGRAPH_DATA": folder, "DJANGO_SETTINGS_MODULE": "barograph.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        for language in given.languages.split(","):
            words = forms(language)
            asked, texts = archive(language, words, given.words, random.Random(7))
            judge = Judge(words, publish(language, texts))
            print(language, measure(language, [(form, form) for form in asked], judge), flush=True)
            if language == "be":
                for name, way in (("classical", classical), ("Łacinka", lacinka), ("plain Latin", without_marks)):
                    print("  ", name, measure(language, [(way(form), form) for form in asked], judge), flush=True)


if __name__ == "__main__":
    main()
