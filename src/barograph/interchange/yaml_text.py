"""Writes YAML 1.2 in one fixed form: block mappings, texts in double quotes, words plain.

A text in double quotes is JSON, which is YAML: nothing in it can be taken for
anything else, and non-breaking spaces stay as they are. Our own few lines
instead of a library's: the form must never change, or each export would
differ from the one before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date

from barograph.interchange.richtext import CONTROLS

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/+-]*")
_BREAKS = re.compile("[\x85\u2028\u2029]")


class Word(str):
    """A key, code or name of a choice: written without quotation marks where that is safe."""

    __slots__ = ()


def scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    if isinstance(value, Word) and _PLAIN.fullmatch(text) and text.lower() not in {"null", "true", "false"}:
        return text
    text = CONTROLS.sub("", text)
    return _BREAKS.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def dump(value: Mapping | list) -> str:
    """A mapping or a list of mappings as a document."""
    return "".join(f"{line}\n" for line in _lines(value))


def _lines(value: Mapping | list) -> list[str]:
    lines: list[str] = []
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = scalar(Word(key))
            if isinstance(inner, Mapping | list) and not _is_flat(inner):
                lines += [f"{name}:", *(f"  {line}" for line in _lines(inner))]
            else:
                lines.append(f"{name}: {_flat(inner)}")
        return lines
    for item in value:
        first, *others = _lines(item)
        lines += [f"- {first}", *(f"  {line}" for line in others)]
    return lines


def _is_flat(value: Mapping | list) -> bool:
    return not value or (isinstance(value, list) and not any(isinstance(item, Mapping) for item in value))


def _flat(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(scalar(item) for item in value)}]"
    return "{}" if isinstance(value, Mapping) else scalar(value)
