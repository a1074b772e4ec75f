"""What a content folder holds, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from barograph.interchange.richtext import Document

Texts = dict[str, str]  # {language: text}


@dataclass(frozen=True)
class Known:
    """What the database has already: a folder may leave it out and may refer to it."""

    publication: bool = False
    languages: tuple[str, ...] = ()
    rhythm: str = "week"
    topics: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    topic_addresses: dict[str, str] = field(default_factory=dict)  # every address ever → the present one
    person_addresses: dict[str, str] = field(default_factory=dict)
    issues: dict[date, tuple[date, int]] = field(default_factory=dict)  # {first: (last, number)}
    specials: frozenset[date] = frozenset()


@dataclass(frozen=True)
class TopicContent:
    key: str
    names: Texts
    about: Texts
    since: date | None
    until: date | None
    improved: Texts
    worsened: Texts
    former: tuple[str, ...] = ()  # addresses it had before, the first one first
    was: str = ""  # the address the database has it under; '': it is new


@dataclass(frozen=True)
class PersonContent:
    slug: str
    names: Texts
    about: Texts
    pseudonym: bool
    former: tuple[str, ...] = ()  # addresses it had before, the first one first
    was: str = ""  # the address the database has it under; '': it is new


@dataclass(frozen=True)
class StandingContent:
    kind: str
    language: str
    title: str
    body: Document


@dataclass(frozen=True)
class ScenarioContent:
    key: str
    title: str
    text: str
    pros: tuple[str, ...]
    cons: tuple[str, ...]
    probability: float | None


@dataclass(frozen=True)
class CommentaryText:
    """A commentary in one language."""

    language: str
    headline: str
    lede: str
    body: Document
    question: str
    resolution: str
    scenarios: tuple[ScenarioContent, ...]


@dataclass(frozen=True)
class CommentaryContent:
    topic: str
    source_language: str
    verdict: str
    outlook: tuple[str, ...]
    byline: tuple[str, ...]
    resolves_by: date | None
    texts: dict[str, CommentaryText]  # {language: …}


@dataclass(frozen=True)
class VerdictContent:
    """`None`: the folder says nothing on it."""

    topic: str
    value: str
    outlook: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True)
class RatingContent:
    topic: str
    by: str
    verdict: str
    confidence: float | None
    why: str | None  # `None` here and below: the folder says nothing on it, what there is stays
    blind: str | None  # what it was before the others' were seen
    given: datetime | None


@dataclass(frozen=True)
class CorrectionContent:
    topic: str | None
    date: date
    kind: str
    notes: Texts


@dataclass
class IssueContent:
    first: date
    last: date
    last_given: bool
    number: int
    special: bool
    verdicts: list[VerdictContent]
    ratings: list[RatingContent]
    corrections: list[CorrectionContent]
    commentaries: list[CommentaryContent]


@dataclass
class Content:
    """A whole folder. `publication` holds only the fields that its file gives."""

    root: Path
    languages: tuple[str, ...] = ()
    publication: dict[str, object] = field(default_factory=dict)
    topics: list[TopicContent] = field(default_factory=list)
    people: list[PersonContent] = field(default_factory=list)
    standing: list[StandingContent] = field(default_factory=list)
    issues: list[IssueContent] = field(default_factory=list)
