"""Footnotes that readers would see as brackets are noticed, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph.base import footnotes, richtext


@pytest.mark.parametrize(
    "body",
    [
        "<p>a[^ 1]</p><p>[^1]: n</p>",
        "<p>a</p><p>[^1]: n</p>",
        "<p>a[^1]</p>",
        "<p>a[^1]</p><p>[^1]: n[^2]</p><p>[^2]: m</p>",
        "<p>a[^1]</p><p>[^1] : n</p>",
        "<p>a[^1]</p><p>[^1]: n</p><p>[^1]: m</p>",
        "<ul><li>a[^1]</li><li>[^1]: n</li></ul>",
        "<p>a［^1］</p>",
        "<p>a[^1</p>",
        "<p>a[^1)</p>",
        "<p>a (^1)</p>",
        "<p>a ^1]</p>",
        "<p>a [1^]</p>",
        "<p>a[^адзін два]</p>",
        "<h2>a[^<b>1</b>]</h2>",
    ],
)
def test_a_broken_mark_is_noticed(body):
    assert footnotes.broken(body)


@pytest.mark.parametrize(
    "body",
    [
        "<p>a[^1] and again[^1]</p><p>[^1]: n</p>",
        "<p>a[^крыніца]</p><p>[^крыніца]: n</p>",
        "<p>x^2, 10^6, (^_^), [sic], [1], [x^2], a[b^2]</p>",
        '<p><a href="https://example.org/[^9]">a</a><img alt="[^8]"></p>',
        "<h2>Head[^1]</h2><ul><li>item[^2]<ul><li>in</li></ul></li></ul><p>[^1]: n</p><p>[^2]: m</p>",
        "",
    ],
)
def test_what_is_right_is_left_alone(body):
    assert footnotes.broken(body) == []


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "[^1]", "[^2]", ":", " ", "a", "<b>", "</b>", "<li>", "[^"]), max_size=12)
)
def test_a_body_that_is_said_to_be_right_shows_no_marks(pieces):
    body = f"<p>{''.join(piece for piece in pieces if piece not in {'<p>', '</p>', '<li>'})}</p><p>[^1]: n</p>"
    if not footnotes.broken(body):
        assert "[^" not in richtext.for_page(body)
