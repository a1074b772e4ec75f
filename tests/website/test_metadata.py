"""What machines are told of a page: whole addresses, true times, every language, and nothing that could run."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from barograph.base import languages
from barograph.website import bake, metadata
from tests.website import contents

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    contents.found(contents.imprint())
    contents.publish(contents.issue())
    editions = contents.issue(1, revised="2020-08-20T09:00:00+03:00")
    for content in editions.values():
        content["topics"][0]["revised"] = "2020-08-20"
    contents.publish(editions)
    return bake.bake().path


def page(site, path):
    return BeautifulSoup((site / path / "index.html").read_text(encoding="utf-8"), "html.parser")


def data(soup):
    return json.loads(soup.find("script", type="application/ld+json").string)


def named(soup, **wanted):
    return [tag["content"] for tag in soup.find_all("meta", attrs=wanted)]


def test_every_page_names_itself_and_its_other_languages(site, settings):
    base = settings.BASE_URL
    own = ("about/", "people/jan/2020/")
    for path in ("", "2020-08-03/", "2020-08-03/economy/", "topics/", "topics/economy/", "archive/", *own):
        soup = page(site, f"be/{path}")
        assert soup.find("link", rel="canonical")["href"] == f"{base}/be/{path}"
        others = {link["hreflang"]: link["href"] for link in soup.find_all("link", rel="alternate", hreflang=True)}
        best = f"{base}/en/{path}" if path else f"{base}/"
        assert others == {code: f"{base}/{code}/{path}" for code in ("be", "ru", "en")} | {"x-default": best}, path
        assert named(soup, property="og:locale") == ["be_BY"]
        assert named(soup, property="og:locale:alternate") == ["ru_RU", "en_US"]
        for name in ("og:title", "og:description", "og:url", "og:type", "og:site_name"):
            assert named(soup, property=name)[0], (path, name)
        assert named(soup, name="twitter:card") == ["summary"]


def test_a_commentary_is_an_article_with_dates_author_and_translations(site, settings):
    base = settings.BASE_URL
    soup = page(site, "ru/2020-08-10/economy")
    assert named(soup, property="og:type") == ["article"]
    assert named(soup, property="article:published_time") == ["2020-08-17T10:00:00+03:00"]
    assert named(soup, property="article:modified_time") == ["2020-08-20T09:00:00+03:00"]
    told = data(soup)
    assert (told["@context"], told["@type"]) == ("https://schema.org", "NewsArticle")
    assert told["headline"] == "Headline in ru"
    assert told["inLanguage"] == "ru"
    assert (told["datePublished"], told["dateModified"]) == ("2020-08-17T10:00:00+03:00", "2020-08-20T09:00:00+03:00")
    assert told["author"] == [{"@type": "Person", "name": "Jan", "url": f"{base}/ru/people/jan/"}]
    assert told["isPartOf"]["@id"] == f"{base}/ru/2020-08-10/"
    assert {one["inLanguage"] for one in told["workTranslation"]} == {"be", "en"}
    assert data(page(site, "be/2020-08-10/economy"))["translationOfWork"]["@id"] == f"{base}/ru/2020-08-10/economy/"


def test_an_issue_is_a_report_made_of_its_commentaries(site, settings):
    told = data(page(site, "en/2020-08-03"))
    assert told["@type"] == "Report"
    assert told["temporalCoverage"] == "2020-08-03/2020-08-09"
    assert {"@id": f"{settings.BASE_URL}/en/2020-08-03/economy/"} in told["hasPart"]
    assert len(told["workTranslation"]) == 2


def test_nothing_in_the_data_can_end_the_element():
    text = str(metadata.block({"headline": "</script><script>alert(1)</script>&<!--"}))
    assert re.findall(r"<[^>]*>", text) == ['<script type="application/ld+json">', "</script>"]
    assert json.loads(text[35:-9])["headline"] == "</script><script>alert(1)</script>&<!--"


def test_a_card_is_shown_large_with_its_size_and_a_text(site):
    from barograph.base import pages

    shell = pages.shell_context(contents.imprint(), "en", {"en": "/en/"}, "/en/")
    shell |= {"title": "x", "body": "", "definitions": [], "card": "https://example.org/cards/1.png"}
    soup = BeautifulSoup(pages.render("website/standing.html", shell, language="en"), "html.parser")
    assert named(soup, property="og:image") == ["https://example.org/cards/1.png"]
    assert named(soup, property="og:image:width") == ["1200"]
    assert named(soup, property="og:image:alt")[0]
    assert named(soup, name="twitter:card") == ["summary_large_image"]


@pytest.mark.parametrize(("code", "told"), [("be", "be_BY"), ("pt-BR", "pt_BR"), ("ar", "ar_EG"), ("x-none", "x-none")])
def test_a_language_is_told_with_its_country(code, told):
    assert languages.territory(code) == told
