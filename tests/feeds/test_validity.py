"""Feeds as their specifications want them, judged by validators and not by our own reading."""

import json
from pathlib import Path

import feedparser
import jsonschema
import pytest
from lxml import etree

from tests.feeds.made import made_of
from tests.website import contents

BASE = "https://situation.example"
HUB = "https://hub.example/"
ATOM = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))

TIME = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}
URL = {"type": "string", "pattern": "^https?://"}
AUTHORS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "url": URL, "avatar": URL},
        "minProperties": 1,
    },
}
ITEM = {
    "type": "object",
    "required": ["id"],
    "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "url": URL,
        "title": {"type": "string"},
        "content_html": {"type": "string", "minLength": 1},
        "summary": {"type": "string"},
        "date_published": TIME,
        "date_modified": TIME,
        "tags": {"type": "array", "items": {"type": "string"}},
        "authors": AUTHORS,
    },
    "additionalProperties": False,
}
#: jsonfeed.org/version/1.1, as far as we use it; what it doesn't know is refused.
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": URL,
        "feed_url": URL,
        "description": {"type": "string"},
        "language": {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]+)*$"},
        "authors": AUTHORS,
        "hubs": {"type": "array", "items": {"type": "object", "required": ["type", "url"]}},
        "items": {"type": "array", "items": ITEM},
    },
    "additionalProperties": False,
}


def correct(editions):
    """The next version: the economy's text is corrected two days later."""
    for content in editions.values():
        content |= {"version": 2, "revised": f"{content['issue']['last'][:8]}12T15:00:00+03:00"}
        content["topics"][0]["revised"] = content["revised"][:10]
        content["topics"][0]["commentary"]["headline"] = "Corrected & <true>"
    return editions


@pytest.fixture(params=["", HUB])
def made(request, settings):
    settings.WEBSUB_URL = request.param
    return made_of(contents.imprint(), [contents.issue(1), contents.issue(0)], BASE)


def test_every_atom_feed_is_valid(made, settings):
    feeds = {path: text for path, text in made.items() if path.endswith(".atom")}
    assert len(feeds) == 3 * (1 + 3)
    for path, text in feeds.items():
        document = etree.fromstring(text)
        assert ATOM.validate(document), (path, ATOM.error_log)
        assert feedparser.parse(text).bozo is False
        links = {link.get("rel", "alternate"): link.get("href") for link in document.findall("{*}link")}
        assert links["self"] == f"{BASE}/{path}"
        assert links.get("hub", "") == settings.WEBSUB_URL
        ids = [node.text for node in document.iterfind("{*}entry/{*}id")]
        assert len(ids) == len(set(ids))
        assert ids


def test_the_validator_is_no_yes_sayer(made):
    for wrong in (("<id>tag:", "<id>"), ("<updated>2020", "<updated>then"), ('rel="self"', 'rel="none"')):
        assert not ATOM.validate(etree.fromstring(made["be/feed.atom"].decode().replace(*wrong).encode()))


def test_every_json_feed_is_valid(made, settings):
    feeds = {path: json.loads(text) for path, text in made.items() if path.endswith("feed.json")}
    assert len(feeds) == 3 * (1 + 3)
    for path, feed in feeds.items():
        jsonschema.validate(feed, JSON_FEED)
        assert feed["feed_url"] == f"{BASE}/{path}"
        assert [hub["url"] for hub in feed.get("hubs", [])] == [HUB] * bool(settings.WEBSUB_URL)
        assert feed["items"]


def test_a_correction_keeps_the_id_and_tells_its_time(settings):
    settings.WEBSUB_URL = ""
    before = made_of(contents.imprint(), [contents.issue()], BASE)
    after = made_of(contents.imprint(), [correct(contents.issue())], BASE)
    for path in ("en/feed.atom", "en/topics/economy/feed.atom"):
        old, new = (feedparser.parse(made[path]).entries[0] for made in (before, after))
        assert (old.id, old.published) == (new.id, new.published)
        assert new.title == "Corrected &amp; &lt;true&gt;" or new.title == "Corrected & <true>"
        assert (old.updated, new.updated) == ("2020-08-10T10:00:00+03:00", "2020-08-12T15:00:00+03:00")
    old, new = (json.loads(made["en/feed.json"])["items"] for made in (before, after))
    assert [item["id"] for item in old] == [item["id"] for item in new]
    assert new[0]["date_modified"] == "2020-08-12T15:00:00+03:00"
    assert new[1]["date_modified"] == old[1]["date_modified"]
