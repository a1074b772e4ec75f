"""Promises of the scoring rules, by examples from the papers and for any forecast."""

import math
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from barograph.scenarios import scoring


@st.composite
def forecasts(draw, options=None):
    n = options or draw(st.integers(2, 6))
    weights = draw(st.lists(st.integers(0, 1000), min_size=n, max_size=n).filter(any))
    return [weight / sum(weights) for weight in weights]


@st.composite
def judged(draw):
    found = draw(forecasts())
    return found, draw(st.integers(0, len(found) - 1))


@given(judged())
def test_scores_keep_their_bounds(case):
    probabilities, outcome = case
    assert 0 <= scoring.brier_score(probabilities, outcome) <= 2 + 1e-9
    assert scoring.log_score(probabilities, outcome) <= 1e-9
    assert scoring.baseline_score(probabilities, outcome) <= 100 + 1e-9
    assert 0 <= scoring.ranked_probability_score(probabilities, outcome) <= len(probabilities) - 1 + 1e-9


@pytest.mark.parametrize("n", [2, 3, 5])
def test_certain_and_right_is_best_certain_and_wrong_worst_uniform_is_the_baseline(n):
    right = [1.0] + [0.0] * (n - 1)
    assert scoring.brier_score(right, 0) == 0
    assert scoring.brier_score(right, 1) == 2
    assert (scoring.log_score(right, 0), scoring.log_score(right, 1)) == (0, -math.inf)
    assert scoring.baseline_score(right, 0) == 100
    assert scoring.baseline_score([1 / n] * n, 0) == pytest.approx(0, abs=1e-12)
    assert scoring.ranked_probability_score(right, n - 1) == n - 1


@given(forecasts(3), forecasts(3))
def test_honesty_pays(belief, other):
    """Proper: nobody expects a better score from saying something else than they think."""
    assume(min(other) > 0)

    def expected(rule, said):
        return math.fsum(b * rule(said, outcome) for outcome, b in enumerate(belief) if b)

    for rule in (scoring.brier_score, scoring.ranked_probability_score):
        assert expected(rule, belief) <= expected(rule, other) + 1e-9
    for rule in (scoring.log_score, scoring.baseline_score):
        assert expected(rule, belief) >= expected(rule, other) - 1e-9


def test_worked_figures():
    assert scoring.brier_score([0.2, 0.5, 0.3], 1) == pytest.approx(0.38)
    assert scoring.log_score([0.2, 0.5, 0.3], 1) == pytest.approx(math.log(0.5))
    assert scoring.baseline_score([0.9, 0.1], 0) == pytest.approx(100 * math.log(1.8) / math.log(2))
    assert scoring.ranked_probability_score([0.2, 0.5, 0.3], 2) == pytest.approx(0.2**2 + 0.7**2)
    assert scoring.peer_scores([[0.5, 0.5], [0.8, 0.2]], 0) == pytest.approx(
        [100 * math.log(0.5 / 0.8), 100 * math.log(0.8 / 0.5)]
    )


def test_a_near_miss_ranks_before_a_far_one_where_brier_sees_none():
    near, far = [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]
    assert scoring.ranked_probability_score(near, 2) < scoring.ranked_probability_score(far, 2)
    assert scoring.brier_score(near, 2) == scoring.brier_score(far, 2)


@given(st.lists(forecasts(3).filter(lambda found: min(found) > 0), min_size=1, max_size=6), st.integers(0, 2))
def test_peers_scores_sum_to_nothing(many, outcome):
    scores = scoring.peer_scores(many, outcome)
    assert math.fsum(scores) == pytest.approx(0, abs=1e-6)
    assert scoring.peer_scores(many[:1], outcome) == [0.0]


def test_two_who_called_it_impossible_are_even():
    assert scoring.peer_scores([[0.0, 1.0], [0.0, 1.0]], 0) == [0.0, 0.0]
    assert scoring.peer_scores([[0.0, 1.0], [0.5, 0.5]], 0) == [-math.inf, math.inf]


