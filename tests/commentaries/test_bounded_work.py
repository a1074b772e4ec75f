"""No accepted size of text takes seconds of work, whatever is written in it."""

import time

import pytest
from django.core.exceptions import ValidationError

from barograph.commentaries.exchange import markup_fault
from barograph.commentaries.foreign_html import clean
from barograph.commentaries.texts import align, word_diff
from barograph.desk.rich_text import clean_body

HARD = [
    "<a " * 20_000, "<!--" * 20_000, "</" * 30_000, "<b>" * 30_000, "&" * 60_000, '<a b="' * 20_000, "<?" * 30_000,
    "<p " + "a " * 30_000 + ">", "<![CDATA[" * 9_000, "<script>" * 9_000, "<!" * 30_000 + ">", "<p>x</p>" * 3_000,
]  # fmt: skip


@pytest.mark.parametrize("html", HARD, ids=range(len(HARD)))
@pytest.mark.parametrize("work", [clean_body, markup_fault, clean], ids=["clean_body", "markup_fault", "clean"])
def test_hard_html_is_read_or_refused_at_once(work, html):
    began = time.process_time()
    try:
        work(html)
    except ValidationError as error:
        if len(error.messages) != 1:
            raise
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a b " * 400, "b a c " * 266),
        ("a b " * 40_000, "b a c " * 26_000),
        ("a b " * 120, "b a c " * 80),
        (" ".join(map(str, range(4_000))), " ".join(map(str, range(4_000, 8_000)))),
    ],
)
def test_two_texts_are_compared_at_once(old, new):
    began = time.process_time()
    changes = word_diff(old, new)
    assert "".join(text for kind, text in changes if kind != "insert") == old
    assert "".join(text for kind, text in changes if kind != "delete") == new
    align(old.split(" "), new.split(" "))
    assert time.process_time() - began < 8


def test_a_long_paragraph_is_still_compared_word_by_word():
    words = [f"слова{n % 300}" for n in range(900)]
    old, new = " ".join(words), " ".join([*words[:400], "новае", *words[401:]])
    assert [kind for kind, _text in word_diff(old, new)] == ["equal", "delete", "insert", "equal"]
    old = " ".join(f"слова{n}" for n in range(1_200))
    changed = word_diff(old, old.replace("слова7 ", "іншае ").replace("слова1100 ", "другое "))
    assert [kind for kind, _text in changed] == ["equal", "delete", "insert", "equal", "delete", "insert", "equal"]
