"""Barograms as PNG for mail, where SVG isn't shown: made once a mailing, the same for the same verdicts.

They travel within the mail. A picture fetched from a server would tell it who
reads and when, and many mail programs and lines don't fetch any. Their ground
is clear and their colours stand out from paper and from black, for nobody
knows which of them a mail program puts behind. Plain functions; no models.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence

from barograph.base import barogram
from barograph.delivery.messages import Picture

Window = Sequence[tuple[str, str | None]]

#: Each at least 3.8 : 1 against white, paper, dark and black (WCAG 2.2, 1.4.11 asks for 3).
INK = "#767b7f"
MOVES = {"worsened": "#d2503a", "improved": "#2a8f59"}
WIDTH, HEIGHT = 150, 36  # points
SCALE = 2  # pixels a point, for fine screens
COLOURS = 24  # of one picture, with their shades of clear
#: All pictures of a letter together; topics beyond have their line as text.
MOST_BYTES = 30_000

#: Heavier than on the site: narrow screens show it at two thirds.
_STYLE = "path{stroke-width:2}.mid{stroke-width:1;stroke-dasharray:1 3}.now{stroke-width:4}</style>"
_SOURCE = """
#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: none)
#for drawing in json(bytes(sys.inputs.drawings)) {{ page(image(bytes(drawing), format: "svg", width: {width}pt)) }}
"""


def drawn(windows: Mapping[str, Window]) -> dict[str, Picture]:
    """Topic → picture of its (period, verdict)s, in that order, as long as there is room. Like ones share a picture.

    A window of one period is no line yet: it has no picture.
    """
    svgs = {key: _svg(window) for key, window in windows.items() if len(window) > 1}
    kinds = list(dict.fromkeys(svgs.values()))
    made = dict(zip(kinds, _pngs(kinds), strict=True))
    found: dict[str, Picture] = {}
    taken: dict[str, Picture] = {}
    room = MOST_BYTES
    for key, svg in svgs.items():
        content = made[svg]
        if svg not in taken and len(content) <= room:
            taken[svg] = Picture(f"{hashlib.sha256(content).hexdigest()[:16]}@barogram", content)
            room -= len(content)
        if svg in taken:
            found[key] = taken[svg]
    return found


def _svg(window: Window) -> str:
    move = MOVES.get(window[-1][1] or "", INK)
    svg = barogram.alone(window, ink=INK, rule=INK, move=move, width=WIDTH, height=HEIGHT)
    return svg.replace("</style>", _STYLE, 1)


def _pngs(svgs: Sequence[str]) -> list[bytes]:
    if not svgs:
        return []
    import typst  # some 20 MB of memory, which a worker that only sends does without

    source = _SOURCE.format(width=WIDTH, height=HEIGHT)
    compiler = typst.Compiler(
        input=source.encode(),
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"drawings": json.dumps(svgs)},
    )
    made = compiler.compile(format="png", ppi=72 * SCALE)
    return [_small(page) for page in (made if isinstance(made, list) else [made])]


def _small(png: bytes) -> bytes:
    """The same picture in a palette that keeps its clear ground."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        flat = picture.convert("RGBA").quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    flat.save(out, "PNG", optimize=True)
    return out.getvalue()
