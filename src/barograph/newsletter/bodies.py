"""A commentary's restricted HTML as mail needs it: with full addresses and without images, and as plain text.

Pure functions; knows no models.
"""

from __future__ import annotations

import textwrap

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PageElement

from barograph.base import richtext

COLUMNS = 72


def _with_notes(html: str) -> BeautifulSoup:
    """The body with its footnotes numbered at the end. Mail programs jump badly, so marks are no links."""
    soup = BeautifulSoup(richtext.for_page(html), "html.parser")
    for link in soup.find_all("a", role="doc-backlink"):
        link.decompose()
    for link in soup.find_all("a", role="doc-noteref"):
        link.unwrap()
    for section in soup.find_all("section"):
        section.name, section.attrs = "div", {"class": "notes"}
    for item in soup.find_all("li"):
        item.attrs = {}
    return soup


def for_mail(html: str, url: str) -> str:
    """The body with links that work anywhere; an image becomes its words with a link to the page."""
    soup = _with_notes(html)
    for link in soup.find_all("a"):
        if link.get("href"):
            link["href"] = richtext.full_address(url, str(link["href"]))
            if not link["href"]:
                del link["href"]
        for name in set(link.attrs) - {"href"}:
            del link[name]
    for image in soup.find_all("img"):
        words = str(image.get("alt") or "")
        if not words:
            image.decompose()
            continue
        link = soup.new_tag("a", href=url)
        link.string = f"[{words}]"
        image.replace_with(link)
    return str(soup)


def wrapped(text: str, *, indent: str = "", first: str | None = None) -> str:
    """Text in lines of at most 72 columns; a long link stays whole."""
    lines = text.split("\n")
    return "\n".join(
        textwrap.fill(
            line,
            COLUMNS,
            initial_indent=indent if first is None or number else first,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, line in enumerate(lines)
    )


def _inline(node: Tag, url: str) -> str:
    return "".join(_run(child, url) for child in node.children)


def _run(child: PageElement, url: str) -> str:
    """A run of a line as plain text."""
    if not isinstance(child, Tag):
        return " ".join(str(child).split("\n"))
    if child.name == "sup":
        return f"[{_inline(child, url)}]"
    if child.name == "br":
        return "\n"
    if child.name == "img":
        return f"[{child.get('alt')}]" if child.get("alt") else ""
    words = _inline(child, url)
    if child.name == "a" and child.get("href"):
        target = richtext.full_address(url, str(child["href"]))
        return words if not target or target == words or target.startswith(f"{url}#") else f"{words} <{target}>"
    return words


def as_text(html: str, url: str) -> str:
    """The body as plain text in 72 columns, links written out behind their words."""
    return "\n\n".join(block for block in _blocks(_with_notes(html), url, "") if block.strip())


#: Elements that stand by themselves; everything else is part of a line.
_STANDING = frozenset(
    {"p", "h2", "h3", "h4", "ul", "ol", "blockquote", "div", "section", "figure", "figcaption", "img"}
)


def _blocks(node: Tag, url: str, indent: str, first: str | None = None) -> list[str]:
    """The blocks in an element, to any depth; neighbouring runs of a line are one. `first`: before the first line."""
    blocks: list[str] = []
    line = ""

    def close() -> None:
        nonlocal line, first
        if words := "\n".join(" ".join(part.split(" ")).strip() for part in line.split("\n")).strip():
            blocks.append(wrapped(words, indent=indent, first=first))
            first = None
        line = ""

    for child in node.children:
        if isinstance(child, NavigableString) or child.name not in _STANDING:
            line += _run(child, url)
            continue
        close()
        blocks += _standing(child, url, indent, first)
        first = None if blocks else first
    close()
    return blocks


def _standing(node: Tag, url: str, indent: str, first: str | None) -> list[str]:
    """The blocks of an element that stands by itself."""
    if node.name in {"h2", "h3", "h4"}:
        return [wrapped(f"* {_inline(node, url).strip()}", indent=indent, first=first)]
    if node.name in {"ul", "ol"}:
        return ["\n".join(_items(node, url, indent))]
    if node.name == "blockquote":
        return _blocks(node, url, f"{indent}> ")
    if node.name == "img":
        return [wrapped(f"[{node['alt']}]", indent=indent, first=first)] if node.get("alt") else []
    return _blocks(node, url, indent, first)


def _items(node: Tag, url: str, indent: str) -> list[str]:
    """A list's lines; what stands by itself in an item comes below its words, further in."""
    lines = []
    for number, item in enumerate(node.find_all("li", recursive=False), start=1):
        bullet = f"{number}. " if node.name == "ol" else "– "
        inside = _blocks(item, url, indent + " " * len(bullet), first=indent + bullet)
        if inside and not inside[0].startswith(indent + bullet):
            inside.insert(0, (indent + bullet).rstrip())
        lines += inside
    return lines
