"""The documented shape of an edition, and the check that nothing else is ever frozen."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

VERSION = 1


class SchemaProblem(ValueError):
    """An edition's content does not fit its schema."""


@cache
def validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # 4 MB that only who freezes needs

    schema = json.loads((Path(__file__).parent / f"edition-{VERSION}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def check(content: dict[str, Any]) -> None:
    """Raise SchemaProblem with the place and reason where `content` does not fit."""
    for error in validator().iter_errors(content):
        place = "/".join(str(part) for part in error.absolute_path) or "edition"
        raise SchemaProblem(f"{place}: {error.message[:300]}")
