"""The barogram: a step line that goes up (improved), down (worsened) or on (unchanged), as a pen would draw it.

Pure functions: verdicts in, SVG or text out. A period that was not rated is
a gap in the line, never a level stretch. Colour comes from the page's style.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 212, 44
LARGE_WIDTH, LARGE_HEIGHT = (320, 880), 150
PERIOD = 24  # wished width of a period in the large one
STEP = 7.0
MOVES = {"worsened": 1, "unchanged": 0, "improved": -1}
MARKS = {"worsened": "▼", "unchanged": "▬", "improved": "▲", None: "·"}

Verdict = str | None


@dataclass(frozen=True)
class Point:
    """One period of a large barogram: its label, verdict, link (or '') and whether it was corrected."""

    label: str
    verdict: Verdict
    year: int
    url: str = ""
    corrected: bool = False
    word: str = ""  # the verdict in words


def marks(verdicts: Iterable[Verdict]) -> str:
    """The line as text: '▼ ▬ · ▲', a point where nothing was rated."""
    return " ".join(MARKS[verdict] for verdict in verdicts)


def levels(verdicts: Iterable[Verdict]) -> list[int | None]:
    """The level after each period, 0 before the first, downwards positive; None where not rated."""
    found: list[int | None] = []
    level = 0
    for verdict in verdicts:
        if verdict is not None:
            level += MOVES[verdict]
        found.append(None if verdict is None else level)
    return found


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


def large(points: Sequence[Point], *, label: str) -> str:
    """The whole history: years marked, corrections ringed, every change a link to what was written on it."""
    width, height = min(LARGE_WIDTH[1], max(LARGE_WIDTH[0], PERIOD * len(points))), LARGE_HEIGHT
    verdicts = [point.verdict for point in points]
    scale = _Scale(verdicts, width - 8, height - 20, 10)
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    out = f'<svg class="barogram" {size} role="group" aria-label="{escape(label)}">'
    out += _years(points, scale, height)
    out += f'<path class="mid" d="M0 {_n(scale.y(0))}h{width}"/><path d="{_line(verdicts, scale)}"/>'
    level = 0
    for index, point in enumerate(points):
        if point.verdict is None:
            continue
        before, level = level, level + MOVES[point.verdict]
        x, y, was = scale.x(index), scale.y(level), scale.y(before)
        if before != level:
            out += _change(point, f"M{_n(x)} {_n(was)}V{_n(y)}H{_n(scale.x(index + 1))}")
        if point.corrected:
            middle = _n(round(x + scale.step / 2, 1))
            out += f'<circle class="fix" cx="{middle}" cy="{_n(y)}" r="4"/>'
    return out + "</svg>"


def _change(point: Point, path: str) -> str:
    name = escape(f"{point.label}: {point.word or MARKS[point.verdict]}")
    shape = f'<g class="{point.verdict}"><path class="now" d="{path}"><title>{name}</title></path></g>'
    return f'<a href="{escape(point.url)}" aria-label="{name}">{shape}</a>' if point.url else shape


def _years(points: Sequence[Point], scale: _Scale, height: int) -> str:
    """A hairline and a figure where each year begins; the first year at the edge."""
    out, room = "", 0.0
    for index, point in enumerate(points):
        if index and points[index - 1].year == point.year:
            continue
        x = scale.x(index)
        if index:
            out += f'<path class="yr" d="M{_n(x)} 0v{height - 14}"/>'
        if x >= room:
            out += f'<text x="{_n(x)}" y="{height - 2}">{point.year}</text>'
            room = x + 40
    return out
