"""A Word file (.docx) as the clean HTML of a body: paragraphs, headings, lists, quotations, emphasis, links, notes.

What a body can't hold is left out and said. The file is a stranger's: its size unpacked is looked at before anything
is read, nothing outside it is opened, no picture is decoded, and whatever is wrong with it ends in one clear sentence.
Knows no database.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

from bs4 import BeautifulSoup, NavigableString, Tag
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from barograph.base.richtext import seen
from barograph.commentaries.checklist import is_well_formed

#: Bytes of a file; its parts' XML unpacked; their tags. A hundred pages of text stay far below the latter two.
LARGEST = 10 * 1024 * 1024
LARGEST_XML = 12 * 1024 * 1024
MOST_TAGS = 300_000
MOST_PARTS = 2_000
LONGEST = 300_000  # characters of the body it becomes
READ = (".xml", ".rels")
#: What a body may hold, and what stands for something it may.
KEPT = frozenset({"p", "h2", "h3", "b", "i", "ul", "ol", "li", "a", "blockquote"})
GONE = ["script", "style", "template", "head", "title", "meta", "link", "img", "svg", "object", "del"]
SAME = {"strong": "b", "em": "i", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
TOP = frozenset({"p", "h2", "h3", "ul", "ol", "blockquote"})
STYLES = "\n".join(
    f"p[style-name='{name}'] => {tag}:fresh"
    for tag, names in {
        "h2": ("Title", "Subtitle", "Заголовок", "Загаловак"),
        "blockquote": ("Quote", "Intense Quote", "Quotations", "Цитата", "Выделенная цитата", "Цытата"),
    }.items()
    for name in names
)


@dataclass(frozen=True)
class Taken:
    """A body, and what of the file isn't in it, in words."""

    body: str
    left_out: tuple[str, ...] = ()


def take(data: bytes) -> Taken:
    """The text of a .docx file. Raises ValidationError with one sentence where it can't be had."""
    import mammoth  # 2 MB that a worker does without

    _look_at(data)
    pictures = 0

    def without(image: object) -> list[object]:
        nonlocal pictures
        pictures += 1
        return []

    try:
        found = mammoth.convert_to_html(
            io.BytesIO(data), include_embedded_style_map=False, style_map=STYLES, convert_image=without
        )
    except Exception:  # a stranger's file: whatever its reader stumbles over, the answer is the same
        raise ValidationError(_("The Word file is damaged: its text can’t be read.")) from None
    try:
        taken = clean(found.value)
    except RecursionError:
        raise ValidationError(_("The Word file is damaged: its text can’t be read.")) from None
    if len(taken.body) > LONGEST:
        raise ValidationError(_("The file is too large for a commentary."))
    left = list(taken.left_out)
    if pictures:
        text = ngettext(
            "%(number)s picture: put it in with the editor’s own button.",
            "%(number)s pictures: put them in with the editor’s own button.",
            pictures,
        )
        left.append(text % {"number": pictures})
    if not taken.body:
        raise ValidationError(_("There is no text in this file."))
    return Taken(taken.body, tuple(left))


def _look_at(data: bytes) -> None:
    """Refuse what is no Word file or would unpack to more than a text can be, before any of it is read."""
    if len(data) > LARGEST:
        raise ValidationError(_("The file is too large for a commentary."))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(
            _("This is an older Word file (.doc) or one with a password. Save it as .docx without one.")
        )
    other = _("This is no Word file. Save the text as .docx (in Google Docs: File, Download, Microsoft Word).")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if "word/document.xml" not in archive.namelist() and "[Content_Types].xml" not in archive.namelist():
                raise ValidationError(other)
            if any(part.flag_bits & 1 for part in parts):
                raise ValidationError(_("The file has a password. Save it without one."))
            texts = [part for part in parts if part.filename.lower().endswith(READ)]
            if len(parts) > MOST_PARTS or sum(part.file_size for part in texts) > LARGEST_XML:
                raise ValidationError(_("The file is too large for a commentary."))
            tags = 0
            for part in texts:  # no more is unpacked than is declared
                xml = archive.read(part)
                if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
                    raise ValidationError(_("The Word file is damaged: its text can’t be read."))
                tags += xml.count(b"<")
            if tags > MOST_TAGS:
                raise ValidationError(_("The file is too large for a commentary."))
    except ValidationError:
        raise
    except zipfile.BadZipFile:
        if data.startswith(b"PK"):
            raise ValidationError(_("The Word file is damaged: its text can’t be read.")) from None
        raise ValidationError(other) from None
    except Exception:  # as above
        raise ValidationError(_("The Word file is damaged: its text can’t be read.")) from None


