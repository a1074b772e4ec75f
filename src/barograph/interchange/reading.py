"""Reads a content folder into plain data and says all that is wrong with it. Writes nothing.

What the database has already (Known) may be left out of the folder. The
format stands in docs/content-folder.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from barograph.base.languages import is_code
from barograph.interchange import addresses, commentary_files, issue_files
from barograph.interchange.content import (
    Content,
    Known,
    PersonContent,
    StandingContent,
    TopicContent,
)
from barograph.interchange.folder import Folder
from barograph.interchange.issue_files import IssueFile, Terms
from barograph.interchange.problems import Problem, Problems, nearest
from barograph.interchange.yaml_nodes import Fields, Node, load
from barograph.issues.enums import Rhythm, StandingKind

PERSON = ("slug", "names", "about", "pseudonym", "former")
TOPIC = ("key", "names", "about", "since", "until", "improved", "worsened", "former")
PUBLICATION = (
    "name",
    "strapline",
    "newsletter_text",
    "languages",
    "rhythm",
    "timezone",
    "lists",
    "links",
    "release_weekday",
    "release_time",
)
ROOT_FILES = ("publication.yaml", "topics.yaml", "people.yaml")
#: A page about the project; the code is looser than languages.CODE, so that a wrong one gets a message of its own.
_STANDING = re.compile(r"(\w+)\.([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)\.md")
_IGNORED = re.compile(r"(README|LICENSE|LICENCE|COPYING|NOTICE)(\..*)?", re.IGNORECASE)


def read_folder(
    path: Path, known: Known | None = None, progress: Callable[[int, int], None] | None = None
) -> tuple[Content, list[Problem]]:
    """The folder's content and its problems, sorted; with any problem the content may be incomplete."""
    known = known or Known()
    problems = Problems()
    content = Content(root=Path(path).resolve())
    if not Path(path).is_dir():
        problems.add(".", 1, _("There is no folder %(path)s.") % {"path": path})
        return content, problems.sorted()
    try:
        _Reader(Folder(Path(path), problems), content, known).read(progress)
    except PermissionError:
        problems.add(".", 1, _("The folder can’t be read; check its permissions."))
    return content, problems.sorted()


