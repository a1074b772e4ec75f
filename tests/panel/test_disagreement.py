"""Promises of the statistics of a panel, for any distribution."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph.panel import disagreement as d

SCALE = ("worsened", "unchanged", "improved")
counts = st.lists(st.integers(0, 40), min_size=3, max_size=7).filter(any)
threes = st.lists(st.integers(0, 40), min_size=3, max_size=3).filter(any)


@given(counts)
def test_agreement_keeps_its_bounds_and_does_not_care_which_end_is_which(found):
    assert -1 <= d.agreement(found) <= 1
    assert d.agreement(found) == pytest.approx(d.agreement(found[::-1]))
    assert d.disagreement(found) == pytest.approx((1 - d.agreement(found)) / 2)


@given(counts, st.integers(2, 9))
def test_a_larger_panel_of_the_same_shape_agrees_alike(found, times):
    assert d.agreement([times * count for count in found]) == pytest.approx(d.agreement(found))


@pytest.mark.parametrize(
    ("found", "agreement"),
    [
        ([5, 0, 0], 1),
        ([0, 3, 0], 1),
        ([2, 2, 2], 0),
        ([4, 0, 4], -1),
        ([3, 3, 0], 0.5),
        ([0, 0, 5, 5, 0, 0, 0], 5 / 6),
        ([1, 0, 0, 0, 0, 0, 1], -1),
        ([1, 1, 1, 1, 1, 1, 1], 0),
    ],
)
def test_the_corners_of_the_paper(found, agreement):
    assert d.agreement(found) == pytest.approx(agreement)


@given(threes)
def test_the_median_has_half_on_either_side(found):
    lower, upper = d.median(found)
    total = sum(found)
    assert lower <= upper
    assert 2 * sum(found[: lower + 1]) >= total
    assert 2 * sum(found[upper:]) >= total
    assert (lower == upper) or 2 * sum(found[: lower + 1]) == total


@given(st.lists(st.sampled_from(SCALE), max_size=30))
def test_nobody_is_lost_in_the_distribution(values):
    found = d.distribution(values, SCALE)
    assert sum(found) == len(values)
    assert d.distribution(values, SCALE, [1.0] * len(values)) == found


def test_confidence_weighs_where_it_is_asked_for():
    weights = [d.WEIGHTS["high"], d.WEIGHTS["low"], d.WEIGHTS["low"]]
    found = d.distribution(["worsened", "improved", "improved"], SCALE, weights)
    assert found == [3.0, 0.0, 2.0]
    assert d.median(found) == (0, 0)


@pytest.mark.parametrize("rule", [d.median, d.agreement])
@pytest.mark.parametrize("found", [[0, 0, 0], [1, -1, 1], [float("nan"), 1, 1]])
def test_what_is_no_distribution_is_refused(rule, found):
    with pytest.raises(ValueError):
        rule(found)


def test_a_value_off_the_scale_is_refused():
    with pytest.raises(ValueError):
        d.distribution(["excellent"], SCALE)


names = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(SCALE))


@given(names, names)
def test_only_who_rated_twice_can_have_changed(before, after):
    found = d.changed(before, after)
    assert set(found) <= set(before) & set(after)
    assert all(then != now and after[who] == now for who, (then, now) in found.items())
    assert d.changed(after, after) == {}
