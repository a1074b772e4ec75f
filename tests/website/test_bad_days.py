"""Days that no designer hopes for: each page still stands, tells the truth and fits its limits."""

import pytest

from barograph.website.plans import plans
from tests.website import contents

LONG = "Incomprehensibilities" * 4
HEADLINE = " ".join(["The vote is counted before it is held"] * 8)[:300]


def pages(imprint=None, issues=(), only=""):
    found = plans(imprint or contents.imprint(), list(issues))
    return {plan.path: plan.render() for plan in found if plan.path.startswith(only)}


@pytest.fixture(autouse=True)
def many_topics(monkeypatch):
    """Topics are made as they are needed."""
    monkeypatch.setattr(contents, "TOPICS", dict(contents.TOPICS))


def test_on_day_one_every_page_says_what_will_be_here():
    found = pages()
    assert "The first issue is in preparation" in found["en/index.html"]
    for path in (
        "en/topics/index.html",
        "en/archive/index.html",
        "en/topics/economy/index.html",
        "en/embed/index.html",
    ):
        assert "</html>" in found[path]
    assert all("None" not in text for text in found.values())


def test_a_topic_with_one_issue_has_a_page_and_no_neighbours():
    found = pages(issues=[contents.issue(0, ("worsened", None, None))])
    page = found["en/topics/economy/index.html"]
    assert page.count('class="worsened"') >= 2
    assert 'rel="prev"' not in found["en/2020-08-03/economy/index.html"]


def test_sixty_topics_keep_the_widget_small_and_say_how_many_are_left():
    contents.TOPICS |= {f"topic-{n}": f"A topic with a name of some length, number {n}" for n in range(57)}
    weeks = [contents.issue(week, ("worsened", "improved", None) * 20) for week in range(29, -1, -1)]
    found = pages(contents.imprint(), weeks, only="en/widget/")
    for theme in ("", "light/", "dark/"):
        widget = found[f"en/widget/{theme}index.html"]
        assert "and 52 more topics" in widget
        assert len(widget.encode()) < 8 * 1024
    assert pages(contents.imprint(), weeks, only="en/index.html")["en/index.html"].count('<section class="row') == 60


def test_a_headline_of_300_letters_is_set_smaller_and_whole():
    issue = contents.issue(0)
    for content in issue.values():
        content["topics"][0]["commentary"]["headline"] = HEADLINE
    page = pages(issues=[issue])["en/2020-08-03/economy/index.html"]
    assert 'class="text lengthy"' in page
    assert f">{HEADLINE}</h1>" in page


def test_a_missing_translation_is_told_with_the_way_to_the_others():
    found = pages(issues=[contents.issue(0, languages=("ru", "be"))])
    assert "en/2020-08-03/economy/index.html" not in found
    assert "The commentary is available in:" in found["en/2020-08-03/index.html"]
    assert 'href="/ru/2020-08-03/economy/"' in found["en/2020-08-03/index.html"]


def test_a_right_to_left_language_turns_the_page(monkeypatch):
    monkeypatch.setattr(contents, "LANGUAGES", ["he", "en"])
    found = pages(contents.imprint(), [contents.issue(1, languages=("he", "en")), contents.issue(0, languages=("he",))])
    for path in ("he/index.html", "he/2020-08-10/economy/index.html", "he/topics/economy/index.html"):
        assert '<html lang="he" dir="rtl">' in found[path]
    assert '<html lang="en" dir="ltr">' in found["en/index.html"]
    address = "/he/2020-08-10/economy/\u2069</p>"  # read from the left, whatever stands around it
    assert address in found["he/2020-08-10/economy/index.html"]
    assert "\u2069" not in found["en/2020-08-10/economy/index.html"]


def test_a_week_over_new_year_names_both_years():
    issue = contents.issue(0)
    for content in issue.values():
        content["issue"] |= {"first": "2020-12-28", "last": "2021-01-03"}
    found = pages(issues=[issue])
    text = found["en/index.html"].replace("\u00a0", " ")
    assert "December 28, 2020 – January 3, 2021" in text
    assert "28 снежня 2020 – 3 студзеня 2021" in found["be/index.html"].replace("\u00a0", " ")


def test_the_page_about_the_widget_shows_it_and_gives_the_code():
    page = pages(issues=[contents.issue(0)])["en/embed/index.html"]
    assert '<iframe class="embed" src="/en/widget/"' in page
    assert '<object class="embed" type="text/html" data="/en/widget/dark/"' in page
    assert "&lt;object type=" in page
    assert "frame-src 'self'; object-src 'self'" in page
    assert "<script" not in page
