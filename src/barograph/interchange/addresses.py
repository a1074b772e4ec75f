"""Which topic or person of the database an entry of topics.yaml or people.yaml is, where addresses have changed.

Pure: entries and known addresses in, answers out. `former` names the addresses an entry had before, so that a folder
can change an address; a folder that still has an old one means the same topic, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from barograph.interchange.content import IssueContent


@dataclass(frozen=True)
class Entry:
    """`key`: its address in the file; `former`: those it had before, the first one first."""

    key: str
    former: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """`was`: the address the database has it under, '' where it is new; `key`: the one it is to have."""

    was: str
    key: str


def match(entries: Sequence[Entry], known: Mapping[str, str]) -> tuple[list[Match], list[tuple[int, str]]]:
    """A match for each entry, and (entry, message) of what can't be. `known`: every address ever → its present one."""
    matches: list[Match] = []
    problems: list[tuple[int, str]] = []
    listed: dict[str, int] = {}
    owners: dict[str, int] = {}
    for place, entry in enumerate(entries):
        own = dict.fromkeys((entry.key, *entry.former))
        for address in own:
            if listed.setdefault(address, place) != place:
                message = _("“%(key)s” is also an address of “%(other)s”. Each address can belong to only one.")
                problems.append((place, message % {"key": address, "other": entries[listed[address]].key}))
        candidates = list(dict.fromkeys(known[address] for address in own if address in known))
        if len(candidates) > 1:
            message = _("These addresses belong to different entries: %(keys)s. Each address can belong to only one.")
            problems.append((place, message % {"keys": ", ".join(candidates)}))
        was = candidates[0] if candidates else ""
        if was and owners.setdefault(was, place) != place:
            message = _("“%(key)s” and “%(other)s” are addresses of the same entry; keep only one.")
            problems.append((place, message % {"key": entry.key, "other": entries[owners[was]].key}))
        stays = known.get(entry.key, entry.key) != entry.key and was not in entry.former
        matches.append(Match(was, was if stays else entry.key))
    return matches, problems


def renamed(issue: IssueContent, topics: Mapping[str, str], people: Mapping[str, str]) -> IssueContent:
    """An issue that calls its topics and people by the addresses they are to have. Maps: any address → that one."""

    def topic(key: str) -> str:
        return topics.get(key, key)

    commentaries = [
        replace(one, topic=topic(one.topic), byline=tuple(people.get(slug, slug) for slug in one.byline))
        for one in issue.commentaries
    ]
    return replace(
        issue,
        verdicts=[replace(one, topic=topic(one.topic)) for one in issue.verdicts],
        ratings=[replace(one, topic=topic(one.topic), by=people.get(one.by, one.by)) for one in issue.ratings],
        corrections=[replace(one, topic=topic(one.topic) if one.topic else one.topic) for one in issue.corrections],
        commentaries=commentaries,
    )


def named_twice(issue: IssueContent) -> str:
    """A topic that this issue has two commentaries on, under different addresses; '' where there is none."""
    keys = [one.topic for one in issue.commentaries]
    return next((key for key in keys if keys.count(key) > 1), "")
