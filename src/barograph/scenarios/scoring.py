"""How good forecasts were: scoring rules as plain functions.

Knows numbers alone: no model, no question, no Django. `probabilities` is a list over all options in order,
`outcome` the index of the one that happened, ln the natural logarithm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from math import fsum, inf, isfinite, log
from typing import Any

TOLERANCE = 1e-9

Moment = float | datetime
Forecast = tuple[Any, Any, Sequence[float]]
Rule = Callable[[Sequence[float], int], float]


def _probability(value: float) -> float:
    if isinstance(value, bool) or not isfinite(value) or not 0 <= value <= 1:
        raise ValueError(f"A probability lies between 0 and 1, not {value!r}.")
    return float(value)


def _checked(probabilities: Sequence[float], outcome: int) -> list[float]:
    """The probabilities as floats; ValueError where they or the outcome are none."""
    checked = [_probability(p) for p in probabilities]
    if not checked:
        raise ValueError("There are no probabilities.")
    if abs(fsum(checked) - 1) > TOLERANCE:
        raise ValueError(f"The probabilities sum to {fsum(checked)!r}, not to 1.")
    if isinstance(outcome, bool) or not isinstance(outcome, int) or not 0 <= outcome < len(checked):
        raise ValueError(f"The outcome {outcome!r} is none of the {len(checked)} options.")
    return checked


def _ln(p: float) -> float:
    return log(p) if p > 0 else -inf


def brier_score(probabilities: Sequence[float], outcome: int) -> float:
    """Σ(pᵢ − oᵢ)² over all options: 0 best, 2 worst.

    Brier, G. W. (1950): Verification of forecasts expressed in terms of probability. Monthly Weather Review 78, 1–3.
    """
    checked = _checked(probabilities, outcome)
    return fsum((p - (place == outcome)) ** 2 for place, p in enumerate(checked))


def log_score(probabilities: Sequence[float], outcome: int) -> float:
    """ln p of what happened: 0 best, −∞ where it was called impossible.

    Good, I. J. (1952): Rational decisions. Journal of the Royal Statistical Society B 14, 107–114.
    """
    return _ln(_checked(probabilities, outcome)[outcome])


def baseline_score(probabilities: Sequence[float], outcome: int) -> float:
    """100 · ln(pN)/ln N against the uniform forecast: 0 uniform, 100 certain and right, unbounded below.

    As Metaculus defines its baseline score (Good's rule, scaled). One option alone says nothing: 0.0.
    """
    checked = _checked(probabilities, outcome)
    if len(checked) == 1:
        return 0.0
    return 100 * (1 + _ln(checked[outcome]) / log(len(checked)))


def ranked_probability_score(probabilities: Sequence[float], outcome: int) -> float:
    """Σ over the cuts of (cumulative p − cumulative o)², for options in an order: 0 best, N − 1 worst.

    Epstein, E. S. (1969): A scoring system for probability forecasts of ranked categories. Journal of Applied
    Meteorology 8, 985–987; in the form of Murphy (1971). A near miss costs less than a far one.
    """
    checked = _checked(probabilities, outcome)
    return fsum((below - (outcome <= cut)) ** 2 for cut, below in enumerate(accumulate(checked[:-1])))


def peer_scores(list_of_probabilities: Sequence[Sequence[float]], outcome: int) -> list[float]:
    """100 · (ln p − mean ln of the others) for each forecaster; 0.0 for one alone. They sum to 0.

    As Metaculus defines its peer score. Where a forecaster and one of the others alike called impossible what
    happened, neither did better: the difference of the two infinities counts as 0.0.
    """
    if not list_of_probabilities:
        raise ValueError("There are no forecasts.")
    logs = [log_score(probabilities, outcome) for probabilities in list_of_probabilities]
    if len({len(probabilities) for probabilities in list_of_probabilities}) > 1:
        raise ValueError("The forecasts are not over the same options.")
    if len(logs) == 1:
        return [0.0]
    scores = []
    for place, own in enumerate(logs):
        others = logs[:place] + logs[place + 1 :]
        mean = fsum(others) / len(others) if -inf not in others else -inf
        scores.append(0.0 if own == mean else 100 * (own - mean))
    return scores


def _span(start: Any, end: Any) -> float:
    """From start to end, in seconds for datetimes, in the numbers' own unit else."""
    length = end - start
    return length.total_seconds() if isinstance(length, timedelta) else float(length)


def time_averaged(
    forecasts: Iterable[Forecast], outcome: int, opened: Any, closed: Any, score: Rule, ended: Any = None
) -> tuple[float, float]:
    """A score averaged over the time each forecast stood, and the coverage: `(score, coverage)`.

    Forecasts are `(start, end or None, probabilities)`; times are numbers or datetimes, all of one kind. Each counts
    by how long it stood ÷ the planned duration `closed − opened`; nothing counts before the first, after a
    withdrawal (its end) or after an early end of the question. A forecast without an end stands until the next
    one begins; a later start always replaces what stood before. Both results are 0.0 where nothing stood.
    """
    planned = _span(opened, closed)
    if not isfinite(planned) or planned <= 0:
        raise ValueError("A question closes after it opens.")
    last = closed if ended is None or ended > closed else ended
    rows = sorted(forecasts, key=lambda row: row[0])
    if not rows:
        raise ValueError("There are no forecasts.")
    following = [row[0] for row in rows[1:]] + [None]
    total, covered = [], []
    for (start, end, probabilities), successor in zip(rows, following, strict=True):
        value = score(probabilities, outcome)
        stops = [moment for moment in (end, successor, last) if moment is not None]
        share = max(0.0, _span(max(start, opened), min(stops)) / planned)
        if share:
            total.append(share * value)
            covered.append(share)
    coverage = fsum(covered)
    return (fsum(total) if -inf not in total else -inf), coverage


def calibration(
    pairs: Iterable[tuple[float, bool]], bins: int
) -> list[tuple[float, float, int, float | None, float | None]]:
    """Whether what was called likely happened: `(low, high, count, mean forecast, share that happened)` a bin.

    `pairs` are (probability, happened); `bins` equal ones over 0…1, a probability on a border belongs to the upper
    bin, 1 to the last. An empty bin has None for both means. Murphy, A. H. and Winkler, R. L. (1977): Reliability of
    subjective probability forecasts of precipitation and temperature. Applied Statistics 26, 41–47.
    """
    if isinstance(bins, bool) or not isinstance(bins, int) or bins < 1:
        raise ValueError("There is at least one bin.")
    edges = [edge / bins for edge in range(bins + 1)]
    sorted_in: list[list[tuple[float, float]]] = [[] for _ in range(bins)]
    some = False
    for probability, happened in pairs:
        value = _probability(probability)
        if happened not in (0, 1):
            raise ValueError(f"A thing happened or it did not; {happened!r} is neither.")
        place = min(int(value * bins), bins - 1)
        if value < edges[place]:  # floats: a product may round over a border the quotient lies on
            place -= 1
        elif place + 1 < bins and value >= edges[place + 1]:
            place += 1
        sorted_in[place].append((value, float(happened)))
        some = True
    if not some:
        raise ValueError("There are no forecasts.")
    rows: list[tuple[float, float, int, float | None, float | None]] = []
    for place, in_bin in enumerate(sorted_in):
        count = len(in_bin)
        mean = fsum(p for p, _ in in_bin) / count if count else None
        share = fsum(happened for _, happened in in_bin) / count if count else None
        rows.append((edges[place], edges[place + 1], count, mean, share))
    return rows
