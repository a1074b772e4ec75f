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


@pytest.mark.parametrize(
    "typed",
    [
        "name@example.org\u200b", "\ufeffname@example.org", "na\u00adme@example.org",
        "mailto:name@example.org?subject=x",
        "Ann <name@example.org>", '"Ann B" <name@example.org>;', "name@example.org;", "name@example.org.",
        "«name@example.org»", "\u00a0name@example.org\u2060", "MAILTO:name@example.org", "name＠example.org",
        "\u202aname@example.org\u202c", "<name@example.org>,",
    ],
)  # fmt: skip
def test_what_is_only_around_an_address_is_taken_off(typed):
    assert addresses.clean(typed) == "name@example.org"


@pytest.mark.parametrize(
    "typed", ["a@x.org, b@y.org", "Ann <a@x.org> <b@y.org>", "A\n<a@x.org>", "x" * 9000 + "@x.org"]
)
def test_two_addresses_or_a_line_break_are_refused(typed):
    with pytest.raises(addresses.InvalidAddress):
        addresses.clean(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann.b@ya.ru", "Ann-B@yandex.by"),
        ("ann@yandex.com", "ann@yandex.kz"),
        ("ann.b@proton.me", "annb@pm.me"),
        ("ann@protonmail.com", "a-n_n@proton.me"),
        ("ann@me.com", "ann@icloud.com"),
        ("ann@mac.com", "ANN@me.com"),
        ("пошта@прыклад.бел", "ПОШТА@xn--80aiqesg1f.xn--90ais"),
    ],
)
def test_aliases_that_a_provider_gives_are_one_mailbox(one, other):
    assert addresses.lookup_key(one) == addresses.lookup_key(other)
    assert addresses.clean(one).casefold() != addresses.clean(other).casefold() or not one.isascii()


def test_rows_from_before_aliases_were_known_are_still_there():
    before = f"001:{addresses.keyed_hash('address lookup', 'ann2@yandex.by')}"
    assert before in addresses.lookup_keys("ann2@yandex.by")
    assert before in addresses.lookup_keys("ann2@ya.ru")
    assert f"001:{addresses.keyed_hash('address lookup', 'ann@me.com')}" in addresses.lookup_keys("ann@icloud.com")


def test_a_suffix_counts_for_limits_alone():
    assert addresses.limit_key("victim+1@gmail.com") == addresses.limit_key("v.ictim+2@googlemail.com")
    assert addresses.lookup_key("victim+1@gmail.com") != addresses.lookup_key("victim+2@gmail.com")


@given(st.text(max_size=60))
def test_any_text_is_an_address_that_stays_as_it_is_or_refused(text):
    try:
        once = addresses.clean(text)
    except addresses.InvalidAddress:
        return
    assert addresses.clean(once) == once
