"""Characters that steer instead of being read: they have no place in a name, a label or a line of a mail's header.

C0 and C1 controls (Unicode category Cc), line and paragraph separator (U+2028, U+2029) and the characters that turn
the direction of a line (UAX #9: embeddings, overrides, isolates). A bare CR or LF would end a header and begin another
one (RFC 5322, 2.2); the others hide or reorder what is shown. Joiners and the marks U+200E and U+200F are left alone:
scripts need them.
"""

from __future__ import annotations

import re

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
#: Control characters that may not stand in a text of several lines: all but line ends and tabs.
IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")


def plain_line(text: str) -> str:
    """The text on one line, each control a space, no space twice: for headers made of words kept before the rule."""
    return " ".join(CONTROLS.sub(" ", text).split())
