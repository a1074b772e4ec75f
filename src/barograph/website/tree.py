"""Files of a folder as ready answers: headers, ETag and the best precompressed copy, kept in bounded memory.

Knows nothing of requests beyond the path and the encodings that may be sent.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import orjson

from barograph.base.languages import is_code
from barograph.website import headers, ranges, redirects

#: Files up to this size are kept in memory; larger ones are read in pieces as they are sent.
SMALL = 512 * 1024
#: Texts without a copy in gzip are compressed as they are sent, up to this size (the desk's largest script has 671 KB).
COMPRESSED = 4 * 1024 * 1024
BUDGET = 32 * 1024 * 1024

SUFFIXES = {"br": ".br", "gzip": ".gz"}

# Every address of the site is made of such parts. `..`, hidden files, control characters,
# backslashes and bytes outside ASCII cannot even be written with them.
_PART = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,199}")

#: How many (address, Accept-Encoding) a tree knows by heart, and how long the latter may be.
READY = 10_000
SENSIBLE = 200

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent. `file` stands for a body too large to be kept; `lines` are the headers as text.

    `size` is the whole body's where stretches of it may be asked for, else -1; `span` is such a stretch of `file`.
    """

    status: int
    headers: Headers
    body: bytes = b""
    etag: bytes = b""
    file: Path | None = None
    size: int = -1
    span: tuple[int, int] | None = None
    lines: list[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers]
        object.__setattr__(self, "lines", lines)

    def not_modified(self) -> Answer:
        """The 304 of this answer: what caches need, without what describes a body."""
        dropped = {b"content-type", b"content-length", b"content-encoding"}
        return Answer(304, [pair for pair in self.headers if pair[0] not in dropped], etag=self.etag)

    def part(self, wish: bytes, condition: bytes) -> Answer:
        """The stretch a Range header asks for: 206 or 416; the whole where it names none or If-Range has changed."""
        if self.size < 0 or (condition and condition.strip() != self.etag):
            return self
        pairs = [pair for pair in self.headers if pair[0] != b"content-length"]
        try:
            span = ranges.read(wish, self.size)
        except ranges.Unsatisfiable:
            pairs = [pair for pair in pairs if pair[0] != b"content-type"]
            range_headers = {"content-range": f"bytes */{self.size}", "content-length": "0"}
            return Answer(416, [*pairs, *encode(range_headers)])
        if span is None:
            return self
        start, end = span
        range_headers = {"content-range": f"bytes {start}-{end - 1}/{self.size}", "content-length": str(end - start)}
        body = b"" if self.file else self.body[start:end]
        return Answer(
            206, [*pairs, *encode(range_headers)], body, self.etag, self.file, span=span if self.file else None
        )


def parts(path: str) -> list[str] | None:
    """The parts of an address ('/be/archive/' → ['be', 'archive']); None where no file can have it."""
    pieces = path[1:].removesuffix("/").split("/") if path != "/" else []
    if len(path) > 1000 or not path.startswith("/") or path.endswith("//"):
        return None
    if all(_PART.fullmatch(piece) for piece in pieces) or (
        pieces[:1] == [".well-known"] and all(_PART.fullmatch(piece) for piece in pieces[1:])
    ):
        return pieces
    return None


def encode(pairs: dict[str, str]) -> Headers:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs.items()]


@lru_cache(maxsize=32)
def _compressed(body: bytes) -> bytes:
    """The same in gzip. A folder that may change is read anew for each request, but its files seldom do."""
    return gzip.compress(body, 6, mtime=0)


