"""Plain text as Markdown that reads as that text: backslashes and entities where a letter would be a sign."""

from __future__ import annotations

import re
import string

FOOTNOTE = re.compile(r"\[\^[^\s\[\]]+\]")
_HARMLESS = frozenset(" \n" + string.punctuation)  # beside a delimiter


def escaped(
    text: str,
    *,
    at_start: bool = True,
    at_end: bool = True,
    before_link: bool = False,
    guard_start: bool = False,
    guard_end: bool = False,
) -> str:
    """Text with a backslash before what Markdown would read as its own.

    `guard_start`, `guard_end`: write the outermost letter as an entity, so
    that a delimiter beside it can open or close whatever stands there.
    """
    head = tail = ""
    if text and ((guard_start and text[0] not in _HARMLESS) or (at_start and text[0].isspace())):
        head, text = f"&#{ord(text[0])};", text[1:]
    if text and ((guard_end and text[-1] not in _HARMLESS) or (at_end and text[-1].isspace())):
        tail, text = f"&#{ord(text[-1])};", text[:-1]
    notes = [match for match in FOOTNOTE.finditer(text) if not text.startswith("(", match.end())]
    free = {match.start() for match in notes} | {match.end() - 1 for match in notes}  # brackets of footnotes
    out = []
    for place, letter in enumerate(text):
        last_before_link = before_link and not tail and place == len(text) - 1
        if place not in free and _needs_backslash(text, place, place + 1 in free or last_before_link):
            out.append("\\")
        if letter.isspace() and letter not in " \n" and "\n" in text[max(place - 1, 0) : place + 2]:
            letter = f"&#{ord(letter)};"
        out.append(letter)
    return head + "".join(out) + tail


def _needs_backslash(text: str, place: int, before_bracket: bool) -> bool:
    letter = text[place]
    if letter == "&":
        return _ENTITY.match(text, place) is not None
    if letter in "~^={":  # signs of other Markdowns, which the importer refuses as left over
        return bool(_FOREIGN.match(text, place)) and not (letter == "^" and text[place - 1 : place] == "[")
    return letter in "\\`*_<[]\n" or (letter == "!" and before_bracket)  # before a line feed: a line break


_START = re.compile(r"(#|>|=|\||~~~|-(?=[\s|:-]|$)|\+(?=\s|$)|:(?=[-|\s]))")
_FOREIGN = re.compile(r"~(?=~|[^\s~]{1,20}~)|\^(?=\[|[^\s^\[\]]{1,20}\^)|=(?==)|\{(?=[#.:][\w-]+\})")
_ENTITY = re.compile(r"&(#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


def escaped_start(line: str) -> str:
    """A line whose beginning is no marker of a block."""
    if _START.match(line):
        return "\\" + line
    return _NUMBER.sub(r"\1\\\2", line, count=1) if _NUMBER.match(line) else line


def destination(address: str) -> str:
    address = re.sub(r"&(?=#?\w+;)", "&amp;", address).replace("\\", "\\\\")
    return f"<{address}>" if not address or re.search(r"[\s()]", address) else address
