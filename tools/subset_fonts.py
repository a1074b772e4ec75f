"""Make the site's fonts again from an unpacked `@fontsource-variable/literata` package folder.

    python tools/subset_fonts.py FOLDER

Writes src/barograph/base/fonts/: woff2 files with the letters and weights the
pages use, and the licence. Needs fonttools and brotli (requirements/test.in).
"""

import io
import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

TARGET = Path(__file__).resolve().parent.parent / "src/barograph/base/fonts"
WEIGHTS = (400, 700)
BUDGET = 60 * 1024

#: Belarusian, Russian and Ukrainian letters, the stress mark and the number sign.
CYRILLIC = "\u0301№" + "".join(map(chr, range(0x410, 0x450))) + "ЁЄІЇЎёєіїўҐґ"
#: ASCII, the marks of the three languages, western letters in names.
LATIN = (
    "".join(map(chr, range(0x20, 0x7F))) + "\u00a0\u2009§°«»·×±¡¿–—‘’‚“”„…•−€" + "ÄÅÇÉÈÖØÜßáàâãäåæçéèêëíîïñóôõöøúùûüý"
)
#: Łacinka, Polish, Lithuanian, Latvian, Czech.
LATIN_EXT = "ĄąĆćČčĎďĖėĘęĚěĞğĢģĪīĮįĶķŁłĻļŃńŅņŇňŐőŘřŚśŞşŠšŤťŪūŬŭŮůŰűŲųŹźŻżŽžĀāĒē"

FILES = {
    "literata-cyrillic.woff2": ("literata-cyrillic-wght-normal.woff2", CYRILLIC),
    "literata-latin.woff2": ("literata-latin-wght-normal.woff2", LATIN),
    "literata-latin-ext.woff2": ("literata-latin-ext-wght-normal.woff2", LATIN_EXT),
}


def _reopened(font: TTFont) -> TTFont:
    """Written and read again: the subsetter wants tables as they lie in a file."""
    buffer = io.BytesIO()
    font.flavor = None
    font.save(buffer)
    buffer.seek(0)
    return TTFont(buffer, recalcTimestamp=False)


def make(source: Path, letters: str, target: Path) -> int:
    """Subset one file; returns its size in bytes."""
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "rvrn", "tnum", "liga"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    font = TTFont(source, recalcTimestamp=False)
    missing = [letter for letter in letters if ord(letter) not in font.getBestCmap()]
    if missing:
        sys.exit(f"{source.name} has no {' '.join(missing)}")
    instancer.instantiateVariableFont(font, {"wght": WEIGHTS}, inplace=True)
    font = _reopened(font)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)
    return target.stat().st_size


def main() -> None:
    if len(sys.argv) != 2 or not (folder := Path(sys.argv[1])).is_dir():
        sys.exit(__doc__)
    TARGET.mkdir(exist_ok=True)
    total = 0
    for name, (source, letters) in FILES.items():
        size = make(folder / "files" / source, letters, TARGET / name)
        total += size
        print(f"{name}  {size} bytes")
    shutil.copyfile(folder / "LICENSE", TARGET / "OFL.txt")
    print(f"all  {total} bytes")
    if total > BUDGET:
        sys.exit(f"More than {BUDGET} bytes: leave letters out.")


if __name__ == "__main__":
    main()
