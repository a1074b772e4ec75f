from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph.base import dates

DAYS = st.dates(date(1995, 1, 1), date(2100, 12, 31))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("first", "last", "language", "expected"),
    [
        (date(2020, 8, 3), date(2020, 8, 9), "en", "August 3 – August 9, 2020"),
        (date(2020, 8, 3), date(2020, 8, 9), "be", "3 – 9 жніўня 2020"),
        (date(2020, 8, 3), date(2020, 8, 9), "ru", "3 – 9 августа 2020"),
        (date(2020, 7, 27), date(2020, 8, 2), "be", "27 ліпеня – 2 жніўня 2020"),
        (date(2020, 12, 28), date(2021, 1, 3), "be", "28 снежня 2020 – 3 студзеня 2021"),
        (date(2020, 12, 28), date(2021, 1, 3), "ru", "28 декабря 2020 – 3 января 2021"),
        (date(2020, 12, 28), date(2021, 1, 3), "en", "December 28, 2020 – January 3, 2021"),
        (date(2020, 8, 1), date(2020, 8, 31), "be", "жнівень 2020"),
        (date(2020, 8, 1), date(2020, 8, 31), "ru", "август 2020"),
        (date(2020, 8, 1), date(2020, 8, 31), "en", "August 2020"),
        (date(2020, 2, 1), date(2020, 2, 28), "en", "February 1 – February 28, 2020"),
    ],
)
def test_a_period_reads_as_the_language_prints_it(first, last, language, expected):
    assert plain(dates.period(first, last, language)) == expected


@pytest.mark.parametrize(
    ("first", "last", "language", "lines"),
    [
        (date(2020, 8, 3), date(2020, 8, 9), "be", ["3 – 9 жніўня", "2020"]),
        (date(2020, 8, 3), date(2020, 8, 9), "ru", ["3 – 9 августа", "2020"]),
        (date(2020, 8, 3), date(2020, 8, 9), "en", ["August 3 –", "August 9, 2020"]),
        (date(2020, 7, 27), date(2020, 8, 2), "be", ["27 ліпеня –", "2 жніўня 2020"]),
        (date(2020, 12, 28), date(2021, 1, 3), "ru", ["28 декабря 2020 –", "3 января 2021"]),
        (date(2020, 12, 28), date(2021, 1, 3), "en", ["December 28, 2020 –", "January 3, 2021"]),
        (date(2020, 8, 1), date(2020, 8, 31), "be", ["жнівень 2020"]),
    ],
)
def test_a_line_never_ends_between_two_days_and_never_begins_with_a_dash(first, last, language, lines):
    assert [plain(line) for line in dates.period(first, last, language).split(" ")] == lines


def test_without_its_year_a_week_of_one_month_stays_in_one_line():
    for language in ("be", "ru"):
        assert " " not in dates.period(date(2020, 8, 3), date(2020, 8, 9), language, year=False)


@given(DAYS, st.integers(0, 60), st.sampled_from(["be", "ru", "en", "de"]))
def test_both_years_stand_in_every_period(first, days, language):
    last = first + timedelta(days=days)
    text = dates.period(first, last, language)
    assert str(first.year) in text
    assert str(last.year) in text
    if not dates.is_whole_month(first, last):
        assert str(first.day) in text
        assert str(last.day) in text


@given(DAYS, st.integers(1, 60))
def test_a_period_that_ends_before_it_begins_is_refused(first, days):
    with pytest.raises(ValueError):
        dates.period(first, first - timedelta(days=days), "en")
