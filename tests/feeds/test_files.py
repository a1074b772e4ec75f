"""Feeds, maps and open data: readable by the tools people have, stable, and nothing but what the editions say."""

import copy
import csv
import io
import json
import xml.etree.ElementTree as ET

import feedparser
import pytest

from barograph.editions.cells import Cell
from barograph.feeds import opendata, sitemap
from tests.feeds.made import made_of

BASE = "https://situation.example"
NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def commentary(headline, **changes):
    return {
        "headline": headline,
        "lede": "Кароткі змест",
        "body": '<p>Улады &amp; людзі: <a href="/be/about/">гл.</a></p><p><a href="#fn1">1</a></p>',
        "source_language": "be",
        "byline": [
            {"slug": "hanna", "name": "Ганна", "about": "", "pseudonym": False},
            {"slug": "oles", "name": "Алесь", "about": "", "pseudonym": True},
        ],
        "scenarios": [
            {"key": "a", "title": "Дыялог", "text": "Тэкст", "pros": ["за"], "cons": ["супраць"], "probability": 0.35}
        ],
        "question": "",
        "resolves_by": None,
        "resolution": "",
    } | changes


def topic(key, verdict, text=None, outlook=(), revised=None):
    return {
        "key": key,
        "name": key.title(),
        "verdict": verdict,
        "outlook": list(outlook),
        "revised": revised,
        "languages": ["be"],
        "commentary": text,
    }


def edition(first, last, number, language, topics, **changes):
    return {
        "schema": 1,
        "publication": {"name": "Сітуацыя", "languages": ["be", "en"]},
        "issue": {"first": first, "last": last, "number": number},
        "language": language,
        "version": 1,
        "published": f"{last}T10:00:00+03:00",
        "revised": None,
        "corrections": [],
        "topics": topics,
    } | changes


@pytest.fixture
def imprint():
    return {
        "schema": 1,
        "name": {"be": "Сітуацыя", "en": "Situation"},
        "strapline": {"be": "Што змянілася", "en": ""},
        "newsletter_text": {},
        "languages": ["be", "en"],
        "rhythm": "week",
        "timezone": "Europe/Minsk",
        "lists": [],
        "links": [],
        "topics": [
            {"key": key, "names": {"be": key, "en": key}, "about": {}, "since": None, "until": None}
            for key in ("economy", "security")
        ],
        "people": [{"slug": "hanna", "names": {"be": "Ганна"}, "about": {}, "pseudonym": False}],
        "standing": {"about": {"be": {"title": "Пра нас", "body": "<p></p>"}}, "method": {}, "privacy": {}},
    }


@pytest.fixture
def issues():
    """Two issues, newest first; the second corrected; English has one commentary less."""
    new = ("2020-08-10", "2020-08-16", 2)
    old = ("2020-08-03", "2020-08-09", 1)
    corrected = {"version": 2, "revised": "2020-08-12T15:00:00+03:00"}
    return [
        {
            "be": edition(*new, "be", [topic("economy", "worsened", commentary("Новая <&>"), ["risk"])]),
            "en": edition(*new, "en", [topic("economy", "worsened", None, ["risk"])]),
        },
        {
            language: edition(
                *old,
                language,
                [
                    topic("economy", "unchanged", commentary("Старая"), revised="2020-08-12"),
                    topic("security", None, commentary("Без ацэнкі")),
                ],
                **corrected,
            )
            for language in ("be", "en")
        },
    ]


@pytest.fixture
def made(imprint, issues):
    return made_of(imprint, issues, BASE)


def test_every_address_of_the_contract_is_there_and_bytes_repeat(made, imprint, issues):
    assert set(made) == {
        *(f"{code}/{name}" for code in ("be", "en") for name in ("feed.atom", "feed.json")),
        *(
            f"{code}/topics/{key}/{name}"
            for code in ("be", "en")
            for key in ("economy", "security")
            for name in ("feed.atom", "feed.json")
        ),
        "sitemap.xml",
        "robots.txt",
        "data/verdicts.csv",
        "data/verdicts.json",
        "data/datapackage.json",
        *(f"data/editions/{first}.{code}.json" for first in ("2020-08-03", "2020-08-10") for code in ("be", "en")),
    }
    shuffled = [{code: dict(reversed(content.items())) for code, content in issue.items()} for issue in issues]
    assert made_of(imprint, shuffled, f"{BASE}/") == made


