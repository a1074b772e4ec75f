"""Numbers as people type them."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph.base import numbers

SHARES = {
    "0,1": "0.1",
    "0,35": "0.35",
    ".5": "0.5",
    ",5": "0.5",
    "35 %": "0.35",
    "35%": "0.35",
    "35\u00a0%": "0.35",
    "12,5 %": "0.125",
    "٠٫٣٥": "0.35",
    "٣٥٪": "0.35",
    "０．３５": "0.35",
    "０，３５": "0.35",
    "\u200f0.35\u200e": "0.35",
    "1/4": "0.25",
    "½": "0.5",
    "35": "35",
    "−0,1": "-0.1",
    " 1 ": "1",
}


@pytest.mark.parametrize(("text", "value"), SHARES.items())
def test_a_share_is_read_as_it_is_meant(text, value):
    assert numbers.typed_share(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "NaN", "inf", "1e-1", "0x1", "1_0", "0.3.5", "0,3,5", "1/0", "1/", "/3", "%", "a", "9" * 50, "--1"],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"(?s).*"):
        numbers.typed_share(text)


@given(st.decimals(0, 1, places=4))
def test_a_comma_is_a_decimal_comma(value):
    plain = format(value, "f")
    arabic = plain.translate(str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫"))
    assert numbers.typed_share(plain) == numbers.typed_share(plain.replace(".", ",")) == value
    assert numbers.typed_share(arabic) == value


@given(st.text())
def test_whatever_is_typed_is_a_number_or_refused(text):
    for read in (numbers.typed, numbers.typed_share, numbers.typed_whole):
        with contextlib.suppress(ValueError):
            assert read(text) == read(text)


@pytest.mark.parametrize(("text", "value"), [("12", 12), ("١٢", 12), ("12,0", 12), ("-3", -3), ("1 000", 1000)])
def test_a_whole_number_is_read(text, value):
    assert numbers.typed_whole(text) == value


@pytest.mark.parametrize("text", ["1,5", "1.5", "12a", ""])
def test_and_a_part_of_one_is_never_dropped(text):
    with pytest.raises(ValueError, match=r"(?s).*"):
        numbers.typed_whole(text)
