"""From the editions of an issue to the letter of one list: which language each commentary comes in, and in which order.

Plain functions on contents (docs/architecture.md): no database. Order and
words are the site's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barograph.base import barogram, dates
from barograph.base.languages import interface, name
from barograph.delivery.messages import Picture
from barograph.editions import renames
from barograph.editions.renames import Renames
from barograph.newsletter import bodies, links, mails, pictures
from barograph.newsletter.pictures import Window
from barograph.presentation.forecasts import forecast

Content = dict[str, Any]
Verdict = str | None

ORDER: tuple[Verdict, ...] = ("worsened", "unchanged", "improved", None)
#: Those that moved come first, then the unchanged, then the not rated.
RANKS: dict[Verdict, int] = {"worsened": 0, "improved": 0, "unchanged": 1, None: 2}
#: How many periods a barogram shows, and how many the line of verdicts as text.
WINDOW, LINE = 26, 8
#: What a whole mail may weigh, pictures and encoding included: Gmail cuts letters at about 100 KB.
MOST_BYTES = 96_000


@dataclass(frozen=True)
class Bulletin:
    """What is frozen for a list."""

    subject: str
    html: str
    text: str
    pictures: tuple[Picture, ...]


def chosen(editions: Mapping[str, Content], chain: Sequence[str], key: str) -> tuple[str, Content] | None:
    """The language and the commentary a list's reader gets: the first of the chain that has one."""
    for language in chain:
        for topic in editions.get(language, {}).get("topics", ()):
            if topic["key"] == key and topic["commentary"]:
                return language, topic["commentary"]
    return None


def sentence(verdict: Verdict) -> str:
    return {
        "worsened": _("The situation has worsened"),
        "unchanged": _("The situation has not changed"),
        "improved": _("The situation has improved"),
        None: _("Not rated"),
    }[verdict]


def summary(verdicts: Iterable[Verdict]) -> str:
    """'2 worsened, 5 unchanged, 1 improved'."""
    counts = Counter(verdicts)
    words = {
        "worsened": ngettext("%(count)s worsened", "%(count)s worsened", counts["worsened"]),
        "unchanged": ngettext("%(count)s unchanged", "%(count)s unchanged", counts["unchanged"]),
        "improved": ngettext("%(count)s improved", "%(count)s improved", counts["improved"]),
        None: ngettext("%(count)s not rated", "%(count)s not rated", counts[None]),
    }
    parts = [words[verdict] % {"count": counts[verdict]} for verdict in ORDER if counts[verdict]]
    return ", ".join(part.replace(" ", "\u00a0") for part in parts)


def windows(history: Sequence[Content]) -> dict[str, Window]:
    """How the topics of the last content moved: (period, verdict) from the first in which they were rated."""
    by_topic = {}
    for topic in history[-1]["topics"] if history else ():
        verdicts = [
            (
                content["issue"]["first"],
                next((t["verdict"] for t in content["topics"] if t["key"] == topic["key"]), None),
            )
            for content in history[-WINDOW:]
        ]
        by_topic[topic["key"]] = list(dropwhile(lambda entry: entry[1] is None, verdicts))
    return by_topic


def in_words(window: Window, rhythm: str) -> str:
    """A barogram in words: 'Last 26 weeks: 2 worsened, 24 unchanged'."""
    return f"{dates.latest(len(window), rhythm)}: {summary(verdict for _period, verdict in window)}"


def _from(language: str) -> str:
    """'In Russian', said where a commentary stands in another language than the letter."""
    words = {"be": _("In Belarusian"), "ru": _("In Russian"), "en": _("In English")}
    return words.get(language) or name(language)


@dataclass(frozen=True)
class _Lines:
    """The topics' lines: as windows of verdicts, and as pictures where there are any."""

    windows: Mapping[str, Window]
    pictures: Mapping[str, Picture]
    rhythm: str
    renames: Renames

    def of(self, key: str) -> Content:
        window, picture = self.windows.get(key, ()), self.pictures.get(key)
        return {
            "line": barogram.marks(verdict for _period, verdict in window[-LINE:]),
            "told": in_words(window, self.rhythm) if window else "",
            "picture": picture.name if picture else "",
        }


