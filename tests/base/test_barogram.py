"""The barogram: whatever the history, a small drawing that fits its frame and has a text equivalent."""

import itertools
import re
import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from barograph.base import barogram

VERDICTS = st.sampled_from(["worsened", "unchanged", "improved", None])
HISTORIES = st.lists(VERDICTS, max_size=26)


def periods(verdicts):
    return [(f"2020-{index:02}", verdict) for index, verdict in enumerate(verdicts)]


def cut(points: list[barogram.Point], *cuts: int) -> str:
    """A whole history, drawn in several stretches."""
    places = [0, *sorted(min(place, len(points)) for place in cuts), len(points)]
    parts = [points[start:end] for start, end in itertools.pairwise(places)]
    drawn = [barogram.stretch([point.verdict for point in part], dict(enumerate(part))) for part in parts]
    return barogram.history(drawn, barogram.ticks(points), label="")


def strokes(drawing: str) -> list[tuple[float, float, float, float]]:
    """What a large one draws of the line and of the changes: from where to where, each period and level by itself."""
    found: list[tuple[float, float, float, float]] = []
    for group in ET.fromstring(drawing)[0].iter():
        if group.tag == "path" and group.get("class") is None:
            found += _walk(group.get("d"), 0, 0)
        elif group.get("transform"):
            x, y = map(int, re.findall(r"-?\d+", group.get("transform")))
            for path in group.iter("path"):
                found += _walk(path.get("d"), x, y)
    return sorted(found)


def _walk(path: str, x: int, y: int) -> list[tuple[float, float, float, float]]:
    """Relative strokes in steps of one."""
    found = []
    for command, told in re.findall(r"([Mmhv])(-?\d+(?: -?\d+)?)", path):
        numbers = list(map(int, told.split()))
        across, down = numbers if len(numbers) == 2 else (numbers[0], 0) if command == "h" else (0, numbers[0])
        if command in "Mm":
            x, y = x + across, y + down
            continue
        for _step in range(abs(across) + abs(down)):
            there = x + (across > 0), y + (down > 0) - (down < 0)
            found.append((x, y, *there))
            x, y = there
    return found


def heights(drawing: str) -> list[float]:
    """Every vertical position of the line."""
    path = "".join(ET.fromstring(drawing)[place].get("d", "") for place in range(1, len(ET.fromstring(drawing))))
    return [float(y) for y in re.findall(r"V(-?[\d.]+)|M-?[\d.]+ (-?[\d.]+)", path) for y in y if y]


@given(HISTORIES)
@settings(max_examples=60)
def test_a_half_year_stays_under_600_bytes_and_inside_its_frame(verdicts):
    drawing = barogram.svg(periods(verdicts), label="")
    assert len(drawing.encode()) < 600
    assert all(0 <= y <= barogram.HEIGHT for y in heights(drawing))


def test_the_worst_half_years_stay_under_600_bytes():
    for pattern in (["worsened"], ["worsened", "improved"], ["worsened", None], ["improved", None, "worsened"]):
        verdicts = (pattern * 26)[:26]
        assert len(barogram.svg(periods(verdicts), label="").encode()) < 600


@given(HISTORIES)
@settings(max_examples=60)
def test_the_line_steps_as_often_as_the_verdict_moved(verdicts):
    line = ET.fromstring(barogram.svg(periods(verdicts), label=""))
    drawn = [path.get("d") for path in line if path.get("class") is None and path.tag == "path"]
    moves = sum(verdict in {"worsened", "improved"} for verdict in verdicts)
    assert sum(path.count("V") for path in drawn) == moves


@given(st.lists(VERDICTS, min_size=1, max_size=26))
@settings(max_examples=60)
def test_what_was_not_rated_is_a_gap_and_never_a_level_stretch(verdicts):
    drawing = ET.fromstring(barogram.svg(periods(verdicts), label=""))
    drawn = "".join(path.get("d") for path in drawing if path.get("class") is None and path.tag == "path")
    stretches = sum(
        verdict is not None and (index == 0 or verdicts[index - 1] is None) for index, verdict in enumerate(verdicts)
    )
    assert drawn.count("M") == stretches
    assert ("circle" in {child.tag for child in drawing}) == (verdicts[-1] is not None)


