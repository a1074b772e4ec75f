"""A language that Barograph doesn't speak gets a catalogue: pages, dates and numbers then are in it."""

import sys
from pathlib import Path

import pytest
from django.utils import translation

from barograph.base import dates, languages, numbers, pages
from barograph.website import bake, presenters
from tests.website import contents

TOOLS = Path(__file__).resolve().parents[2] / "tools"
WORDS = {"Archive": "ארכיון", "KB": "ק״ב", "The situation has worsened": "המצב החמיר"}
CACHES = (
    languages.spoken,
    languages.interface,
    pages.environment,
    pages.macro,
    dates.period,
    numbers.percent,
    numbers.decimal,
)


@pytest.fixture
def catalogues(monkeypatch, tmp_path):
    """The tool, with a folder of its own to write to."""
    monkeypatch.setattr(sys, "path", [str(TOOLS), *sys.path])
    import catalogues as tool

    monkeypatch.setattr(tool, "LOCALE", tmp_path / "locale")
    tool.LOCALE.mkdir()
    return tool


def forget():
    for cache in CACHES:
        getattr(cache, "cache_clear", lambda: None)()


@pytest.fixture
def hebrew(catalogues, settings):
    """A catalogue as somebody begins it: three words of it."""
    place = catalogues.begin("he")
    catalog = catalogues.load("he")
    for message in catalog:
        if message.id in WORDS:
            message.string = WORDS[message.id]
        elif message.id and message.id[0] == "%(count)s issue":
            message.string = ("גיליון אחד", *["%(count)s גיליונות"] * (catalog.num_plurals - 1))
    catalogues.write(place, catalog)
    catalogues.compile_one(place, "he")
    settings.LOCALE_PATHS = [*settings.LOCALE_PATHS, str(catalogues.LOCALE)]
    forget()
    yield catalogues
    settings.LOCALE_PATHS = settings.LOCALE_PATHS[:-1]
    forget()


def test_a_new_catalogue_has_what_readers_see_and_not_the_desk(catalogues):
    catalogues.begin("he")
    catalog = catalogues.load("he")
    assert {"Archive", "The situation has worsened", "Subscribe"} <= {m.id for m in catalog if isinstance(m.id, str)}
    assert not [m for m in catalog if m.id and all(place.startswith("desk/") for place, _line in m.locations)]
    assert len(catalog) < len(catalogues.template()) / 2
    with pytest.raises(SystemExit, match="There is one"):
        catalogues.begin("he")
    with pytest.raises(SystemExit, match="is wanted"):
        catalogues.begin("nolanguage")


def test_its_wrong_placeholders_are_found_and_its_gaps_are_not(hebrew):
    assert not [problem for problem in hebrew.problems() if problem.startswith("he:")]
    catalog = hebrew.load("he")
    catalog.get("%(count)s issue").string = ["%(number)s"] * catalog.num_plurals
    hebrew.write(hebrew.path("he"), catalog)
    assert [problem for problem in hebrew.problems() if problem.startswith("he:")]


@pytest.mark.django_db
def test_with_it_pages_speak_the_language_and_what_it_lacks_is_english(hebrew):
    contents.found(contents.imprint(languages=["he", "en"]))
    editions = contents.issue(1, languages=("he", "en"))
    publishable = {"en": editions["en"], "he": {**editions["en"], "language": "he"}}
    contents.publish(publishable)
    site = bake.bake().path
    archive = (site / "he/archive/index.html").read_text(encoding="utf-8")
    assert '<html lang="he" dir="rtl">' in archive
    assert ">ארכיון</h1>" in archive
    assert "גיליון אחד" in archive
    assert "3–9" not in archive
    issue = (site / "he/2020-08-10/index.html").read_text(encoding="utf-8")
    assert "10–16 באוג׳ 2020" in issue
    assert "המצב החמיר" in (site / "he/2020-08-10/security/index.html").read_text(encoding="utf-8")
    assert ">Topics</a>" in archive  # not translated yet
    assert "ארכיון" not in (site / "en/archive/index.html").read_text(encoding="utf-8")


def test_with_it_dates_and_numbers_are_written_as_the_language_does(hebrew):
    first = dates.date(2020, 8, 3)
    assert dates.day(first, "he") == "3 באוגוסט 2020"
    assert dates.month(first, "he") == "אוגוסט\u00a02020"
    assert dates.period(first, dates.date(2020, 9, 6), "he") == "3 אוג׳ – 6 ספט׳ 2020"
    assert numbers.percent(0.005, "he") == "0.5%"
    with translation.override("he"):
        assert presenters.size(1_234_567, "he").startswith("1.2\u00a0")
        assert presenters.size(80_000, "he") == "80\u00a0ק״ב"


def test_without_one_everything_of_ours_is_in_english_together():
    forget()
    assert languages.interface("he") == "en"
    assert dates.period(dates.date(2020, 8, 3), dates.date(2020, 8, 9), "he").replace("\u00a0", " ") == (
        "August 3 – August 9, 2020"
    )
    assert numbers.percent(0.005, "he") == "0.5%"
