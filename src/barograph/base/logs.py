"""What may stand in a log: no signed link, whichever part of the server writes the line.

A signed link is a key to somebody's subscription or account. Django, the server
in front of it and other libraries log paths of requests that failed; so links
are taken out where log records are made, before any of them formats one.
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

HIDDEN = "[link]"
#: Pages whose address ends with a token, and a token anywhere: what django.core.signing makes.
_PAGES = re.compile(
    r"(?i)(/(?:unsubscribe|subscription|subscription-address|subscribe/confirm|invitation|password_reset/confirm))"
    r"/+(?!\s)[^\s\"'<>,)]+"
)
_TOKEN = re.compile(r"[\w-]{16,}(?:(?::|%3A)[\w-]{4,8})?(?::|%3A)[\w-]{27,}", re.IGNORECASE)


def without_links(text: str) -> str:
    """The text with every signed link in it replaced by a word."""
    return _TOKEN.sub(HIDDEN, _PAGES.sub(rf"\1/{HIDDEN}", text)) if "/" in text or ":" in text or "%3" in text else text


class _Record(logging.LogRecord):
    """A record that says nothing it should not: its words and its traceback have no signed link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0] is not None:
            self.exc_text = without_links("".join(traceback.format_exception(*self.exc_info)).rstrip("\n"))

    def getMessage(self) -> str:
        return without_links(super().getMessage())


def install() -> None:
    """From now on every record of this process is such a one. Safe to repeat."""
    logging.setLogRecordFactory(_Record)
