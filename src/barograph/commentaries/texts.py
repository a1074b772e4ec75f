"""A commentary's words as texts with paths, and how two versions of them differ.

Paths: headline, lede, body.0 …, scenarios.<key>.title|text|pros.0 …|cons.0 …,
question, resolution. Plain Python over plain data; knows no database, no
person and no language.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bs4 import BeautifulSoup, Tag

Texts = dict[str, str]

#: Texts that stand in a field of their own, in the order in which they are read.
PLAIN = ("headline", "lede", "question", "resolution")
LISTS = ("pros", "cons")
#: How long a text may be, by the last word of its path that isn't a number, where it may not be of any length.
LONGEST = {"headline": 300, "question": 300, "title": 200, "pros": 300, "cons": 300}
BLOCKS = frozenset({"p", "h2", "h3", "ul", "ol", "blockquote"})


def longest(path: str) -> int | None:
    """How many characters a text may have; None: any number. 'scenarios.calm.pros.0' → 300."""
    kind = next((part for part in reversed(path.split(".")) if not part.isdigit()), "")
    return LONGEST.get(kind)


def too_long(texts: Mapping[str, str]) -> list[str]:
    """Paths of the texts that are longer than they may be. A draft keeps them, a sign-off refuses them."""
    return [path for path, text in texts.items() if (limit := longest(path)) and len(text) > limit]


@dataclass(frozen=True)
class Block:
    """A piece of a body: its element and the HTML inside it (of an embed: all of it)."""

    tag: str
    inner: str

    @property
    def html(self) -> str:
        return f"<{self.tag}>{self.inner}</{self.tag}>" if self.tag in BLOCKS else self.inner


@dataclass(frozen=True)
class Change:
    """A text that was changed: `words` is [(equal|delete|insert, text)], both versions word by word."""

    path: str
    old: str
    new: str

    @property
    def words(self) -> list[tuple[str, str]]:
        return word_diff(visible(self.old), visible(self.new))

    @property
    def markup_only(self) -> bool:
        return visible(self.old) == visible(self.new)


def blocks(html: str) -> list[Block]:
    """A body's blocks; what Draftail notes for itself (block keys) and empty paragraphs left out."""
    return list(_blocks(html or ""))


@lru_cache(maxsize=512)  # the week's screen asks for the same bodies at every look
def _blocks(html: str) -> tuple[Block, ...]:
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.find_all(attrs={"data-block-key": True}):
        del tag["data-block-key"]
    blocks = []
    for node in soup.contents:
        if isinstance(node, Tag) and node.name in BLOCKS:
            blocks.append(Block(node.name, node.decode_contents(formatter="minimal").strip()))
        elif str(node).strip():
            text = str(node).strip()
            blocks.append(Block("embed" if isinstance(node, Tag) else "p", text))
    return tuple(blocks)


def scenario_values(raw: Sequence[Mapping]) -> list[dict]:
    """The stream as stored → plain scenarios: key, title, text, pros, cons, probability.

    What a draft has kept as typed in place of a probability stands under `probability_typed`.
    """
    values = []
    for child in raw:
        value = dict(child.get("value") or {})
        for name in LISTS:
            items = value.get(name) or []
            value[name] = [item["value"] if isinstance(item, Mapping) else item for item in items]
        if isinstance(typed := value.get("probability"), str):
            value |= {"probability": None, "probability_typed": typed}
        values.append(value)
    return values


def texts_of(fields: Mapping) -> Texts:
    """{path: text} of a commentary's fields; empty texts are left out.

    `fields` has headline, lede, body, question, resolution and scenarios (the stream as stored).
    """
    texts = {name: fields.get(name) or "" for name in ("headline", "lede")}
    texts |= {f"body.{number}": block.inner for number, block in enumerate(blocks(fields.get("body") or ""))}
    for value in scenario_values(fields.get("scenarios") or []):
        texts |= scenario_texts(value)
    texts |= {name: fields.get(name) or "" for name in ("question", "resolution")}
    return {path: text for path, text in texts.items() if text.strip()}


