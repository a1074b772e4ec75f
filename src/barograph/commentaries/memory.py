"""The translation memory: what earlier published issues have for a text that is to be translated.

There is no table of it: the topic's last issues are read anew each time, so it can't be out of date. Pairs come from
signed-off translations and the source texts each was made from; paragraphs are paired by place where their numbers
agree. Nothing is ever filled in by itself. Why so: decision 53.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from barograph.commentaries import texts as words
from barograph.commentaries.models import Commentary
from barograph.commentaries.services import source_texts, standing_body, standing_texts
from barograph.issues.models import Issue

#: So many of the topic's latest published issues are looked through: two years of a weekly.
ISSUES = 104
#: From here on (of 100, rapidfuzz's ratio over letters) two texts are near.
NEAR = 80
#: Offers for one text.
MOST = 2


@dataclass(frozen=True)
class Pair:
    """A text and its translation, as an issue published them."""

    issue: Issue
    source: str
    target: str
    in_body: bool


@dataclass(frozen=True)
class Offer:
    """A pair that fits the text at a path: how it stood then, how near that is to today's (100: the same words)."""

    path: str
    pair: Pair
    today: str
    likeness: int

    @property
    def key(self) -> str:
        return f"{self.path}~{hashlib.sha256(self.pair.target.encode()).hexdigest()[:16]}"

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The way from the text then to today's, word by word; nothing where they are the same."""
        if self.likeness == 100:
            return []
        return words.word_diff(words.visible(self.pair.source), words.visible(self.today))


def offers(source: Commentary, language: str) -> dict[str, list[Offer]]:
    """{path: what was translated before}, the nearest first, of the same nearness the newest."""
    by_path = {}
    known = [list(group) for group in _by_place(pairs(source, language))]
    seen = [[words.visible(pair.source) for pair in group] for group in known]
    for path, text in standing_texts(source).items():
        in_body = path.startswith("body.")
        if not text.startswith("<embed") and (near := list(_near(path, text, known[in_body], seen[in_body]))):
            by_path[path] = near
    return by_path


def _by_place(candidates: Iterable[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Those of fields, which have no markup, and those of bodies; each translation once, the newest."""
    unique: dict[tuple[bool, str, str], Pair] = {}
    for pair in candidates:
        unique.setdefault((pair.in_body, pair.source, pair.target), pair)
    return [p for p in unique.values() if not p.in_body], [p for p in unique.values() if p.in_body]


def _near(path: str, text: str, known: list[Pair], seen: list[str]) -> Iterator[Offer]:
    offered: set[str] = set()
    from rapidfuzz import fuzz, process  # 4 MB that a worker does without

    near = process.extract(words.visible(text), seen, scorer=fuzz.ratio, score_cutoff=NEAR, limit=10)
    for _source, score, place in sorted(near, key=lambda hit: (-hit[1], hit[2])):
        pair = known[place]
        if pair.target not in offered and len(offered) < MOST:
            offered.add(pair.target)
            yield Offer(path, pair, text, int(score))


def pairs(source: Commentary, language: str) -> Iterator[Pair]:
    """What the topic's published issues have in both languages, the newest first."""
    languages = {source.language, language}
    issues = Issue.objects.released().filter(commentaries__topic=source.topic_id).exclude(pk=source.issue_id)
    latest = {issue.pk: issue for issue in issues.distinct().order_by("-first")[:ISSUES]}
    rows = (
        Commentary.objects.ready()
        .translations()
        .filter(topic=source.topic_id, issue__in=list(latest))
        .select_related("source")
        .order_by("-issue__first", "pk")
    )
    # what was made from one state of a source: its words in each language
    translated: dict[tuple[int, str], dict[str, words.Texts]] = defaultdict(dict)
    for row in rows:
        texts = translated[row.issue_id, row.source_digest]
        if row.source.language in languages:
            texts[row.source.language] = row.source_texts
        if row.language in languages:
            texts[row.language] = source_texts(row)
    for (issue, _digest), texts in translated.items():
        if languages <= texts.keys():
            yield from _pairs(latest[issue], texts[source.language], texts[language])


def _pairs(issue: Issue, here: Mapping[str, str], there: Mapping[str, str]) -> Iterator[Pair]:
    for path, text in here.items():
        if not path.startswith("body.") and path in there:
            yield Pair(issue, text, there[path], in_body=False)
    body, translated = words.body_list(here), words.body_list(there)
    if len(body) == len(translated):
        for text, target in zip(body, translated, strict=True):
            if not text.startswith("<embed"):
                yield Pair(issue, text, target, in_body=True)


def take_over(offer: Offer, texts: Mapping[str, str], source: Commentary, made_from: Mapping[str, str]) -> words.Texts:
    """A translator's words as they stand in the form, with an offer among them.

    A field's words give way to it. In the body no word does: where the paragraph's place is taken, it comes below.
    """
    if not offer.pair.in_body:
        return {**texts, offer.path: offer.pair.target}
    number, today = int(offer.path[5:]), standing_texts(source)
    place = words.body_places(today).index(number)
    tag = words.blocks(standing_body(source))[number].tag
    own = words.blocks(texts.get("body", ""))
    here = place
    if made_from:
        here = words.align(words.body_list(made_from), words.body_list(today)).get(place, place)
    own += [words.Block("p", "")] * (here - len(own))
    taken = words.Block(tag, offer.pair.target)
    if here < len(own) and not own[here].inner:
        own[here] = taken
    else:
        own.insert(here + 1, taken)
    return {**texts, "body": "".join(block.html for block in own)}
