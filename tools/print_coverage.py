"""Write down anew which characters printed forms can show: src/barograph/base/coverage.txt, ranges in hexadecimal.

    python tools/print_coverage.py

They are those of the fonts in src/barograph/takeaway/fonts/ and of the ones that Typst's wheel has inside, as far as
Typst sets them without complaint. To be run after either has changed; needs fonttools.
"""

import io
import re
import tempfile
import unicodedata
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

SOURCE = Path(__file__).resolve().parent.parent / "src/barograph"
_START = re.compile(rb"OTTO\x00[\x05-\x20]|\x00\x01\x00\x00\x00[\x08-\x20]")


def embedded() -> set[int]:
    """The characters of the text fonts inside Typst's library."""
    found: set[int] = set()
    for library in Path(typst.__file__).parent.glob("*.so"):
        data = library.read_bytes()
        for match in _START.finditer(data):
            try:
                font = TTFont(io.BytesIO(data[match.start() : match.start() + 3_000_000]), lazy=True)
                found |= set(font.getBestCmap() or ())
            except Exception:  # no font after all: fontTools raises whatever comes
                continue
    return found


def ranges(points: set[int]) -> list[str]:
    lines, start, last = [], None, None
    for point in sorted(points):
        if last is None or point != last + 1:
            if start is not None:
                lines.append(f"{start:X}-{last:X}")
            start = point
        last = point
    if start is not None:
        lines.append(f"{start:X}-{last:X}")
    return lines


HEAD = (
    '#set text(font: ("Literata", "Libertinus Serif", "DejaVu Sans Mono", "Noto Emoji"))\n#set document(title: "x")\n'
)
#: A mark is set together with the letter before it: it has to suit several.
BASES = ("x", "ж", "1", "א")


def refused(points: list[int], fonts: typst.Fonts, folder: Path) -> set[int]:
    """Those that Typst has no letter for, told by setting them (PDF/UA-1 refuses a document with one)."""
    lines = []
    for point in points:
        bases = BASES if unicodedata.category(chr(point)).startswith("M") else ("x",)
        lines += [f'#par("{base}\\u{{{point:x}}}{base}")' for base in bases]
    path = folder / "all.typ"
    path.write_text(HEAD + "= All\n" + "\n".join(lines), encoding="utf-8")
    try:
        typst.Compiler(input=str(path), root=str(folder), font_paths=fonts).compile(
            format="pdf", pdf_standards=["ua-1"]
        )
    except typst.TypstError:
        if len(points) == 1:
            return set(points)
        half = len(points) // 2
        return refused(points[:half], fonts, folder) | refused(points[half:], fonts, folder)
    return set()


def main() -> None:
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(SOURCE / "takeaway/fonts")])
    points = embedded()
    for path in sorted((SOURCE / "takeaway/fonts").glob("*.ttf")):
        points |= set(TTFont(path).getBestCmap())
    points = {point for point in points if point >= 0x20 and not 0xE000 <= point < 0xF900 and point < 0xF0000}
    with tempfile.TemporaryDirectory() as name:
        some = sorted(points)
        for start in range(0, len(some), 600):
            points -= refused(some[start : start + 600], fonts, Path(name))
    (SOURCE / "base/coverage.txt").write_text("\n".join(ranges(points)) + "\n", encoding="ascii")
    print(f"{len(points)} characters")


if __name__ == "__main__":
    main()