@given(HISTORIES)
@settings(max_examples=30)
def test_the_same_history_gives_the_same_bytes_and_any_label_is_safe(verdicts):
    label = '"><script>&'
    drawing = barogram.svg(periods(verdicts), label=label)
    assert drawing == barogram.svg(periods(verdicts), label=label)
    assert ET.fromstring(drawing).get("aria-label") == label


@given(HISTORIES)
@settings(max_examples=40)
def test_the_text_equivalent_tells_as_much_as_the_drawing(verdicts):
    told = barogram.marks(verdicts).split()
    assert len(told) == len(verdicts)
    assert [mark == "·" for mark in told] == [level is None for level in barogram.levels(verdicts)]
    moves = sum(mark in "▼▲" for mark in told)
    assert moves == sum(verdict in {"worsened", "improved"} for verdict in verdicts)


@given(st.lists(VERDICTS, max_size=60))
@settings(max_examples=30)
def test_the_large_one_is_whole_whatever_the_history(verdicts):
    points = [
        barogram.Point(f"week {n} & <so>", v, 2000 + n // 9, f"/{n}/", n % 7 == 0) for n, v in enumerate(verdicts)
    ]
    root = ET.fromstring(barogram.large(points, label='"<&>'))
    changes = [n for n, verdict in enumerate(verdicts) if verdict in {"worsened", "improved"}]
    assert [link.get("href") for link in root.iter("a")] == [f"/{n}/" for n in changes]


@given(st.lists(st.tuples(VERDICTS, st.booleans()), max_size=80), st.lists(st.integers(0, 80), max_size=5))
@settings(max_examples=80)
def test_a_history_looks_the_same_wherever_it_is_cut(told, cuts):
    points = [barogram.Point(f"week {n}", v, 2000, f"/{n}/", fixed) for n, (v, fixed) in enumerate(told)]
    whole, parts = barogram.large(points, label=""), cut(points, *cuts)
    assert strokes(whole) == strokes(parts)
    for tag in ("a", "circle", "title", "text"):
        assert [x.attrib for x in ET.fromstring(whole).iter(tag)] == [x.attrib for x in ET.fromstring(parts).iter(tag)]
    assert ET.fromstring(whole)[0].get("viewBox") == ET.fromstring(parts)[0].get("viewBox")


@given(st.lists(VERDICTS, min_size=1, max_size=80))
@settings(max_examples=60)
def test_the_large_line_steps_as_the_verdicts_do_and_lies_in_its_frame(verdicts):
    drawing = barogram.large([barogram.Point("", verdict, 2000) for verdict in verdicts], label="")
    steps, level = [], 0
    for place, verdict in enumerate(verdicts):
        if verdict is None:
            continue
        if move := barogram.MOVES[verdict]:
            steps += 2 * [(place, level, place, level + move)]  # in the line, and drawn over it
            level += move
        steps += (1 + abs(move)) * [(place, level, place + 1, level)]
    assert strokes(drawing) == sorted(steps)
    _left, top, width, height = map(float, ET.fromstring(drawing)[0].get("viewBox").split())
    assert width == len(verdicts)
    assert all(top <= y <= top + height for _x, y, *_to in steps)


def test_the_text_equivalent():
    assert barogram.marks(["worsened", "unchanged", None, "improved"]) == "▼ ▬ · ▲"
    assert barogram.levels(["worsened", None, "worsened", "improved"]) == [1, None, 2, 1]


def test_the_large_one_links_each_change_marks_years_and_rings_corrections():
    points = [
        barogram.Point("December 2019", "unchanged", 2019, "/en/2019-12-23/economy/"),
        barogram.Point("January 2020", "worsened", 2020, "/en/2020-01-06/economy/", word="worsened"),
        barogram.Point("February 2020", "unchanged", 2020, corrected=True),
    ]
    drawing = barogram.large(points, label="history")
    root = ET.fromstring(drawing)
    assert [link.get("href") for link in root.iter("a")] == ["/en/2020-01-06/economy/"]
    assert [text.text for text in root.iter("text")] == ["2019", "2020"]
    assert drawing.count('class="fix"') == 1