def test_atom_has_the_full_text_stable_ids_and_true_dates(made):
    feed = feedparser.parse(made["be/feed.atom"], sanitize_html=False)
    assert not feed.bozo
    assert feed.feed.title == "Сітуацыя"
    assert feed.feed.language == "be"
    assert feed.feed.updated == "2020-08-16T10:00:00+03:00"
    assert [item.title for item in feed.entries] == ["Новая <&>", "Старая", "Без ацэнкі"]
    new, old, other = feed.entries
    assert old.id == "tag:situation.example,2020-08-03:be/economy"
    assert old.link == f"{BASE}/be/2020-08-03/economy/"
    assert (old.published, old.updated) == ("2020-08-09T10:00:00+03:00", "2020-08-12T15:00:00+03:00")
    assert other.updated == other.published  # the correction was another topic's
    assert [person.name for person in old.authors] == ["Ганна", "Алесь"]
    text = new.content[0].value
    assert f'href="{BASE}/be/about/"' in text
    assert f'href="{BASE}/be/2020-08-10/economy/#fn1"' in text
    assert "▼" in text
    assert "35\u00a0%" in text
    assert "<li>супраць</li>" in text


def test_a_correction_keeps_the_id_and_a_later_one_elsewhere_keeps_the_order(made, imprint, issues):
    later = copy.deepcopy(issues)
    later[1]["be"] |= {"version": 3, "revised": "2020-08-20T09:00:00+03:00"}
    before = feedparser.parse(made["be/feed.atom"]).entries[1]
    after = feedparser.parse(made_of(*(imprint, later, BASE))["be/feed.atom"]).entries[1]
    assert after.id == before.id
    assert before.updated <= after.updated < "2020-08-13"


def test_json_feed_says_the_same_as_atom(made):
    feed = json.loads(made["be/feed.json"])
    atom = feedparser.parse(made["be/feed.atom"], sanitize_html=False)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"{BASE}/be/feed.json"
    assert [item["id"] for item in feed["items"]] == [item.id for item in atom.entries]
    texts = ET.fromstring(made["be/feed.atom"]).iterfind(".//{http://www.w3.org/2005/Atom}content")
    assert [item["content_html"] for item in feed["items"]] == [text.text for text in texts]
    assert feed["items"][1]["date_modified"] == atom.entries[1].updated


def test_a_topic_has_its_own_feed(made):
    economy = feedparser.parse(made["be/topics/economy/feed.atom"])
    assert [item.title for item in economy.entries] == ["Новая <&>", "Старая"]
    assert len(feedparser.parse(made["en/topics/security/feed.atom"]).entries) == 1


def test_a_publication_without_issues_has_valid_files(imprint):
    made = made_of(*(imprint, [], BASE))
    assert feedparser.parse(made["be/feed.atom"]).feed.updated == "1970-01-01T00:00:00+00:00"
    assert json.loads(made["data/verdicts.json"]) == []
    ET.fromstring(made["sitemap.xml"])


def test_the_feed_of_all_topics_reaches_back_a_month_each_topics_own_ten_issues(imprint, issues):
    many = [
        {"be": edition(f"2020-{month:02}-01", f"2020-{month:02}-07", month, "be", issues[1]["be"]["topics"])}
        for month in range(12, 0, -1)
    ]
    made = made_of(*(imprint, many, BASE))
    whole, own = feedparser.parse(made["be/feed.atom"]), feedparser.parse(made["be/topics/security/feed.atom"])
    assert (len(whole.entries), len(own.entries)) == (8, 10)
    assert whole.entries[-1].link == f"{BASE}/be/2020-09-01/security/"
    assert own.entries[-1].link == f"{BASE}/be/2020-03-01/security/"


def test_characters_xml_cannot_write_are_left_out(imprint, issues):
    issues[0]["be"]["topics"][0]["commentary"]["headline"] = "a\x0bb\x00"
    feed = feedparser.parse(made_of(imprint, issues, BASE)["be/feed.atom"])
    assert feed.entries[0].title == "ab"


