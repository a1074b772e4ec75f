"""A year in one archive: each issue as a page that opens anywhere, as PDF and EPUB once they are made, and as data."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.conf import settings
from django.utils import translation

from barograph.base import languages, pages
from barograph.takeaway import telling
from barograph.takeaway.epub import entry
from barograph.takeaway.telling import Content
from barograph.website import ready

_PICTURE = re.compile(r"<img\b[^>]*?alt=\"([^\"]*)\"[^>]*>")


#: How an issue's printed forms are named beside its page.
_FORMS = {ready.PDF: "pdf", ready.EPUB: "epub"}


def archive(year: int, issues: Iterable[tuple[Content, Mapping[str, Path]]], imprint: Content) -> bytes:
    """`issues`: the year's current editions in one language, oldest first, with what is ready of each: name → file."""
    out = io.BytesIO()
    lines: list[Content] = []
    language = ""
    with zipfile.ZipFile(out, "w") as box:
        for content, files in issues:
            language, first = content["language"], content["issue"]["first"]
            page, line = _page(content, imprint)
            box.writestr(entry(f"{year}/{first}.html"), page.encode(), compresslevel=6)
            text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1)
            box.writestr(entry(f"{year}/{first}.json"), text.encode(), compresslevel=6)
            forms = {ending: files[name] for name, ending in _FORMS.items() if name in files}
            for ending, path in forms.items():  # compressed already
                box.writestr(entry(f"{year}/{first}.{ending}", zipfile.ZIP_STORED), path.read_bytes())
            lines.append({**line, "forms": list(forms)})
        index = pages.render(
            "takeaway/year.html",
            {"year": year, "lines": lines, "publication": lines[0]["publication"] if lines else ""},
            language=language or "en",
        )
        box.writestr(entry(f"{year}/index.html"), index.encode(), compresslevel=6)
    return out.getvalue()


def _page(content: Content, imprint: Content) -> tuple[str, Content]:
    """The issue as one page without any other file, and its line in the index."""
    with translation.override(languages.interface(content["language"])):
        values = telling.bulletin(content, imprint, {}, settings.BASE_URL)
        for topic in values["topics"]:
            if topic["commentary"]:
                topic["commentary"]["body"] = _PICTURE.sub(r"<i>\1</i>", topic["commentary"]["html"])
        text = pages.render("takeaway/issue.html", values, language=values.pop("language"))
    line = {name: values[name] for name in ("period", "summary_text", "publication")}
    return text, {**line, "first": content["issue"]["first"]}