@given(judged(), st.integers(0, 100), st.integers(1, 100))
def test_one_forecast_all_along_is_its_score(case, opened, length):
    probabilities, outcome = case
    found = scoring.time_averaged(
        [(opened, None, probabilities)], outcome, opened, opened + length, scoring.brier_score
    )
    assert found == pytest.approx((scoring.brier_score(probabilities, outcome), 1.0))


def test_each_forecast_counts_by_how_long_it_stood():
    early, late = [0.5, 0.5], [1.0, 0.0]
    average = scoring.time_averaged
    brier = scoring.brier_score
    assert average([(2, 5, early), (5, None, late)], 0, 0, 10, brier) == pytest.approx((0.3 * 0.5, 0.8))
    assert average([(2, None, early), (5, None, late)], 0, 0, 10, brier) == pytest.approx((0.3 * 0.5, 0.8))
    assert average([(0, 4, early)], 0, 0, 10, brier) == pytest.approx((0.2, 0.4)), "withdrawn"
    assert average([(0, None, early)], 0, 0, 10, brier, ended=6) == pytest.approx((0.3, 0.6)), "ended early"
    assert average([(12, None, early)], 0, 0, 10, brier) == (0.0, 0.0)
    with pytest.raises(ValueError, match="no forecasts"):
        average([], 0, 0, 10, brier)


def test_datetimes_count_as_numbers_do():
    zero = datetime(2020, 8, 3)
    day = timedelta(days=1)
    found = scoring.time_averaged(
        [(zero + day, zero + 3 * day, [0.5, 0.5])], 0, zero, zero + 4 * day, scoring.brier_score
    )
    assert found == pytest.approx((0.25, 0.5))


def test_a_question_that_closes_before_it_opens_is_refused():
    with pytest.raises(ValueError, match="closes after"):
        scoring.time_averaged([(0, None, [0.5, 0.5])], 0, 5, 5, scoring.brier_score)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50), st.integers(1, 20))
def test_every_forecast_lies_in_its_bin(pairs, bins):
    rows = scoring.calibration(pairs, bins)
    assert len(rows) == bins
    assert sum(row[2] for row in rows) == len(pairs)
    for low, high, count, mean, share in rows:
        if count:
            assert low - 1e-9 <= mean <= high + 1e-9
            assert 0 <= share <= 1
        else:
            assert (mean, share) == (None, None)


@given(st.integers(1, 60), st.data())
def test_a_border_belongs_to_the_upper_bin(bins, data):
    place = data.draw(st.integers(0, bins))
    rows = scoring.calibration([(place / bins, True)], bins)
    assert rows[min(place, bins - 1)][2] == 1


@pytest.mark.parametrize(
    ("probabilities", "outcome"),
    [
        ([], 0),
        ([math.nan, 1.0], 0),
        ([-0.1, 1.1], 0),
        ([0.5, 0.4], 0),
        ([0.5, 0.5 + 3e-9], 0),
        ([0.5, 0.5], 2),
        ([0.5, 0.5], -1),
        ([math.inf, 0.0], 0),
        ([0.5, 0.5], 0.0),
    ],
)
def test_what_is_no_forecast_is_refused(probabilities, outcome):
    for rule in (
        scoring.brier_score,
        scoring.log_score,
        scoring.baseline_score,
        scoring.ranked_probability_score,
        lambda p, o: scoring.peer_scores([p], o),
        lambda p, o: scoring.time_averaged([(0, None, p)], o, 0, 1, scoring.brier_score),
    ):
        with pytest.raises(ValueError):
            rule(probabilities, outcome)


@pytest.mark.parametrize(("pairs", "bins"), [([], 3), ([(0.5, True)], 0), ([(1.5, True)], 3), ([(math.nan, True)], 3)])
def test_what_cannot_be_calibrated_is_refused(pairs, bins):
    with pytest.raises(ValueError):
        scoring.calibration(pairs, bins)


def test_nobody_at_all_has_no_peers():
    with pytest.raises(ValueError):
        scoring.peer_scores([], 0)
