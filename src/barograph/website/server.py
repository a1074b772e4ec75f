"""The server's front: baked files first, Django for what changes or cannot be a file.

An RSGI application (and an ASGI one for other servers). It answers GET and
HEAD from the tree the `current` link names at that moment, so that a new site
appears all at once, and keeps no state but a bounded memory of small files.
Knows no model; must not open the database.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from django.conf import settings
from django.urls import is_valid_path

from barograph.base import languages
from barograph.website import gateway, headers, negotiation
from barograph.website.ceilings import Ceilings, Refused
from barograph.website.tree import Answer, Tree, encode

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PIECE = 64 * 1024
_REFUSED = {
    408: "This took too long to arrive. Send it again.",
    413: "This is larger than the page takes.",
    503: "Too many people ask at this moment. Try again in half a minute.",
}
STATIC = "/desk/static"

_SEARCH = re.compile(rf"^/{languages.ADDRESS_CODE}/search/?$")


def application_for(
    root: Path, django_application: Callable, *, static: Path | None = None, https: bool | None = None
) -> Server:
    """The whole site: `root` is the link to the current tree, `static` the desk's collected files."""
    return Server(
        Path(root),
        django_application,
        Path(static if static is not None else settings.STATIC_ROOT),
        settings.HTTPS if https is None else https,
    )