class _Reader:
    def __init__(self, folder: Folder, content: Content, known: Known):
        self.folder, self.content, self.known = folder, content, known
        self.problems = folder.problems
        self.topics: dict[str, str] = {}  # every address → the one it is to have
        self.people: dict[str, str] = {}

    def read(self, progress: Callable[[int, int], None] | None) -> None:
        entries = self.folder.entries(self.folder.root)
        self._publication()
        self._topics()
        self._people()
        terms = Terms(
            languages=self.content.languages,
            rhythm=str(self.content.publication.get("rhythm") or self.known.rhythm),
            topics=self.known.topics | self.topics.keys(),
            people=self.known.people | self.people.keys(),
        )
        issues: list[IssueFile] = []
        for number, entry in enumerate(entries, start=1):
            if entry.is_dir():
                issues += self._issue(entry, terms)
            else:
                self._file(entry)
            if progress:
                progress(number, len(entries))
        issue_files.settle(issues, self.known)
        self.content.issues = [addresses.renamed(issue.content, self.topics, self.people) for issue in issues]
        for issue, content in zip(issues, self.content.issues, strict=True):
            if key := addresses.named_twice(content):
                message = _("Two files here are about “%(key)s” under different addresses; keep only one.") % {
                    "key": key
                }
                self.problems.add(issue.folder, 1, message)

    def _load(self, name: str) -> Node | None:
        """A root file; None where it is left out or broken."""
        path = self.folder.root / name
        if not path.exists():
            return None
        text = self.folder.text(path) if self.folder.is_inside(path) else None
        if text is None:
            return None
        if not text.strip():
            self.problems.add(name, 1, _("The file is empty; fill it in or delete it."))
            return None
        return load(text, file=name, problems=self.problems)

    def _list(self, name: str) -> list[Node]:
        node = self._load(name)
        if node is None:
            return []
        if isinstance(node.value, list):
            return node.value
        self.problems.add(name, node.line, _("The file must contain a list: every entry starts with “- ”."))
        return []

    # publication.yaml

    def _publication(self) -> None:
        node = self._load("publication.yaml")
        self.content.languages = self.known.languages
        if node is None:
            if not self.known.publication and not (self.folder.root / "publication.yaml").exists():
                message = _("publication.yaml is missing, and nothing has been imported before; add it.")
                self.problems.add("publication.yaml", 1, message)
            self.content.languages = self.content.languages or ("be", "ru", "en")
            return
        fields = Fields(node, known=PUBLICATION, file="publication.yaml", problems=self.problems)
        languages = fields.texts("languages")
        for code in languages:
            if not is_code(code):
                message = _("“%(code)s” is not a language code; use for example be or pt-BR.") % {"code": code}
                fields.refuse(fields.line_of("languages"), message)
        if len(set(languages)) < len(languages):
            fields.wrong("languages", _("a list without duplicates"))
        self.content.languages = tuple(dict.fromkeys(languages)) or self.content.languages or ("be", "ru", "en")
        values = {
            "name": fields.localized("name", self.content.languages, required=True),
            "strapline": fields.localized("strapline", self.content.languages),
            "newsletter_text": fields.localized("newsletter_text", self.content.languages),
            "languages": list(self.content.languages),
            "rhythm": fields.choice("rhythm", Rhythm.values),
            "timezone": self._timezone(fields),
            "lists": self._lists(fields),
            "links": self._links(fields),
            "release_weekday": fields.whole("release_weekday", lowest=0, highest=6),
            "release_time": self._time(fields),
        }
        self.content.publication = {key: value for key, value in values.items() if fields.given(key)}

    def _timezone(self, fields: Fields) -> str:
        text = fields.text("timezone")
        try:
            if text:
                ZoneInfo(text)
        except (ValueError, OSError, KeyError):
            fields.wrong("timezone", _("a time zone, for example Europe/Minsk"))
        return text

    def _time(self, fields: Fields) -> str:
        text = fields.text("release_time")
        if text and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
            fields.wrong("release_time", _('a time in quotation marks, for example "10:00"'))
        return text

    def _lists(self, fields: Fields) -> list[dict]:
        entries: list[dict] = []
        for node in fields.items("lists"):
            own = Fields(node, known=("key", "label", "languages"), file=fields.file, problems=self.problems)
            key = self._slug(own, "key")
            if key and any(key == other["key"] for other in entries):
                own.refuse(own.line_of("key"), _("“%(key)s” appears twice here; keep only one.") % {"key": key})
            languages = own.texts("languages")
            for code in languages:
                own.is_one_of(code, self.content.languages, own.line_of("languages"))
            if not languages:
                own.missing("languages")
            label = own.text("label", limit=80, required=True)
            entries.append({"key": key, "label": label, "languages": list(languages)})
        return entries

    def _links(self, fields: Fields) -> list[dict]:
        entries = []
        for node in fields.items("links"):
            own = Fields(node, known=("kind", "url"), file=fields.file, problems=self.problems)
            kind, url = own.text("kind", limit=40, required=True), own.text("url", limit=500, required=True)
            if url and not re.fullmatch(r"https?://[^\s<>\"\\]+", url):
                own.wrong("url", _("an address that starts with https://"))
            entries.append({"kind": kind, "url": url})
        return entries

    def _slug(self, fields: Fields, key: str) -> str:
        text = fields.text(key, limit=80, required=True)
        if text and not re.fullmatch(commentary_files.SLUG, text):
            fields.wrong(key, _("a word of Latin letters, digits and hyphens"))
        return text

    # topics.yaml, people.yaml

    def _topics(self) -> None:
        lines: list[Fields] = []
        for node in self._list("topics.yaml"):
            fields = Fields(node, known=TOPIC, file="topics.yaml", problems=self.problems)
            key = self._slug(fields, "key")
            if any(key == topic.key for topic in self.content.topics):
                fields.refuse(fields.line_of("key"), _("“%(key)s” appears twice here; keep only one.") % {"key": key})
            since, until = fields.day("since"), fields.day("until")
            if since and until and until < since:
                fields.wrong("until", _("a day after “since”"))
            names = fields.localized("names", self.content.languages, required=True)
            about = fields.localized("about", self.content.languages)
            improved, worsened = (fields.localized(kind, self.content.languages) for kind in ("improved", "worsened"))
            former = self._former(fields)
            self.content.topics.append(TopicContent(key, names, about, since, until, improved, worsened, former))
            lines.append(fields)
        self.topics = self._matched(self.content.topics, "key", self.known.topic_addresses, lines)

    def _people(self) -> None:
        lines: list[Fields] = []
        for node in self._list("people.yaml"):
            fields = Fields(
                node,
                known=("slug", "names", "about", "pseudonym", "former"),
                file="people.yaml",
                problems=self.problems,
            )
            slug = self._slug(fields, "slug")
            if any(slug == person.slug for person in self.content.people):
                fields.refuse(fields.line_of("slug"), _("“%(key)s” appears twice here; keep only one.") % {"key": slug})
            names = fields.localized("names", self.content.languages, required=True)
            about = fields.localized("about", self.content.languages)
            former = self._former(fields)
            self.content.people.append(PersonContent(slug, names, about, fields.flag("pseudonym"), former))
            lines.append(fields)
        self.people = self._matched(self.content.people, "slug", self.known.person_addresses, lines)

    def _former(self, fields: Fields) -> tuple[str, ...]:
        """The addresses that an entry had before."""
        former = fields.texts("former", limit=80)
        for address in former:
            if not re.fullmatch(commentary_files.SLUG, address):
                fields.wrong("former", _("words of Latin letters, digits and hyphens"))
        return former

    def _matched(self, contents: list, name: str, known: dict[str, str], lines: list[Fields]) -> dict[str, str]:
        """Joins entries to what the database has of them; returns every address → the one it is to have."""
        entries = [addresses.Entry(getattr(one, name), one.former) for one in contents]
        matches, problems = addresses.match(entries, known)
        for place, message in problems:
            lines[place].refuse(lines[place].line_of("former" if entries[place].former else name), message)
        present = dict(known)
        for place, (entry, joined) in enumerate(zip(entries, matches, strict=True)):
            contents[place] = replace(contents[place], **{name: joined.key}, was=joined.was)
            old = [address for address, at in known.items() if at == joined.was]
            present.update(dict.fromkeys([*old, *entry.former, entry.key, joined.key], joined.key))
        return present

    # the rest

    def _file(self, path: Path) -> None:
        name = path.name
        if name in ROOT_FILES or _IGNORED.fullmatch(name):
            return
        match = _STANDING.fullmatch(name)
        if not match:
            message = _("Unknown file.") + nearest(name, ROOT_FILES)
            self.problems.add(name, 1, message)
            return
        kind, language = match[1], match[2]
        if kind not in StandingKind.values:
            message = _("Unknown page; choose one of: %(choices)s.")
            words = {"choices": ", ".join(StandingKind.values)}
            self.problems.add(name, 1, message % words + nearest(kind, StandingKind.values))
        elif language not in self.content.languages:
            message = _("“%(code)s” is not one of the publication’s languages (%(languages)s).")
            words = {"code": language, "languages": ", ".join(self.content.languages)}
            self.problems.add(name, 1, message % words + nearest(language, self.content.languages))
        else:
            self._standing(path, kind, language)

    def _standing(self, path: Path, kind: str, language: str) -> None:
        text = self.folder.text(path)
        parts = commentary_files.split(text, self.folder, path.name) if text is not None else None
        if parts is None:
            return
        node, body, body_line = parts
        fields = Fields(node, known=("title",), file=path.name, problems=self.problems)
        title = fields.text("title", limit=200, required=True)
        document = commentary_files.read_body(self.folder, path, body, body_line)
        self.content.standing.append(StandingContent(kind, language, title, document))

    def _issue(self, path: Path, terms: Terms) -> list[IssueFile]:
        if path.name == "images":
            return []
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", path.name):
                raise ValueError
            first = date.fromisoformat(path.name)
        except ValueError:
            message = _("Name the folder after the issue’s first day, for example 2020-08-03, or remove it.")
            self.problems.add(path.name, 1, message)
            return []
        return [issue_files.read_issue(self.folder, path, first, terms)]
