"""Typst, told nothing but data: a template's name and plain values in, PDF or PNG out.

Values reach the template as JSON, so that no text can become markup. Fonts
are the project's own and Typst's embedded ones, never the system's: the same
content gives the same bytes on every machine. It is set by a program of its
own (press.py): what Typst takes of memory, a worker would hold for ever.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from barograph.base import glyphs

HERE = Path(__file__).resolve().parent
COLOURS = 48  # of a card: flat paper, ink and one accent need no more

_press: ContextVar[subprocess.Popen[str] | None] = ContextVar("press", default=None)


class NotSet(Exception):
    """A document couldn't be set. The message is Typst's."""


@contextlib.contextmanager
def press() -> Iterator[subprocess.Popen[str]]:
    """The program, for all documents set meanwhile: it takes 0.1 s to start."""
    if there := _press.get():
        yield there
        return
    command = [sys.executable, "-P", "-m", "barograph.takeaway.press"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen(command, **pipes) as begun:  # noqa: S603 our own program
        token = _press.set(begun)
        try:
            yield begun
        finally:
            _press.reset(token)
            with contextlib.suppress(BrokenPipeError):  # it has ended, and somebody's NotSet says so
                begun.stdin.close()


def _compile(template: str, data: dict[str, Any], files: dict[str, Path], **options: Any) -> bytes:
    with tempfile.TemporaryDirectory(prefix="barograph-typst-") as name, press() as at_work:
        root = Path(name)
        for path in (HERE / "typst").glob("*.typ"):
            shutil.copyfile(path, root / path.name)
        for place, path in files.items():
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, root / place)
        (root / "data.json").write_text(json.dumps(glyphs.printable_data(data), ensure_ascii=False), encoding="utf-8")
        answer = _asked(at_work, {"root": name, "input": str(root / template), **options})
    if "error" in answer:
        raise NotSet(answer["error"])
    return base64.b64decode(answer["made"])


def _asked(at_work: subprocess.Popen[str], request: dict[str, Any]) -> dict[str, str]:
    assert at_work.stdin
    assert at_work.stdout
    with contextlib.suppress(BrokenPipeError):
        at_work.stdin.write(json.dumps(request) + "\n")
        at_work.stdin.flush()
    if line := at_work.stdout.readline():
        return json.loads(line)
    return {"error": f"Typst's program has ended ({at_work.poll()})."}


def pdf(template: str, data: dict[str, Any], *, at: str, files: dict[str, Path] | None = None) -> bytes:
    """A tagged PDF (PDF/UA-1, ISO 14289-1). `at`: the edition's ISO time, the document's date.

    `files`: name in the document → picture on disk. Raises NotSet for what can't be set.
    """
    for _try in range(TRIES):
        try:
            return _pdf(template, data, at, files or {})
        except NotSet as error:
            if (text := _undisplayed(str(error))) is None:
                raise
            data = _marked(data, text)
    return _pdf(template, data, at, files or {})


#: How many combinations of characters that no typeface has are replaced in a document before it is given up.
TRIES = 30
_UNDISPLAYED = re.compile(r'the text `("(?:[^"\\]|\\.)*")` could not be displayed')
_POINT = re.compile(r"\\u\{([0-9a-f]+)\}")


def _undisplayed(message: str) -> str | None:
    """The text in Typst's complaint (PDF/UA-1, 7.21.7: every glyph has a meaning); None where it is another one."""
    match = _UNDISPLAYED.search(message)
    if not match:
        return None
    return _POINT.sub(lambda point: chr(int(point[1], 16)), match[1][1:-1]) or None


def _marked(value: Any, text: str) -> Any:
    """Data with a mark where that text stands: single characters have one each (base.glyphs), some sequences not."""
    if isinstance(value, str):
        return value.replace(text, glyphs.REPLACEMENT)
    if isinstance(value, dict):
        return {name: _marked(one, text) for name, one in value.items()}
    return [_marked(one, text) for one in value] if isinstance(value, list) else value


def _pdf(template: str, data: dict[str, Any], at: str, files: dict[str, Path]) -> bytes:
    moment = datetime.fromisoformat(at).astimezone(UTC).replace(microsecond=0)
    return _compile(template, data, files, format="pdf", pdf_standards=["ua-1"], timestamp=moment.isoformat())


def png(template: str, data: dict[str, Any], *, scale: float = 1) -> bytes:
    """The first page as PNG, a point a pixel at scale 1, in a small palette."""
    pages = _compile(template, data, {}, format="png", ppi=72 * scale)
    with Image.open(io.BytesIO(pages)) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()
