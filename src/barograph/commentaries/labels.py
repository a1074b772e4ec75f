"""What an editor calls a text at a path. Knows no commentary."""

from __future__ import annotations

from django.utils.translation import gettext as _


def label(path: str) -> str:
    """'scenarios.status-quo.pros.0' → 'Scenario “status-quo”, PRO 1'."""
    plain = {
        "headline": _("Headline"),
        "lede": _("Lede"),
        "body": _("Text"),
        "question": _("Question"),
        "resolution": _("Resolution"),
    }
    if path in plain:
        return plain[path]
    head, *rest = path.split(".")
    if head == "body" and rest and rest[0].isdigit():
        return _("Paragraph %(number)s") % {"number": int(rest[0]) + 1}
    if head == "scenarios" and len(rest) >= 2:
        return _("Scenario “%(key)s”, %(part)s") % {"key": rest[0], "part": part(rest[1:])}
    return path


def part(rest: list[str]) -> str:
    """'pros', '0' → 'PRO 1'."""
    names = {"title": _("title"), "text": _("text")}
    number = int(rest[1]) + 1 if len(rest) > 1 and rest[1].isdigit() else 0
    if rest[0] == "pros":
        return _("Pro %(number)s") % {"number": number}
    if rest[0] == "cons":
        return _("Con %(number)s") % {"number": number}
    return names.get(rest[0], rest[0])
