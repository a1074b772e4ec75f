"""The look as bytes: the one inline style, its hash for the Content-Security-Policy, fonts and icon.

Fonts and icon carry their content's hash in their names, so that browsers may
keep them for ever. Knows no page.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "jinja2/base/style.css"

#: What the page adds that shows the widget as other sites would.
FRAMING = "; frame-src 'self'; object-src 'self'"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r"\s*([{}:;,>])\s*")
_DESCENDANT = re.compile(r"(?<=[\w\])*])\s+(?=:)")
_BRACE = re.compile(r"[{}]")
_LISTED = re.compile(r",(?![^(]*\))")
_ATTRIBUTE = re.compile(r"\[[^\]]*\]")
_NAMED = re.compile(r"(?:(?<=\.)[\w-]+|(?<![\w.:-])[a-z][a-z0-9]*)")
_URL = re.compile(r"url\(([\w.-]+)\)")


def minified(source: str) -> str:
    """CSS without comments and needless space, and with the addresses of the files it names.

    A space before a colon means "any descendant that", so it is kept as ` *`.
    """
    text = _COMMENT.sub("", source)
    text = _DESCENDANT.sub(" *", text)
    text = _AROUND.sub(r"\1", _SPACE.sub(" ", text)).replace(";}", "}").strip()
    return _URL.sub(lambda match: f"url({address(match[1])})", text)


@cache
def css() -> str:
    """The whole style of the public pages; each carries what it needs of it (pages.dressed)."""
    return minified(SOURCE.read_text(encoding="utf-8"))


@cache
def names() -> frozenset[str]:
    """The elements and classes that it speaks of."""
    return frozenset(_spoken_of(css()))


def _spoken_of(text: str) -> Iterator[str]:
    for head, inside in rules(text):
        if head.startswith("@media"):
            yield from _spoken_of(inside)
        elif not head.startswith("@"):
            yield from named(head)


def needed(style: str, names: Container[str]) -> str:
    """A minified style without what is said of classes and elements that are not among `names`."""
    css = ""
    for head, inside in rules(style):
        if head.startswith("@media"):
            if inner := needed(inside, names):
                css += f"{head}{{{inner}}}"
        elif head.startswith("@"):
            css += f"{head}{{{inside}}}"
        elif selectors := [part for part in listed(head) if all(name in names for name in named(part))]:
            css += f"{','.join(selectors)}{{{inside}}}"
    return css


def listed(head: str) -> list[str]:
    """The selectors before a rule's braces."""
    return _LISTED.split(head)


def named(selector: str) -> list[str]:
    """The classes and elements that a selector names: 'footer li a:hover' → footer, li, a."""
    return _NAMED.findall(_ATTRIBUTE.sub("", selector))


def rules(style: str) -> Iterator[tuple[str, str]]:
    """A minified style's (selector or at-rule, what stands in its braces), in order."""
    head, depth, start = "", 0, 0
    for brace in _BRACE.finditer(style):
        if brace[0] == "{":
            if not depth:
                head, start = style[start : brace.start()], brace.end()
            depth += 1
        else:
            depth -= 1
            if not depth:
                yield head, style[start : brace.start()]
                start = brace.end()


def source_of(text: str) -> str:
    """A style's source expression for a Content-Security-Policy: 'sha256-…' in its quotes (CSP 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def policy(text: str, *, frames: bool = False) -> str:
    """What a page with this style may load, as its own <meta> says it, wherever it is served from.

    `frames`: it also shows other pages of this site within itself.
    A server's header says the same and, as only a header can, who may frame the page.
    """
    return (
        f"default-src 'none'; style-src {source_of(text)}; img-src 'self' data:; font-src 'self'; "
        "form-action 'self'; base-uri 'none'" + (FRAMING if frames else "")
    )


@cache
def _named() -> dict[str, tuple[str, bytes]]:
    """Plain name → (address, bytes)."""
    named = {}
    for path in sorted([*HERE.glob("fonts/*.woff2"), *HERE.glob("icons/*.svg")]):
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:12]
        named[path.name] = (f"/assets/{path.stem}.{digest}{path.suffix}", content)
    return named


def address(name: str) -> str:
    """Where a font or an icon is served. Raises KeyError for a file that isn't there."""
    return _named()[name][0]


@cache
def fonts() -> tuple[str, ...]:
    """Addresses of the typeface's files that every page needs: Cyrillic, and Latin with figures and stops."""
    return address("literata-cyrillic.woff2"), address("literata-latin.woff2")


def assets() -> dict[str, bytes]:
    """Address → bytes of every font and icon."""
    return dict(_named().values())