class Server:
    """An RSGI application; called, an ASGI 3 one."""

    def __init__(self, root: Path, django_application: Callable, static: Path, https: bool) -> None:
        self.root = root
        self.django = django_application
        self.https = https
        self.static = Tree(static, https=https, prefix=STATIC, changing=True)
        self._tree: Tree | None = None
        self._target = ""
        self.ceilings = Ceilings()

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        """A request by way of RSGI. The first lines are what most requests cost: keep them few."""
        sent, method = scope.headers, scope.method
        wish = sent.get("accept-encoding", "")
        tree = self.tree()
        if method == "GET" and tree is not None and not scope.query_string and "if-none-match" not in sent:
            ready = tree.ready.get((scope.path, wish))
            if ready is not None and (ready.size < 0 or "range" not in sent):
                proto.response_bytes(200, ready.lines, ready.body)
                return
        if scope.proto != "http":
            proto.close(403)
            return
        wishes = _wishes((name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items())
        answer = self._answer(scope.path, scope.query_string.encode(), wishes, method)
        if answer is None:
            try:
                await gateway.answer_with(self.django, scope, proto, self.ceilings)
            except Refused as refused:
                answer = self._refused(scope.path, refused.status)
                proto.response_bytes(answer.status, [*answer.lines, ("connection", "close")], answer.body)
        elif method == "HEAD" or answer.status == 304:
            proto.response_empty(answer.status, answer.lines)
        elif answer.span is not None:
            proto.response_file_range(answer.status, answer.lines, str(answer.file), *answer.span)
        elif answer.file is not None:
            proto.response_file(answer.status, answer.lines, str(answer.file))
        else:
            proto.response_bytes(answer.status, answer.lines, answer.body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await _lifespan(receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close"})
        method = scope["method"]
        wishes = _wishes(scope["headers"])
        answer = self._answer(scope["path"], scope.get("query_string", b""), wishes, method)
        if answer is None:
            return await self.django(scope, receive, send)
        await _send(answer, method, send)

    def _answer(self, path: str, query: bytes, wishes: dict[bytes, bytes], method: str) -> Answer | None:
        """As `answer`; where the browser has it already, that it has; files are there to be read alone."""
        if method not in _READING:
            return self._unreadable(path)
        answer = self.answer(path, query, wishes)
        if answer is not None and answer.etag and _unchanged(wishes.get(b"if-none-match", b""), answer):
            return answer.not_modified()
        if answer is not None and method == "GET" and b"range" in wishes:
            return answer.part(wishes[b"range"], wishes.get(b"if-range", b""))
        return answer

    def _unreadable(self, path: str) -> Answer | None:
        """What any method but GET and HEAD gets: Django's answer, or that a baked file takes none (405)."""
        tree = self.tree()
        if path.startswith((*_DESK_FOLDERS, f"{STATIC}/")) or tree is None or _is_djangos(path):
            return None
        if tree.answer(path, ("identity",)) is None and not tree.is_page(path):
            return self._missing(tree, path, ("identity",))
        refused = _message(405, "This page can only be read.", self.https)
        return Answer(405, [*refused.headers, (b"allow", b"GET, HEAD")], refused.body)

    def tree(self) -> Tree | None:
        """The tree the link names now; None where nothing was baked yet."""
        try:
            target = os.readlink(self.root)
        except OSError:  # no link: a plain folder, or nothing at all
            target = ""
        if self._tree is None or target != self._target:
            if not self.root.is_dir():
                return None
            self._tree, self._target = Tree(self.root.resolve(), https=self.https), target
        return self._tree

    def answer(self, path: str, query: bytes, wishes: dict[bytes, bytes]) -> Answer | None:
        """What GET `path` gets; None: ask Django."""
        encodings = negotiation.encodings(wishes.get(b"accept-encoding", b"").decode("latin-1"))
        if path.startswith(f"{STATIC}/"):
            return self._static(path.removeprefix(STATIC), query, encodings)
        if path in headers.DESK or path.startswith(_DESK_FOLDERS) or _is_search(path, query):
            return None
        tree = self.tree()
        if tree is None:
            return None if is_valid_path(path) else _message(503, "The site is being prepared.", self.https)
        if path == "/":
            return self._front(tree, wishes, encodings)
        if (target := tree.moved(path)) is not None:
            return self._moved(target, query)
        if (answer := tree.answer(path, encodings, 404 if path.endswith("/404.html") else 200)) is not None:
            if path.endswith("/index.html"):
                return self._moved(path[: -len("index.html")], query)
            tree.remember(path, wishes.get(b"accept-encoding", b"").decode("latin-1"), answer)
            return answer
        if not path.endswith("/") and tree.is_page(path):
            return self._moved(f"{path}/", query)
        if headers.is_hashed(path) and (answer := self._earlier(tree, path, encodings)) is not None:
            return answer
        if _is_djangos(path):
            return None
        lower = path.lower()  # phones begin with a capital: /Be/, /EN/topics/
        if lower != path and not lower.endswith("/") and tree.is_page(lower):
            return self._moved(f"{lower}/", query)
        if lower != path and tree.answer(lower, encodings) is not None:
            return self._moved(lower, query)
        return self._missing(tree, path, encodings)

    def _static(self, path: str, query: bytes, encodings: tuple[str, ...]) -> Answer:
        answer = self.static.answer(path, encodings)
        if answer is None or path.endswith("/"):
            return _message(404, "There is no such file.", self.https)
        if query.startswith(b"v="):  # Wagtail names the version of its files so
            cache = (b"cache-control", headers.ASSET_CACHE.encode())
            pairs = [pair for pair in answer.headers if pair[0] != b"cache-control"]
            return replace(answer, headers=[*pairs, cache])
        return answer

    def _front(self, tree: Tree, wishes: dict[bytes, bytes], encodings: tuple[str, ...]) -> Answer:
        """To the reader's language, or a plain page with all of them where none fits."""
        available = tree.languages()
        wish = wishes.get(b"accept-language", b"").decode("latin-1")
        if (language := negotiation.language(wish, available)) is not None:
            return self._moved(f"/{language}/", b"", status=302)
        page = tree.answer("/", encodings) or _languages_page(available, self.https)
        pairs = [pair for pair in page.headers if pair[0] not in (b"vary", b"cache-control")]
        pairs += [(b"vary", b"Accept-Language, Accept-Encoding"), (b"cache-control", b"no-cache")]
        return Answer(page.status, pairs, page.body, page.etag, page.file)

    def _moved(self, path: str, query: bytes, status: int = 301) -> Answer:
        """A redirect to an address of this tree; never to another host, as `path` is made of checked parts."""
        target = quote(path, safe="/~") + (f"?{_safe_query(query)}" if query else "")
        pairs = headers.security_headers(path, https=self.https)
        pairs |= {"location": target, "content-length": "0"}
        pairs |= {"cache-control": headers.NO_CACHE, "vary": "Accept-Language"} if status == 302 else {}
        return Answer(status, encode(pairs))

    def _earlier(self, tree: Tree, path: str, encodings: tuple[str, ...]) -> Answer | None:
        """A file with its hash in the name out of an earlier tree, for a page that was opened before the switch."""
        try:
            others = [entry for entry in tree.folder.parent.iterdir() if entry != tree.folder and _is_version(entry)]
        except OSError:
            return None
        for folder in sorted(others, reverse=True):
            if (answer := Tree(folder, https=self.https, budget=0).answer(path, encodings)) is not None:
                return answer
        return None

    def _refused(self, path: str, status: int) -> Answer:
        """A request that was stopped by a ceiling: what to do, in few words; 503 in the language of the address."""
        tree, language = self.tree(), path.lstrip("/").split("/", 1)[0]
        if status == 503 and tree is not None and language in tree.languages():
            away = tree.answer(f"/{language}/away.html", ("identity",), 503)
            if away is not None and away.file is None:
                return away
        return _message(status, _REFUSED[status], self.https)

    def _missing(self, tree: Tree, path: str, encodings: tuple[str, ...]) -> Answer:
        """The 404 page in the language of the address, else the plain one."""
        first = path.lstrip("/").split("/", 1)[0]
        places = [f"/{first}/404.html"] if first in tree.languages() else []
        for place in [*places, "/404.html"]:
            if (answer := tree.answer(place, encodings, 404)) is not None:
                return answer
        return _message(404, "There is no such page.", self.https)


_READING = frozenset({"GET", "HEAD"})
_DESK_FOLDERS = tuple(f"{prefix}/" for prefix in headers.DESK)
_READ = frozenset({b"accept-encoding", b"accept-language", b"if-none-match", b"range", b"if-range"})


def _wishes(pairs: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The few headers that count; one given twice is one list (RFC 9110, 5.3)."""
    wishes: dict[bytes, bytes] = {}
    for name, value in pairs:
        if name in _READ:
            wishes[name] = wishes[name] + b", " + value if name in wishes else value
    return wishes


def _is_search(path: str, query: bytes) -> bool:
    return bool(query) and bool(_SEARCH.match(path)) and "q" in parse_qs(query.decode("latin-1"), True)


def _is_djangos(path: str) -> bool:
    """Whether Django knows the address, with or without its last slash."""
    return is_valid_path(path) or (not path.endswith("/") and is_valid_path(f"{path}/"))


def _safe_query(query: bytes) -> str:
    return quote(query.decode("latin-1"), safe="=&%+-._~:/?@!$'()*,;", encoding="latin-1")


def _unchanged(wish: bytes, answer: Answer) -> bool:
    """If-None-Match by weak comparison (RFC 9110, 13.1.2)."""
    if not wish or answer.status != 200:
        return False
    tags = {tag.strip().removeprefix(b"W/") for tag in wish.split(b",")}
    return b"*" in tags or answer.etag in tags


def _is_version(entry: Path) -> bool:
    """A whole tree beside the current one, not one that is still being written."""
    return not entry.name.startswith(".") and entry.is_dir()


def _message(status: int, text: str, https: bool) -> Answer:
    body = f"{text}\n".encode()
    pairs = headers.security_headers("/", https=https)
    pairs |= {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(body)),
        "cache-control": "no-store",
    }
    if status == 503:
        pairs["retry-after"] = "30"
    return Answer(status, encode(pairs), body)


def _languages_page(available: list[str], https: bool) -> Answer:
    """The page of languages, for a tree that has none of its own."""
    links = "".join(
        f'<li><a href="/{code}/" lang="{code}" hreflang="{code}">{escape(languages.name(code))}</a></li>'
        for code in available
    )
    body = (
        '<!doctype html><html lang="mul"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Barograph</title></head>'
        f"<body><ul>{links}</ul></body></html>"
    ).encode()
    pairs = headers.security_headers("/", https=https)
    pairs |= {"content-type": "text/html; charset=utf-8", "content-length": str(len(body))}
    return Answer(200, encode(pairs), body)


async def _send(answer: Answer, method: str, send: Send) -> None:
    if answer.file is None or method == "HEAD" or answer.status == 304:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})
        return
    with await asyncio.to_thread(answer.file.open, "rb") as file:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        start, end = answer.span or (0, -1)
        file.seek(start)
        left = end - start if answer.span else None
        while piece := await asyncio.to_thread(file.read, PIECE if left is None else min(PIECE, left)):
            left = None if left is None else left - len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _lifespan(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})
