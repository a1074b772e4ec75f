"""Barograms as PNG for mail, where SVG isn't shown: made once a mailing, the same for the same verdicts.

They travel within the mail. A picture fetched from a server would tell it who
reads and when, and many mail programs and lines don't fetch any. Their ground
is clear and their colours stand out from paper and from black, for nobody
knows which of them a mail program puts behind. Plain functions; no models.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
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


def drawn(windows: Mapping[str, Window]) -> dict[str, Picture]:
    """Topic → picture of its (period, verdict)s, in that order, as long as there is room. Like ones share a picture.

    A window of one period is no line yet: it has no picture.
    """
    svgs = {key: _svg(window) for key, window in windows.items() if len(window) > 1}
    kinds = list(dict.fromkeys(svgs.values()))
    images = dict(zip(kinds, _pngs(kinds), strict=True))
    pictures: dict[str, Picture] = {}
    taken: dict[str, Picture] = {}
    room = MOST_BYTES
    for key, svg in svgs.items():
        content = images[svg]
        if svg not in taken and len(content) <= room:
            taken[svg] = Picture(f"{hashlib.sha256(content).hexdigest()[:16]}@barogram", content)
            room -= len(content)
        if svg in taken:
            pictures[key] = taken[svg]
    return pictures


def _svg(window: Window) -> str:
    move = MOVES.get(window[-1][1] or "", INK)
    svg = barogram.alone(window, ink=INK, rule=INK, move=move, width=WIDTH, height=HEIGHT)
    return svg.replace("</style>", _STYLE, 1)


def _pngs(svgs: Sequence[str]) -> list[bytes]:
    """Drawn by another program: what it takes of memory to draw goes with it, and a worker sends on for hours."""
    if not svgs:
        return []
    request = json.dumps({"svgs": svgs, "width": WIDTH, "height": HEIGHT, "scale": SCALE, "colours": COLOURS})
    command = [sys.executable, "-P", "-m", "barograph.newsletter.drawing"]
    done = subprocess.run(command, input=request, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 our own
    return [base64.b64decode(png) for png in json.loads(done.stdout)]
