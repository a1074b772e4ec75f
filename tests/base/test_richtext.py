"""Bodies on pages: footnotes that lead there and back, first sentences that end where they end."""

import pytest

from barograph.base import richtext


def test_a_footnote_leads_there_and_back():
    page = richtext.for_page("<p>Said[^1] and said again[^1].</p><p>[^1]: By <i>whom</i>.</p>")
    assert page.count('href="#n1"') == 2
    assert page.count('id="r1"') == page.count('href="#r1"') == page.count('id="n1"') == 1
    assert "By <i>whom</i>." in page
    assert "[^1]" not in page


def test_notes_are_numbered_in_the_order_of_their_marks():
    page = richtext.for_page("<p>One[^b], two[^a].</p><p>[^a]: Second.</p><p>[^b]: First.</p>")
    assert page.index('id="n1">First.') < page.index('id="n2">Second.')


def test_a_mark_without_a_note_and_a_note_without_a_mark_stay_as_written():
    assert richtext.for_page("<p>Said[^1].</p>") == "<p>Said[^1].</p>"
    assert richtext.for_page("<p>Said.</p><p>[^1]: Note.</p>") == "<p>Said.</p><p>[^1]: Note.</p>"


def test_what_looks_like_a_mark_in_an_address_or_a_description_is_none():
    body = '<p><a href="https://a/[^1]">x</a>[^1] <img alt="[^1]"></p><p>[^1]: n</p>'
    page = richtext.for_page(body)
    assert '<a href="https://a/[^1]">x</a><sup>' in page
    assert '<img alt="[^1]">' in page
    assert richtext.for_page('<p><a href="/[^1]">x</a></p><p>[^1]: n</p>').endswith("<p>[^1]: n</p>")


def test_a_mark_inside_a_link_stands_behind_it():
    page = richtext.for_page('<p><a href="/be/"><b>x[^1]</b> y</a>.</p><p>[^1]: n</p>')
    assert page.startswith('<p><a href="/be/"><b>x</b> y</a><sup><a id="r1" href="#n1" role="doc-noteref">1</a></sup>.')


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One. Two.", "One."),
        ("У 2020 г. усё змянілася. Далей.", "У 2020 г. усё змянілася."),
        ("А. Лукашэнка прыехаў. Далей.", "А. Лукашэнка прыехаў."),
        ("«Навошта?» Пытанне.", "«Навошта?»"),
        ("Рост на 2.5 працэнта. Далей.", "Рост на 2.5 працэнта."),
        ("No full stop", "No full stop"),
        ("", ""),
    ],
)
def test_first_sentence(text, sentence):
    assert richtext.first_sentence(text) == sentence


def test_a_long_sentence_is_cut_at_a_word():
    cut = richtext.first_sentence("word " * 100)
    assert len(cut) <= 221
    assert cut.endswith("word…")


def test_plain_has_no_notes_and_no_tags():
    assert richtext.plain("<p>A &amp; b[^1].</p><ul><li>c</li></ul><p>[^1]: Note.</p>") == "A & b.\nc"


def test_what_nobody_sees_goes_and_what_joins_stays():
    assert richtext.seen("Бе\u00adла\u200bрусь\ufeff\u202aх\u202c") == "Беларусьх"
    assert richtext.seen("👩\u200d👧 да\u00a0канца") == "👩\u200d👧 да\u00a0канца"