class Tree:
    """One folder that does not change (a version of the site), or, with `changing`, one that may."""

    def __init__(
        self, folder: Path, *, https: bool, prefix: str = "", changing: bool = False, budget: int = BUDGET
    ) -> None:
        self.folder = folder
        self.https = https
        self.prefix = prefix
        self.changing = changing
        self.budget = budget
        self.cached_bytes = 0
        self._answers: OrderedDict[tuple, Answer] = OrderedDict()
        #: (address, Accept-Encoding as it was sent) → the whole answer to a plain GET
        self.ready: dict[tuple[str, str], Answer] = {}
        self._languages: list[str] | None = None
        self._moved: dict[str, dict[str, str]] | None = None

    def languages(self) -> list[str]:
        """The languages this tree has a home page in."""
        if self._languages is None:
            self._languages = sorted(
                entry.name
                for entry in self.folder.iterdir()
                if is_code(entry.name) and (entry / "index.html").is_file()
            )
        return self._languages

    def moved(self, path: str) -> str | None:
        """Where what was at this address is now, by the tree's table of redirects; None where it was never moved."""
        if self._moved is None:
            try:
                self._moved = orjson.loads((self.folder / redirects.TABLE).read_bytes())
            except (OSError, ValueError):
                self._moved = {}
        target = redirects.present(path, self._moved) if self._moved else None
        pieces = parts(target) if target else None
        if target is None or pieces is None:
            return None
        if target.endswith("/") or self.is_page(target):
            target = f"{target.rstrip('/')}/"
            return target if self.is_page(target[:-1]) else None
        return target if self.folder.joinpath(*pieces).is_file() else None

    def is_page(self, path: str) -> bool:
        """Whether `path`, which lacks its last slash, is the address of a page."""
        pieces = parts(path)
        return pieces is not None and self.folder.joinpath(*pieces, "index.html").is_file()

    def answer(self, path: str, encodings: tuple[str, ...], status: int = 200) -> Answer | None:
        """The file at an address, '/be/' being its index.html; None where there is none."""
        key = (path, encodings, status)
        if not self.changing and (cached := self._answers.get(key)) is not None:
            self._answers.move_to_end(key)
            return cached
        pieces = parts(path)
        if pieces is None or path.endswith((".br", ".gz")):
            return None
        name = "/".join([*pieces, "index.html"]) if path.endswith("/") else "/".join(pieces)
        try:
            answer = self._read(path, name, encodings, status)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None
        if not self.changing:
            self._keep(key, answer)
        return answer

    def remember(self, path: str, wish: str, answer: Answer) -> None:
        """Have an answer ready for the next GET that is just like this one."""
        if answer.status != 200 or answer.file or self.changing or len(wish) > SENSIBLE:
            return
        if len(self.ready) >= READY:
            self.ready.clear()
        self.ready[path, wish] = answer

    def _keep(self, key: tuple, answer: Answer) -> None:
        self._answers[key] = answer
        self.cached_bytes += len(answer.body) + 2000
        if self.cached_bytes > self.budget:
            self.ready.clear()  # or it would hold on to what is dropped here
        while self.cached_bytes > self.budget:
            _, oldest = self._answers.popitem(last=False)
            self.cached_bytes -= len(oldest.body) + 2000

    def _read(self, path: str, name: str, encodings: tuple[str, ...], status: int) -> Answer:
        plain = self.folder / name
        source, encoding = plain, "identity"
        size = plain.stat().st_size
        for wish in encodings:
            if wish == "identity":
                break
            copy = plain.with_name(plain.name + SUFFIXES[wish])
            if copy.is_file():
                source, encoding, size = copy, wish, copy.stat().st_size
                break
        pressed = self.changing and encoding == "identity" and "gzip" in encodings and headers.is_text(name)
        large = size > (COMPRESSED if pressed else SMALL)
        body = b"" if large else source.read_bytes()
        if large and not source.is_file():
            raise IsADirectoryError(source)
        if pressed and body:
            body, encoding = _compressed(body), "gzip"
        if large:
            state = source.stat()
            tag = f"{state.st_mtime_ns:x}-{state.st_size:x}-{encoding}"
        else:
            tag = hashlib.sha256(body).hexdigest()[:24]
        etag = f'"{tag}"'
        hashes = headers.style_hashes(self._plain(plain, body, encoding)) if name.endswith(".html") else []
        pairs = {
            "content-type": headers.content_type(f"/{name}"),
            "content-length": str(size if large else len(body)),
            "etag": etag,
            "cache-control": headers.cache_control(name) if status == 200 else headers.NO_CACHE,
            "vary": "Accept-Encoding",
            **headers.security_headers(self.prefix + path, hashes, https=self.https),
        }
        if encoding != "identity":
            pairs["content-encoding"] = encoding
        whole = -1
        if status == 200 and not headers.is_text(name):
            pairs["accept-ranges"] = "bytes"
            whole = size
        return Answer(status, encode(pairs), body, etag.encode(), source if large else None, whole)

    @staticmethod
    def _plain(plain: Path, body: bytes, encoding: str) -> bytes:
        return body if encoding == "identity" and body else plain.read_bytes()
