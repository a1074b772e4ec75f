"""When a commentary last changed, and by which correction: told by each version of an edition from the one before.

A topic's `changed` is the moment of the version that last changed what its page and its feed entries show. It is
left out while nothing has changed since the first version; versions frozen by earlier releases of Barograph don't
have it, and tell by `revised` alone. A correction of the whole issue names the `topics` it changed. Pure.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

Content = dict[str, Any]


def updated(content: Content, topic: Content) -> datetime:
    """When a topic's commentary last changed in an edition. Not before it was published."""
    published = datetime.fromisoformat(content["published"])
    if topic.get("changed"):
        return max(published, datetime.fromisoformat(topic["changed"]))
    if not topic["revised"]:
        return published
    day = date.fromisoformat(topic["revised"][:10])
    version = datetime.fromisoformat(content["revised"] or content["published"])
    if version.date() != day:  # a later version corrected another topic
        version = datetime.combine(day, time(23, 59, 59), tzinfo=published.tzinfo)
    return max(published, version)


def concerning(content: Content, key: str) -> list[Content]:
    """The corrections that a topic's page tells: its own, and those of the whole issue that changed it."""
    return [
        entry
        for entry in content["corrections"]
        if entry["topic"] == key or (entry["topic"] is None and key in entry.get("topics", ()))
    ]


def bare(content: Content) -> Content:
    """A content without what `tell` adds, as it is composed."""
    dates: dict[str, str] = {}
    for entry in content["corrections"]:
        if entry["topic"] is not None:
            dates[entry["topic"]] = max(entry["date"], dates.get(entry["topic"], ""))
    return {
        **content,
        "corrections": [_without(entry, "topics") for entry in content["corrections"]],
        "topics": [{**_without(topic, "changed"), "revised": dates.get(topic["key"])} for topic in content["topics"]],
    }


def tell(before: Content, content: Content) -> None:
    """Write into a corrected content what changed since the version before it, which has the same addresses."""
    old = {topic["key"]: topic for topic in before["topics"]}
    fresh = _carry(before["corrections"], content["corrections"])
    for topic in content["topics"]:
        earlier = old.get(topic["key"])
        own = [entry for entry in content["corrections"] if entry["topic"] == topic["key"]]
        was = [entry for entry in before["corrections"] if entry["topic"] == topic["key"]]
        if earlier is None or _shown(earlier) != _shown(topic) or own != was:
            topic["changed"] = content["revised"]
            for entry in fresh:
                entry.setdefault("topics", []).append(topic["key"])
        elif earlier.get("changed") or earlier["revised"]:
            topic["changed"] = updated(before, earlier).isoformat(timespec="seconds")
    for topic in content["topics"]:
        dates = [entry["date"] for entry in concerning(content, topic["key"])]
        topic["revised"] = max(dates) if dates else None


def _carry(before: list[Content], now: list[Content]) -> list[Content]:
    """Give corrections of the whole issue what the version before told of them; returns those that are new."""
    known = [entry for entry in before if entry["topic"] is None]
    fresh = []
    for entry in now:
        if entry["topic"] is not None:
            continue
        same = next((one for one in known if (one["date"], one["kind"]) == (entry["date"], entry["kind"])), None)
        if same is None:
            fresh.append(entry)
            continue
        known.remove(same)
        if "topics" in same:
            entry["topics"] = list(same["topics"])
    return fresh


def _shown(topic: Content) -> Content:
    """What a topic's page and entries show of it in this edition, apart from corrections."""
    commentary = topic["commentary"]
    if commentary:
        people = [{"slug": person["slug"], "name": person["name"]} for person in commentary["byline"]]
        commentary = {**commentary, "byline": people}
    return {**{name: topic[name] for name in ("name", "verdict", "outlook")}, "commentary": commentary}


def _without(value: Content, name: str) -> Content:
    return {key: one for key, one in value.items() if key != name}
