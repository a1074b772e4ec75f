"""Pictures of pages: taken, kept small, and compared as an eye would compare them.

What is kept is a half (narrow pages) or a third (wide ones) of the page's own
size. At that size a letter's edges, which every release of a browser draws a
little differently, are grey averages; a colour, a missing section or a broken
grid stays what it is. Two pictures are compared

- in strips, each of which may lie a few pixels higher or lower than approved:
  rounding of line heights adds up on a long page and means nothing;
- by lightness near by with much tolerance, by its mean around and by colour
  with little: a different rasteriser changes how dark an edge is, never how
  much ink lies in a place, nor whether it is red;
- by spots of 3 × 3: what differs over most of a spot counts, whatever the
  page's size. One changed verdict on a page of 4,000 pixels is found.

The site carries its own typeface, so lines break at the same words anywhere; the text-only page, which leaves that
to the browser, is pictured in the site's.
`font-display: optional` would leave it to the clock whether the typeface is
drawn at all; pages are pictured with `block`. The demo's own address, which
has another port every time, reads as a fixed one.

Knows nothing of which pages there are (test_looks.py).
"""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageChops, ImageFilter

FOLDER = Path(__file__).resolve().parent / "looks"
SITE = "https://situation.example"
FONTS = Path(__file__).resolve().parents[2] / "src/barograph/base/fonts"
#: For a page without a typeface, which would else be drawn in the machine's: file → its letters.
LETTERS = {"literata-latin": "U+0-3FF, U+2000-206F", "literata-cyrillic": "U+400-52F"}
ITS_TYPEFACE = """async (files) => {
    if (document.fonts.size) return;
    for (const [bytes, unicodeRange] of files) {
        const letters = Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0));
        document.fonts.add(await new FontFace("Look", letters.buffer, {unicodeRange}).load());
    }
    document.body.style.fontFamily = "Look";
}"""
STRIP, DRIFT = 48, 3  # kept pixels
# (blur's radius, difference of 255 that is allowed): lightness near by, its mean around, colour
LIGHTNESS, AROUND, COLOUR = (1.6, 44), (3.5, 11), (1.2, 13)
ALLOWED = [allowed for _radius, allowed in (LIGHTNESS, AROUND, COLOUR, COLOUR)]
MOST = 0.75  # of a spot


class Look(NamedTuple):
    """One picture to be approved; `width` in CSS pixels."""

    page: str
    language: str
    path: str
    width: int
    theme: str

    @property
    def name(self) -> str:
        return f"{self.page}-{self.language}-{self.width}-{self.theme}"

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.webp"


def settled(page, address: str) -> None:
    """Open a page as every machine draws it: its typeface there, its address fixed."""

    def answer(route):
        if route.request.resource_type != "document":
            return route.continue_()
        got = route.fetch()
        text = got.text().replace("font-display:optional", "font-display:block")
        origin = "/".join(route.request.url.split("/", 3)[:3])
        return route.fulfill(
            response=got, body=text.replace(f">{origin}", f">{SITE}").replace(f" {origin}", f" {SITE}")
        )

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(address)
    files = [
        [base64.b64encode((FONTS / f"{name}.woff2").read_bytes()).decode(), span] for name, span in LETTERS.items()
    ]
    page.evaluate(ITS_TYPEFACE, files)
    page.evaluate("document.fonts.ready")


def taken(page) -> Kept:
    """The whole open page, as it is kept."""
    return kept(Image.open(BytesIO(page.screenshot(full_page=True, animations="disabled", caret="hide", scale="css"))))


def kept(picture: Image.Image) -> Kept:
    """A page's picture at half its size, a wide page's at a third: both sides of a comparison went through this."""
    small, file = picture.convert("RGB").reduce(2 if picture.width < 600 else 3), BytesIO()
    small.save(file, "WEBP", quality=75)
    return Kept(file.getvalue())


class Kept(bytes):
    """A picture as a WebP file."""

    @property
    def picture(self) -> Image.Image:
        return Image.open(BytesIO(self)).convert("RGB")


def compared(before: Kept, after: Kept) -> tuple[str, Image.Image]:
    """(what differs, or nothing; a picture of where: light is different)."""
    one, other = before.picture, after.picture
    if one.width != other.width:
        return f"it is {other.width} wide instead of {one.width}", other
    told = []
    if abs(one.height - other.height) > max(DRIFT, one.height // 100):
        told.append(f"it is {other.height} high instead of {one.height}")
    size = (one.width, max(one.height, other.height))
    where = Image.new("L", size)
    first, second = (_prepared(picture, size) for picture in (one, other))
    for top in range(0, size[1], STRIP):
        where.paste(min(_strips(first, second, top), key=_amount), (0, top))
    spots = where.filter(ImageFilter.BoxBlur(1)).point([255 * (n > MOST * 255) for n in range(256)])
    if found := spots.getbbox():
        left, top, right, bottom = found
        told.append(f"it differs between {left},{top} and {right},{bottom} of {size[0]} × {size[1]}")
    return "; ".join(told), where


def _prepared(picture: Image.Image, size: tuple[int, int]) -> list[Image.Image]:
    """Blurred lightness and colour, with room below and above for strips that lie elsewhere."""
    ground = picture.getpixel((0, picture.height - 1))
    sheet = Image.new("RGB", (size[0], size[1] + 2 * DRIFT), ground)
    sheet.paste(picture, (0, DRIFT))
    lightness, blue, red = sheet.convert("YCbCr").split()
    planes = [(lightness, LIGHTNESS), (lightness, AROUND), (blue, COLOUR), (red, COLOUR)]
    return [plane.filter(ImageFilter.GaussianBlur(radius)) for plane, (radius, _allowed) in planes]


def _strips(first: list[Image.Image], second: list[Image.Image], top: int):
    """The strip's differences, as black and white, for every height at which it may lie."""
    width, height = first[0].size
    bottom = min(top + STRIP, height - 2 * DRIFT)
    for lower in sorted(range(-DRIFT, DRIFT + 1), key=abs):
        found = None
        for mine, yours, allowed in zip(first, second, ALLOWED, strict=True):
            here = mine.crop((0, top + DRIFT, width, bottom + DRIFT))
            there = yours.crop((0, top + DRIFT + lower, width, bottom + DRIFT + lower))
            mask = ImageChops.difference(here, there).point([255 * (n > allowed) for n in range(256)])
            found = mask if found is None else ImageChops.lighter(found, mask)
        yield found


def _amount(mask: Image.Image) -> int:
    return mask.histogram()[255]
