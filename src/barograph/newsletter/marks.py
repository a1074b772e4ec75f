"""Where a reader's own links and sections go in a letter: marks that no words can spell.

A template sets marks with a number that is drawn anew for each rendering and kept nowhere. Only afterwards they become
the marks that delivery knows (delivery/messages.py); whatever looked like one of those before came from somebody's
words, and gets an invisible U+2060 (word joiner) in its middle: it reads the same and steers nothing.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from barograph.delivery.messages import SECTION, SECTION_END, SETTINGS, UNSUBSCRIBE, defused


@dataclass(frozen=True)
class Marks:
    """The marks of one rendering."""

    number: str = field(default_factory=lambda: secrets.token_hex(16))

    def context(self) -> dict[str, Any]:
        """What templates set: {{ settings_link }}, {{ unsubscribe_link }}, {{ section(key) }}, {{ section_end }}."""
        return {
            "settings_link": f"mark-{self.number}-settings",
            "unsubscribe_link": f"mark-{self.number}-unsubscribe",
            "section": lambda key: Markup(f"<!--mark-{self.number}-section:{key}-->"),  # noqa: S704 - keys are slugs
            "section_end": Markup(f"<!--mark-{self.number}-end-->"),  # noqa: S704
        }

    def settled(self, text: str) -> str:
        """A rendered text with delivery's marks where the template has set its own, and nowhere else."""
        text = defused(text)
        text = text.replace(f"mark-{self.number}-settings", SETTINGS)
        text = text.replace(f"mark-{self.number}-unsubscribe", UNSUBSCRIBE)
        text = text.replace(f"<!--mark-{self.number}-end-->", SECTION_END)
        return re.sub(rf"<!--mark-{self.number}-section:([\w-]+)-->", lambda match: SECTION.format(match[1]), text)
