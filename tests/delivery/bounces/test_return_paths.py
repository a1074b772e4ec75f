"""Return paths: bound, keyed, ending, and telling nobody but us."""

import uuid
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph.delivery.bounces.return_paths import LIFETIME, ReturnPath, genuine_in, read_return_path, return_path

DAY = date(2026, 8, 3)
WHO = uuid.UUID("12345678-1234-5678-1234-567812345678")


def path(mailing_id=7, subscriber_id=WHO, on=DAY):
    return return_path(mailing_id=mailing_id, subscriber_id=subscriber_id, domain="mail.example.org", on=on)


@given(st.integers(0, 2**32 - 1), st.uuids())
def test_what_was_put_in_comes_out(mailing_id, subscriber_id):
    address = path(mailing_id, subscriber_id)
    assert len(address.partition("@")[0]) <= 64
    assert read_return_path(address, on=DAY) == ReturnPath(mailing_id, subscriber_id, DAY)
    assert read_return_path(f"<{address.upper()}>", on=DAY) == ReturnPath(mailing_id, subscriber_id, DAY)


@given(st.integers(2, 53), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_no_letter_of_it_can_be_changed(place, letter):
    address = path()
    forged = address[:place] + letter + address[place + 1 :]
    unchanged = forged == address or place == 53  # of the last letter one bit counts
    assert unchanged or read_return_path(forged, on=DAY) is None


def test_another_key_makes_no_return_path(settings):
    address = path()
    settings.SECRET_KEY = "another key of at least thirty-two characters"
    assert read_return_path(address, on=DAY) is None
    settings.SECRET_KEY_FALLBACKS = []
    assert read_return_path(path(), on=DAY) is not None


def test_a_key_that_was_replaced_still_reads(settings):
    address, old = path(), settings.SECRET_KEY
    settings.SECRET_KEY = "another key of at least thirty-two characters"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert read_return_path(address, on=DAY) is not None


def test_it_ends_and_does_not_begin_in_the_future():
    assert read_return_path(path(), on=DAY + LIFETIME) is not None
    assert read_return_path(path(), on=DAY + LIFETIME + timedelta(days=1)) is None
    assert read_return_path(path(on=DAY + timedelta(days=2)), on=DAY) is None


@pytest.mark.parametrize(
    "address", ["", "b.", "news@example.org", "b." + "a" * 52 + "@x.org", "b." + "é" * 52 + "@x.org"]
)
def test_other_addresses_are_nobodys(address):
    assert read_return_path(address, on=DAY) is None


def test_it_is_found_anywhere_in_a_mail_forgeries_are_passed_over():
    forged = "b." + "a" * 52 + "@mail.example.org"
    raw = f"From: x@example.net\n\n{forged} {path()}\n".encode()
    assert genuine_in(raw, on=DAY).subscriber_id == WHO
    assert genuine_in(forged.encode(), on=DAY) is None
