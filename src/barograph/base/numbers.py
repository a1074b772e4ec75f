"""Numbers as each language writes them, from CLDR through Babel; and as people type them."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import format_decimal, format_percent

from barograph.base.languages import interface


@lru_cache(maxsize=1024)
def percent(share: float, language: str) -> str:
    """0.355 → '36%', '36\u00a0%': whole per cent, halves up, everywhere a share is shown.

    Below 1 % and above 99 % one decimal tells: '0.5%'. What is possible is never shown as 0 %, what is not certain
    never as 100 %.
    """
    exact = Decimal(str(round(share * 100, 6)))
    is_whole = 1 <= exact <= 99 or exact in (0, 100)
    rounded = exact.quantize(Decimal(1) if is_whole else Decimal("0.1"), ROUND_HALF_UP)
    if not is_whole:
        rounded = min(max(rounded, Decimal("0.1")), Decimal("99.9"))
    return format_percent(rounded / 100, locale=interface(language), decimal_quantization=False)


@lru_cache(maxsize=1024)
def decimal(value: float, language: str) -> str:
    """1.2 → '1.2', '1,2'."""
    return format_decimal(value, locale=interface(language), decimal_quantization=False)


#: Signs that stand for another in a typed number: decimal separators, per cent, minus, the bar of a fraction.
_SIGNS = str.maketrans({"٫": ".", ",": ".", "،": ".", "٪": "%", "−": "-", "–": "-", "⁄": "/", "∕": "/"})
#: Longer than any number somebody means.
_LONGEST = 40
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")


def plain_sign(text: str) -> str:
    """A typed number in ASCII, a decimal comma as a point: '０，３５' → '0.35', '٣٥ ٪' → '35%'.

    Digits of every script; spaces and the invisible signs of direction go, the rest stays for the caller to refuse.
    """
    folded = "".join(
        str(unicodedata.decimal(sign)) if unicodedata.category(sign) == "Nd" else sign
        for sign in unicodedata.normalize("NFKC", text)
        if not sign.isspace() and unicodedata.category(sign) != "Cf"
    )
    return folded.translate(_SIGNS)


def typed(text: str) -> Decimal:
    """A number as people write it, with a decimal comma or point, in the digits of any script. Raises ValueError."""
    plain = plain_sign(text)
    if len(plain) > _LONGEST or not _DECIMAL.fullmatch(plain):
        raise ValueError(text)
    return Decimal(plain)


def typed_share(text: str) -> Decimal:
    """A share as people write it: '0,35', '35 %', '1/3'. A bare number is taken as it stands. Raises ValueError."""
    plain = plain_sign(text)
    if plain.endswith("%"):
        return typed(plain[:-1]) / 100
    above, bar, below = plain.partition("/")
    if not bar:
        return typed(plain)
    if not (above.isascii() and above.isdigit() and below.isascii() and below.isdigit()) or not typed(below):
        raise ValueError(text)
    return typed(above) / typed(below)


def typed_whole(text: str) -> int:
    """A whole number as people write it; '12,0' is one, '1,5' isn't. Raises ValueError."""
    number = typed(text)
    if number != number.to_integral_value():
        raise ValueError(text)
    return int(number)
