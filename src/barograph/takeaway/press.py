"""Typst, a program of its own without Django: a line of JSON in, a line of JSON out, until the input ends.

In: `root` and `input` (paths), `format`, `ppi` or `pdf_standards` and `timestamp` (ISO 8601). Out: `made`, the document
in base64, or `error`, Typst's words.
"""

from __future__ import annotations

import base64
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

FONTS = Path(__file__).resolve().parent / "fonts"


def compiled(fonts: typst.Fonts, values: dict[str, Any]) -> dict[str, str]:
    options = {name: values[name] for name in ("format", "ppi", "pdf_standards") if name in values}
    if "timestamp" in values:
        options["timestamp"] = datetime.fromisoformat(values["timestamp"])
    try:
        pages = typst.Compiler(input=values["input"], root=values["root"], font_paths=fonts).compile(**options)
    except typst.TypstError as error:
        return {"error": error.message}
    whole = b"".join(pages) if isinstance(pages, list) else pages or b""
    return {"made": base64.b64encode(whole).decode()}


def main() -> None:
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    for line in sys.stdin:
        sys.stdout.write(json.dumps(compiled(fonts, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
