"""Asking the index: filters, names of other languages, words that nothing has, suggestions, an index of old."""

import pytest

from barograph.search import analysis, services
from barograph.search.models import Document, IndexedLanguage
from barograph.search.services import Filters
from tests.search.test_search import make_edition, topic, urls

pytestmark = pytest.mark.django_db
ECONOMY, ELITE = "/be/2020-08-03/economy/", "/be/2020-08-03/elite/"


@pytest.fixture
def archive():
    byline = [{"slug": "jan", "name": "Ян Гай", "about": "", "pseudonym": False}]
    services.index(
        edition=make_edition(
            topic("economy", "Рубель падае", "<p>Перамовы пра крэдыт. Прыехаў Пуцін, а з ім міністры.</p>"),
            topic("elite", "Хто застаўся", "<p>Пра гэта сказаў Лукашэнка. Выбары ў Еўропе.</p>", byline=byline),
        )
    )
    services.index(edition=make_edition(topic("economy", "Рубель расце", "<p>Без змен.</p>"), week=30))


@pytest.mark.parametrize("name", ["Лукашенко", "Lukashenka", "Lukashenko", "Łukašenka", "Lukašenka", "лукашэнку"])
def test_a_name_is_found_however_it_is_written(archive, name):
    assert urls(name) == [ELITE]
    assert urls(f"{name} выбарах") == [ELITE]


@pytest.mark.parametrize("query", ["vybary", "выбараў Эўропы", "VYBARACH", "Jeŭropa vybary", "выбары Europe"])
def test_alphabets_and_spellings_mix(archive, query):
    assert urls(query) == [ELITE]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(topic="economy"), 2),
        (Filters(year="2021"), 1),
        (Filters(author="jan"), 1),
        (Filters(verdict="worsened", year="2020"), 2),
        (Filters(verdict="improved"), 0),
        (Filters(topic='economy" OR "'), 0),
        (Filters(topic="'); --"), 0),
    ],
)
def test_filters_narrow_and_also_stand_alone(archive, filters, expected):
    found = services.find("", "be", 20, filters)
    assert (found.total, len(found.documents)) == (expected, expected)
    assert [document.first for document, _ in found.documents] == sorted(
        (document.first for document, _ in found.documents), reverse=True
    )


def test_words_and_filters_go_together(archive):
    assert urls("рубель", filters=Filters(year="2020")) == [ECONOMY]
    assert urls("рубель", filters=Filters(topic="elite")) == []


def test_a_word_that_no_text_has_is_left_out_and_named(archive):
    found = services.find("рубель цмокі", "be")
    assert found.missing == ["цмокі"]
    assert found.total == 2
    assert found.score(1) == 0.5


def test_what_finds_nothing_suggests_what_does(archive):
    assert services.find("рувель", "be").suggestions == ["рубель"]
    assert "рубель" in services.find("рубель Лукашэнка", "be").suggestions
    assert services.find("цмокі", "be").suggestions == []


@pytest.mark.parametrize(
    "query",
    ['"', "рубель OR", "NEAR(a b)", "headline : a", "a* b^", "':*A | b", "-рубель", "=l:ru", "{a b}: c", "שלום", "𝕏"],
)
def test_nothing_in_a_query_is_read_as_a_command(archive, query):
    services.search(query, "be")
    assert urls("рубель") == ["/be/2021-03-01/economy/", ECONOMY]


def test_an_index_of_an_older_analysis_is_built_anew(archive):
    assert services.ensure_index() == 0
    IndexedLanguage.objects.update(analysis=analysis.VERSION - 1)
    Document.objects.filter(topic="elite").delete()
    assert services.ensure_index() == 3
    assert urls("Лукашэнка") == [ELITE]
    IndexedLanguage.objects.all().delete()  # as after a migration
    assert services.ensure_index() == 3
    assert services.ensure_index() == 0


def test_the_operators_own_words_come_first(archive, settings, tmp_path):
    folder = tmp_path / "words"
    folder.mkdir()
    (folder / "be.tsv").write_text("бульбаш\tлукашэнка\n", encoding="utf-8")
    settings.DATA = tmp_path
    analysis.own_words.cache_clear()
    try:
        assert urls("бульбаш") == [ELITE]
    finally:
        analysis.own_words.cache_clear()
