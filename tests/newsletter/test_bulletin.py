"""Message: each commentary in the first language of the list's chain that has it, in the site's order."""

import re

from hypothesis import given
from hypothesis import strategies as st

from barograph.newsletter import bodies, bulletin

LANGUAGES = ("be", "ru", "en")
VERDICTS = ("worsened", "unchanged", "improved", None)


def commentary(language, body="<p>Text.</p>"):
    return {
        "headline": f"Headline {language}",
        "lede": "Lede & more",
        "body": body,
        "source_language": "ru",
        "byline": [{"slug": "a", "name": "A. Author", "about": "", "pseudonym": False}],
        "scenarios": [
            {"key": "s", "title": "Scenario", "text": "", "pros": ["pro"], "cons": ["con"], "probability": 0.35}
        ],
        "question": "",
        "resolves_by": None,
        "resolution": "",
    }


def content(language, topics):
    return {
        "schema": 1,
        "publication": {"name": "Name", "languages": list(LANGUAGES)},
        "issue": {"first": "2020-08-03", "last": "2020-08-09", "number": 1},
        "language": language,
        "version": 1,
        "published": "2020-08-10T10:00:00+03:00",
        "revised": None,
        "corrections": [],
        "topics": [
            {
                "key": key,
                "name": f"{key} {language}",
                "verdict": verdict,
                "outlook": ["risk"],
                "revised": None,
                "languages": sorted(where),
                "commentary": commentary(language) if language in where else None,
            }
            for key, (verdict, where) in topics.items()
        ],
    }


def editions(topics):
    return {language: content(language, topics) for language in LANGUAGES}


IMPRINT = {"name": {"en": "Situation", "be": "Сітуацыя"}, "languages": list(LANGUAGES), "lists": []}

topics_strategy = st.dictionaries(
    st.sampled_from([f"topic-{n}" for n in range(6)]),
    st.tuples(st.sampled_from(VERDICTS), st.sets(st.sampled_from(LANGUAGES))),
    max_size=6,
)


@given(topics_strategy, st.permutations(LANGUAGES), st.integers(1, 3))
def test_the_first_language_of_the_chain_that_has_it_is_taken(topics, order, length):
    chain = order[:length]
    for key, (_verdict, where) in topics.items():
        found = bulletin.chosen(editions(topics), chain, key)
        expected = next((language for language in chain if language in where), None)
        assert (found[0] if found else None) == expected
        if found:
            assert found[1]["headline"] == f"Headline {expected}"


@given(topics_strategy)
def test_moved_topics_come_first_and_nobody_is_dropped(topics):
    whole = editions(topics)
    items = bulletin.context(whole, ["be", "ru"], [whole["be"]], IMPRINT)["items"]
    assert sorted(item["key"] for item in items) == sorted(topics)
    ranks = [bulletin.RANKS[item["verdict"]] for item in items]
    assert ranks == sorted(ranks)
    for item in items:
        _verdict, where = topics[item["key"]]
        if item["commentary"]:
            assert bool(item["marked"]) == (item["language"] != "be")
        else:
            assert {url.split("/")[3] for _name, url in item["elsewhere"]} == where


def test_a_whole_letter():
    topics = {
        "calm": ("unchanged", {"be", "ru", "en"}),
        "russian": ("worsened", {"ru"}),
        "english": ("improved", {"en"}),
        "quiet": (None, set()),
    }
    whole = editions(topics)
    letter = bulletin.compose(whole, ["be", "ru"], [whole["be"]] * 3, IMPRINT, "BE/RU")
    subject, html, text = letter.subject, letter.html, letter.text
    assert subject.startswith("Сітуацыя, 3")
    assert "\n" not in subject
    assert html.index("Headline ru") < html.index("Headline be")
    assert "Headline en" not in html
    assert "/en/2020-08-03/english/" in html
    assert "prefers-color-scheme:dark" in html
    assert html.count("src=") == html.count('src="cid:') == 3  # nothing rated, no line
    assert 'style="' in html
    for glyph in "▼▬▲":
        assert glyph in html
        assert glyph in text
    assert "▼ ▼ ▼" in text
    assert "35\u00a0%" in text
    assert "Lede & more" in text
    assert "Lede &amp; more" in html
    assert "&" not in text.replace("Lede & more", "")
    assert all(len(line) <= 72 for line in text.splitlines() if "http" not in line and "{{" not in line)
    assert text.count("{{unsubscribe-link}}") == html.count("{{unsubscribe-link}}") == 1
    for address in re.findall(r'href="([^"]+)"', html):
        assert address.startswith(("http://127.0.0.1:8000/", "#", "{{"))


def test_news_of_changes_alone_names_what_changed():
    verdicts = {"a": "unchanged", "b": "worsened", "c": "improved", "d": None, "e": "worsened", "f": "improved"}
    whole = editions({key: (verdict, {"en"}) for key, verdict in verdicts.items()})
    letter = bulletin.compose(whole, ["en"], [whole["en"]], IMPRINT, "EN", only_changes=True)
    names = {topic["key"]: topic["name"] for topic in whole["en"]["topics"]}
    named = letter.subject.removeprefix("What changed: ").partition("…")[0]
    assert sorted(named.split(", ")) == sorted(names[key] for key in "bce")  # the first three of four


def test_too_long_for_a_mail_goes_as_beginnings():
    topics = {"long": ("worsened", {"en"})}
    whole = editions(topics)
    whole["en"]["topics"][0]["commentary"]["body"] = "<p>" + "word " * 20000 + "</p>"
    letter = bulletin.compose(whole, ["en"], [whole["en"]], IMPRINT, "EN")
    html, text = letter.html, letter.text
    assert "Headline en" in html
    assert len(html) < 20_000
    assert "word word" not in text


def test_footnotes_are_numbered_at_the_end():
    body = "<p>Said[^a] and done.</p><p>[^a]: In <i>Minsk</i>.</p>"
    html = bodies.for_mail(body, "https://example.org/")
    assert "<sup>1</sup>" in html
    assert "href" not in html
    assert bodies.as_text(body, "https://example.org/") == "Said[1] and done.\n\n1. In Minsk."


def test_bodies_in_mail_stand_on_their_own():
    body = (
        '<h2>Head</h2><p>A <a href="/en/about/">link</a>, <b>bold</b><br>next</p>'
        '<ul><li>one</li><li>two</li></ul><blockquote><p>said</p></blockquote><figure><img src="/i.webp" alt="A map">'
        "</figure>"
    )
    html = bodies.for_mail(body, "https://example.org/en/2020-08-03/x/")
    assert 'href="https://example.org/en/about/"' in html
    assert "<img" not in html
    assert "[A map]" in html
    text = bodies.as_text(body, "https://example.org/en/2020-08-03/x/")
    assert text == ("* Head\n\nA link <https://example.org/en/about/>, bold\nnext\n\n– one\n– two\n\n> said\n\n[A map]")
