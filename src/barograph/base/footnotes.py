"""A body's footnotes: which marks and notes it has, and what of them would stand raw before readers. Knows no app.

A mark is `[^name]` in the text, a note a paragraph that begins with `[^name]: `; richtext.for_page links the two. What
it can't link stays as brackets on the page, so the importer and the sign-off ask here first.
"""

from __future__ import annotations

import re
from html import unescape

_BLOCK = re.compile(r"<(p|h2|h3|li|blockquote)(?: [^>]*)?>(.*?)(?=</?(?:p|h2|h3|li|blockquote|ul|ol)[ >]|$)", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
REFERENCE = re.compile(r"\[\^([\w-]+)\]")
_NOTE = re.compile(r"\s*\[\^([\w-]+)\]:")
#: What was a mark once: a space in it, other brackets, one bracket lost, a name that none can have, letters between.
_LIKE = re.compile(
    r"[\[［【〔]\s*\\?[\^＾ˆ⌃][^\[\]［］【】〔〕\n]{0,60}[\]］】〕)]?|[(（]\s*[\^＾]\s*\d{1,3}\s*[\]）)]|"
    r"(?<![\w)])[\^＾]\s*\[?[\w-]{1,40}\s*[\]］】]|\[[\w-]{1,3}\s*[\^＾]\s*\]"
)


def marks_and_notes(html: str) -> tuple[list[str], list[str]]:
    """Names of the marks in the text and of the notes, in their order, each as often as it stands."""
    marks, notes = [], []
    for tag, text in _blocks(html):
        note = _NOTE.match(text) if tag == "p" else None
        if note:
            notes.append(note[1])
        else:
            marks += REFERENCE.findall(text)
    return marks, notes


def broken(html: str) -> list[str]:
    """Pieces of a body that would stand raw before readers, as they are written; empty where all is right."""
    marks, notes = marks_and_notes(html)
    result = [f"[^{name}]" for name in marks if name not in notes]
    result += [f"[^{name}]:" for number, name in enumerate(notes) if name not in marks or name in notes[:number]]
    for tag, text in _blocks(html):
        note = _NOTE.match(text) if tag == "p" else None
        rest = text[note.end() :] if note else text
        if note:
            result += [f"[^{name}]" for name in REFERENCE.findall(rest)]  # a mark within a note is linked by nothing
        elif early := _NOTE.match(text):
            result.append(early[0].strip())
        result += [piece for like in _LIKE.finditer(REFERENCE.sub(" ", rest)) if (piece := like[0].strip())]
    return list(dict.fromkeys(result))


def _blocks(html: str) -> list[tuple[str, str]]:
    """(element, its words) of each block, tags taken out."""
    return [(result[1], unescape(_TAG.sub("", result[2]))) for result in _BLOCK.finditer(html)]
