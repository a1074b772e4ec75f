"""Readers see the same question, numbers and date in the page, the text page, the feed, the mail, PDF and EPUB."""

import re
from html import unescape

import pytest
from django.utils import translation

from barograph.base.numbers import percent
from barograph.newsletter import bulletin
from barograph.presentation.forecasts import forecast
from barograph.takeaway import telling
from barograph.website import bake
from tests.website import contents
from tests.website.test_bake import tree

SCENARIOS = [
    {"key": key, "title": f"Title {key}", "text": "", "pros": [], "cons": [], "probability": share}
    for key, share in (("third", 1 / 3), ("rare", 0.005), ("half", 0.4))
]
#: Language → what stands beside the scenarios and the other option, and the day by which the answer is known.
SEEN = {
    "en": (["33%", "0.5%", "40%", "26%"], "October 31, 2020"),
    "ru": (["33 %", "0,5 %", "40 %", "26 %"], "31 октября 2020"),
    "be": (["33 %", "0,5 %", "40 %", "26 %"], "31 кастрычніка 2020"),
}


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (0.0001, "0.1%"),
        (0.005, "0.5%"),
        (0.00949, "0.9%"),
        (0.0096, "1%"),
        (0.01, "1%"),
        (1 / 3, "33%"),
        (0.355, "36%"),
        (0.145, "15%"),
        (0.99, "99%"),
        (0.994, "99.4%"),
        (0.9999, "99.9%"),
        (1, "100%"),
    ],
)
def test_a_share_is_whole_per_cent_but_for_what_is_all_but_certain(share, text):
    assert percent(share, "en") == text


def test_nothing_is_left_for_another_option_where_a_probability_is_missing():
    commentary = {"scenarios": SCENARIOS, "question": "", "resolves_by": None, "resolution": ""}
    assert forecast(commentary, "en").rest == "26%"
    commentary["scenarios"] = [*SCENARIOS, {**SCENARIOS[0], "probability": None}]
    assert forecast(commentary, "en").rest == ""


def words(html):
    """The words of a page without its markup, each space a plain one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_every_output_shows_the_same_numbers_and_day(language):
    imprint = contents.imprint()
    contents.found(imprint)
    editions = contents.issue()
    for content in editions.values():
        content["topics"][0]["commentary"] |= {
            "scenarios": SCENARIOS,
            "question": "What comes next?",
            "resolves_by": "2020-10-31",
            "resolution": "It came.",
        }
    contents.publish(editions)
    files = tree(bake.bake().path)
    content = editions[language]
    with translation.override(language):
        mail = bulletin.compose(editions, [language], [content], imprint, "EN")
        printed = telling.bulletin(content, imprint, {}, "https://example.org")["topics"]
        option = translation.gettext("Another option")
    outputs = {
        "page": files[f"{language}/2020-08-03/economy/index.html"].decode(),
        "text page": files[f"{language}/lite/economy/index.html"].decode(),
        "feed": files[f"{language}/feed.atom"].decode().replace("&lt;", "<").replace("&gt;", ">"),
        "mail": mail.html,
        "mail as text": mail.text,
        "PDF and EPUB": f"{printed} {option}",
    }
    numbers, day = SEEN[language]
    missing = [
        (name, sought)
        for name, output in outputs.items()
        for sought in (*numbers, day, option, "What comes next?", "It came.")
        if sought not in words(output).replace("\\xa0", " ")
    ]
    assert missing == []
