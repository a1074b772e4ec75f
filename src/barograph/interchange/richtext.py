"""A body of text as plain data, and its restricted HTML.

The one normal form between Markdown and what the desk stores: blocks
(paragraph, heading, quotation, list, image) that hold runs of text. White
space at the edge of an emphasis or a link stands outside it, adjacent equal
runs are one, empty blocks are left out; so two texts that look the same are
equal. Knows neither Markdown nor the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from html.parser import HTMLParser
from urllib.parse import quote, urlsplit

SCHEMES = frozenset({"http", "https", "mailto"})
_SPACES = re.compile(r"[ \t\r\f]+")
#: Characters that no text may hold: controls, half surrogates, byte order marks.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True)
class Run:
    """Text of one style; a line feed in it is a line break."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class TextBlock:
    """A paragraph, heading or paragraph of a quotation. `kind`: p, h2, h3, blockquote."""

    kind: str
    runs: Runs


@dataclass(frozen=True)
class Image:
    """`ref` is a path (Markdown) or the id of a stored image (HTML)."""

    ref: str
    alt: str


@dataclass(frozen=True)
class Item:
    runs: Runs
    lists: tuple[Listing, ...] = ()


@dataclass(frozen=True)
class Listing:
    ordered: bool
    items: tuple[Item, ...]


Block = TextBlock | Image | Listing
Document = tuple[Block, ...]


def is_allowed_address(href: str) -> bool:
    """Whether a link may lead there: a web page, a mail address, or a path of this site."""
    if re.search(r'[\s<>"\\\x00-\x1f\x7f]', href):
        return False
    if href.startswith("/"):
        return not href.startswith("//")
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    return parts.scheme.lower() in SCHEMES and bool(parts.netloc or (parts.scheme == "mailto" and parts.path))


def normal_runs(runs: Iterable[Run], *, breaks: bool = True) -> Runs:
    """The normal form of a block's runs. `breaks=False`: line breaks become spaces (headings)."""
    runs = [run for run in runs if run.text]
    if not any(run.bold or run.italic or run.href for run in runs):
        text = _plain("".join(run.text for run in runs), breaks)
        return (Run(text),) if text else ()
    letters = _collapsed(
        (letter if breaks or letter != "\n" else " ", run.href, run.bold, run.italic)
        for run in runs
        for letter in run.text
    )
    letters = _without_edges(letters, lambda x: x[1], lambda x: (x[0], "", x[2], x[3]))
    letters = _without_edges(letters, lambda x: (x[1], x[2]) if x[2] else None, lambda x: (x[0], x[1], False, x[3]))
    letters = _without_edges(letters, lambda x: x[1:] if x[3] else None, lambda x: (x[0], x[1], x[2], False))
    joined: list[Run] = []
    for letter, href, bold, italic in letters:
        run = Run(letter, bold, italic, href)
        if joined and replace(joined[-1], text=letter) == run:
            joined[-1] = replace(run, text=joined[-1].text + letter)
        else:
            joined.append(run)
    return tuple(joined)


def _plain(text: str, breaks: bool) -> str:
    text = _SPACES.sub(" ", text if breaks else text.replace("\n", " "))
    return re.sub(" ?\n ?", "\n", text).strip(" \n")


_Letter = tuple[str, str, bool, bool]


def _collapsed(letters: Iterable[_Letter]) -> list[_Letter]:
    """One space for several, none beside a line break or at the ends."""
    joined: list[_Letter] = []
    for letter in letters:
        if letter[0] in " \t\r\f":
            if joined and joined[-1][0] not in " \n":
                joined.append((" ", *letter[1:]))
            continue
        if letter[0] == "\n":
            if joined and joined[-1][0] == " ":
                joined.pop()
            if not joined:
                continue
        joined.append(letter)
    while joined and joined[-1][0] in " \n":
        joined.pop()
    return joined


def _without_edges(
    letters: list[_Letter], style: Callable[[_Letter], object], without: Callable[[_Letter], _Letter]
) -> list[_Letter]:
    """Take a style off the white space at the edges of every stretch that has it."""
    letters, start = list(letters), 0
    while start < len(letters):
        value, end = style(letters[start]), start + 1
        while end < len(letters) and style(letters[end]) == value:
            end += 1
        if value:
            left, right = start, end
            while left < right and letters[left][0].isspace():
                letters[left] = without(letters[left])
                left += 1
            while right > left and letters[right - 1][0].isspace():
                right -= 1
                letters[right] = without(letters[right])
        start = end
    return letters


def images(document: Document) -> Iterator[Image]:
    return (block for block in document if isinstance(block, Image))


# to HTML


def to_html(document: Document, image: Callable[[str], str | int] = str) -> str:
    """The restricted HTML that the desk stores. `image` turns an image's ref into its id."""
    return "".join(_block_html(block, image) for block in document)


def _block_html(block: Block, image: Callable[[str], str | int]) -> str:
    if isinstance(block, Image):
        alt, number = escape(block.alt), escape(str(image(block.ref)))
        return f'<embed embedtype="image" id="{number}" alt="{alt}" format="fullwidth"/>'
    if isinstance(block, Listing):
        return _list_html(block)
    return f"<{block.kind}>{_runs_html(block.runs)}</{block.kind}>"


