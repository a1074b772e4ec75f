"""From the editions of an issue to the letter of one list: which language each commentary comes in, and in which order.

Plain functions on contents (docs/architecture.md): no database. Order and
words are the site's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barograph.base.languages import interface, name
from barograph.newsletter import bodies, links, mails

Content = dict[str, Any]
Verdict = str | None

GLYPHS: dict[Verdict, str] = {"worsened": "▼", "unchanged": "▬", "improved": "▲", None: "·"}
ORDER: tuple[Verdict, ...] = ("worsened", "unchanged", "improved", None)
#: Those that moved come first, then the unchanged, then the not rated.
RANKS: dict[Verdict, int] = {"worsened": 0, "improved": 0, "unchanged": 1, None: 2}
#: How many periods the line of verdicts shows.
WINDOW = 8
#: Above this, only the beginnings go by mail: Gmail cuts letters at about 100 KB.
FULL_LIMIT = 85_000


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
    return ", ".join(part.replace(" ", "\u00a0", 1) for part in parts)


def line(history: Sequence[Content], key: str) -> str:
    """The last verdicts of a topic as text, oldest first: '▼ ▬ ▬ ▲'."""
    found = [
        next((topic["verdict"] for topic in content["topics"] if topic["key"] == key), None)
        for content in history[-WINDOW:]
    ]
    while found and found[0] is None:
        found.pop(0)
    return " ".join(GLYPHS[verdict] for verdict in found)


def _from(language: str) -> str:
    """'In Russian', said where a commentary stands in another language than the letter."""
    words = {"be": _("In Belarusian"), "ru": _("In Russian"), "en": _("In English")}
    return words.get(language) or name(language)


def _scenarios(commentary: Content, language: str) -> list[Content]:
    found = []
    for scenario in commentary["scenarios"]:
        share = scenario["probability"]
        sign = "%" if interface(language) == "en" else "\u00a0%"
        found.append({**scenario, "percent": "" if share is None else f"{round(share * 100)}{sign}"})
    return found


def _item(topic: Content, editions: Mapping[str, Content], chain: Sequence[str], history: Sequence[Content]) -> Content:
    main, first = chain[0], editions[chain[0]]["issue"]["first"]
    item = {
        "key": topic["key"],
        "topic": topic["name"],
        "verdict": topic["verdict"],
        "class": topic["verdict"] or "unrated",
        "glyph": GLYPHS[topic["verdict"]],
        "sentence": sentence(topic["verdict"]),
        "line": line(history, topic["key"]),
        "outlook": [{"risk": _("risk"), "opportunity": _("opportunity")}[flag] for flag in topic["outlook"]],
        "elsewhere": [],
        "commentary": None,
    }
    found = chosen(editions, chain, topic["key"])
    if found is None:
        item["elsewhere"] = [
            (name(code), links.site(f"/{code}/{first}/{topic['key']}/")) for code in topic["languages"]
        ]
        return item
    language, commentary = found
    url = links.site(f"/{language}/{first}/{topic['key']}/")
    item["commentary"] = commentary
    item |= {
        "url": url,
        "language": language,
        "marked": _from(language) if language != main else "",
        "html": bodies.for_mail(commentary["body"], url),
        "plain": bodies.as_text(commentary["body"], url),
        "scenarios": _scenarios(commentary, language),
        "authors": ", ".join(person["name"] for person in commentary["byline"]),
    }
    return item


def context(
    editions: Mapping[str, Content], chain: Sequence[str], history: Sequence[Content], imprint: Content
) -> Content:
    """What the templates show. `history`: contents in the chain's first language, oldest first, this one last."""
    content = editions[chain[0]]
    topics = sorted(content["topics"], key=lambda topic: RANKS[topic["verdict"]])
    return {
        **mails.common(imprint, chain[0]),
        "issue": content["issue"],
        "number": content["issue"]["number"],
        "url": links.site(f"/{chain[0]}/{content['issue']['first']}/"),
        "summary": summary(topic["verdict"] for topic in topics),
        "items": [_item(topic, editions, chain, history) for topic in topics],
        "wrapped": bodies.wrapped,
        "full": True,
    }


def compose(
    editions: Mapping[str, Content], chain: Sequence[str], history: Sequence[Content], imprint: Content, label: str
) -> tuple[str, str, str]:
    """Subject, HTML and text of the letter for a list; `chain` holds only languages that have an edition."""
    with translation.override(interface(chain[0])):
        shown = {**context(editions, chain, history, imprint), "label": label}
        letter = mails.rendered("bulletin", shown, language=chain[0])
        if len(letter[1].encode()) > FULL_LIMIT:
            letter = mails.rendered("bulletin", {**shown, "full": False}, language=chain[0])
    return letter
