"""How far a panel is apart on an ordinal scale: plain functions of counts.

Knows no person, no model and no Django. A distribution is a list of weights, one a category in order
(worsened, unchanged, improved), each ≥ 0 and finite: counts, or counts weighted by confidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import fsum, isfinite
from typing import TypeVar

Who = TypeVar("Who", bound=Hashable)

#: What a rating weighs by its confidence, where it is asked for. Linear, and nobody weighs nothing.
WEIGHTS = {"low": 1.0, "medium": 2.0, "high": 3.0, "": 2.0}


def distribution(values: Iterable[str], scale: Sequence[str], weights: Iterable[float] | None = None) -> list[float]:
    """The weight of each category of `scale`, in its order. ValueError for a value outside the scale."""
    ratings = list(values)
    if unknown := set(ratings) - set(scale):
        raise ValueError(f"Not on the scale: {sorted(unknown)}")
    if weights is None:
        counts = Counter(ratings)
        return [float(counts[category]) for category in scale]
    given = _checked(list(weights))
    pairs = list(zip(ratings, given, strict=True))
    return [fsum(weight for value, weight in pairs if value == category) for category in scale]


def _checked(counts: Sequence[float]) -> list[float]:
    if any(not isfinite(count) or count < 0 for count in counts):
        raise ValueError("Weights are finite and not below 0.")
    return [float(count) for count in counts]


def median(counts: Sequence[float]) -> tuple[int, int]:
    """Indices of the lower and the upper median category: alike unless the halves meet between two.

    ValueError where there is no rating at all.
    """
    weights = _checked(counts)
    total = fsum(weights)
    if not total:
        raise ValueError("Nobody has rated.")
    lower = next(place for place in range(len(weights)) if 2 * fsum(weights[: place + 1]) >= total)
    upper = next(place for place in range(len(weights)) if 2 * fsum(weights[: place + 1]) > total)
    return lower, upper


def agreement(counts: Sequence[float]) -> float:
    """Van der Eijk's A: 1 all in one category, 0 evenly spread, −1 halves at the two ends.

    van der Eijk, C. (2001): Measuring agreement in ordered rating scales. Quality and Quantity 35, 325–341. The
    distribution is taken apart into layers of patterns of 0 and 1; each layer's A = U · (1 − (S − 1)/(K − 1)), where
    S categories of K are not empty, U = ((K − 2) · TU − (K − 1) · TDU) / ((K − 2) · (TU + TDU)), TDU the triples of
    categories that dip (1 0 1) and TU those that speak for one peak (1 1 0 or 0 1 1); A is the layers' mean by size.
    Unlike a standard deviation it doesn't take an even spread for a quarrel. ValueError where nobody has rated.
    """
    left = _checked(counts)
    total = fsum(left)
    if len(left) < 3:
        raise ValueError("A scale of agreement has at least three categories.")
    if not total:
        raise ValueError("Nobody has rated.")
    parts = []
    while any(left):
        pattern = [count > 0 for count in left]
        depth = min(count for count in left if count > 0)
        parts.append(depth * sum(pattern) * _of_layer(pattern))
        left = [count - depth if there else 0.0 for count, there in zip(left, pattern, strict=True)]
    return max(-1.0, min(1.0, fsum(parts) / total))


def _of_layer(pattern: Sequence[bool]) -> float:
    """A of one layer: a pattern of categories that are there or not."""
    size, there = len(pattern), sum(pattern)
    if there == size:
        return 0.0
    if there == 1:
        return 1.0
    unimodal = dips = 0
    for low in range(size - 2):
        for middle in range(low + 1, size - 1):
            for high in range(middle + 1, size):
                triple = (pattern[low], pattern[middle], pattern[high])
                dips += triple == (True, False, True)
                unimodal += triple in {(True, True, False), (False, True, True)}
    peak = ((size - 2) * unimodal - (size - 1) * dips) / ((size - 2) * (unimodal + dips))
    return peak * (1 - (there - 1) / (size - 1))


def disagreement(counts: Sequence[float]) -> float:
    """0 of one mind, 0.5 evenly spread, 1 halves at the two ends: (1 − A) / 2."""
    return (1 - agreement(counts)) / 2


def changed(before: Mapping[Who, str], after: Mapping[Who, str]) -> dict[Who, tuple[str, str]]:
    """Who rates otherwise now than before, {who: (then, now)}; who only came or left changed nothing."""
    return {who: (before[who], now) for who, now in after.items() if who in before and before[who] != now}