def test_verdicts_have_a_row_per_rated_cell(made):
    rows = list(csv.DictReader(io.StringIO(made["data/verdicts.csv"].decode(), newline="")))
    assert [tuple(row.values()) for row in rows] == [
        ("2020-08-03", "2020-08-09", "1", "economy", "unchanged", "", "2020-08-12"),
        ("2020-08-10", "2020-08-16", "2", "economy", "worsened", "risk", ""),
    ]
    assert json.loads(made["data/verdicts.json"])[1] == {
        "issue": "2020-08-10",
        "until": "2020-08-16",
        "number": 2,
        "topic": "economy",
        "verdict": "worsened",
        "outlook": ["risk"],
        "revised": None,
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start):
    row = ("", "", None), (f"{start}1+1", "", (), None)
    cells = next(iter(csv.DictReader(io.StringIO(opendata.as_csv([opendata.part([row])]).decode(), newline=""))))
    assert cells["topic"] == f"'{start}1+1"


def test_the_data_package_describes_the_table_as_it_is(made):
    package = json.loads(made["data/datapackage.json"])
    table = package["resources"][0]
    header = made["data/verdicts.csv"].decode().splitlines()[0].split(",")
    assert [field["name"] for field in table["schema"]["fields"]] == header
    assert header == ["issue", "until", "number", "topic", "verdict", "outlook", "revised"], "people count on the order"
    for resource in package["resources"]:
        assert resource["bytes"] == len(made[f"data/{resource['path']}"])


CELL = Cell("economy", "worsened", "", True, None, None, "", "")
RATED = opendata.RatedCell({"first": "2020-08-03", "last": "2020-08-09", "number": 1}, CELL, None)


@pytest.mark.parametrize(
    "wrong",
    [
        RATED._replace(issue={"first": None, "last": "2020-08-09", "number": 1}),
        RATED._replace(issue={"first": "2020-08-03", "last": "2020-08-09", "number": "1"}),
        RATED._replace(cell=CELL._replace(verdict="better")),
        RATED._replace(cell=CELL._replace(key="")),
        RATED._replace(cell=CELL._replace(outlook="doom")),
        RATED._replace(revised=20200812),
    ],
)
def test_a_value_that_is_not_what_its_column_says_is_refused_by_name(wrong):
    assert opendata.row(RATED)
    with pytest.raises(TypeError, match="column (issue|number|verdict|topic|outlook|revised) of"):
        opendata.row(wrong)


def test_editions_are_there_as_they_are(made, issues):
    assert json.loads(made["data/editions/2020-08-03.be.json"]) == issues[1]["be"]


def test_the_map_names_each_page_with_its_languages(made):
    urls = {url.find("s:loc", NS).text: url for url in ET.fromstring(made["sitemap.xml"]).findall("s:url", NS)}
    alone = urls[f"{BASE}/be/2020-08-10/economy/"]
    assert alone.findall("x:link", NS) == []
    assert f"{BASE}/en/2020-08-10/economy/" not in urls
    both = urls[f"{BASE}/be/2020-08-03/economy/"]
    assert both.find("s:lastmod", NS).text == "2020-08-12"
    assert {(link.get("hreflang"), link.get("href")) for link in both.findall("x:link", NS)} == {
        ("be", f"{BASE}/be/2020-08-03/economy/"),
        ("en", f"{BASE}/en/2020-08-03/economy/"),
        ("x-default", f"{BASE}/en/2020-08-03/economy/"),
    }
    home = urls[f"{BASE}/en/"].findall("x:link", NS)
    assert ("x-default", f"{BASE}/") in {(link.get("hreflang"), link.get("href")) for link in home}
    assert f"{BASE}/be/about/" in urls
    assert f"{BASE}/en/about/" not in urls


def test_a_large_site_has_an_index_of_maps(imprint, issues, monkeypatch):
    monkeypatch.setattr(sitemap, "LARGEST", 10)
    made = made_of(imprint, issues, BASE)
    index = ET.fromstring(made["sitemap.xml"])
    names = [place.text.removeprefix(f"{BASE}/") for place in index.iterfind("s:sitemap/s:loc", NS)]
    assert len(names) > 1
    assert all(len(ET.fromstring(made[name])) <= 10 for name in names)
