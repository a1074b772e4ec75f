"""The barogram: a step line that goes up (improved), down (worsened) or on (unchanged), as a pen would draw it.

Pure functions: verdicts in, SVG or text out. A period that was not rated is
a gap in the line, never a level stretch. Colour comes from the page's style.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import NamedTuple

WIDTH, HEIGHT = 212, 44
LARGE_HEIGHT = 150
LONG = 156  # periods from which on the large one may be wider than a phone
MONTHS = 60  # up to so many periods months are marked, then years
STEP = 7.0
MOVES = {"worsened": 1, "unchanged": 0, "improved": -1}
MARKS = {"worsened": "▼", "unchanged": "▬", "improved": "▲", None: "·"}

Verdict = str | None


class Point(NamedTuple):
    """One period of a large barogram: its label, verdict, link (or '') and whether it was corrected."""

    label: str
    verdict: Verdict
    year: int
    url: str = ""
    corrected: bool = False
    word: str = ""  # the verdict in words
    month: str = ""  # its first day's month, short; '' where periods are months


def marks(verdicts: Iterable[Verdict]) -> str:
    """The line as text: '▼ ▬ · ▲', a point where nothing was rated."""
    return " ".join(MARKS[verdict] for verdict in verdicts)


def levels(verdicts: Iterable[Verdict]) -> list[int | None]:
    """The level after each period, 0 before the first, downwards positive; None where not rated."""
    heights: list[int | None] = []
    level = 0
    for verdict in verdicts:
        if verdict is not None:
            level += MOVES[verdict]
        heights.append(None if verdict is None else level)
    return heights


@lru_cache(maxsize=4096)
def _n(value: float) -> str:
    """A number in as few letters as a tenth of a unit needs."""
    text = f"{value:.1f}".removesuffix(".0")
    if text in {"-0", "0"}:
        return "0"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


class _Scale:
    """Levels and periods → coordinates; the whole range always fits."""

    def __init__(self, verdicts: Sequence[Verdict], width: float, height: float, pad: float) -> None:
        reached = [level for level in levels(verdicts) if level is not None] + [0]
        self.low, high = min(reached), max(reached)
        self.unit = min(STEP * height / HEIGHT, (height - 2 * pad) / max(1, high - self.low))
        self.top = (height - self.unit * (high - self.low)) / 2
        self.step = width / max(1, len(verdicts))

    def y(self, level: int) -> float:
        return round(self.top + (level - self.low) * self.unit, 1)

    def x(self, index: int) -> float:
        return round(index * self.step, 1)


def _line(verdicts: Sequence[Verdict], scale: _Scale) -> str:
    """The path of the whole line. Equal stretches become one stroke."""
    path, level, pen = "", 0, None  # pen: where the line ends, None while it is lifted
    for index, verdict in enumerate(verdicts):
        if verdict is None:
            pen = None
            continue
        before, level = level, level + MOVES[verdict]
        if pen is None:
            path += f"M{_n(scale.x(index))} {_n(scale.y(before))}"
        if before != level:
            path += f"V{_n(scale.y(level))}"
        follows = index + 1 < len(verdicts) and verdicts[index + 1] == "unchanged"
        if not follows:
            path += f"H{_n(scale.x(index + 1))}"
        pen = index
    return path


def svg(periods: Sequence[tuple[str, Verdict]], *, label: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    """A small barogram of (period, verdict or None), oldest first. `label` is its text equivalent.

    Without the label it stays under 600 bytes for 26 periods, whatever they were.
    """
    verdicts = [verdict for _period, verdict in periods]
    scale = _Scale(verdicts, width - 4, height, 5)
    out = f'<svg class="barogram" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
    out += f'<path class="mid" d="M0 {_n(scale.y(0))}h{width}"/>'
    if line := _line(verdicts, scale):
        out += f'<path d="{line}"/>'
    if verdicts and verdicts[-1] is not None:
        level = [level for level in levels(verdicts) if level is not None][-1]
        move = MOVES[verdicts[-1]]
        x, y = scale.x(len(verdicts) - 1), scale.y(level)
        if move:
            out += f'<path class="now" d="M{_n(x)} {_n(scale.y(level - move))}V{_n(y)}"/>'
        out += f'<circle cx="{_n(scale.x(len(verdicts)))}" cy="{_n(y)}" r="3.5"/>'
    return out + "</svg>"


def alone(
    periods: Sequence[tuple[str, Verdict]],
    *,
    ink: str,
    rule: str,
    move: str = "",
    width: int = WIDTH,
    height: int = HEIGHT,
) -> str:
    """A small barogram as a picture of its own, where no page's style reaches: with its namespace and its colours.

    `ink` draws the line, `rule` the level it began on, `move` (else `ink`) the newest period.
    """
    style = (
        f"<style>path{{fill:none;stroke:{ink};stroke-width:1.6}}.mid{{stroke:{rule};stroke-width:1}}"
        f".now{{stroke:{move or ink};stroke-width:3.2}}circle{{fill:{move or ink}}}</style>"
    )
    head, _gap, rest = svg(periods, label="", width=width, height=height).partition(">")
    return head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + f">{style}{rest}"


class Stretch(NamedTuple):
    """A part of a long history, drawn once: one unit a period and a level, so that it may follow upon any other.

    Plain values, from its own first period and the level before it.
    """

    periods: int
    end: int  # the level after it
    low: int  # the levels it reaches
    high: int
    path: str
    changes: str
    rings: list[tuple[int, int]]  # place and level of what was corrected


def gap(count: int) -> Stretch:
    """Periods that say nothing."""
    return Stretch(count, 0, 0, 0, f"m{count} 0" if count else "", "", [])


def stretch(verdicts: Sequence[Verdict], shown: Mapping[int, Point]) -> Stretch:
    """`told`: of the periods, those that moved or were corrected; every change links to what was written on it."""
    reached = levels(verdicts)
    there = [0, *(level for level in reached if level is not None)]
    changes, rings = "", []
    for place, point in sorted(shown.items()):
        level = reached[place]
        if level is None:
            continue
        if move := MOVES[verdicts[place] or "unchanged"]:
            changes += _change(point, f"M{place} {level - move}v{move}h1")
        if point.corrected:
            rings.append((place, level))
    return Stretch(len(verdicts), there[-1], min(there), max(there), _steps(verdicts), changes, rings)


def _steps(verdicts: Sequence[Verdict]) -> str:
    """The line from wherever the pen stands. Equal periods become one stroke."""
    path = ""
    for absent, run in groupby(verdicts, key=lambda verdict: verdict is None):
        if absent:
            path += f"m{sum(1 for _period in run)} 0"
            continue
        ahead = 0
        for verdict in run:
            if move := MOVES[verdict or "unchanged"]:
                path += f"h{ahead}v{move}" if ahead else f"v{move}"
                ahead = 0
            ahead += 1
        path += f"h{ahead}"
    return path


def history(stretches: Sequence[Stretch], ticks: Sequence[tuple[int, str]], *, label: str, lead: int = 0) -> str:
    """The whole history: time marked, corrections ringed, every change a link.

    `ticks`: (place, word) where time is marked; `lead`: periods at the beginning that are left out.
    As wide as the page lets it be: the lines stretch, words and rings keep their size.
    """
    count, level, low, high = -lead, 0, 0, 0
    path, changes, corrected = f"M{count} 0", "", []
    for part in stretches:
        path += part.path
        if part.changes:
            changes += f'<g transform="translate({count} {level})">{part.changes}</g>'
        corrected += [(count + place, level + own) for place, own in part.rings]
        low, high = min(low, level + part.low), max(high, level + part.high)
        count, level = count + part.periods, level + part.end
    unit = min(STEP * LARGE_HEIGHT / HEIGHT, (LARGE_HEIGHT - 24) / max(1, high - low))
    tall = round(LARGE_HEIGHT / unit, 2)
    top = round((low + high - tall) / 2, 2)
    kind = "barogram long" if count > LONG else "barogram"
    out = f'<svg class="{kind}" width="100%" height="{LARGE_HEIGHT + 22}" role="group" aria-label="{escape(label)}">'
    out += f'<svg viewBox="0 {top} {max(1, count)} {tall}" height="{LARGE_HEIGHT}" preserveAspectRatio="none">'
    out += "".join(f'<path class="yr" d="M{place} {top}v{tall}"/>' for place, _text in ticks if place)
    if rules := "".join(f"M0 {other}h{count}" for other in range(low, high + 1) if other):
        out += f'<path class="lv" d="{rules}"/>'  # faint, as on a barograph's paper; the one it began on is dotted
    out += f'<path class="mid" d="M0 0h{count}"/><path d="{path}"/>{changes}</svg>'
    for place, reached in corrected:
        middle, height = _n((place + 0.5) * 100 / count), _n((reached - top) * unit)
        out += f'<circle class="fix" cx="{middle}%" cy="{height}" r="4.5"/>'
    return f"{out}{_words(ticks, count)}</svg>"


def large(points: Sequence[Point], *, label: str) -> str:
    """The whole history, point by point."""
    shown = {place: point for place, point in enumerate(points) if point.corrected or point.verdict in MOVES}
    return history([stretch([point.verdict for point in points], shown)], ticks(points), label=label)


def lines(points: Sequence[Point]) -> str:
    """Hairlines where months (or years) begin, to lie behind a column of small barograms of the same periods."""
    scale = _Scale([point.verdict for point in points], WIDTH - 4, HEIGHT, 5)
    path = "".join(f"M{_n(scale.x(place))} 0v1" for place, _text in ticks(points) if place)
    now = f"M{WIDTH - 4} 0v1"
    return (
        f'<svg class="lines" viewBox="0 0 {WIDTH} 1" preserveAspectRatio="none" aria-hidden="true">'
        f'<path d="{path}{now}"/></svg>'
    )


def axis(points: Sequence[Point]) -> str:
    """The names of those months (or years), to stand over the column."""
    scale = _Scale([point.verdict for point in points], WIDTH - 4, HEIGHT, 5)
    words, room = "", 0.0
    for place, text in ticks(points):
        x = scale.x(place)
        if x >= room and x <= WIDTH - 24:
            words += f'<text x="{_n(x)}" y="11">{escape(text)}</text>'
            room = x + 9 * len(text) + 6
    return f'<svg class="axis" viewBox="0 0 {WIDTH} 14" aria-hidden="true">{words}</svg>'


def _change(point: Point, path: str) -> str:
    name = escape(f"{point.label}: {point.word or MARKS[point.verdict]}")
    shape = f'<g class="{point.verdict}"><path class="now" d="{path}"><title>{name}</title></path></g>'
    return f'<a href="{escape(point.url)}" aria-label="{name}">{shape}</a>' if point.url else shape


def ticks(points: Sequence[Point]) -> list[tuple[int, str]]:
    """(place, word) where a month begins, or a year where there are too many months or none are named."""
    months = len(points) <= MONTHS and all(point.month for point in points)
    words: list[str | int] = [point.month if months else point.year for point in points]
    before = [None, *words]
    return [(place, str(word)) for place, word in enumerate(words) if before[place] != word]


def _words(marks: Sequence[tuple[int, str]], count: int) -> str:
    """The words under the ticks, as many as have room where the drawing is narrowest."""
    out, room = "", 0.0
    share = 4.6 if count > LONG else 12.5  # per cent of the width that a word needs
    for place, text in marks:
        x = round(place * 100 / count, 1)
        if x >= room and x <= 100 - share * 0.6:
            out += f'<text x="{_n(x)}%" y="{LARGE_HEIGHT + 17}">{escape(text)}</text>'
            room = x + share
    return out
