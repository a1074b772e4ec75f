"""A commentary's restricted HTML as mail needs it: with full addresses and without images, and as plain text.

Pure functions; knows no models.
"""

from __future__ import annotations

import textwrap
from urllib.parse import urljoin

from bs4 import BeautifulSoup, NavigableString, Tag

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
            link["href"] = urljoin(url, str(link["href"]))
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
    found = ""
    for child in node.children:
        if isinstance(child, NavigableString):
            found += " ".join(str(child).split("\n"))
        elif child.name == "sup":
            found += f"[{_inline(child, url)}]"
        elif child.name == "br":
            found += "\n"
        elif child.name == "img":
            found += f"[{child.get('alt')}]" if child.get("alt") else ""
        elif child.name == "a" and child.get("href"):
            words, target = _inline(child, url), urljoin(url, str(child["href"]))
            found += words if target == words or target.startswith(f"{url}#") else f"{words} <{target}>"
        else:
            found += _inline(child, url)
    return found


def as_text(html: str, url: str) -> str:
    """The body as plain text in 72 columns, links written out behind their words."""
    return "\n\n".join(block for block in _blocks(_with_notes(html), url, "") if block.strip())


def _blocks(node: Tag, url: str, indent: str) -> list[str]:
    blocks: list[str] = []
    for child in node.children:
        if isinstance(child, NavigableString):
            if str(child).strip():
                blocks.append(wrapped(str(child).strip(), indent=indent))
        elif child.name in {"h2", "h3", "h4"}:
            blocks.append(wrapped(f"* {_inline(child, url).strip()}", indent=indent))
        elif child.name in {"ul", "ol"}:
            blocks.append("\n".join(_items(child, url, indent)))
        elif child.name == "blockquote":
            blocks += _blocks(child, url, f"{indent}> ")
        elif child.name == "img":
            blocks += [wrapped(f"[{child['alt']}]", indent=indent)] if child.get("alt") else []
        elif child.name in {"div", "section", "figure"}:
            blocks += _blocks(child, url, indent)
        else:
            blocks.append(wrapped(_inline(child, url).strip(), indent=indent))
    return blocks


def _items(node: Tag, url: str, indent: str) -> list[str]:
    lines = []
    for number, item in enumerate(node.find_all("li", recursive=False), start=1):
        mark = f"{number}. " if node.name == "ol" else "– "
        nested = [inner.extract() for inner in item.find_all(["ul", "ol"], recursive=False)]
        words = " ".join(_inline(item, url).split())
        lines.append(wrapped(words, indent=indent + " " * len(mark), first=indent + mark))
        for inner in nested:
            lines += _items(inner, url, indent + " " * len(mark))
    return lines
