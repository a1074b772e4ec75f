"""How public pages and mails are rendered: Jinja, one environment, the language given, never guessed.

Knows no app: templates lie in each app's jinja2/ folder and get plain data.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from barograph.base import dates, languages, style

PACKAGE = Path(__file__).resolve().parent.parent


def _gettext(message: str) -> str:
    return translation.gettext(message)


def _pgettext(context: str, message: str) -> str:
    return translation.pgettext(context, message)


def _ngettext(singular: str, plural: str, number: int) -> str:
    return translation.ngettext(singular, plural, number)


def _date(value: str | date) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


@cache
def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(sorted(PACKAGE.glob("*/jinja2"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals.update(
        _=_gettext,
        ngettext=_ngettext,
        pgettext=_pgettext,
        language_name=languages.name,
        direction=languages.direction,
        territory=languages.territory,
        x_default=languages.x_default,
        fonts=style.fonts,
        policy=lambda text, frames=False: Markup(style.policy(text, frames=frames)),  # noqa: S704 made of our own words and a hash
    )
    env.filters.update(
        period=lambda issue, language, year=True: dates.period(
            _date(issue["first"]), _date(issue["last"]), language, year=year
        ),
        day=lambda value, language, year=True: dates.day(_date(value), language, year=year),
        localized=languages.localized,
        html=Markup,
    )
    return env


def render(template: str, context: dict[str, Any], *, language: str) -> str:
    """Render a template with the interface's words in the language nearest to `language`."""
    with translation.override(languages.interface(language)):
        return environment().get_template(template).render(**context, language=language)


def shell_context(
    imprint: dict[str, Any],
    language: str,
    alternates: dict[str, str] | None = None,
    canonical: str = "",
    *,
    section: str = "",
    fallbacks: dict[str, str] | None = None,
) -> dict[str, Any]:
    """What base/shell.html needs. `alternates` {language: path}; without `canonical` a page isn't indexed by name.

    `fallbacks` is where the choice of languages leads from a page that a language doesn't have.
    `section` marks the place in the navigation: issue, topics, archive, search, subscribe.
    """
    return {
        "imprint": imprint,
        "name": languages.localized(imprint["name"], language, imprint["languages"]),
        "strapline": languages.localized(imprint["strapline"], language, imprint["languages"]),
        "alternates": alternates or {},
        "fallbacks": fallbacks or {},
        "canonical": canonical,
        "section": section,
        "base_url": settings.BASE_URL,
        "css": style.css(),
        "icon": style.address("favicon.svg"),
    }
