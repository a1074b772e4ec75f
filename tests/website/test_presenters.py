"""What readers are told: sums in the right plural, what moved first, where else a commentary can be read."""

import pytest
from django.utils import translation

from barograph.base import numbers
from barograph.website import presenters
from barograph.website.chronicle import Chronicle
from tests.website import contents


def told(language, *verdicts):
    with translation.override(language):
        return presenters.summary_text(verdicts).replace("\u00a0", " ")


def test_the_sum_of_a_week_leaves_out_what_did_not_happen():
    assert told("en", "worsened", "worsened", "unchanged", "improved", None) == (
        "2 worsened, 1 unchanged, 1 improved, 1 not rated"
    )
    assert told("en", "unchanged") == "1 unchanged"
    assert told("en") == ""


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_a_line_of_the_summary_ends_between_its_parts_alone(language):
    with translation.override(language):
        text = presenters.summary_text(["worsened", "unchanged", None, None])
    assert len(text.split(" ")) == 3, text


@pytest.mark.parametrize("language", ["be", "ru"])
def test_a_window_counts_its_weeks_in_the_right_plural(language):
    with translation.override(language):
        labels = [presenters.window_label(["unchanged"] * n, "week").partition(":")[0] for n in (1, 2, 5, 21, 22, 25)]
    nouns = [label.split()[-1] for label in labels]
    assert nouns[0] == nouns[3] != nouns[1] == nouns[4] != nouns[2] == nouns[5]


def test_what_moved_stands_first_and_the_unrated_last():
    rows = [{"key": n, "verdict": v} for n, v in enumerate([None, "unchanged", "improved", "unchanged", "worsened"])]
    assert [row["key"] for row in presenters.moved_first(rows)] == [2, 4, 1, 3, 0]


def test_a_topic_not_in_this_language_says_where_it_can_be_read():
    editions = contents.issue(languages=("ru", "be"))
    row = presenters.row(editions["en"]["topics"][0], editions["en"], ["be", "ru", "en"])
    assert (row.url, row.verdict) == ("", "unchanged")
    assert row.elsewhere == [("ru", "/ru/2020-08-03/economy/"), ("be", "/be/2020-08-03/economy/")]


def test_not_rated_is_never_told_as_unchanged():
    row = presenters.row(contents.topic(verdict=None), contents.issue()["en"], ["en"])
    assert row.sentence == row.word.capitalize() == "Not rated"


def test_the_other_option_is_what_the_probabilities_leave():
    editions = contents.issue()
    view = presenters.commentary_view(editions["en"]["topics"][0], editions["en"], "Situation", "/x/")
    assert (view.scenarios[0].percent, view.rest) == ("60%", "40%")
    with translation.override("be"):
        assert numbers.percent(0.355, "be") == "36\u00a0%"


def test_written_and_translated():
    assert presenters.written(contents.commentary(), "ru") == "Written in Russian."
    assert presenters.written(contents.commentary(), "en") == "Translated from Russian."
    assert presenters.written(contents.commentary(source_language="de"), "en") == "Translated from: Deutsch."


def test_neighbours_are_the_topics_own_issues():
    issues = [contents.issue(2), contents.issue(1, (None, "worsened", None), languages=()), contents.issue(0)]
    chronicle = Chronicle(contents.imprint(), issues, "en")
    before, after = chronicle.neighbours(2, "economy")
    assert (before.index, after) == (0, None)
    assert chronicle.neighbours(2, "security")[0].index == 1
    assert chronicle.link(chronicle.neighbours(2, "security")[0]).url == "/en/2020-08-10/#security"


def test_the_window_is_one_time_axis_for_all_topics():
    issues = [contents.issue(week) for week in range(29, -1, -1)]
    chronicle = Chronicle(contents.imprint(), issues, "en")
    windows = [chronicle.window(29, key) for key in contents.TOPICS]
    assert {len(window) for window in windows} == {26}
    assert len({tuple(first for first, _verdict in window) for window in windows}) == 1
    assert [verdict for _first, verdict in chronicle.window(3, "elite")] == [None] * 4
