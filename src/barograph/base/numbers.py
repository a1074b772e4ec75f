"""Numbers as each language writes them, from CLDR through Babel."""

from __future__ import annotations

from functools import lru_cache

from babel.numbers import format_decimal, format_percent

from barograph.base.languages import interface


@lru_cache(maxsize=1024)
def percent(share: float, language: str) -> str:
    """0.355 → '35.5%', '35,5\u00a0%': to a tenth."""
    return format_percent(round(share, 3), locale=interface(language), decimal_quantization=False)


@lru_cache(maxsize=1024)
def decimal(value: float, language: str) -> str:
    """1.2 → '1.2', '1,2'."""
    return format_decimal(value, locale=interface(language), decimal_quantization=False)
