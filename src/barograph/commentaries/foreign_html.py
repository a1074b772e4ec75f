"""HTML of a word processor, a clipboard or another page as a body's HTML: nothing but what a body holds.

What reads as struck out or hidden goes; raised and lowered digits become Unicode's; notes, tables, line breaks and
links are turned into what a body has. Everything that isn't as it was is counted and said. Knows no database.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bs4 import BeautifulSoup, NavigableString, Tag
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from barograph.base.markup import TooMuchMarkup, bounded
from barograph.base.public_links import is_public
from barograph.base.richtext import seen
from barograph.base.superscripts import lowered, raised
from barograph.commentaries import foreign_notes, foreign_tables
from barograph.commentaries.checklist import is_well_formed
from barograph.commentaries.left_out import in_words

#: What a body may hold, and what stands for something it may.
ALLOWED = frozenset({"p", "h2", "h3", "b", "i", "ul", "ol", "li", "a", "blockquote", "br"})
SAME = {"strong": "b", "em": "i", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
TOP = frozenset({"p", "h2", "h3", "ul", "ol", "blockquote"})
_SILENT = ["script", "style", "template", "head", "title", "meta", "link", "noscript", "base"]
_MEDIA = ["iframe", "video", "audio", "object", "embed", "canvas"]
_BOXES = ["div", "section", "article", "header", "footer", "aside", "main", "figure", "figcaption", "address", "dd",
          "dt", "dl", "center", "pre", "details", "summary", "fieldset", "form", "nav"]  # fmt: skip
_HOLD = [*TOP, "h1", "h4", "h5", "h6", "table", "hr", *_BOXES]


@dataclass(frozen=True)
class Taken:
    """A body, and what of the foreign text isn't in it, in words."""

    body: str
    left_out: tuple[str, ...] = ()


def clean(html: str, *, lost: Counter[str] | None = None, taken: Iterable[str] = ()) -> Taken:
    """The body that a foreign text's HTML becomes. Raises ValidationError where it can't be one.

    `lost` is what was lost on the way here, `taken` the names of notes that the text has already.
    """
    count = Counter(lost or {})
    try:
        soup = BeautifulSoup(bounded(html), "html.parser")
        _drop(soup, count)
        count["notes"] += foreign_notes.as_marks(soup, taken)
        _raise(soup, count)
        _lists(soup, count)
        count["tables"] += foreign_tables.as_paragraphs(soup)
        count["links"] += _links(soup)
        _reduce(soup)
        body = "".join(_blocks(soup))
    except (TooMuchMarkup, RecursionError):
        raise ValidationError(_("The text’s HTML can’t be read.")) from None
    return Taken(body, in_words(count))


def _style(tag: Tag) -> dict[str, str]:
    pairs = (part.partition(":") for part in str(tag.get("style") or "").lower().split(";"))
    return {name.strip(): value.strip().removesuffix("!important").strip() for name, _divider, value in pairs}


def _drop(soup: BeautifulSoup, count: Counter[str]) -> None:
    """Take out what was hidden, crossed out, or can't stand in a body; looks become elements."""
    for tag in soup.find_all(_SILENT):
        tag.decompose()
    for tag in soup.find_all([*_MEDIA, "img", "svg"]):
        if not tag.decomposed:
            count["pictures" if tag.name in {"img", "svg"} else "embedded"] += 1
            tag.decompose()
    for tag in soup.find_all(True):
        if tag.decomposed:
            continue
        style = _style(tag)
        if why := _why_gone(tag, style):
            count[why] += bool(tag.get_text(strip=True)) if why != "silent" else 0
            tag.decompose()
            continue
        align = style.get("vertical-align", "")
        if align in {"super", "sub"} and tag.name not in TOP and tag.name not in {"td", "th", "sup", "sub"}:
            _inside(soup, tag, "sup" if align == "super" else "sub")
        _emphasis(soup, tag, style)


