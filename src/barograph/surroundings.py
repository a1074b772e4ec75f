"""What `doctor` finds around the installation: files, the site's address, where mail comes back, the mail provider.

Reads only. Contacts only the hosts that the operator has configured, each for a few seconds at most; a redirect to
another address is not followed.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import pwd
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings

from barograph.base.environment import LOOPBACK
from barograph.delivery.bounces.imap import Mailbox, Trouble
from barograph.delivery.bounces.inbound import IDENTITY
from barograph.inspection import Finding, has_worker

#: Seconds for which a host may be silent.
PATIENCE = 5.0
#: No more of an answer is read than this, in bytes.
LARGEST = 1_000_000
#: The file that every site has, the same in all languages; served as it lies on the disk.
SAMPLE = "data/datapackage.json"
#: How deep in the data folder files of other owners are looked for, and how many entries are looked at.
DEPTH, MOST = 3, 20_000


def findings() -> Iterator[Finding]:
    """Yield all findings, in the order in which they are shown."""
    yield _files()
    if (settings.DATA / "site" / "current").exists():
        yield _answer()
    yield from _bounces()
    if settings.MAIL_PROVIDER:
        yield from _provider()


def _files() -> Finding:
    """Whether the folder can be written, and whether one account owns all that lies in it."""
    data = settings.DATA
    if not os.access(data, os.W_OK | os.X_OK):
        return Finding("files", False, f"{data} can't be written: run this as its owner, or mount it writable.")
    owner = data.stat().st_uid
    for number, path in enumerate(_entries(data, DEPTH)):
        with contextlib.suppress(OSError):
            if path.lstat().st_uid != owner:
                words = f"{path} belongs to {_name(path.lstat().st_uid)}, not to {_name(owner)}, and may stop a release"
                return Finding("files", False, f"{words}: run `chown -R {_name(owner)} {data}`.")
        if number >= MOST:
            break
    return Finding("files", True, f"the data folder can be written, and its files belong to {_name(owner)}")


def _entries(folder: Path, depth: int) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            yield path
            if depth > 1 and path.is_dir() and not path.is_symlink():
                yield from _entries(path, depth - 1)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """An answer of 3xx is an error, as any that is not the file."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _read(response: IO[bytes]) -> bytes:
    """The body, at most LARGEST bytes. Raises TimeoutError where it takes longer than PATIENCE in all."""
    body, end = b"", time.monotonic() + PATIENCE
    while len(body) < LARGEST and (part := response.read1(65_536)):  # type: ignore[attr-defined]
        body += part
        if time.monotonic() > end:
            raise TimeoutError("it answers too slowly")
    return body


def _answer() -> Finding:
    """Whether this site answers at its own address: the file there is the file here."""
    url = f"{settings.BASE_URL}/{SAMPLE}"
    request = urllib.request.Request(url, headers={"User-Agent": "barograph doctor", "Accept-Encoding": "identity"})  # noqa: S310 http or https: environment.parse_base
    try:
        with _OPENER.open(request, timeout=PATIENCE) as response:
            body = _read(response)
    except urllib.error.HTTPError as error:
        return Finding(
            "site's address", False, f"{url} answers {error.code}: something else is served there.", "warning"
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        words = getattr(reason, "strerror", None) or str(reason) or type(error).__name__
        start = "start `barograph serve`" if urlsplit(url).hostname in LOOPBACK else "look at the proxy and DNS"
        return Finding("site's address", False, f"{settings.BASE_URL} does not answer ({words}): {start}.", "warning")
    if body != (settings.DATA / "site" / "current" / SAMPLE).read_bytes():
        words = "another site, or an older copy of this one, is served there. Look at the proxy, the DNS and caches."
        return Finding("site's address", False, f"{settings.BASE_URL}: {words}", "warning")
    return Finding("site's address", True, f"this site answers at {settings.BASE_URL}")


def _bounces() -> Iterator[Finding]:
    bounces = settings.BOUNCES
    arrives = bounces.maildir or bounces.imap or bounces.listener
    if bounces.domain and not arrives:
        words = "mail that comes back to it is lost. Set BAROGRAPH_BOUNCE_MAILDIR, _IMAP or _LISTEN"
        yield Finding("bounces", False, f"BAROGRAPH_BOUNCE_DOMAIN is set, but {words}.", "warning")
    if bounces.listener and not bounces.domain:
        words = "no return path leads to it. Set BAROGRAPH_BOUNCE_DOMAIN"
        yield Finding("bounces", False, f"BAROGRAPH_BOUNCE_LISTEN is set, but {words}.", "warning")
    if bounces.listener:
        yield _listener(bounces.listener.host, bounces.listener.port)
    if bounces.imap:
        yield _mailbox()


def _listener(host: str, port: int) -> Finding:
    """The worker listens there, or nobody does."""
    banner = _banner(host, port)
    if has_worker():
        if banner.startswith("220 ") and banner.rstrip().endswith(f" {IDENTITY}"):
            return Finding("bounces", True, f"the worker listens on {host}:{port}")
        words = "another program has this port" if banner else "the worker does not listen there"
        return Finding("bounces", False, f"{host}:{port}: {words}. Free the port, then start the worker again.")
    if banner:
        return Finding("bounces", False, f"{host}:{port} is taken by another program. Choose another port.")
    return Finding("bounces", True, f"{host}:{port} is free for the worker")


def _banner(host: str, port: int) -> str:
    """What a server there says first ('?' where it says nothing); '' where nothing listens."""
    try:
        with socket.create_connection((host, port), timeout=PATIENCE) as connection:
            try:
                return connection.recv(200).decode("ascii", "replace") or "?"
            except OSError:
                return "?"
    except OSError:
        return ""


def _mailbox() -> Finding:
    """Sign in to the IMAP mailbox and open its folder; nothing is read or marked."""
    host = settings.BOUNCES.imap.host
    try:
        Mailbox(settings.BOUNCES.imap, largest=0, timeout=PATIENCE).check()
    except Trouble as problem:
        return Finding("bounces", False, f"{host}: {problem}. Check BAROGRAPH_BOUNCE_IMAP.")
    return Finding("bounces", True, f"the mailbox at {host} can be read")


def _provider() -> Iterator[Finding]:
    """Options of the mail provider that django-anymail does not know, by the names in its source."""
    provider = settings.MAIL_PROVIDER
    sources = []
    for part in ("backends", "webhooks"):
        with contextlib.suppress(ImportError, OSError):
            sources.append(inspect.getsource(importlib.import_module(f"anymail.{part}.{provider.name}")))
    sources.append(inspect.getsource(importlib.import_module("anymail.webhooks.base")))
    text = " ".join(sources)
    for name, _value in provider.options:
        if f'"{name}"' not in text:
            words = f"{provider.name} has no setting {name} in django-anymail"
            yield Finding("mail", False, f"BAROGRAPH_MAIL_PROVIDER: {words}. Check how it is spelt.")
