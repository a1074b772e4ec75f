"""Letters of symbols' typefaces (Wingdings, Symbol) as Unicode has them."""

from __future__ import annotations

from functools import cache

#: Arrows that few typefaces have, as those that most have.
_ARROWS = {0x1F868: "←", 0x1F869: "↑", 0x1F86A: "→", 0x1F86B: "↓", 0x1F878: "⇐", 0x1F87A: "⇒"}


@cache
def _dingbats() -> dict[tuple[str, int], int]:
    from mammoth.docx.dingbats import dingbats  # with mammoth, which a worker does without

    return dingbats


def in_unicode(font: str, code: int) -> str:
    """A letter of a symbols' typeface in Unicode; any other typeface's letters stand for themselves."""
    code = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    if known := _dingbats().get((font, code)):
        return _ARROWS.get(known) or chr(known)
    is_own = font.lower().startswith(("wingdings", "webdings", "symbol", "zapf")) or not font
    return "" if is_own or not 32 <= code <= 0x10FFFF or 0xD800 <= code <= 0xF8FF else chr(code)