def _list_html(listing: Listing) -> str:
    tag = "ol" if listing.ordered else "ul"
    items = "".join(f"<li>{_runs_html(item.runs)}{''.join(map(_list_html, item.lists))}</li>" for item in listing.items)
    return f"<{tag}>{items}</{tag}>"


def _runs_html(runs: Runs) -> str:
    parts: list[str] = []
    opened: list[tuple[str, str]] = []  # (tag, value): links outside, then b, then i
    for run in (*runs, Run("")):
        tags = [(tag, value) for tag, value in _tags(run) if value]
        while opened and opened != tags[: len(opened)]:
            parts.append(f"</{opened.pop()[0]}>")
        for tag, value in tags[len(opened) :]:
            parts.append(f'<a href="{escape(value)}">' if tag == "a" else f"<{tag}>")
            opened.append((tag, value))
        parts.append(escape(run.text, quote=False).replace("\n", "<br/>"))
    return "".join(parts)


def _tags(run: Run) -> tuple[tuple[str, str], ...]:
    return (("a", run.href), ("b", "b" if run.bold else ""), ("i", "i" if run.italic else ""))


# from HTML


def from_html(html: str) -> Document:
    """Read restricted HTML. Unknown tags are looked through; scripts and styles are dropped."""
    reader = _Reader()
    reader.feed(CONTROLS.sub("", html))
    reader.close()
    reader.flush()
    return tuple(reader.blocks)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.kind, self.runs = "p", list[Run]()
        self.bold = self.italic = self.silent = 0
        self.hrefs: list[str] = []
        self.quoted = False
        # open lists, outermost first: (ordered, items), an item being (runs, lists)
        self.open: list[tuple[bool, list[tuple[list[Run], list[Listing]]]]] = []

    def flush(self) -> None:
        runs = normal_runs(self.runs, breaks=self.kind not in {"h2", "h3"})
        if runs:
            self.blocks.append(TextBlock(self.kind, runs))
        self.kind, self.runs = "blockquote" if self.quoted else "p", []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in {"b", "strong"}:
            self.bold += 1
        elif tag in {"i", "em"}:
            self.italic += 1
        elif tag == "a":
            self.hrefs.append(_address(values.get("href") or ""))
        elif tag == "br":
            self.handle_data("\n", is_break=True)
        elif tag in {"script", "style"}:
            self.silent += 1
        elif tag in {"ul", "ol"}:
            self._open_list(tag == "ol")
        elif tag == "li" and self.open:
            self.open[-1][1].append(([], []))
        elif tag == "embed" and values.get("embedtype") == "image":
            self.flush()
            self.blocks.append(Image(values.get("id") or "", " ".join((values.get("alt") or "").split())))
        elif self.open:
            self.handle_data(" ")
        elif tag in {"p", "h2", "h3", "blockquote"}:
            self.flush()
            self.quoted = self.quoted or tag == "blockquote"
            self.kind = "blockquote" if self.quoted else tag

    def handle_endtag(self, tag: str) -> None:
        if tag in {"b", "strong"}:
            self.bold = max(0, self.bold - 1)
        elif tag in {"i", "em"}:
            self.italic = max(0, self.italic - 1)
        elif tag == "a" and self.hrefs:
            self.hrefs.pop()
        elif tag in {"script", "style"}:
            self.silent = max(0, self.silent - 1)
        elif tag in {"ul", "ol"} and self.open:
            self._close_list()
        elif tag in {"p", "h2", "h3", "blockquote"} and not self.open:
            self.quoted = self.quoted and tag != "blockquote"
            self.flush()

    def handle_data(self, data: str, *, is_break: bool = False) -> None:
        if self.silent:
            return
        if not is_break:
            data = data.replace("\n", " ")
        run = Run(data, bool(self.bold), bool(self.italic), next((href for href in self.hrefs if href), ""))
        target = self.runs
        if self.open:
            if not self.open[-1][1]:
                if not data.strip(" "):
                    return
                self.open[-1][1].append(([], []))
            target = self.open[-1][1][-1][0]
        target.append(run)

    def _open_list(self, ordered: bool) -> None:
        if not self.open:
            self.flush()
        elif not self.open[-1][1]:
            self.open[-1][1].append(([], []))
        self.open.append((ordered, []))

    def _close_list(self) -> None:
        ordered, raw_items = self.open.pop()
        items = ((normal_runs(runs), tuple(lists)) for runs, lists in raw_items)
        listing = Listing(ordered, tuple(Item(runs, lists) for runs, lists in items if runs or lists))
        if not listing.items:
            return
        if self.open:
            self.open[-1][1][-1][1].append(listing)
        else:
            self.blocks.append(listing)

    def close(self) -> None:
        super().close()
        while self.open:
            self._close_list()


def _address(href: str) -> str:
    href = re.sub(r'[\s<>"\\\x00-\x1f\x7f]', lambda match: quote(match[0]), href.strip())
    return href if is_allowed_address(href) else ""