def clean(html: str) -> Taken:
    """HTML of a word processor as a body's HTML: nothing but what a body holds, each block with words in it."""
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.find_all(
        ["script", "style", "template", "head", "title", "meta", "link", "img", "svg", "object", "del"]
    ):
        tag.decompose()
    left = []
    _notes(soup)
    if tables := soup.find_all("table"):
        for table in tables:
            _rows(soup, table)
        text = ngettext(
            "%(number)s table: its rows are paragraphs now.",
            "%(number)s tables: their rows are paragraphs now.",
            len(tables),
        )
        left.append(text % {"number": len(tables)})
    broken = _links(soup)
    if broken:
        text = ngettext("%(number)s link without an address.", "%(number)s links without an address.", broken)
        left.append(text % {"number": broken})
    for tag in soup.find_all(True):
        tag.name = SAME.get(tag.name, tag.name)
        if tag.name == "br":
            tag.replace_with("\n")
        elif tag.name not in KEPT:
            tag.unwrap()
        else:
            tag.attrs = {"href": tag["href"]} if tag.name == "a" else {}
    for heading in soup.find_all(["h2", "h3"]):
        for tag in heading.find_all(["b", "i"]):
            tag.unwrap()
    for text in list(soup.find_all(string=True)):
        words = str(text) if type(text) is NavigableString else ""
        text.replace_with(NavigableString(re.sub(r"[ \t\r\f\v]+", " ", seen(words).replace("\x00", ""))))
    return Taken("".join(_blocks(soup)), tuple(left))


def _notes(soup: BeautifulSoup) -> None:
    """Word's foot- and endnotes as a body has them: [^1] in the text, and a last paragraph that begins with [^1]."""
    numbers: dict[str, str] = {}
    for mark in soup.find_all("a", href=re.compile(r"^#(?:foot|end)note-\d+$")):
        name = numbers.setdefault(mark["href"][1:], str(len(numbers) + 1))
        (mark.find_parent("sup") or mark).replace_with(f"[^{name}]")
    for item in soup.find_all("li", id=re.compile(r"^(?:foot|end)note-\d+$")):
        for back in item.find_all("a", href=re.compile(r"^#(?:foot|end)note-ref-\d+$")):
            back.decompose()
        name = numbers.get(str(item["id"]))
        if not name:
            item.decompose()
            continue
        note, parts = soup.new_tag("p"), item.find_all("p") or [item]
        note.append(f"[^{name}]: ")
        for place, part in enumerate(parts):
            note.append(" " if place else "")
            for child in list(part.children):
                note.append(child)
        (item.find_parent(["ol", "ul"]) or item).insert_before(note)
        item.decompose()


def _rows(soup: BeautifulSoup, table: Tag) -> None:
    """A table's rows as paragraphs."""
    for row in table.find_all("tr"):
        paragraph = soup.new_tag("p")
        cells = [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["td", "th"])]
        paragraph.string = " · ".join(cell for cell in cells if cell)
        table.insert_before(paragraph)
    table.decompose()


def _links(soup: BeautifulSoup) -> int:
    """Keep the links that have an address; how many had none that is one. Places in the file are no links."""
    broken = 0
    for tag in soup.find_all("a"):
        address = str(tag.get("href") or "").strip()
        if is_well_formed(address) and not address.startswith("/"):
            tag["href"] = address
            continue
        broken += bool(address and not address.startswith("#"))
        tag.unwrap()
    return broken


def _blocks(soup: BeautifulSoup) -> list[str]:
    """The blocks that have words, loose words between them as paragraphs."""
    found, loose = [], ""
    for node in list(soup.children):
        if isinstance(node, Tag) and node.name in TOP:
            found += [_paragraph(loose), _block(node)]
            loose = ""
        else:
            loose += node.decode(formatter="minimal") if isinstance(node, Tag) else _escaped(node)
    return [block for block in [*found, _paragraph(loose)] if block]


def _escaped(node: object) -> str:
    return str(node).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _paragraph(inner: str) -> str:
    return f"<p>{inner.strip()}</p>" if inner.strip() else ""


def _block(node: Tag) -> str:
    for item in node.find_all(["p", "h2", "h3", "blockquote"]):
        if item.find_parent(["li", "blockquote", "h2", "h3", "p"]) is not None:
            item.insert_after("\n")
            item.unwrap()
    for item in node.find_all(["li", "b", "i", "a", "ul", "ol"])[::-1]:
        if not item.get_text(strip=True):
            item.decompose()
    if not node.get_text(strip=True):
        return ""
    inner = re.sub(r"\s*\n\s*", " ", node.decode_contents(formatter="minimal")).strip()
    return f"<{node.name}>{inner}</{node.name}>"
