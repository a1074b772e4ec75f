"""Reads an issue's folder: issue.yaml and the commentaries. Knows the format and no database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.utils.translation import gettext as _

from barograph.interchange import commentary_files
from barograph.interchange.commentary_files import SLUG, CommentaryFile
from barograph.interchange.content import (
    CommentaryContent,
    CorrectionContent,
    IssueContent,
    Known,
    RatingContent,
    VerdictContent,
)
from barograph.interchange.folder import Folder
from barograph.interchange.pictures import SUFFIXES
from barograph.interchange.problems import nearest
from barograph.interchange.yaml_nodes import Fields, Node, load
from barograph.issues.enums import CorrectionKind, Outlook, VerdictValue
from barograph.issues.services import next_period

RATING = ("topic", "by", "verdict", "confidence", "why", "blind", "given")
RATING_REASON = 300
KEYS = ("number", "last", "special", "verdicts", "outlook", "reasons", "ratings", "corrections")
_FILE = re.compile(rf"({SLUG})\.([A-Za-z]{{2,8}}(?:-[A-Za-z0-9]{{1,8}})*)\.md")


@dataclass(frozen=True)
class Terms:
    """What a folder's files may refer to, the database's included."""

    languages: tuple[str, ...]
    rhythm: str
    topics: frozenset[str]
    people: frozenset[str]


@dataclass
class IssueFile:
    """An issue as read; `number` and `last` may still be open."""

    folder: str
    fields: Fields
    content: IssueContent
    number: int | None


def read_issue(folder: Folder, path: Path, first: date, terms: Terms) -> IssueFile:
    files: dict[str, list[CommentaryFile]] = {}
    settings = Node(None, 1)
    for entry in folder.entries(path):
        if entry.name == "issue.yaml":
            text = folder.text(entry)
            loaded = load(text, file=folder.name(entry), problems=folder.problems) if text is not None else None
            settings = loaded or settings
        elif match := _FILE.fullmatch(entry.name):
            if file := _commentary(folder, entry, match[1], match[2], terms):
                files.setdefault(match[1], []).append(file)
        elif entry.suffix.lower() not in SUFFIXES:
            message = _("Unknown file; commentaries are named <topic>.<language>.md.")
            folder.problems.add(folder.name(entry), 1, message)
    fields = Fields(settings, known=KEYS, file=f"{folder.name(path)}/issue.yaml", problems=folder.problems)
    commentaries = [commentary for group in files.values() if (commentary := commentary_files.join(group, folder))]
    last = _last(fields, first, terms)
    content = IssueContent(
        first=first,
        last=last,
        last_given=fields.given("last"),
        number=0,
        special=bool(fields.flag("special")),
        verdicts=_verdicts(fields, commentaries, files, terms),
        ratings=_ratings(fields, terms),
        corrections=_corrections(fields, first, terms),
        commentaries=commentaries,
    )
    return IssueFile(folder.name(path), fields, content, fields.whole("number", lowest=1, highest=1_000_000))


def _commentary(folder: Folder, path: Path, topic: str, language: str, terms: Terms) -> CommentaryFile | None:
    good = True
    if topic not in terms.topics:
        message = _("There is no topic “%(key)s” in topics.yaml; add it there.") % {"key": topic}
        folder.problems.add(folder.name(path), 1, message + nearest(topic, terms.topics))
        good = False
    if language not in terms.languages:
        message = _("“%(code)s” is not one of the publication’s languages (%(languages)s).")
        words = {"code": language, "languages": ", ".join(terms.languages)}
        folder.problems.add(folder.name(path), 1, message % words + nearest(language, terms.languages))
        good = False
    file = commentary_files.read_file(
        folder, path, topic=topic, language=language, people=terms.people, languages=terms.languages
    )
    return file if good else None


def _last(fields: Fields, first: date, terms: Terms) -> date:
    last = fields.day("last")
    if last is not None and last < first:
        fields.refuse(fields.line_of("last"), _("The last day is before the first."))
    if last is None or last < first:
        last = planned_last(terms.rhythm, first)
    return last


def planned_last(rhythm: str, first: date) -> date:
    """The last day of an issue of that rhythm that begins on `first`."""
    return next_period(rhythm=rhythm, after=first - timedelta(days=1), today=first)[1]


def _topic(fields: Fields, key: str, line: int, terms: Terms) -> bool:
    if key in terms.topics:
        return True
    message = _("There is no topic “%(key)s” in topics.yaml; add it there.") % {"key": key}
    fields.refuse(line, message + nearest(key, terms.topics))
    return False


def _verdicts(
    fields: Fields, commentaries: list[CommentaryContent], files: dict[str, list[CommentaryFile]], terms: Terms
) -> list[VerdictContent]:
    values, outlooks, reasons = _by_topic(fields, terms)
    verdicts = {}
    for commentary in commentaries:
        key = commentary.topic
        for name, own in (("verdicts", values), ("outlook", outlooks)):
            there = commentary.verdict if name == "verdicts" else commentary.outlook
            if key in own and own[key][0] != there:
                message = _("“%(key)s” has a different value in its commentary (%(file)s); remove it here.")
                fields.refuse(own[key][1], message % {"key": key, "file": files[key][0].name})
        verdicts[key] = VerdictContent(key, commentary.verdict, commentary.outlook, reasons.get(key))
    for key in dict.fromkeys([*values, *outlooks, *reasons]):
        if key not in verdicts and key not in files:
            value, outlook = values.get(key, ("", 0))[0], outlooks.get(key, ((), 0))[0]
            verdicts[key] = VerdictContent(key, value, outlook, reasons.get(key))
    return list(verdicts.values())


def _by_topic(
    fields: Fields, terms: Terms
) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[tuple[str, ...], int]], dict[str, str]]:
    values, outlooks, reasons = {}, {}, {}
    for key, node in fields.mapping("verdicts").items():
        if _topic(fields, key, node.line, terms):
            text = "" if node.value is None else fields.as_text(node, key)
            if not text or fields.is_one_of(text, VerdictValue.values, node.line):
                values[key] = (text, node.line)
    for key, node in fields.mapping("outlook").items():
        if _topic(fields, key, node.line, terms):
            one = Fields(Node({key: node}, node.line), known=(key,), file=fields.file, problems=fields.problems)
            outlooks[key] = (one.one_of_each(key, Outlook.values), node.line)
    for key, node in fields.mapping("reasons").items():
        if _topic(fields, key, node.line, terms) and node.value is not None:
            reasons[key] = fields.as_text(node, key)
    return values, outlooks, reasons


def _ratings(fields: Fields, terms: Terms) -> list[RatingContent]:
    ratings: dict[tuple[str, str], RatingContent] = {}
    for node in fields.items("ratings"):
        own = Fields(node, known=RATING, file=fields.file, problems=fields.problems)
        topic, by = own.text("topic", required=True), own.text("by", required=True)
        verdict = own.choice("verdict", VerdictValue.values)
        if not own.given("verdict"):
            own.missing("verdict")
        if topic:
            _topic(fields, topic, own.line_of("topic"), terms)
        if by and by not in terms.people:
            message = _("There is no person “%(slug)s” in people.yaml; add it there.") % {"slug": by}
            own.refuse(own.line_of("by"), message + nearest(by, terms.people))
        if (topic, by) in ratings:
            own.refuse(own.line, _("This person has already rated this topic; keep only one rating."))
        why = own.text("why", limit=RATING_REASON) if own.given("why") else None
        blind = own.choice("blind", VerdictValue.values) if own.given("blind") else None
        ratings[topic, by] = RatingContent(topic, by, verdict, own.share("confidence"), why, blind, _hour(own, "given"))
    return list(ratings.values())


def _hour(own: Fields, key: str) -> datetime | None:
    """A time with its distance from UTC."""
    text = own.text(key)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        own.wrong(key, _("a time such as 2020-08-09T10:00:00+00:00"))
        return None
    return moment


def _corrections(fields: Fields, first: date, terms: Terms) -> list[CorrectionContent]:
    corrections = []
    for node in fields.items("corrections"):
        own = Fields(node, known=("topic", "date", "kind", "notes"), file=fields.file, problems=fields.problems)
        topic = own.text("topic") or None
        if topic:
            _topic(fields, topic, own.line_of("topic"), terms)
        day = own.day("date", required=True)
        if day and day < first:
            own.wrong("date", _("a day after the issue’s first"))
        kind = own.choice("kind", CorrectionKind.values) or CorrectionKind.FACT.value
        notes = own.localized("notes", terms.languages, required=True)
        if day:
            corrections.append(CorrectionContent(topic, day, kind, notes))
    return corrections


def settle(issues: list[IssueFile], known: Known) -> None:
    """Give each issue its number and last day, and note overlaps and numbers taken twice."""
    issues.sort(key=lambda issue: issue.content.first)
    own = {issue.content.first for issue in issues}
    others = {first: period for first, period in known.issues.items() if first not in own}
    regular = {first: period for first, period in others.items() if first not in known.specials}
    for issue in issues:
        first = issue.content.first
        if first in known.issues and not issue.content.last_given:
            issue.content.last = known.issues[first][0]
        if first in known.issues and issue.number is None and not issue.fields.given("number"):
            issue.number = known.issues[first][1]
    _check_periods(issues, regular)
    _give_numbers(issues, others)


def _check_periods(issues: list[IssueFile], others: dict[date, tuple[date, int]]) -> None:
    """Regular issues don't overlap; a special one may lie within any."""
    periods = [(first, last, "") for first, (last, _number) in others.items()]
    for issue in issues:
        content = issue.content
        if content.special:
            continue
        for first, last, folder in periods:
            if first <= content.last and content.first <= last:
                message = _("%(here)s overlaps the issue %(there)s; change “last” or the folder’s name.")
                words = {"here": f"{content.first} – {content.last}", "there": folder or f"{first} – {last}"}
                issue.fields.refuse(issue.fields.line_of("last"), message % words)
                break
        periods.append((content.first, content.last, issue.folder))


def _give_numbers(issues: list[IssueFile], others: dict[date, tuple[date, int]]) -> None:
    taken = {number: str(first) for first, (_last, number) in others.items()}
    for issue in issues:
        if issue.number is None:
            continue
        if issue.number in taken:
            message = _("Issue %(other)s already has the number %(number)s; choose another one or leave it out.")
            words = {"other": taken[issue.number], "number": issue.number}
            issue.fields.refuse(issue.fields.line_of("number"), message % words)
        taken[issue.number] = issue.folder
    dated = {first: number for first, (_last, number) in others.items()}
    dated |= {issue.content.first: issue.number for issue in issues if issue.number is not None}
    for issue in issues:
        if issue.number is None:
            before = [number for first, number in dated.items() if first < issue.content.first]
            issue.number = max(before, default=0) + 1
            while issue.number in taken:
                issue.number += 1
            taken[issue.number] = issue.folder
            dated[issue.content.first] = issue.number
        issue.content.number = issue.number
