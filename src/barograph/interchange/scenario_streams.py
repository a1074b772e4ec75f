"""Scenarios as plain data ⇄ the stream that a commentary stores.

Identifiers come from what a block is (issue, topic, key), so that the same
scenarios always make the same stream. Knows no database.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from barograph.commentaries.texts import scenario_values
from barograph.interchange.content import ScenarioContent

_SPACE = uuid.UUID("6f0f4a0e-5d0c-4d6e-9a53-3d1f6a2f1c77")


def to_stream(scenarios: Sequence[ScenarioContent], place: str) -> list[dict]:
    """`place` is the commentary's: '2020-08-03/economy'."""
    return [
        {
            "type": "scenario",
            "id": str(uuid.uuid5(_SPACE, f"{place}/{scenario.key}")),
            "value": {
                "key": scenario.key,
                "title": scenario.title,
                "text": scenario.text,
                "pros": _items(scenario.pros, f"{place}/{scenario.key}/pros"),
                "cons": _items(scenario.cons, f"{place}/{scenario.key}/cons"),
                "probability": scenario.probability,
            },
        }
        for scenario in scenarios
    ]


def _items(texts: Sequence[str], place: str) -> list[dict]:
    return [
        {"type": "item", "value": text, "id": str(uuid.uuid5(_SPACE, f"{place}/{number}"))}
        for number, text in enumerate(texts)
    ]


def from_stream(raw: Sequence) -> tuple[ScenarioContent, ...]:
    """The stored stream, in whichever of its two forms, as plain data."""
    return tuple(
        ScenarioContent(
            key=value.get("key") or "",
            title=(value.get("title") or "").strip(),
            text=(value.get("text") or "").strip(),
            pros=tuple(text.strip() for text in value["pros"] if text and text.strip()),
            cons=tuple(text.strip() for text in value["cons"] if text and text.strip()),
            probability=None if value.get("probability") is None else float(value["probability"]),
        )
        for value in scenario_values(raw)
    )
