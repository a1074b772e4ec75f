"""The audit log: who did what, to what, when.

There is one: Wagtail's log of model actions (ModelLogEntry). Wagtail writes what is created, edited, deleted and
signed off; `note` adds what it does not know (people/acts.py names all of it). Rows are added and never changed:
people/append_only.py. No reader's data stand in it, no network address, no secret, and never the words of a text.
"""

from __future__ import annotations

import csv
import getpass
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Model, Q, QuerySet
from django.utils.functional import LazyObject
from django.utils.text import capfirst
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from barograph.base.cells import harmless
from barograph.people import acts, sight
from barograph.people.models import User

MAY_SEE = "wagtailcore.view_modellogentry"
KEEPS_ACCOUNTS = "people.change_user"
PUBLISHES = "publishing.add_release"
COLUMNS = ("at", "by", "action", "kind", "type", "id", "name", "data")


def account() -> str:
    """The system account at a terminal; '' where it has no name."""
    try:
        return getpass.getuser()[:100]
    except (OSError, KeyError):
        return ""


def note(
    action: str, *, about: Model, by: Any = None, name: str = "", at_terminal: bool = False, **data: Any
) -> ModelLogEntry:
    """Add a line: an act (of acts.ACTS) on a row, by a person, at a terminal (the system account is named), or neither.

    `name` stands for what the row is called. Raises where the line can't be kept: no act without it.
    """
    if at_terminal and by is None:
        data["account"] = account()
    return log(row_of(about), f"barograph.{action}", user=row_of(by), title=name or None, data=data)


def row_of(row: Any) -> Any:
    """The row itself: of a request's user, wrapped twice (django-otp), Wagtail would keep no line, silently."""
    while isinstance(row, LazyObject):
        row.pk  # noqa: B018 - unwraps
        row = row._wrapped  # type: ignore[attr-defined]
    return row


def lines(user: User | None) -> QuerySet[ModelLogEntry]:
    """The lines somebody may see, newest first; all of them for `None`, the operator at a terminal.

    A line is shown to whoever holds a right on the kind of thing it is about; what concerns accounts, and what was
    taken out or in, to whoever keeps the accounts; releases and mailings to whoever may publish. Who wrote or changed a
    text tells who stands behind its byline: without the right to see that, those lines are left out.
    """
    entries = ModelLogEntry.objects.select_related("user", "content_type").order_by("-timestamp", "-pk")
    if user is None:
        return entries
    seen = Q(pk__in=ModelLogEntry.objects.viewable_by_user(user).values("pk"))
    if user.has_perm(KEEPS_ACCOUNTS):
        seen |= acts.about(acts.ABOUT_ACCOUNTS) | acts.lines_of(acts.Kind.DATA)
    if user.has_perm(PUBLISHES):
        seen |= acts.lines_of(acts.Kind.RELEASES)
    entries = entries.filter(seen)
    if not sight.may_see_pens(user):
        entries = entries.filter(acts.about(acts.TELLS_NO_PEN)).exclude(action="barograph.api_write")
    return entries


def of_person(user: User) -> Q:
    """What finds the lines by or about a person."""
    return Q(user=user) | Q(content_type__app_label="people", content_type__model="user", object_id=str(user.pk))


@dataclass(frozen=True)
class Line:
    """A line as it is told."""

    at: datetime
    by: str  # a sign-in's name, "(root)" for a system account, '' for Barograph itself or somebody unknown
    action: str
    kind: acts.Kind
    act: str  # in words
    type: str
    type_told: str
    id: str
    name: str
    data: dict[str, Any]

    @property
    def details(self) -> str:
        """What else there is to say, in words."""
        return "; ".join(
            f"{acts.DETAILS[key]}: {_in_words(value)}"
            for key, value in self.data.items()
            if key in acts.DETAILS and value
        )

    @property
    def on_what(self) -> str:
        """'Issue: 2020-08-03'; the kind of thing alone where it has no name."""
        return f"{self.type_told}: {self.name}" if self.name.strip("–") else self.type_told

    def as_dict(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "by": self.by,
            "action": self.action,
            "kind": str(self.kind),
            "type": self.type,
            "id": self.id,
            "name": self.name,
            "data": self.data,
        }


