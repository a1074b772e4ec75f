"""The checklist: what blocks, what is advice, what is told, and nothing that cries wolf."""

import datetime

import pytest
from django.utils import translation

from barograph.commentaries import checklist
from barograph.commentaries.checklist import Draft, Weight, blocking, is_well_formed, remarks

WHOLE = Draft(
    headline="A headline",
    lede="A lede.",
    body='<p>A body with <a href="https://example.org/a?b=c">a link</a>.</p>',
    byline=1,
    scenarios=[
        {"title": "Calm", "pros": ["cheap"], "cons": ["dull"], "probability": 0.7},
        {"title": "Storm", "pros": ["short"], "cons": ["wet"], "probability": 0.2},
    ],
    question="What next?",
    resolves_by=datetime.date(2020, 12, 31),
    verdict="unchanged",
)


def changed(**values):
    return Draft(**(WHOLE.__dict__ | values))


def texts(draft, weight):
    with translation.override("en"):
        return [remark.text for remark in remarks(draft) if remark.weight is weight]


def test_a_whole_text_is_told_its_facts_alone():
    assert texts(WHOLE, Weight.BLOCKS) == texts(WHOLE, Weight.ADVICE) == []
    assert texts(WHOLE, Weight.FACT) == [
        "Headline: 10 of 300 characters at most.",
        "Text: 5 words, about 1 minute to read.",
        "The probabilities add up to 90%; 10% are left for another option.",
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"headline": " "}, "The headline is missing."),
        ({"headline": "x" * 301}, "The headline is 301 characters long; the limit is 300."),
        ({"body": "<p> </p>"}, "The text is missing."),
        ({"scenarios": [{"title": "", "probability": None}]}, "Scenario 1 has no title."),
        (
            {"scenarios": [{"title": t, "pros": ["x"], "cons": ["y"], "probability": 0.555} for t in "ab"]},
            "The probabilities add up to 111%: more than 100%. Lower one of them.",
        ),
        (
            {"body": '<p><a href="example.org">here</a></p>'},
            "The link “here” is broken: example.org is not an address.",
        ),
    ],
)
def test_what_blocks(values, said):
    assert texts(changed(**values), Weight.BLOCKS) == [said]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"lede": ""}, "The lede is missing: the front page will show the first sentence of the text."),
        ({"byline": 0}, "The byline is empty."),
        ({"verdict": None}, "The topic has no verdict yet: without one, readers see “not rated”."),
        ({"resolves_by": None}, "The question has no date by which it will be resolved."),
        ({"question": ""}, "There is a resolution date but no question."),
        (
            {"leads_somewhere": lambda _a: False},
            "The link “a link” leads to a page that does not exist: https://example.org/a?b=c.",
        ),
        ({"names": [("Лукашенко", "Лукашэнка")] * 2}, "The glossary has “Лукашэнка” for “Лукашенко”."),
        ({"scenarios": [{"title": "Calm", "cons": ["dull"], "pros": [" "]}]}, "Scenario “Calm” has no pros."),
        ({"scenarios": [{"title": "Calm", "pros": ["dull"]}]}, "Scenario “Calm” has no cons."),
        (
            {
                "scenarios": [
                    {"title": t, "pros": ["x"], "cons": ["y"], "probability": p} for t, p in (("a", 0.5), ("b", None))
                ]
            },
            "1 scenario has no probability, while the others do.",
        ),
    ],
)
def test_what_is_advice(values, said):
    assert texts(changed(**values), Weight.ADVICE) == [said]
    assert not blocking(remarks(changed(**values)))


def test_a_topic_decided_as_not_rated_has_a_verdict():
    assert texts(changed(verdict=""), Weight.ADVICE) == []


def test_probabilities_that_make_a_whole_need_no_word():
    thirds = [{"title": t, "pros": ["x"], "cons": ["y"], "probability": 1 / 3} for t in "abc"]
    tenths = [{"title": t, "pros": ["x"], "cons": ["y"], "probability": 0.1} for t in "abcdefghij"]
    for scenarios in (thirds, tenths, [{**s, "probability": None} for s in thirds]):
        found = changed(scenarios=scenarios)
        assert [text for w in Weight for text in texts(found, w) if "robab" in text] == []


def test_what_blocks_comes_first_and_advice_before_facts():
    weights = [remark.weight for remark in remarks(Draft(headline="x", question="?"))]
    assert weights == sorted(weights)
    assert set(weights) == set(Weight)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("be", "Тэкст: 5 слоў, каля 1 хвіліны чытання."),
        ("ru", "Текст: 5 слов, около 1 минуты чтения."),
    ],
)
def test_it_is_said_in_the_desks_language(language, said):
    with translation.override(language):
        assert said in [remark.text for remark in remarks(WHOLE)]


def test_words_are_counted_as_a_reader_would():
    body = "<h2>Сям’я і дзяцінства</h2><p>Что-то из-за 3,5 тыс.[^1]</p>"
    body += "<ul><li>one</li><li>two</li></ul><p>[^1]: A note.</p>"
    assert checklist.count_words(body) == 3 + 5 + 2
    assert [checklist.minutes(920, code) for code in ("be", "ru", "en", "pl")] == [5, 5, 4, 5]
    assert checklist.minutes(1, "be") == 1


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://example.org", True),
        ("http://example.org:8080/a/b?c=d#e", True),
        ("https://пошта.бел/старонка", True),
        ("https://[2001:db8::1]/", True),
        ("mailto:desk@example.org?subject=x", True),
        ("/be/2020-08-03/economy/", True),
        ("", False),
        ("example.org/page", False),
        ("www.example.org", False),
        ("http://", False),
        ("https:/example.org", False),
        ("https://example", False),
        ("https://exa mple.org", False),
        ("http//example.org", False),
        ("//example.org", False),
        ("https://[::1", False),
        ("https://example.org:port/", False),
        ("mailto:nobody", False),
        ("javascript:alert(1)", False),
        ("file:///C:/Users/me/text.docx", False),
        ("#anchor", False),
    ],
)
def test_a_links_form(address, good):
    assert is_well_formed(address) is good
