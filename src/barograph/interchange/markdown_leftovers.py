"""Markdown's signs that a paragraph's parse left over as text: what was meant as emphasis, a link, a heading.

CommonMark never fails: what isn't complete is text. Readers would see the signs, so the importer refuses them by line;
whoever means the sign itself writes a backslash before it, as the exporter does. Source of the rules: CommonMark
0.31.2, chapters 2.4 (backslashes) and 6.2 (what may open and close emphasis). Knows no folders and no database.
"""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt

_SIGNS = re.compile(r"[*_~=\]^|{#]")
_ESCAPED, _MARKUP, _NOTE = "\ue000", "\ue001", "\ue002"
_LEFT = re.compile(
    r"(?P<stars>\*+)"
    r"|(?P<lines>_+)"
    r"|~~|==(?=[^\s=\ue000\ue001\ue002][^=\n\ue000\ue001\ue002]*==)"
    r"|\^\[|\^[^\s^\[\]\ue000\ue001\ue002]{1,20}\^|(?<!~)~[^\s~\ue000\ue001\ue002]{1,20}~(?!~)"
    r"|!\[[^\]\n]*\](?!\()"
    r"|\]\(|\]\[|\]\s+\((?=https?:|mailto:|www\.|/)|\)\[(?=https?:|mailto:|/|www\.)"
    r"|^#{2,6}(?=[^\s#])"
    r"|^\|.*\|\s*$"
    r"|^\[[ xX]\](?=\s)"
    r"|\{[#.:][\w-]+\}\s*$",
    re.MULTILINE,
)


@cache
def _parser() -> MarkdownIt:
    """A parser that keeps apart what was escaped and what was left over."""
    parser = MarkdownIt("commonmark", {"maxNesting": 60})
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.core.ruler.disable("text_join")
    parser.inline.ruler2.disable("fragments_join")
    return parser


def leftovers(text: str) -> list[tuple[int, str]]:
    """(number of the line, the sign with what stands around it) of the first sign left over on each line."""
    if not _SIGNS.search(text):
        return []
    shown = ""
    for token in _parser().parseInline(text)[0].children or []:
        if token.type == "text":
            shown += token.content
        elif token.type in {"softbreak", "hardbreak"}:
            shown += "\n"
        else:
            shown += _ESCAPED if token.type == "text_special" else _MARKUP
    shown = re.sub(r"\[\^[^\s\[\]]+\]", _NOTE, shown)
    result: dict[int, str] = {}
    for left in _LEFT.finditer(shown):
        if _is_meant(left, shown):
            continue
        around = (
            shown[max(0, left.start() - 12) : left.end() + 12]
            .replace(_ESCAPED, "")
            .replace(_MARKUP, "")
            .replace(_NOTE, "[^]")
        )
        result.setdefault(shown.count("\n", 0, left.start()), " ".join(around.split()))
    return [*result.items()]


def _is_meant(left: re.Match[str], text: str) -> bool:
    """Whether a run of stars or lines is one that no emphasis was meant by."""
    before = text[left.start() - 1 : left.start()]
    after = text[left.end() : left.end() + 1]
    spaced = (not before or before.isspace()) and (not after or after.isspace())
    if left["stars"]:
        return len(left[0]) == 1 and (spaced or (before.isdigit() and after.isdigit()))
    if left["lines"]:
        inside = before.isalnum() and after.isalnum()
        return inside or not (before.isalnum() or after.isalnum() or _MARKUP in {before, after})
    return False
