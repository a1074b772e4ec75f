"""What a browser wishes: encodings and languages by their q-values (RFC 9110, 12.5; RFC 4647). Plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

ENCODINGS = ("br", "gzip", "identity")  # in the order of our own liking
LONGEST = 1000


def parse(value: str) -> list[tuple[str, float]]:
    """'da, en-gb;q=0.8' → [('da', 1.0), ('en-gb', 0.8)]; what cannot be read is left out."""
    wishes = []
    for part in value[:LONGEST].lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = -1.0
        if name and 0.0 <= quality <= 1.0:
            wishes.append((name, quality))
    return wishes


@lru_cache(maxsize=256)
def encodings(value: str) -> tuple[str, ...]:
    """Of br, gzip and identity those that may be sent, best first; identity stands in where nothing may."""
    wishes = {("gzip" if name == "x-gzip" else name): quality for name, quality in parse(value)}
    others = wishes.get("*", 0.0)
    qualities = {
        "br": wishes.get("br", others),
        "gzip": wishes.get("gzip", others),
        # Not named, it is acceptable, yet the last choice.
        "identity": wishes.get("identity", 0.0001 if "*" not in wishes else others),
    }
    accepted = [name for name in ENCODINGS if qualities[name] > 0]
    return tuple(sorted(accepted, key=lambda name: -qualities[name])) or ("identity",)


def language(value: str, available: Sequence[str]) -> str | None:
    """The available language a reader likes best, by RFC 4647's lookup ('en-GB' finds 'en'); None: none fits."""
    known = {code.lower(): code for code in available}
    wishes = parse(value)
    refused = {name for name, quality in wishes if quality == 0}
    for name, quality in sorted(wishes, key=lambda wish: -wish[1]):
        if quality == 0:
            continue
        parts = name.split("-")
        while parts:
            code = "-".join(parts)
            if code in known and code not in refused:
                return known[code]
            parts.pop()
    return None
