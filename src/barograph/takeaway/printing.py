"""An issue as a PDF, and the cards that messengers show beside a link."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from barograph.base import languages
from barograph.takeaway import telling, typesetting
from barograph.takeaway.telling import Content, Windows
from barograph.website import presenters

log = logging.getLogger(__name__)

#: Pictures that Typst can set; others are told by their alternative text.
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"})
LONGEST, LINE, LINES = 320, 62, 3  # letters of a headline on a card, of one in a list, and how many of those


def pdf(content: Content, imprint: Content, windows: Windows) -> bytes:
    """The whole issue on A4, tagged. Raises typesetting.NotSet."""
    with translation.override(languages.interface(content["language"])):
        values = telling.bulletin(content, imprint, windows, settings.BASE_URL)
    files: dict[str, Path] = {}
    for topic in values["topics"]:
        if topic["commentary"]:
            topic["commentary"]["body"] = _with_pictures(telling.tree(topic["commentary"].pop("html")), files)
    try:
        return typesetting.pdf("bulletin.typ", values, at=values["published_at"], files=files)
    except typesetting.NotSet as error:
        if not files:
            raise
        log.warning("A picture can't be set, the PDF tells all of them by their words: %s", error)
    for topic in values["topics"]:
        if topic["commentary"]:
            _without_pictures(topic["commentary"]["body"])
    return typesetting.pdf("bulletin.typ", values, at=values["published_at"])


def _without_pictures(nodes: list) -> None:
    for node in nodes:
        if not isinstance(node, str):
            node[1].pop("file", None)
            _without_pictures(node[2])


def _with_pictures(nodes: list, files: dict[str, Path]) -> list:
    """Name the file of each picture that lies in the publication's own folder."""
    for node in nodes:
        if isinstance(node, str):
            continue
        tag, attributes, children = node
        name = attributes.get("src", "").removeprefix("/images/")
        path = Path(settings.MEDIA_ROOT) / "images" / name
        if tag == "img" and "/" not in name and path.suffix.lower() in PICTURES and path.is_file():
            files[f"images/{name}"] = path
            attributes["file"] = f"images/{name}"
        _with_pictures(children, files)
    return nodes


def issue_card(content: Content, imprint: Content) -> bytes:
    """1200 × 630, PNG: the period and what moved."""
    with translation.override(languages.interface(content["language"])):
        values = telling.masthead(content, imprint)
    moved = [topic for topic in content["topics"] if topic["verdict"] in presenters.MOVED and topic["commentary"]]
    lines = [{"verdict": t["verdict"], "text": _shortened(t["commentary"]["headline"], LINE)} for t in moved[:LINES]]
    return _card(
        values,
        headline=values["period"],
        topic="",
        lines=lines,
        parts=values["summary"],
        barogram="",
        period=values["number"],
    )


def commentary_card(topic: Content, content: Content, imprint: Content, windows: Windows) -> bytes:
    """1200 × 630, PNG: topic, headline, verdict and the line it ends."""
    window = windows.get(topic["key"], [])
    with translation.override(languages.interface(content["language"])):
        values = telling.masthead(content, imprint)
        part = {"verdict": topic["verdict"] or "", "text": presenters.sentence(topic["verdict"])}
    return _card(
        values,
        headline=_shortened(topic["commentary"]["headline"], LONGEST),
        topic=topic["name"],
        lines=[],
        parts=[part],
        barogram=telling.drawn(window) if len(window) > 1 else "",
        period=values["period"],
    )


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit].rsplit(' ', 1)[0].rstrip(' ,;:–—-')}…"


def _card(masthead: Content, **values: Any) -> bytes:
    names = ("language", "dir", "publication")
    return typesetting.png("card.typ", {**{name: masthead[name] for name in names}, **values})
