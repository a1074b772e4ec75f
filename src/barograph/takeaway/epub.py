"""An issue as EPUB 3.3: a chapter for the week, one for each commentary. Text alone: nothing to fetch or run."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from barograph.base import languages, pages
from barograph.takeaway import telling
from barograph.takeaway.telling import Content, Windows

#: Every entry has this time, so that the same edition gives the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
#: Characters that XML 1.0 has no way to write (2.2).
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_VOID = re.compile(r"<(img|br)\b([^>]*?)\s*/?>")


def epub(content: Content, imprint: Content, windows: Windows) -> bytes:
    """The issue as an EPUB file."""
    with translation.override(languages.interface(content["language"])):
        values = telling.bulletin(content, imprint, windows, settings.BASE_URL)
        return _packed(_parts(values, content))


def _parts(values: Content, content: Content) -> dict[str, str]:
    language = content["language"]
    chapters = [topic for topic in values["topics"] if topic["commentary"]]
    for number, topic in enumerate(chapters, start=1):  # a topic's own address could be "nav", or begin with a digit
        topic["commentary"]["body"] = _xhtml(topic["commentary"]["html"])
        topic["id"] = f"chapter-{number}"
        topic["file"] = f"{topic['id']}.xhtml"
    name = f"{values['origin']}/{language}/{content['issue']['first']}/"  # stays when the site moves
    moment = datetime.fromisoformat(values["published_at"]).astimezone(UTC)
    context: dict[str, Any] = {
        **values,
        "chapters": chapters,
        "identifier": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}",
        "modified": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "authors": sorted({c["byline"] for c in (t["commentary"] for t in chapters) if c["byline"]}),
    }

    def page(template: str, **more: Any) -> str:
        given = {name: value for name, value in {**context, **more}.items() if name != "language"}
        return pages.render(f"takeaway/epub/{template}", given, language=language)

    parts = {
        "META-INF/container.xml": page("container.xml"),
        "EPUB/package.opf": page("package.opf"),
        "EPUB/nav.xhtml": page("nav.xhtml"),
        "EPUB/style.css": page("style.css"),
        "EPUB/issue.xhtml": page("issue.xhtml"),
    }
    for topic in chapters:
        parts[f"EPUB/{topic['file']}"] = page("commentary.xhtml", topic=topic)
    return parts


def _xhtml(html: str) -> str:
    """The restricted HTML as XHTML: pictures are told by their words, since they are not in the book."""
    text = re.sub(r"<img\b[^>]*?alt=\"([^\"]*)\"[^>]*>", r'<span class="alt">\1</span>', html)
    return _VOID.sub(r"<\1\2/>", text).replace("&nbsp;", "&#160;")


def _packed(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        # first and stored: readers look for it at a fixed place (OCF 3.3, 4.2)
        book.writestr(entry("mimetype", zipfile.ZIP_STORED), "application/epub+zip")
        for name, text in parts.items():
            book.writestr(entry(name), _UNFIT.sub("", text).encode(), compresslevel=9)
    return out.getvalue()


def entry(name: str, how: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """A ZIP entry that tells neither time nor system."""
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = how
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info