def lines_in_words(entries: Iterable[ModelLogEntry]) -> list[Line]:
    """A page of lines. One query for names of people who have gone."""
    entries = list(entries)
    gone = {str(entry.user_id) for entry in entries if entry.user_id and entry.user is None}
    names = dict(
        ModelLogEntry.objects.filter(
            content_type__app_label="people", content_type__model="user", object_id__in=gone
        ).values_list("object_id", "label")
    )
    return [_line(entry, names) for entry in entries]


def _line(entry: ModelLogEntry, names: dict[str, str]) -> Line:
    kind = entry.content_type
    pair = (kind.app_label, kind.model) if kind else ("", "")
    model = kind.model_class() if kind else None
    return Line(
        at=entry.timestamp,
        by=_by(entry, names),
        action=entry.action,
        kind=acts.kind_of(entry.action, pair),
        act=str(entry.message),
        type=".".join(filter(None, pair)),
        type_told=capfirst(str(model._meta.verbose_name)) if model else "",
        id=entry.object_id,
        name=entry.label,
        data=entry.data,
    )


def _by(entry: ModelLogEntry, names: dict[str, str]) -> str:
    if entry.user_id:
        return entry.user.get_username() if entry.user else names.get(str(entry.user_id), str(entry.user_id))
    return f"({entry.data['account']})" if entry.data.get("account") else ""


def _in_words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _streamed(entries: QuerySet[ModelLogEntry]) -> Iterator[dict[str, Any]]:
    """All of them, oldest first, in a fixed amount of memory."""
    page: list[ModelLogEntry] = []
    for entry in entries.order_by("timestamp", "pk").iterator(chunk_size=1000):
        page.append(entry)
        if len(page) == 1000:
            yield from (line.as_dict() for line in lines_in_words(page))
            page = []
    yield from (line.as_dict() for line in lines_in_words(page))


def as_json_lines(entries: QuerySet[ModelLogEntry]) -> Iterator[str]:
    for line in _streamed(entries):
        yield json.dumps(line, ensure_ascii=False) + "\n"


class _Echo:
    def write(self, text: str) -> str:
        return text


def as_csv(entries: QuerySet[ModelLogEntry]) -> Iterator[str]:
    """Cells that a spreadsheet would run as a formula are made harmless."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for line in _streamed(entries):
        cells = {**line, "data": json.dumps(line["data"], ensure_ascii=False) if line["data"] else ""}
        yield writer.writerow([harmless(cells[column]) for column in COLUMNS])


FORMATS = {"csv": as_csv, "jsonl": as_json_lines}


# What a change of an account or a role is, from its state before.


def state_of(user: User) -> dict[str, Any]:
    """What of an account is worth a line when it changes. Read anew from the database."""
    row = User.objects.get(pk=user.pk)
    roles = sorted(row.groups.values_list("name", flat=True))
    return {"roles": roles, "active": row.is_active, "administrator": row.is_superuser}


def note_account(*, user: User, before: dict[str, Any], by: Any) -> None:
    """The lines for what changed since `before`."""
    now = state_of(user)
    if now["roles"] != before["roles"]:
        note("roles_changed", about=user, by=by, **_difference(before["roles"], now["roles"]))
    if now["active"] != before["active"]:
        note("account_reopened" if now["active"] else "account_ended", about=user, by=by)
    if now["administrator"] != before["administrator"]:
        note("administrator_made" if now["administrator"] else "administrator_ended", about=user, by=by)


def rights_of(group: Group) -> list[str]:
    return sorted(f"{app}.{name}" for app, name in group.permissions.values_list("content_type__app_label", "codename"))


def note_rights(*, group: Group, before: list[str], by: Any) -> None:
    """The line for what changed in a role since `before`."""
    now = rights_of(group)
    if now != before:
        note("rights_changed", about=group, by=by, **_difference(before, now))


def _difference(before: list[str], now: list[str]) -> dict[str, list[str]]:
    difference = {"added": sorted(set(now) - set(before)), "removed": sorted(set(before) - set(now))}
    return {key: names for key, names in difference.items() if names}
