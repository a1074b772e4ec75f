"""Search over editions: what is found, in which order, and what a reader is told."""

import re
from datetime import date, timedelta

import pytest

from barograph.editions.models import Edition
from barograph.issues.models import Issue
from barograph.search import queries, services, views
from barograph.search.documents import plain
from barograph.search.marks import Marker
from barograph.search.models import Document, DocumentTerms

FIRST = date(2020, 8, 3)


def topic(key, headline, body, **changes):
    commentary = {
        "headline": headline,
        "lede": "",
        "body": body,
        "source_language": "be",
        "byline": [{"slug": "hanna", "name": "Ганна Ліс", "about": "", "pseudonym": False}],
        "scenarios": [],
        "question": "",
        "resolves_by": None,
        "resolution": "",
    } | changes
    return {
        "key": key,
        "name": key,
        "verdict": "worsened",
        "outlook": [],
        "revised": None,
        "languages": ["be"],
        "commentary": commentary if headline else None,
    }


def make_edition(*topics, week=0, language="be", version=1):
    first = FIRST + timedelta(weeks=week)
    last = first + timedelta(days=6)
    issue, _ = Issue.objects.get_or_create(first=first, defaults={"last": last, "number": week + 1})
    content = {
        "schema": 1,
        "publication": {"name": "Сітуацыя", "languages": ["be", "ru", "en"]},
        "issue": {"first": first.isoformat(), "last": last.isoformat(), "number": week + 1},
        "language": language,
        "version": version,
        "published": f"{last}T10:00:00+03:00",
        "revised": None,
        "corrections": [],
        "topics": list(topics),
    }
    return Edition.objects.create(
        issue=issue, first=first, language=language, version=version, content=content, digest=""
    )


def urls(query, language="be", **options):
    return [hit["url"] for hit in services.search(query, language, **options)["hits"]]


def test_blocks_are_parted_and_marks_within_a_word_are_not():
    assert plain("<p>Адзін&nbsp;&amp; <b>д</b>ва</p><ul><li>тры</li><li>пяць</li></ul>") == "Адзін & два тры пяць"


@pytest.mark.django_db
def test_headlines_come_before_texts_and_the_newest_before_the_old():
    services.index(edition=make_edition(topic("economy", "Рубель падае", "<p>Курс</p>"), week=0))
    services.index(
        edition=make_edition(
            topic("economy", "Іншае", "<p>Рубель</p>"), topic("security", "Межы", "<p>рубель</p>"), week=1
        )
    )
    services.index(edition=make_edition(topic("economy", "Рубель расце", "<p></p>"), week=2))
    assert urls("рубель") == [
        "/be/2020-08-17/economy/",
        "/be/2020-08-03/economy/",
        "/be/2020-08-10/economy/",
        "/be/2020-08-10/security/",
    ]
    assert urls("рубель", limit=1) == ["/be/2020-08-17/economy/"]
    assert services.find("рубель", "be", 1).total == 4
    assert urls("рубель курс") == ["/be/2020-08-03/economy/"]
    assert urls("рубель", "ru") == []
    hit = services.search("рубель", "be")["hits"][0]
    assert hit == {
        "url": "/be/2020-08-17/economy/",
        "issue": "2020-08-17",
        "topic": "economy",
        "headline": "Рубель расце",
        "score": 1.0,
    }


@pytest.mark.django_db
def test_only_the_current_edition_counts():
    first = make_edition(topic("economy", "Стары загаловак", ""), topic("security", "Мяжа", ""))
    services.index(edition=first)
    second = make_edition(topic("economy", "Новы загаловак", ""), topic("security", "", ""), version=2)
    services.index(edition=second)
    services.index(edition=second)
    services.index(edition=first)  # too late: changes nothing
    assert urls("стары") == []
    assert urls("новы") == ["/be/2020-08-03/economy/"]
    assert urls("мяжа") == []
    kept = [list(model.objects.values()) for model in (Document, DocumentTerms)]
    assert services.index_all() == 1
    assert [list(model.objects.values()) for model in (Document, DocumentTerms)] == kept


@pytest.mark.django_db
def test_scenarios_bylines_and_topics_are_found_too():
    scenario = {"key": "a", "title": "Дыялог", "text": "Перамовы", "pros": ["даверу"], "cons": [], "probability": None}
    services.index(edition=make_edition(topic("economy", "Загаловак", "", scenarios=[scenario])))
    for query in ("дыялог", "перамовы давер", "Ганна Ліс", "economy"):
        assert urls(query) == ["/be/2020-08-03/economy/"], query


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "  ", "%", "_", "'\"", "\x00", "…—", "\ud800", "🙂"])
def test_a_query_without_words_finds_nothing(query):
    services.index(edition=make_edition(topic("economy", "Загаловак", "")))
    assert urls(query) == []


@pytest.mark.parametrize("query", ["a" * 201, " ".join(f"w{number}" for number in range(11))])
def test_a_query_that_costs_too_much_is_refused(query):
    with pytest.raises(services.QueryTooLong):
        services.search(query, "be")


@pytest.mark.django_db
def test_a_page_asks_the_database_a_fixed_number_of_times(django_assert_max_num_queries):
    for week in range(3):
        services.index(edition=make_edition(topic("economy", "Рубель", ""), topic("b", "Рубель", ""), week=week))
    with django_assert_max_num_queries(8):
        views.answer("рубель", "be")


@pytest.mark.django_db
def test_hits_are_marked_and_everything_else_is_text():
    marker = Marker(queries.read("сям'я", "be"))
    assert views._marks(marker.pieces("<b> Сям’ёй і сям’я")) == "&lt;b&gt; <mark>Сям’ёй</mark> і <mark>сям’я</mark>"
    text = "слова " * 100 + "сям’я " + "слова " * 100
    pieces = marker.pieces(text.strip(), length=100)
    assert [piece for piece, hit in pieces if hit] == ["сям’я"]
    shown = "".join(piece for piece, _ in pieces)
    assert shown.startswith("… слова")
    assert shown.endswith("слова …")
    assert len(shown) <= 110
    assert Marker(queries.read("", "be")).pieces("a" * 500, length=100)


@pytest.fixture
def ask(client, db, settings):
    """The search page's answer to a query."""
    settings.ROOT_URLCONF = "barograph.search.urls"
    services.index(edition=make_edition(topic("economy", "Рубель <i>", "<p>Курс рубля &lt;b&gt;</p>")))
    return lambda path, **query: client.get(path, query)


def test_the_page_shows_hits_with_marks(ask):
    response = ask("/be/search/", q="рубель")
    text = response.content.decode()
    assert response.status_code == 200
    assert '<a href="/be/2020-08-03/economy/"><mark>Рубель</mark> &lt;i&gt;</a>' in text
    assert re.search(r'role="status">[^<]*\b1\b', text)
    assert not response.cookies


@pytest.mark.parametrize("query", ["", "нічога такога", "x" * 5000, "w " * 50, "<script>alert(1)</script>", "\x00"])
def test_the_page_has_a_sentence_for_every_query(ask, query):
    response = ask("/be/search/", q=query)
    text = response.content.decode()
    assert response.status_code == 200
    assert "<script" not in text
    assert 'role="status"' in text
    assert 'role="status"></p>' not in text


def test_a_language_the_publication_does_not_have_has_no_search(ask):
    assert ask("/de/search/", q="a").status_code == 404


def test_searching_is_reading(client, db, settings):
    settings.ROOT_URLCONF = "barograph.search.urls"
    assert client.post("/be/search/", {"q": "a"}).status_code == 405
