"""How public pages and mails are rendered: Jinja, one environment, the language given, never guessed.

Knows no app: templates lie in each app's jinja2/ folder and get plain data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from datetime import date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from types import CodeType
from typing import Any

from django.conf import settings
from django.utils import translation
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape

from barograph.base import dates, languages, style

PACKAGE = Path(__file__).resolve().parent.parent
FRAME = "base/frame.html"


@lru_cache(maxsize=4096)
def _gettext(language: str, message: str) -> str:
    with translation.override(language):
        return translation.gettext(message)


@lru_cache(maxsize=1024)
def _pgettext(language: str, context: str, message: str) -> str:
    with translation.override(language):
        return translation.pgettext(context, message)


@lru_cache(maxsize=4096)
def _ngettext(language: str, singular: str, plural: str, number: int) -> str:
    with translation.override(language):
        return translation.ngettext(singular, plural, number)


def _date(value: str | date) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


class _Compiled(BytecodeCache):
    """Templates are compiled once a process, whichever language asks first."""

    def __init__(self) -> None:
        self.code: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key] = bucket.code


_compiled = _Compiled()


class _Loader(FileSystemLoader):
    """Sets pieces in when a template is read: an include that is met while drawing takes a context of its own."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, path, current = super().get_source(environment, template)
        return _INCLUDE.sub(lambda match: self._piece(environment, match[1]), source), path, current

    def _piece(self, environment: Environment, template: str) -> str:
        return self.get_source(environment, template)[0].removesuffix("\n")


class _Words(dict[str, str]):
    """Messages in one language, each looked up once."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def __missing__(self, message: str) -> str:
        self[message] = _gettext(self.language, message)
        return self[message]


def _shown(value: Any) -> str:
    """What autoescaping makes of a value. Most are plain strings, and what is drawn need not know that it is safe."""
    kind = type(value)
    if kind is Markup:
        return value
    if kind is str:
        if "&" in value or "<" in value or ">" in value or '"' in value or "'" in value:
            return escape(value)
        return value
    return escape(value)


class _Code(CodeGenerator):
    """Jinja's, with the quick ways to what templates do most often: show a value, say a word.

    Jinja lets one put another generator in (`code_generator_class`), but has no public way to change these two calls.
    tests/base/test_pages.py tells what a new Jinja does otherwise: then compare `_output_child_pre` and `visit_Call`
    with Jinja's own. Without either method pages are the same, and slower.
    """

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        said = node.args[0] if name == "_" and node.args else None
        if isinstance(said, nodes.Const):
            self.write(f"environment.words[{said.value!r}]")
        elif forward_caller:
            super().visit_Call(node, frame, forward_caller=forward_caller)
        else:
            self.write("environment.called(")
            self.visit(node.node, frame)
            self.signature(node, frame)
            self.write(")")


def _called(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
    return function(*given, **named)


class _Environment(Environment):
    """The Jinja environment of one interface language."""

    code_generator_class = _Code
    shown, called = staticmethod(_shown), staticmethod(_called)
    words: _Words

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain mapping, which every page copies: no template has any of its own."""
        return self.globals


#: What names elements and classes, wherever it stands in a page. Apart, since either is found by its first letters:
#: as one expression they take seven times as long.
_ELEMENT, _CLASSES = re.compile("<([a-z][a-z0-9]*)"), re.compile('class="([^"]*)"')
_INCLUDE = re.compile(r'{%-?\s*include\s+"([^"]+)"\s*-?%}\n?')
#: What templates leave for the style and its hash.
_UNDRESSED, _NO_STYLE = "<style></style>", style.source_of("")


@cache
def _style(names: frozenset[str]) -> tuple[str, str]:
    """What these elements and classes need of the style, and how a policy calls it."""
    css = style.needed(style.css(), names)
    return f"<style>{css}</style>", style.source_of(css)


@lru_cache(maxsize=4096)
def _style_of(elements: frozenset[str], classes: frozenset[str]) -> tuple[str, str]:
    return _style(style.names() & elements.union(*(value.split() for value in classes)))


def dressed(page: str) -> str:
    """A page with what it needs of the style, and with that style's hash in its policy."""
    css, source = _style_of(frozenset(_ELEMENT.findall(page)), frozenset(_CLASSES.findall(page)))
    return page.replace(_NO_STYLE, source, 1).replace(_UNDRESSED, css, 1)


@cache
def environment(language: str = "en") -> Environment:
    """Templates that speak an interface language."""
    env = _Environment(
        bytecode_cache=_compiled,
        loader=_Loader(sorted(PACKAGE.glob("*/jinja2"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.words = _Words(language)
    env.globals.update(
        _=partial(_gettext, language),
        ngettext=partial(_ngettext, language),
        pgettext=partial(_pgettext, language),
        language_name=languages.name,
        direction=languages.direction,
        territory=languages.territory,
        x_default=languages.x_default,
        fonts=style.fonts,
        policy=lambda text="", frames=False: Markup(style.policy(text, frames=frames)),  # noqa: S704 made of our own words and a hash
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
        return drawn(template, context, language)


def drawn(template: str, context: dict[str, Any], language: str) -> str:
    """Render a page where the interface's language is the active one already."""
    page = environment(languages.interface(language)).get_template(template).render(**context, language=language)
    return dressed(page) if _UNDRESSED in page else page


def macro(template: str, name: str, language: str) -> Callable[..., Markup]:
    """A piece of a template, to be drawn by itself."""
    return getattr(environment(languages.interface(language)).get_template(template).module, name)


def frame(imprint: dict[str, Any], language: str, section: str = "") -> dict[str, Any]:
    """What pages of a section share, ready to be set in: the publication's name, the menu, the languages, the foot.

    `section` marks the place in the menu: issue, topics, archive, search, subscribe.
    """
    name, strapline = (
        languages.localized(imprint[field], language, imprint["languages"]) for field in ("name", "strapline")
    )
    menu = [(code, languages.name(code), languages.direction(code), code.upper()) for code in imprint["languages"]]
    return {
        "name": name,
        "strapline": strapline,
        "main": macro(FRAME, "main", language)(imprint, language, section),
        "foot": macro(FRAME, "foot", language)(imprint, language, name, strapline),
        "languages": menu,
    }


def shell_context(
    imprint: dict[str, Any],
    language: str,
    alternates: dict[str, str] | None = None,
    canonical: str = "",
    *,
    section: str = "",
    fallbacks: dict[str, str] | None = None,
    framed: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What base/shell.html needs. `alternates` {language: path}; without `canonical` a page isn't indexed by name.

    `fallbacks` is where the choice of languages leads from a page that a language doesn't have.
    `framed` is the section's `frame`, where one is at hand.
    """
    framed = framed or frame(imprint, language, section)
    return {
        "imprint": imprint,
        "name": framed["name"],
        "strapline": framed["strapline"],
        "frame": framed,
        "alternates": alternates or {},
        "fallbacks": fallbacks or {},
        "canonical": canonical,
        "base_url": settings.BASE_URL,
        "icon": style.address("favicon.svg"),
    }
