"""Typst, told nothing but data: a template's name and plain values in, PDF or PNG out.

Values reach the template as JSON, so that no text can become markup. Fonts
are the project's own and Typst's embedded ones, never the system's: the same
content gives the same bytes on every machine.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    import typst

HERE = Path(__file__).resolve().parent
COLOURS = 48  # of a card: flat paper, ink and one accent need no more


class NotSet(Exception):
    """A document couldn't be set. The message is Typst's."""


@cache
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(HERE / "fonts")])


def _compile(template: str, data: dict[str, Any], files: dict[str, Path], **options: Any) -> bytes:
    import typst  # 7 MB, more with its fonts: a worker that only sends does without

    source = HERE / "typst"
    with tempfile.TemporaryDirectory(prefix="barograph-typst-") as name:
        root = Path(name)
        for path in source.glob("*.typ"):
            shutil.copyfile(path, root / path.name)
        for place, path in files.items():
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, root / place)
        (root / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        compiler = typst.Compiler(input=str(root / template), root=str(root), font_paths=_fonts())
        try:
            made = compiler.compile(**options)
        except typst.TypstError as error:
            raise NotSet(error.message) from error
    return b"".join(made) if isinstance(made, list) else made or b""


def pdf(template: str, data: dict[str, Any], *, at: str, files: dict[str, Path] | None = None) -> bytes:
    """A tagged PDF (PDF/UA-1, ISO 14289-1). `at`: the edition's ISO time, the document's date.

    `files`: name in the document → picture on disk. Raises NotSet for what can't be set.
    """
    moment = datetime.fromisoformat(at).astimezone(UTC).replace(microsecond=0)
    return _compile(template, data, files or {}, format="pdf", pdf_standards=["ua-1"], timestamp=moment)


def png(template: str, data: dict[str, Any], *, scale: float = 1) -> bytes:
    """The first page as PNG, a point a pixel at scale 1, in a small palette."""
    made = _compile(template, data, {}, format="png", ppi=72 * scale)
    with Image.open(io.BytesIO(made)) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()
