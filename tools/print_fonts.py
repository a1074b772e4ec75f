"""Make the print fonts again from an unpacked `@fontsource/literata` package folder.

    python tools/print_fonts.py FOLDER

Writes src/barograph/takeaway/fonts/: one TTF per style with the letters of
tools/subset_fonts.py, merged out of the package's parts. PDF and cards need
whole files; browsers get the smaller ones. Needs fonttools and brotli.
"""

import io
import sys
import tempfile
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont
from subset_fonts import CYRILLIC, LATIN, LATIN_EXT

TARGET = Path(__file__).resolve().parent.parent / "src/barograph/takeaway/fonts"
STYLES = {"Regular": "400-normal", "Italic": "400-italic", "Bold": "700-normal"}
PARTS = {"latin": LATIN, "latin-ext": LATIN_EXT, "cyrillic": CYRILLIC, "cyrillic-ext": "ҐґЎў"}


def _part(source: Path, letters: str, folder: Path) -> str:
    font = TTFont(source, recalcTimestamp=False)
    font.flavor = None
    buffer = io.BytesIO()
    font.save(buffer)
    buffer.seek(0)
    font = TTFont(buffer, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "locl"]
    options.hinting = False
    options.notdef_outline = True
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(letter for letter in letters if ord(letter) in font.getBestCmap()))
    subsetter.subset(font)
    path = folder / f"{source.stem}.ttf"
    font.save(path)
    return str(path)


def make(files: Path, style: str, source: str) -> int:
    with tempfile.TemporaryDirectory() as name:
        parts = [_part(files / f"literata-{part}-{source}.woff2", text, Path(name)) for part, text in PARTS.items()]
        font = merge.Merger().merge(parts)
    missing = [x for x in CYRILLIC + LATIN + LATIN_EXT if ord(x) not in font.getBestCmap()]
    if missing:
        sys.exit(f"{style} has no {' '.join(missing)}")
    for record in font["name"].names:
        wanted = {1: "Literata", 2: style, 4: f"Literata {style}", 6: f"Literata-{style}", 16: "Literata", 17: style}
        if record.nameID in wanted:
            record.string = wanted[record.nameID]
    font["head"].modified = font["head"].created
    target = TARGET / f"Literata-{style}.ttf"
    font.save(target)
    return target.stat().st_size


def main() -> None:
    if len(sys.argv) != 2 or not (folder := Path(sys.argv[1])).is_dir():
        sys.exit(__doc__)
    TARGET.mkdir(exist_ok=True)
    for style, source in STYLES.items():
        print(f"{style}  {make(folder / 'files', style, source)} bytes")


if __name__ == "__main__":
    main()