def _why_gone(tag: Tag, style: dict[str, str]) -> str:
    """Why an element is left out, as a kind of loss; `silent` where nothing is lost, empty where it stays."""
    if tag.name in {"del", "s", "strike"} or "line-through" in (
        style.get("text-decoration", "") + style.get("text-decoration-line", "")
    ):
        return "struck"
    if style.get("display") == "none" or style.get("visibility") in {"hidden", "collapse"} or tag.has_attr("hidden"):
        return "hidden"
    if style.get("mso-hide") == "all" or style.get("font-size") in {"0", "0px", "0pt", "0em"}:
        return "hidden"
    if style.get("mso-list") == "ignore":
        return "silent"
    named = " ".join([*map(str, tag.get("class") or []), str(tag.get("id") or ""), str(tag.get("href") or "")])
    if style.get("mso-special-character") == "comment" or style.get("mso-element") in {"comment-list", "comment"}:
        return "comments"
    return "comments" if re.search(r"MsoCommentReference|#?_msocom_|#?\bcmnt(_ref)?\d", named) else ""


def _emphasis(soup: BeautifulSoup, tag: Tag, style: dict[str, str]) -> None:
    """Bold and italics that stand in a style as the elements, and elements that a style takes back as none."""
    weight, slant = style.get("font-weight", ""), style.get("font-style", "")
    if tag.name in {"b", "strong"} and weight in {"normal", "400"}:
        tag.name = "span"
    if tag.name in {"i", "em"} and slant == "normal":
        tag.name = "span"
    if tag.name in {"span", "font", "a"}:
        if weight == "bold" or (weight.isdecimal() and int(weight[:4]) >= 600):
            _inside(soup, tag, "b")
        if slant in {"italic", "oblique"}:
            _inside(soup, tag, "i")


def _inside(soup: BeautifulSoup, tag: Tag, name: str) -> None:
    """Put all that an element holds into a new one within it."""
    new = soup.new_tag(name)
    for child in list(tag.children):
        new.append(child.extract())
    tag.append(new)


def _raise(soup: BeautifulSoup, count: Counter[str]) -> None:
    """Raised and lowered letters as Unicode has them."""
    for tag in soup.find_all(["sup", "sub"]):
        before = tag.find_previous(string=True)
        for text in tag.find_all(string=True):
            if type(text) is not NavigableString or not text.strip() or re.fullmatch(r"\s*\[\^[\w-]+\]\s*", text):
                continue
            new, same = raised(str(text), str(before or "")) if tag.name == "sup" else lowered(str(text))
            count["raised"] += not same
            text.replace_with(NavigableString(new))
        tag.unwrap()


def _lists(soup: BeautifulSoup, count: Counter[str]) -> None:
    """Word's paragraphs that look like lists as lists, and numbers that a body's lists would count otherwise."""
    for tag in soup.find_all("ol"):
        items = tag.find_all("li", recursive=False)
        own = (
            str(tag.get("start") or "1") != "1" or tag.has_attr("reversed") or any(li.has_attr("value") for li in items)
        )
        look = str(tag.get("type") or "") + _style(tag).get("list-style-type", "")
        count["numbers"] += len(items) if own or re.search(r"alpha|roman|latin|cyrillic|^[AaIi]$", look) else 0
    for inner in soup.find_all(["ul", "ol"]):  # a list beside the item it belongs to, as Google Docs writes it
        if inner.parent is not None and inner.parent.name in {"ul", "ol"}:
            before = inner.find_previous_sibling("li")
            if before is not None:
                before.append(inner.extract())
    current: Tag | None = None
    for tag in soup.find_all("p"):
        named = re.match(r"l\d+ level\d", _style(tag).get("mso-list", ""))
        following = current is not None and _next(current) is tag
        if not named or tag.find_parent(["li", "td", "th"]):
            current = None
            continue
        kind = "ol" if re.match(r"\s*\(?(\d+|[a-zа-я]|[ivx]+)[.)]", tag.get_text(), re.I) else "ul"
        if not following or current is None or current.name != kind:
            current = soup.new_tag(kind)
            tag.insert_before(current)
        tag.name = "li"
        current.append(tag.extract())
        first = tag.find(string=lambda text: bool(text and text.strip()))
        if first is not None:
            first.replace_with(
                re.sub(r"^\s*(?:\(?(?:\d+|[a-zа-я]|[ivx]+)[.)]|[·•§o\-–—\uf0b7\uf0a7])\s+", "", str(first), flags=re.I)
            )


