"""Counts of limits: one place, nobody is recognisable in them, and they end with their span."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

import barograph
from barograph.base import rate_limits
from barograph.base.models import RateCount


@pytest.mark.django_db
def test_no_more_than_the_limit_get_through_and_a_try_given_back_is_free_again():
    assert [rate_limits.spend("purpose", "somebody", 2) for _ in range(4)] == [True, True, False, False]
    assert rate_limits.reached("purpose", "somebody") == 4
    for _ in range(3):
        rate_limits.give_back("purpose", "somebody")
    assert rate_limits.spend("purpose", "somebody", 2)
    assert rate_limits.spend("purpose", "somebody else", 2)
    assert rate_limits.spend("another purpose", "somebody", 2)


@pytest.mark.django_db
def test_nothing_is_given_back_that_was_not_spent():
    rate_limits.give_back("purpose", "somebody")
    assert rate_limits.reached("purpose", "somebody") == 0


@pytest.mark.django_db
def test_rows_name_nobody_and_are_erased_when_their_span_ends():
    rate_limits.spend("purpose", "somebody", 2)
    assert not any("somebody" in key for key in RateCount.objects.values_list("key", flat=True))
    rate_limits.erase_ended()
    assert RateCount.objects.count() == 1
    RateCount.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    rate_limits.erase_ended()
    assert not RateCount.objects.exists()


@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 hypothesis asks for naive bounds
@pytest.mark.parametrize("length", [rate_limits.HOUR, rate_limits.DAY])
def test_a_span_ends_after_now_and_within_its_length(length, now):
    number, ends_at = rate_limits.span(now, length)
    assert timedelta() < ends_at - now <= length
    assert rate_limits.span(ends_at, length)[0] == str(int(number) + 1)


@pytest.mark.django_db
def test_counts_of_earlier_versions_stay_where_they_were():
    assert RateCount._meta.db_table in connection.introspection.table_names()
    assert RateCount._meta.db_table == "newsletter_tally"


def test_the_rows_are_touched_nowhere_else():
    source = Path(barograph.__file__).parent
    files = {str(p.relative_to(source)) for p in source.rglob("*.py") if "RateCount" in p.read_text()}
    allowed = {"base/models.py", "base/rate_limits.py", "base/migrations/0001_rate_counts.py"}
    assert files - allowed <= {"newsletter/limits.py"}
