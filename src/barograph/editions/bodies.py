"""What of a rich text goes into an edition: clean restricted HTML that needs no database to read.

Wagtail stores its own marks (`linktype`, `<embed>`, block keys); an edition
keeps plain elements, and an image by its content's name, so that the snapshot
stands on its own.
"""

from __future__ import annotations

import hashlib
import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PageElement
from django.conf import settings

from barograph.base import atomic_files, glyphs
from barograph.base.public_links import is_public

ALLOWED = {
    "p": (),
    "h2": (),
    "h3": (),
    "ul": (),
    "ol": (),
    "li": (),
    "b": (),
    "i": (),
    "blockquote": (),
    "br": (),
    "a": ("href",),
    "figure": (),
    "img": ("src", "alt", "width", "height"),
    "figcaption": (),
}
SAME = {"strong": "b", "em": "i", "h4": "h3"}
SIZE = "max-1200x1200|format-webp|preserve-svg"
SCHEMES = {"http", "https", "mailto", ""}


def _attributes(tag: Tag, names: tuple[str, ...]) -> str:
    attributes = ""
    for name in names:
        value = tag.get(name)
        if value is None:
            continue
        if name in {"href", "src"} and urlsplit(str(value)).scheme not in SCHEMES:
            continue
        attributes += f' {name}="{html.escape(str(value))}"'
    return attributes


def _image(tag: Tag) -> str:
    from wagtail.images import get_image_model

    image = get_image_model().objects.filter(pk=tag.get("id") or 0).first()
    if image is None:
        return ""
    rendition = image.get_rendition(SIZE)
    if not rendition.file.storage.exists(rendition.file.name):  # it can be lost, and made again
        rendition.delete()
        rendition = image.get_rendition(SIZE)
    alt = html.escape(str(tag.get("alt") or ""))
    name = _by_content(rendition)
    size = f'width="{rendition.width}" height="{rendition.height}"'
    return f'<figure><img src="/images/{html.escape(name)}" alt="{alt}" {size}></figure>'


def _by_content(rendition: Any) -> str:
    """The picture's public name, made from its content: the file's own could name whoever uploaded it."""
    with rendition.file.open("rb") as file:
        content = file.read()
    name = f"{hashlib.sha256(content).hexdigest()[:24]}{Path(rendition.file.name).suffix}"
    target = Path(settings.MEDIA_ROOT) / "images" / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write(target, content)
    return name


def _write(node: PageElement) -> str:
    if not isinstance(node, Tag):
        return html.escape(str(node), quote=False) if type(node) is NavigableString else ""
    inside = "".join(_write(child) for child in node.children)
    name = SAME.get(node.name, node.name)
    if name in {"script", "style", "template"}:
        return ""
    if name == "embed":
        return _image(node) if node.get("embedtype") == "image" else ""
    if name not in ALLOWED:
        return inside
    if name == "br":
        return "<br>"
    if name == "img":
        return f"<img{_attributes(node, ALLOWED[name])}>"
    if name == "a" and not is_public(str(node.get("href") or "")):
        return inside  # the last guard: no reader is sent to the desk or to a writer's own machine
    return f"<{name}{_attributes(node, ALLOWED[name])}>{inside}</{name}>"


def frozen(body: str) -> str:
    """Wagtail's rich text → restricted HTML: only the elements of a commentary, and no empty paragraphs."""
    soup = BeautifulSoup(glyphs.without_private(body or ""), "html.parser")
    text = "".join(_write(node) for node in soup.children)
    return re.sub(r"<p>(?:\s|<br>)*</p>", "", text).strip()
