"""A copy of the baked site that needs no server of ours: for any static host, a stick, a folder opened by file://.

Addresses become relative and end in a file's name; search and sign-up lead to
a page that says where they answer. Made from a baked tree alone, the same
tree giving the same bytes. Compressed copies are left to the host.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from barograph.base import modes, style
from barograph.website import redirects

COMPRESSED = frozenset({".br", ".gz"})
#: In the root of every copy: only a folder that has it, or an empty one, is ever written to.
MARKER = ".barograph-copy"

_ADDRESS = re.compile(r'(\s(?:href|src|action|data)=")/(?!/)([^"]*)"')
_CSS_URL = re.compile(r"url\(/([^)]+)\)")
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")[^"]*"')
#: Of a page at a former address (website.redirects): where it leads on to.
_LEADS = re.compile(r'(<meta http-equiv="refresh" content="0; url=)/(?!/)([^"]*)"')
_SENT = re.compile(r'<form\b[^>]*\baction="/([A-Za-z-]+)/subscribe/"[^>]*>.*?</form>', re.DOTALL)
_ASKED = re.compile(r"([A-Za-z-]+)/(?:search|subscribe)/index\.html")


class CopyRefused(Exception):
    """The copy can't be made. The message says what to do."""


@dataclass(frozen=True)
class CopyReport:
    files: int
    pages: int


def copy_site(*, source: Path, target: Path, main: str) -> CopyReport:
    """Write the copy of the tree `source` into `target`. `main` is the address where search and sign-up answer.

    What an earlier copy left there goes. Raises CopyRefused for a folder that holds anything else.
    """
    source = source.resolve()
    if not source.is_dir():
        raise CopyRefused(_("Nothing is baked yet. Run: barograph bake"))
    if target.exists() and (not target.is_dir() or any(target.iterdir())) and not (target / MARKER).is_file():
        raise CopyRefused(_("%(folder)s contains something else. Choose an empty folder.") % {"folder": target})
    with modes.written_for_everybody():
        return _copy(source, target, main)


def _copy(source: Path, target: Path, main: str) -> CopyReport:
    aside = target.with_name(f".{target.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    files = pages = 0
    for path in sorted(source.rglob("*")):
        if not path.is_file() or path.suffix in COMPRESSED or path.name == redirects.SIGN:
            continue
        place = path.relative_to(source).as_posix()
        new = aside / place
        new.parent.mkdir(parents=True, exist_ok=True)
        files += 1
        if path.suffix == ".html":
            pages += 1
            new.write_text(_page(source, place, main), encoding="utf-8")
        else:
            shutil.copyfile(path, new)
    (aside / MARKER).write_text(f"{main}/\n", encoding="utf-8")
    if target.exists():
        shutil.rmtree(target)
    aside.rename(target)
    return CopyReport(files, pages)


def _page(source: Path, place: str, main: str) -> str:
    """The page at `place`, or the one that stands in for a form nobody would answer."""
    asked = _ASKED.fullmatch(place)
    away = source / asked[1] / "away.html" if asked else None
    html = (away if away and away.is_file() else source / place).read_text(encoding="utf-8")
    return relative(html, place, main)


def relative(html: str, place: str, main: str) -> str:
    """A page's HTML with addresses relative to `place` ('be/archive/index.html')."""
    up = "../" * (len(PurePosixPath(place).parts) - 1)
    html = _SENT.sub(lambda match: _elsewhere(f"{main}/{match[1]}/subscribe/"), html)
    html = _ADDRESS.sub(lambda match: f'{match[1]}{up}{_file(match[2])}"', html)
    html = _LEADS.sub(lambda match: f'{match[1]}{up}{_file(match[2])}"', html)
    html = _STYLE.sub(lambda match: f"<style>{_CSS_URL.sub(lambda url: f'url({up}{url[1]})', match[1])}</style>", html)
    styles = _STYLE.search(html)
    return _POLICY.sub(lambda match: f'{match[1]}{style.policy(styles[1])}"', html) if styles else html


def _file(address: str) -> str:
    """An address of the site, without its first slash → the file it is: 'be/#a' → 'be/index.html#a'."""
    path, separator, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", address).groups()  # type: ignore[union-attr]
    if not path or path.endswith("/"):
        path += "index.html"
    return f"{path}{separator}{rest}"


def _elsewhere(address: str) -> str:
    return f'<p><a href="{address}">{address}</a></p>'
