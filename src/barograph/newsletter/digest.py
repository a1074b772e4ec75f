"""The summary of a month, for those who read monthly: how every topic moved, and what was written on each change.

Plain functions on contents, as in `bulletin`: no database. Weeks belong to the
month of their first day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import translation

from barograph.base import barogram, dates
from barograph.base.languages import interface
from barograph.editions import renames
from barograph.newsletter import bodies, bulletin, links, mails, pictures
from barograph.newsletter.bulletin import RANKS, Bulletin, Window

Content = dict[str, Any]
#: Of the languages of a list's chain: each week's editions by language.
Week = Mapping[str, Content]


def _written(week: Week, chain: Sequence[str], key: str) -> Content | None:
    """What a topic's row shows of one week; None where it was not there."""
    topic = next((topic for topic in week[chain[0]]["topics"] if topic["key"] == key), None)
    if topic is None:
        return None
    issue = week[chain[0]]["issue"]
    choice = bulletin.chosen(week, chain, key)
    language, commentary = choice or (chain[0], None)
    return {
        "verdict": topic["verdict"],
        "glyph": barogram.MARKS[topic["verdict"]],
        "class": topic["verdict"] or "unrated",
        "sentence": bulletin.sentence(topic["verdict"]),
        "issue": issue,
        "language": language,
        "headline": commentary["headline"] if commentary else "",
        "url": links.site(f"/{language}/{issue['first']}/{key}/") if commentary else "",
    }


def _topic(key: str, name: str, weeks: Sequence[Week], chain: Sequence[str], window: Window) -> Content:
    written = [week for week in (_written(week, chain, key) for week in weeks) if week]
    moved = [week for week in written if RANKS[week["verdict"]] == 0]
    shown = moved or [week for week in written if week["headline"]][-1:]
    return {
        "key": key,
        "topic": name,
        "rank": 0 if moved else 1,
        "line": barogram.marks(verdict for _period, verdict in window),
        "summary": bulletin.summary(verdict for _period, verdict in window),
        "window": window,
        "weeks": shown,
    }


def compose(weeks: Sequence[Week], chain: Sequence[str], imprint: Content, label: str) -> Bulletin:
    """The letter of a month's issues, oldest first; each holds an edition in the chain's first language."""
    with translation.override(interface(chain[0])):
        history = [week[chain[0]] for week in weeks]
        windows: dict[str, Window] = {}
        names: dict[str, str] = {}
        for content in history:
            for topic in content["topics"]:
                windows.setdefault(topic["key"], [])
                windows[topic["key"]] = [*windows[topic["key"]], (content["issue"]["first"], topic["verdict"])]
                names[topic["key"]] = topic["name"]
        identity = renames.of(imprint).identity
        items = [{**_topic(key, names[key], weeks, chain, windows[key]), "section": identity(key)} for key in names]
        drawings = pictures.drawn(windows)
        for item in items:
            item["picture"] = drawings[item["key"]].name if item["key"] in drawings else ""
        first = date.fromisoformat(history[0]["issue"]["first"])
        shown = {
            **mails.common(imprint, chain[0]),
            "month": dates.month(first, chain[0]),
            "items": sorted(items, key=lambda item: item["rank"]),
            "url": links.site(f"/{chain[0]}/archive/"),
            "label": label,
            "wrapped": bodies.wrapped,
        }
        inside = tuple({picture.name: picture for picture in drawings.values()}.values())
        letter = Bulletin(*mails.rendered("month", shown, language=chain[0]), inside)
        for rank in (2, 0, -1):  # too heavy: without pictures, then without what did not move, then figures alone
            if mails.weight(letter.html, letter.text, letter.pictures) <= bulletin.MOST_BYTES:
                break
            for item in items:
                item["picture"] = ""
                item["weeks"] = item["weeks"] if item["rank"] <= rank else []
            letter = Bulletin(*mails.rendered("month", shown, language=chain[0]), ())
        return letter
