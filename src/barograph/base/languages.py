"""Languages: their codes, names, directions and what a document says about them.

Codes are BCP 47 (RFC 5646). This is the one module that says what a code looks like: use `CODE`, `ADDRESS_CODE` or
`is_code` rather than a pattern of your own.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

#: Regular expression of a publication's language code: a primary subtag in small letters and further subtags, such as
#: "be", "be-tarask" or "zh-Hant". The rest of RFC 5646 (singletons such as "x", "i-…") is not accepted.
CODE = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"
#: Regular expression of a code in an address of the site, whose primary subtag may be typed in capitals.
ADDRESS_CODE = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"

#: The languages that all of Barograph's own words exist in, the desk's too.
INTERFACE = ("be", "ru", "en")

NAMES = {"be": "Беларуская", "ru": "Русский", "en": "English"}

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi", "ckb", "ps", "sd", "ug"})


def of_publication() -> tuple[str, ...]:
    """The languages of the publication in their order, from where settings.BAROGRAPH_LANGUAGES says."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    return tuple(import_string(settings.BAROGRAPH_LANGUAGES)())


def is_code(text: str) -> bool:
    """Whether a text is formed like a publication's language code; says nothing about whether the language exists."""
    return re.fullmatch(CODE, text) is not None


def name(language: str) -> str:
    """A language's name in itself: 'be' → 'Беларуская'; the code where it is not known."""
    if language in NAMES:
        return NAMES[language]
    from babel import Locale, UnknownLocaleError

    try:
        own = Locale.parse(language, sep="-").get_display_name(language)
    except (UnknownLocaleError, ValueError):
        return language
    return own[:1].upper() + own[1:] if own else language


def is_known(code: str) -> bool:
    """Whether a code begins with a language that CLDR knows: 'be-tarask' does, 'xx' doesn't."""
    from babel import Locale

    return code.split("-")[0] in Locale("en").languages


def direction(language: str) -> str:
    """'ltr' or 'rtl', for the dir attribute."""
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


@cache
def territory(language: str) -> str:
    """A language with the country it is most spoken in, as Open Graph wants it: 'be' → 'be_BY'; else the code."""
    from babel import Locale, UnknownLocaleError
    from babel.core import get_global

    try:
        given = Locale.parse(language, sep="-")
        likely = Locale.parse(get_global("likely_subtags").get(given.language, language))
    except (UnknownLocaleError, ValueError):
        return language
    country = given.territory or likely.territory
    return f"{given.language}_{country}" if country else given.language


def x_default(alternates: dict[str, str]) -> str:
    """Where a reader of none of a page's languages is best sent: the page's English, else its first language.

    The home pages have `/` for that, which chooses.
    """
    code = "en" if "en" in alternates else next(iter(alternates))
    return "/" if alternates[code] == f"/{code}/" else alternates[code]


@cache
def spoken() -> frozenset[str]:
    """The languages pages and mails can be in: those above, and each with a catalogue in a folder of LOCALE_PATHS."""
    from django.conf import settings

    catalogues = (path for folder in settings.LOCALE_PATHS for path in Path(folder).glob("*/LC_MESSAGES/django.mo"))
    return frozenset({*INTERFACE, *(path.parent.parent.name for path in catalogues)})


@cache
def interface(language: str) -> str:
    """The interface language nearest to a publication's language: itself, else English."""
    short = language.split("-")[0]
    return short if short in spoken() else "en"


def localized(texts: dict[str, str] | None, language: str, fallbacks: list[str] | tuple[str, ...] = ()) -> str:
    """The text in `language`, else in the first fallback that has one, else any, else ''."""
    texts = texts or {}
    return texts.get(localized_in(texts, language, fallbacks), "")


def localized_in(texts: dict[str, str], language: str, fallbacks: list[str] | tuple[str, ...] = ()) -> str:
    """Language code of the text that `localized` chooses; `language` itself where there is no text at all."""
    return next((code for code in (language, *fallbacks, *texts) if texts.get(code)), language)
