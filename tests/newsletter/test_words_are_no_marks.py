"""An author's words steer no letter: whatever looks like a mark for a link or a section is sent as words."""

import copy
import datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barograph.delivery.messages import SETTINGS, UNSUBSCRIBE, Letter, Person, Template, defused
from barograph.newsletter import bulletin, digest, mails
from tests.newsletter.letters import IMPRINT, LANGUAGES, NOW
from tests.newsletter.letters import content as edition

SPELT = [
    UNSUBSCRIBE, SETTINGS, "<!--section:topic-1-->", "<!--/section-->", "<!--kept-style-->", "&#123;{settings-link}}",
    "{{settings-link}}{{unsubscribe-link}}", "<!--section:x-->hidden<!--/section-->", 'a class="lede" b',
    "{\u2060{settings-link}}", "{{{settings-link}}}", "cid:x", "mark-0-settings",
]  # fmt: skip
LINKS = {UNSUBSCRIBE: "https://example.org/u/TOKEN/", SETTINGS: "https://example.org/s/TOKEN/"}
PLACES = ("headline", "lede", "body", "question", "resolution", "byline", "topic", "scenario", "publication", "label")


def spoilt(words, place):
    """A week's editions with those words in one place, the imprint, and the list's label."""
    imprint, label = copy.deepcopy(IMPRINT), "EN"
    made = {code: edition(code, datetime.date(2020, 8, 3), NOW) for code in LANGUAGES}
    topic = made["en"]["topics"][1]
    commentary = topic["commentary"]
    if place == "body":
        commentary["body"] = f"<p>before {words.replace('<', '&lt;')} after</p>"
    elif place == "byline":
        commentary["byline"][0]["name"] = words
    elif place == "topic":
        topic["name"] = words
    elif place == "scenario":
        commentary["scenarios"][0] |= {"title": words, "text": words, "pros": [words], "cons": [words]}
    elif place == "publication":
        imprint["name"]["en"] = words
    elif place == "label":
        label = words
    else:
        commentary[place] = words
    return made, imprint, label


def sent(bulletin_, imprint):
    letter = Letter(
        "k", mails.sender(imprint, "en"), bulletin_.subject, bulletin_.html, bulletin_.text,
        datetime.datetime(2020, 8, 10, tzinfo=datetime.UTC), {}, bulletin_.pictures,
    )  # fmt: skip
    raw = Template(letter).fill(Person("r@example.org", "<i@example.org>", LINKS), ("topic-0",))
    mail = message_from_bytes(raw, policy=policy.default)
    return [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]


def assert_personal_links_stand_once(made, imprint):
    assert made.text.count(UNSUBSCRIBE) == made.html.count(UNSUBSCRIBE) == 1
    assert made.text.count(SETTINGS) == made.html.count(SETTINGS) == 1
    for part in sent(made, imprint):
        assert part.replace("=\n", "").count("TOKEN") == 2
        assert SETTINGS not in part


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", SPELT)
def test_in_the_bulletin(words, place, settings):
    settings.DEFAULT_FROM_EMAIL = "bulletin@example.org"
    made, imprint, label = spoilt(words, place)
    letter = bulletin.compose(made, ["en"], [made["en"]], imprint, label)
    assert_personal_links_stand_once(letter, imprint)
    plain = letter.text.replace("\u2060", "")
    if place in {"headline", "lede"} and "&" not in words:
        assert words.replace("\u2060", "") in plain


@pytest.mark.parametrize("words", SPELT)
def test_in_the_summary_of_a_month(words, settings):
    settings.DEFAULT_FROM_EMAIL = "bulletin@example.org"
    made, imprint, label = spoilt(words, "headline")
    made["en"]["topics"][0]["name"] = words
    assert_personal_links_stand_once(digest.compose([made], ["en"], imprint, label), imprint)


@settings(max_examples=25)
@given(st.lists(st.sampled_from([*SPELT, "a", " ", "\n", "{", "}", "<!--", "-->", "-link"]), max_size=12))
def test_defused_words_hold_no_mark(parts):
    words = defused("".join(parts))
    assert UNSUBSCRIBE not in words
    assert SETTINGS not in words
    assert "<!--section:" not in words
    assert defused(words) == words
    letter = Letter("k", "a@example.org", "s", "<p></p>", words, datetime.datetime(2020, 8, 3))
    assert message_from_bytes(Template(letter).fill(Person("r@example.org", "<i@example.org>")))


def test_a_word_that_looks_like_an_attribute_stays(settings):
    made, imprint, label = spoilt('so class="lede" it', "headline")
    assert 'so class="lede" it' in bulletin.compose(made, ["en"], [made["en"]], imprint, label).html
