"""Addresses: one mailbox is one key, and nothing readable lies in the database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph.subscribers import addresses


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Reader@Example.org", "reader@example.org"),
        ("reader@прыклад.бел", "READER@xn--80aiqesg1f.xn--90ais"),
        (" r.e.a.d.e.r@gmail.com ", "reader@googlemail.com"),
    ],
)
def test_spellings_of_one_mailbox_have_one_key(one, other):
    assert addresses.lookup_key(one) == addresses.lookup_key(other)


def test_dots_count_where_the_provider_counts_them():
    assert addresses.lookup_key("r.eader@example.org") != addresses.lookup_key("reader@example.org")


@pytest.mark.parametrize(
    "bad",
    ["", "reader", "a@b", "a@@example.org", "a b@example.org", "a@example.org\nBcc: b@example.org", "@example.org"],
)
def test_what_is_no_address_is_refused_without_being_quoted(bad):
    with pytest.raises(addresses.InvalidAddress) as refused:
        addresses.clean(bad)
    assert not bad or bad not in str(refused.value)


@given(st.emails())
def test_an_address_opens_again_and_only_where_it_belongs(address):
    sealed = addresses.seal(address, bound_to="row")
    assert address.encode() not in sealed
    assert addresses.unseal(sealed, bound_to="row") == address
    assert sealed != addresses.seal(address, bound_to="row")
    for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"\x02" + sealed[1:], b""):
        with pytest.raises(addresses.Unreadable):
            addresses.unseal(wrong, bound_to="row")
    with pytest.raises(addresses.Unreadable):
        addresses.unseal(sealed, bound_to="another row")


def test_another_key_opens_nothing(settings):
    sealed, key = addresses.seal("a@example.org", bound_to="row"), addresses.lookup_key("a@example.org")
    settings.ADDRESS_KEY = "ab" * 32
    assert addresses.lookup_key("a@example.org") != key
    with pytest.raises(addresses.Unreadable):
        addresses.unseal(sealed, bound_to="row")
