"""What search engines and messengers are told of a page: times, section and schema.org data (JSON-LD).

Pure functions: an edition's content in, plain values out. The data stand in
a data block, which no browser runs and no Content-Security-Policy forbids.
Knows no templates and no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from markupsafe import Markup

from barograph.editions.changes import updated
from barograph.website import presenters

Content = dict[str, Any]
Data = dict[str, Any]


@dataclass(frozen=True)
class Metadata:
    """Times are ISO 8601 with their offset; `data` is a whole element."""

    published: str
    modified: str
    section: str
    data: Markup


def block(data: Data) -> Markup:
    """The data as an element; nothing in it can end it or begin another."""
    text = orjson.dumps({"@context": "https://schema.org", **data}).decode()
    for sign, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(sign, code)
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704 escaped above


def commentary(content: Content, topic: Content, having: Sequence[str], publication: str, card: str = "") -> Metadata:
    """A commentary, with its languages. `having`: those in which it has a page; `card`: its picture's full address."""
    language, first = content["language"], content["issue"]["first"]
    text = topic["commentary"]
    published, modified = content["published"], updated(content, topic).isoformat()
    data = {
        **_head("NewsArticle", presenters.commentary_path(language, first, topic["key"]), language),
        "headline": text["headline"],
        "description": presenters.first_sentence(text),
        "articleSection": topic["name"],
        "datePublished": published,
        "dateModified": modified,
        "isAccessibleForFree": True,
        "author": [_person(person, language) for person in text["byline"]] or _publisher(publication, language),
        "publisher": _publisher(publication, language),
        "isPartOf": _report(content),
        **({"image": card} if card else {}),
        **_languages(content, topic, having),
    }
    return Metadata(published, modified, topic["name"], block(data))


def issue(content: Content, published_in: Sequence[str], publication: str, *, home: bool) -> Metadata:
    """An issue: a report made of its commentaries. The home page shows the latest one."""
    language, first = content["language"], content["issue"]["first"]
    published, modified = content["published"], content["revised"] or content["published"]
    written = [topic for topic in content["topics"] if topic["commentary"]]
    data = {
        **_head("Report", presenters.issue_path(language, first), language),
        "name": f"{publication}: {presenters.issue_period(content)}",
        "reportNumber": str(content["issue"]["number"] or first),
        "temporalCoverage": f"{first}/{content['issue']['last']}",
        "datePublished": published,
        "dateModified": modified,
        "isAccessibleForFree": True,
        "publisher": _publisher(publication, language),
    }
    if not home:
        data["workTranslation"] = [
            _head("Report", presenters.issue_path(code, first), code) for code in published_in if code != language
        ]
        data["hasPart"] = [
            {"@id": settings.BASE_URL + presenters.commentary_path(language, first, topic["key"])} for topic in written
        ]
    return Metadata(published, modified, "", block({key: value for key, value in data.items() if value}))


def _head(kind: str, path: str, language: str) -> Data:
    """An own page, named by its address."""
    url = settings.BASE_URL + path
    return {"@type": kind, "@id": url, "url": url, "inLanguage": language}


def _languages(content: Content, topic: Content, having: Sequence[str]) -> Data:
    """The original names its translations, a translation its original."""
    source, language = topic["commentary"]["source_language"], content["language"]
    others = {
        code: {
            "@type": "NewsArticle",
            "@id": settings.BASE_URL + presenters.commentary_path(code, content["issue"]["first"], topic["key"]),
            "inLanguage": code,
        }
        for code in having
        if code != language
    }
    if source == language:
        return {"workTranslation": list(others.values())} if others else {}
    return {"translationOfWork": others[source]} if source in others else {}


def _report(content: Content) -> Data:
    return {
        "@type": "Report",
        "@id": settings.BASE_URL + presenters.issue_path(content["language"], content["issue"]["first"]),
        "name": presenters.issue_period(content),
    }


def _person(person: Content, language: str) -> Data:
    return {
        "@type": "Person",
        "name": person["name"],
        "url": f"{settings.BASE_URL}/{language}/people/{person['slug']}/",
    }


def _publisher(publication: str, language: str) -> Data:
    return {"@type": "Organization", "name": publication, "url": f"{settings.BASE_URL}/{language}/"}
