"""Former addresses of topics and analysts: they lead to the present ones for ever, whoever serves the site.

Where the site is plain files, a small page stands at each former address and
leads on, and a feed or a picture lies there as it does at the present one.
Barograph's own server answers with 301 instead; it reads the pairs from a file
of the tree (`TABLE`). A web server before it sees by a sign beside such a page
(`SIGN`) that it may ask Barograph. Knows no database.
"""

from __future__ import annotations

import re
from html import escape

import orjson
from django.utils.translation import gettext as _

from barograph.editions.renames import Renames

#: A file of the tree, where anything was renamed: {"topics": {former: present}, "people": {former: present}}.
TABLE = "redirects.json"
#: An empty file beside a page that only leads on.
SIGN = ".moved"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _kind(part: str) -> str:
    """What the part after this one is the address of, in '{language}/{part}/{address}/…': "topics", "people" or ""."""
    if part in ("topics", "people"):
        return part
    return "topics" if part == "lite" or _DAY.fullmatch(part) else ""


def table(renames: Renames) -> bytes:
    return orjson.dumps(
        {"topics": renames.topics, "people": renames.people},
        option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )


def former(path: str, renames: Renames) -> list[str]:
    """Where a file of the tree ('be/topics/economy/index.html') lay before; none where its topic never moved."""
    parts = path.split("/", 3)
    kind = _kind(parts[1]) if renames and len(parts) == 4 else ""
    if not kind:
        return []
    language, folder, present, rest = parts
    pairs: dict[str, str] = getattr(renames, kind)
    return [f"{language}/{folder}/{old}/{rest}" for old, new in pairs.items() if new == present]


def present(path: str, moved: dict[str, dict[str, str]]) -> str | None:
    """The address that '/be/topics/economics/feed.atom' has now by a tree's table; None where it has not moved."""
    parts = path.split("/", 4)  # the first is empty
    kind = _kind(parts[2]) if len(parts) > 3 else ""
    new = moved.get(kind, {}).get(parts[3]) if kind else None
    return "/".join([*parts[:3], new, *parts[4:]]) if new else None


def page(path: str) -> bytes:
    """The page that leads on to the page at `path` ('/be/topics/economy/index.html'), in the language in use."""
    language = path.split("/")[1]
    address = escape(path.removesuffix("index.html"))
    words = escape(_("This page has moved to:"))
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="refresh" content="0; url={address}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f'<meta name="robots" content="noindex">\n<link rel="canonical" href="{address}">\n'
        f"<title>{words}</title>\n</head>\n<body>\n"
        f'<p>{words} <a href="{address}">{address}</a></p>\n</body>\n</html>\n'
    ).encode()