def scenario_texts(value: Mapping) -> Texts:
    stem = f"scenarios.{value.get('key') or ''}"
    texts = {f"{stem}.title": value.get("title") or "", f"{stem}.text": value.get("text") or ""}
    for name in LISTS:
        texts |= {f"{stem}.{name}.{number}": text or "" for number, text in enumerate(value[name])}
    return texts


def digest(texts: Mapping[str, str]) -> str:
    """SHA-256 of texts, whatever their order."""
    return hashlib.sha256(json.dumps(dict(texts), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def visible(html: str) -> str:
    """What a reader sees of a text; markup left out."""
    if "<" not in html and "&" not in html:
        return html
    return re.sub(r"\s+", " ", BeautifulSoup(html, "html.parser").get_text(" ")).strip()


def word_diff(old: str, new: str) -> list[tuple[str, str]]:
    """[(equal|delete|insert, text)]: the way from `old` to `new` in whole words."""
    left, right = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (old, new))
    parts: list[tuple[str, str]] = []
    for kind, a, b, c, d in _opcodes(left, right):
        if kind == "equal":
            parts.append(("equal", "".join(left[a:b])))
            continue
        if a < b:
            parts.append(("delete", "".join(left[a:b])))
        if c < d:
            parts.append(("insert", "".join(right[c:d])))
    return parts


#: Pairs of equal words up to which two texts are compared word by word: the comparison takes at least their number.
MOST_PAIRS = 60_000
#: The same for all pairs, spaces too: they repeat in every text, but anchor nothing.
MOST_SPACES = 3_000_000


def _opcodes(left: Sequence[str], right: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """What difflib says of two lists; where words repeat so often that it would take seconds, only their ends count.

    difflib's time grows with the pairs of equal words, and in the worst case with their number times the words'
    (its own documentation: cubic). So common beginnings and ends are taken off first; a middle with too many pairs is
    one change.
    """
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    one, other = left[start : len(left) - end], right[start : len(right) - end]
    inner: list[tuple[str, int, int, int, int]]
    if not one or not other or not _is_bearable(one, other):
        kind = "replace" if one and other else "delete" if one else "insert"
        inner = [(kind, 0, len(one), 0, len(other))] if one or other else []
    else:
        inner = [*difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()]
    opcodes = [("equal", 0, start, 0, start)] if start else []
    opcodes += [(kind, a + start, b + start, c + start, d + start) for kind, a, b, c, d in inner]
    if end:
        opcodes.append(("equal", len(left) - end, len(left), len(right) - end, len(right)))
    return opcodes


def _is_bearable(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether difflib answers in a moment: how many pairs of equal words there are, and of equal spaces."""
    first, second = Counter(one), Counter(other)
    pairs = {word: count * second[word] for word, count in first.items()}
    return (
        sum(n for word, n in pairs.items() if not word.isspace()) <= MOST_PAIRS and sum(pairs.values()) <= MOST_SPACES
    )


def align(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """{index in `new`: index in `old`} of the same block, or of the one it was rewritten from."""
    pairs: dict[int, int] = {}
    for kind, a, b, c, d in _opcodes(old, new):
        if kind in {"equal", "replace"}:
            pairs |= {c + step: a + step for step in range(min(b - a, d - c))}
    return pairs


def body_places(texts: Mapping[str, str]) -> list[int]:
    """The numbers of body.0, body.1 … in order; an empty paragraph leaves a gap."""
    return sorted(int(path[5:]) for path in texts if path.startswith("body.") and path[5:].isdigit())


def body_list(texts: Mapping[str, str]) -> list[str]:
    """The texts of body.0, body.1 … in order."""
    return [texts[f"body.{number}"] for number in body_places(texts)]


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    """What was changed, added and taken out between two versions; a moved paragraph is no change."""
    before, after = body_list(old), body_list(new)
    places = align(before, after)
    changed = [
        Change(f"body.{place}", before[places[place]] if place in places else "", text)
        for place, text in enumerate(after)
        if place not in places or before[places[place]] != text
    ]
    gone = set(range(len(before))) - set(places.values())
    changed += [Change(f"body.{place}", before[place], "") for place in sorted(gone)]
    for path in dict.fromkeys([*new, *old]):
        if not path.startswith("body.") and old.get(path, "") != new.get(path, ""):
            changed.append(Change(path, old.get(path, ""), new.get(path, "")))
    return changed
