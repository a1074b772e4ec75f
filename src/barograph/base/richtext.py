"""What pages do to the restricted HTML of a body before they show it. Knows no app and no database.

The input has passed the edition's valve: only paragraphs, headings, lists,
links, emphasis, quotations and images, well-formed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit

from barograph.base.footnotes import REFERENCE

#: Soft hyphens, zero-width spaces, places of objects, embeddings of direction: word processors leave them behind,
#: nobody sees them, search stumbles over them. Joiners stay: scripts and emoji need them.
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFC, *range(0x202A, 0x202F)])
_NOTE = re.compile(r"<p>\s*\[\^([\w-]+)\]:\s*(.*?)</p>", re.DOTALL)
_TAG = re.compile(r"(<[^>]*>)")  # attributes hold no ">": whoever writes a body escapes it
#: What stands in an address as it is (RFC 3986, 2.2 and 2.3); the rest is written with %.
_ADDRESS_SIGNS = "%/:?#@!$&'()*+,;=~-._"
_SENTENCE = re.compile(r"(?<=[.!?…])[»”’\")]*\s+(?=[«“„\"(]?[^\W\d_]|\d)")
#: Words that end in a full stop without ending a sentence.
_SHORT = re.compile(r"(?:^|\s)(?:[^\W\d_]|гг?|стст?|напр|тыс|млн|млрд|руб|см|Mr|Mrs|Ms|Dr|No|vs|e\.g|i\.e)\.$")


def for_page(html: str, *, notes: str = "Notes", back: str = "Back to the text", prefix: str = "") -> str:
    """Turn `[^1]` in the text and paragraphs that begin with `[^1]: ` into footnotes with links both ways.

    `notes` and `back` are words for readers; `prefix` keeps anchors apart where
    several texts stand on a page. A mark without a note, or a note without a
    mark, stays as it was written. Notes are numbered in the order of their marks.
    """
    written = dict(_NOTE.findall(html))
    marked = set(REFERENCE.findall(_words(_NOTE.sub("", html))))
    text = _NOTE.sub(lambda match: "" if match[1] in marked else match[0], html)
    numbers: dict[str, int] = {}

    def reference(match: re.Match[str]) -> str:
        name = match[1]
        if name not in written or name not in marked:
            return match[0]
        first = name not in numbers
        number = numbers.setdefault(name, len(numbers) + 1)
        anchor = f' id="{prefix}r{number}"' if first else ""
        return f'<sup><a{anchor} href="#{prefix}n{number}" role="doc-noteref">{number}</a></sup>'

    text = _replace_marks(text, reference)
    if not numbers:
        return text
    items = "".join(
        f'<li id="{prefix}n{number}">{written[name].strip()} '
        f'<a class="back" href="#{prefix}r{number}" role="doc-backlink" aria-label="{escape(back)}">↑</a></li>'
        for name, number in numbers.items()
    )
    return f'{text}<section class="notes" role="doc-endnotes" aria-label="{escape(notes)}"><ol>{items}</ol></section>'


def _words(html: str) -> str:
    """The text between the tags: an address or a picture's description that looks like a mark is none."""
    return "\n".join(_TAG.split(html)[::2])


def _replace_marks(html: str, replacement: Callable[[re.Match[str]], str]) -> str:
    """Marks in the text, never in attributes, replaced; one inside a link stands behind it: links don't nest."""
    parts = _TAG.split(html)
    in_link, waiting = False, ""
    for place, part in enumerate(parts):
        if place % 2:
            if part.startswith("<a ") or part == "<a>":
                in_link = True
            elif part == "</a>":
                parts[place], in_link, waiting = part + waiting, False, ""
            continue
        done = [(match[0], replacement(match)) for match in REFERENCE.finditer(part)]
        texts = REFERENCE.split(part)[::2]
        waiting += "".join(new for old, new in done if new != old) if in_link else ""
        shown = [old if new == old else "" if in_link else new for old, new in done]
        parts[place] = texts[0] + "".join(piece + after for piece, after in zip(shown, texts[1:], strict=True))
    return "".join(parts)


def seen(text: str) -> str:
    """A text, plain or HTML, without the characters that nobody sees."""
    return text.translate(_INVISIBLE)


_BLOCKS = frozenset({"p", "h2", "h3", "ul", "ol", "li", "blockquote", "figure", "figcaption"})
_HREF = re.compile(r'(<a\b[^>]*?)\shref="([^"]*)"')


def full_address(page: str, href: str) -> str:
    """Where a link on a page leads, in full and in ASCII (RFC 3986, 5 and 2.1); '' where it is no address."""
    try:
        address = urljoin(page, href)
        parts = urlsplit(address)
        parts.port  # noqa: B018 (raises where it is none)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https", "mailto") or (parts.scheme != "mailto" and not parts.hostname):
        return ""
    return quote(address, safe=_ADDRESS_SIGNS)


def with_full_addresses(html: str, page: str) -> str:
    """HTML away from its page, at the full address `page`: links in full (RFC 3986, 5), those within it as they are.

    A link that is no address loses it, and stays as words.
    """

    def full(match: re.Match[str]) -> str:
        href = unescape(match[2]).strip()
        if href.startswith("#"):
            return match[0]
        address = full_address(page, href)
        return f'{match[1]} href="{escape(address)}"' if address else match[1]

    return _HREF.sub(full, html)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.parts.append(" ")
        elif tag in _BLOCKS and self.parts and not self.parts[-1].endswith("\n"):  # a list in an item, say
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")


def plain(html: str) -> str:
    """The words alone, a line each block, without footnotes and their marks."""
    reader = _Text()
    reader.feed(REFERENCE.sub("", _NOTE.sub("", html)))
    reader.close()
    return "".join(reader.parts).strip()


def first_sentence(text: str, limit: int = 220) -> str:
    """The first sentence of a plain text; cut at a word with an ellipsis where it is longer than `limit`."""
    line = " ".join(text.split("\n", 1)[0].split(" ")).strip()
    end = len(line)
    for match in _SENTENCE.finditer(line):
        head = line[: match.end()].rstrip()
        if not _SHORT.search(head):
            end = len(head)
            break
    sentence = line[:end]
    if len(sentence) <= limit:
        return sentence
    return sentence[:limit].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"
