"""SVG → PNG, a program of its own, which loads Typst and no Django.

JSON in (`svgs`, `width` and `height` in points, `scale` in pixels a point, `colours`), a list of PNGs in base64 out.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Sequence

import typst
from PIL import Image

_SOURCE = """
#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: none)
#for drawing in json(bytes(sys.inputs.drawings)) {{ page(image(bytes(drawing), format: "svg", width: {width}pt)) }}
"""


def pngs(svgs: Sequence[str], *, width: int, height: int, scale: int, colours: int) -> list[bytes]:
    """One each, on clear ground, in a palette of so many colours."""
    compiler = typst.Compiler(
        input=_SOURCE.format(width=width, height=height).encode(),
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"drawings": json.dumps(svgs)},
    )
    pages = compiler.compile(format="png", ppi=72 * scale)
    return [_small(page, colours) for page in (pages if isinstance(pages, list) else [pages])]


def _small(png: bytes, colours: int) -> bytes:
    """The same picture in a palette that keeps its clear ground."""
    with Image.open(io.BytesIO(png)) as picture:
        flat = picture.convert("RGBA").quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    flat.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    json.dump([base64.b64encode(png).decode() for png in pngs(**json.load(sys.stdin))], sys.stdout)