def _item(topic: Content, editions: Mapping[str, Content], chain: Sequence[str], lines: _Lines) -> Content:
    main, first = chain[0], editions[chain[0]]["issue"]["first"]
    item = {
        "key": topic["key"],
        "section": lines.renames.identity(topic["key"]),
        "topic": topic["name"],
        "verdict": topic["verdict"],
        "class": topic["verdict"] or "unrated",
        "glyph": barogram.MARKS[topic["verdict"]],
        "sentence": sentence(topic["verdict"]),
        "outlook": [{"risk": _("risk"), "opportunity": _("opportunity")}[flag] for flag in topic["outlook"]],
        "elsewhere": [],
        "commentary": None,
        "detail": "full",
        **lines.of(topic["key"]),
    }
    choice = chosen(editions, chain, topic["key"])
    if choice is None:
        item["elsewhere"] = [
            (name(code), links.site(f"/{code}/{first}/{topic['key']}/")) for code in topic["languages"]
        ]
        return item
    language, commentary = choice
    url = links.site(f"/{language}/{first}/{topic['key']}/")
    item["commentary"] = commentary
    item |= {
        "url": url,
        "language": language,
        "marked": _from(language) if language != main else "",
        "html": bodies.for_mail(commentary["body"], url),
        "plain": bodies.as_text(commentary["body"], url),
        "forecast": forecast(commentary, language),
        "authors": ", ".join(person["name"] for person in commentary["byline"]),
    }
    return item


def foretaste(items: Sequence[Content]) -> str:
    """What a mailbox shows behind the subject: the headlines of what moved, three at most, else the first."""
    written = [item for item in items if item["commentary"]]
    moved = [item for item in written if RANKS[item["verdict"]] == 0] or written[:1]
    return " ".join(f"{item['glyph']} {item['commentary']['headline']}" for item in moved[:3])


def context(
    editions: Mapping[str, Content],
    chain: Sequence[str],
    history: Sequence[Content],
    imprint: Content,
    drawings: Mapping[str, Picture] | None = None,
) -> Content:
    """What the templates show. `history`: contents in the chain's first language, oldest first, this one last."""
    content = editions[chain[0]]
    topics = sorted(content["topics"], key=lambda topic: RANKS[topic["verdict"]])
    lines = _Lines(windows(history), drawings or {}, imprint.get("rhythm", "week"), renames.of(imprint))
    items = [_item(topic, editions, chain, lines) for topic in topics]
    return {
        **mails.common(imprint, chain[0]),
        "issue": content["issue"],
        "number": content["issue"]["number"],
        "url": links.site(f"/{chain[0]}/{content['issue']['first']}/"),
        "summary": summary(topic["verdict"] for topic in topics),
        "items": items,
        "foretaste": foretaste(items),
        "wrapped": bodies.wrapped,
    }


#: What gives way in turn where a mail is too heavy. Up to which rank a topic comes with its whole text, up to which
#: with headline and lede (the others keep their row with a link to the site), and whether pictures come along.
_STEPS = ((2, 2, True), (0, 2, True), (-1, 2, True), (-1, 0, False), (-1, -1, False))


def compose(
    editions: Mapping[str, Content],
    chain: Sequence[str],
    history: Sequence[Content],
    imprint: Content,
    label: str,
    *,
    only_changes: bool = False,
) -> Bulletin:
    """The letter for a list; `chain` holds only languages that have an edition. Never heavier than MOST_BYTES."""
    with translation.override(interface(chain[0])):
        drawings = pictures.drawn(windows(history))
        shown = {**context(editions, chain, history, imprint, drawings), "label": label, "only_changes": only_changes}
        for full, section, with_pictures in _STEPS:
            for item in shown["items"]:
                rank = RANKS[item["verdict"]]
                item["detail"] = "full" if rank <= full else "lede" if rank <= section else "row"
                item["picture"] = item["picture"] if with_pictures else ""
            names = {item["picture"] for item in shown["items"]}
            inside = tuple({p.name: p for p in drawings.values() if p.name in names}.values())
            letter = Bulletin(*mails.rendered("bulletin", shown, language=chain[0]), inside)
            if mails.weight(letter.html, letter.text, letter.pictures) <= MOST_BYTES:
                break
    return letter
