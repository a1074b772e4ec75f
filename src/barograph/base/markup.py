"""Strangers' HTML before a parser sees it: what would take the parser's time is settled in one pass over it.

Python's own parser looks at the rest of the text for each tag or comment that never ends, so its time grows with the
square of their number (before its repairs of 2025, which we can't count on). Knows no app.
"""

from __future__ import annotations

import re

MOST_TAGS = 40_000
DEEPEST = 250
_UNFINISHED = re.compile(r"<(?![A-Za-z/!?][^<>]*>)")
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)[^<>]*?(/?)>")
_EMPTY = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


class TooMuchMarkup(ValueError):
    """No text of ours has that many elements, or that deep ones."""


def bounded(html: str) -> str:
    """HTML without its comments and with every `<` escaped that begins no whole tag. Raises TooMuchMarkup."""
    html = _UNFINISHED.sub("&lt;", _without_comments(html))
    if html.count("<") > MOST_TAGS:
        raise TooMuchMarkup
    open_tags: list[str] = []
    for result in _TAG.finditer(html):
        name = result[2].lower()
        if result[1]:
            if name in open_tags[-DEEPEST:]:
                while open_tags.pop() != name:
                    pass
        elif not result[3] and name not in _EMPTY and not (name in {"p", "li"} and open_tags[-1:] == [name]):
            open_tags.append(name)
            if len(open_tags) > DEEPEST:
                raise TooMuchMarkup
    return html


def _without_comments(html: str) -> str:
    """Comments left out; one that never ends is left as text."""
    parts, at = [], 0
    while (begin := html.find("<!--", at)) >= 0:
        end = html.find("-->", begin + 4)
        if end < 0:
            break
        parts.append(html[at:begin])
        at = end + 3
    return "".join(parts) + html[at:]
