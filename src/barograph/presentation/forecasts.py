"""The question of a commentary and its scenarios, as page, mail, feed, PDF and EPUB show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from barograph.base.numbers import percent


@dataclass(frozen=True, slots=True)
class ScenarioView:
    title: str
    text: str
    pros: list[str]
    cons: list[str]
    share: float | None  # 0 to 1; None: no probability is given
    percent: str  # '' where there is no probability


@dataclass(frozen=True, slots=True)
class ForecastView:
    """`rest`: what the probabilities leave for another option, in per cent; '' where nothing is left or known."""

    question: str
    resolves_by: str | None  # ISO 8601
    resolution: str
    scenarios: list[ScenarioView]
    rest_share: float
    rest: str


def forecast(commentary: dict[str, Any], language: str) -> ForecastView:
    """`commentary`: of an edition's content. `language`: of the edition, for the numbers."""
    shares = [scenario["probability"] for scenario in commentary["scenarios"]]
    rest = max(0.0, round(1 - sum(shares), 3)) if shares and None not in shares else 0.0
    return ForecastView(
        question=commentary["question"],
        resolves_by=commentary["resolves_by"],
        resolution=commentary["resolution"],
        scenarios=[_scenario(scenario, language) for scenario in commentary["scenarios"]],
        rest_share=rest,
        rest=percent(rest, language) if rest else "",
    )


def _scenario(scenario: dict[str, Any], language: str) -> ScenarioView:
    share = scenario["probability"]
    in_percent = "" if share is None else percent(share, language)
    return ScenarioView(scenario["title"], scenario["text"], scenario["pros"], scenario["cons"], share, in_percent)