def _next(tag: Tag) -> Tag | None:
    result = tag.next_sibling
    while isinstance(result, NavigableString) and not result.strip():
        result = result.next_sibling
    return result if isinstance(result, Tag) else None


def _links(soup: BeautifulSoup) -> int:
    """Keep the links that every reader can open; how many others had words. Places in the same text are no links."""
    broken = 0
    for tag in soup.find_all("a"):
        address = str(tag.get("href") or "").strip()
        if is_well_formed(address) and not address.startswith("/") and is_public(address):
            tag["href"] = address
            continue
        broken += bool(address and not address.startswith("#"))
        tag.unwrap()
    return broken


def _reduce(soup: BeautifulSoup) -> None:
    """Only elements of a body, without attributes but a link's address."""
    for box in reversed(soup.find_all(_BOXES)):
        if box.find(_HOLD) is None:
            box.name = "p"
        else:
            box.insert(0, " ")
            box.append(" ")
            box.unwrap()
    for tag in soup.find_all(True):
        tag.name = SAME.get(tag.name, tag.name)
        if tag.name not in ALLOWED:
            tag.unwrap()
        else:
            tag.attrs = {"href": tag["href"]} if tag.name == "a" else {}
    for heading in soup.find_all(["h2", "h3"]):
        for tag in heading.find_all(["b", "i"]):
            tag.unwrap()
        for tag in heading.find_all("br"):
            tag.replace_with(" ")
    for text in list(soup.find_all(string=True)):
        words = str(text) if type(text) is NavigableString else ""
        text.replace_with(NavigableString(re.sub(r"[ \t\r\n\f\v]+", " ", seen(words).replace("\x00", ""))))


def _blocks(soup: BeautifulSoup) -> list[str]:
    """The blocks that have words, loose words between them as paragraphs."""
    result, loose = [], ""
    for node in list(soup.children):
        if isinstance(node, Tag) and node.name in TOP:
            result += [_paragraph(loose), _block(node)]
            loose = ""
        else:
            loose += node.decode(formatter="minimal") if isinstance(node, Tag) else _escaped(node)
    return [block for block in [*result, _paragraph(loose)] if block]


def _escaped(node: object) -> str:
    return str(node).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _paragraph(inner: str) -> str:
    inner = _breaks(inner)
    return f"<p>{inner}</p>" if BeautifulSoup(inner, "html.parser").get_text(strip=True) else ""


def _breaks(inner: str) -> str:
    """Line breaks only between words."""
    inner = re.sub(r"\s*<br/?>\s*", "<br/>", re.sub(r" {2,}", " ", re.sub(r"\s*\n\s*", " ", inner)))
    inner = re.sub(r"(?:<br/>)+(?=</?(?:li|ul|ol)>)|(?<=<li>)(?:<br/>)+", "", inner)
    return re.sub(r"^(?:\s|<br/>)+|(?:\s|<br/>)+$", "", inner)


def _block(node: Tag) -> str:
    for item in node.find_all(["p", "h2", "h3", "blockquote"]):
        if item.find_parent(["li", "blockquote", "h2", "h3", "p"]) is not None:
            if item.previous_sibling is not None:
                item.insert_before(Tag(name="br", can_be_empty_element=True))
            item.insert_after(" " if node.name in {"h2", "h3"} else Tag(name="br", can_be_empty_element=True))
            item.unwrap()
    for item in node.find_all(["li", "b", "i", "a", "ul", "ol"])[::-1]:
        if not item.get_text(strip=True):
            item.replace_with(*[line.extract() for line in item.find_all("br")], " ") if item.name in {
                "b", "i", "a"} else item.decompose()  # fmt: skip
    if not node.get_text(strip=True):
        return ""
    inner = _breaks(node.decode_contents(formatter="minimal"))
    return f"<{node.name}>{inner}</{node.name}>"
