"""What an operator does with an installation: make it ready, serve it, show the demo, examine it."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from barograph import __version__
from barograph.base import atomic_files, hosts, modes, occupancy
from barograph.base.environment import DEMO_ADDRESS, LOOPBACK, SERVED_ADDRESS
from barograph.demo.sign_ins import welcome
from barograph.supervisor import become

#: Milliseconds in which a request's headers must have come, also the first and the next on a connection that waits.
HEADERS_MS = 10_000
HEADERS = 64 * 1024  # bytes
#: Files that a process may have open; how many of them are kept for other things than connections.
FILES, OWN_FILES = 16_384, 512
CONNECTIONS = 8192
#: Memory of a web process, in MiB, above which it is replaced.
WEB_MB = 512
WORKER = [sys.executable, "-m", "barograph.cli", "worker"]


class Unsafe(Exception):
    """The configuration can't be served. The message says what to change."""


def ensure_desk_files() -> None:
    """Collect the desk's styles and scripts once per version."""
    from django.conf import settings
    from django.core.management import call_command

    own = sorted((Path(__file__).parent / "desk" / "static").rglob("*"))
    stamp = hashlib.sha256("".join(f"{p}{p.stat().st_mtime_ns}" for p in own).encode()).hexdigest()
    stamp_file = settings.STATIC_ROOT / ".made-for"
    current = f"{__version__} {stamp}"
    if stamp_file.exists() and stamp_file.read_text(encoding="utf-8") == current:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp_file.write_text(current, encoding="utf-8")


def address_of(host: str, port: int) -> dict[str, str]:
    """The site's address as `serve` is started, for cli.setup(): on this machine only, where none is configured."""
    given = [name for name in ("BAROGRAPH_BASE_URL", "BAROGRAPH_BASE_URL_FILE") if os.environ.get(name)]
    data = Path(os.environ.get("BAROGRAPH_DATA") or "data").absolute()
    if given or host not in LOOPBACK or (data / DEMO_ADDRESS).exists():
        return {}
    return {"base_url": f"http://{f'[{host}]' if ':' in host else host}:{port}"}


def ensure_site() -> None:
    """Bake the site where there is none yet, or where it was baked for another address.

    The address is written down, so that commands beside it that are not told one make the same links.
    """
    from django.conf import settings

    from barograph.website import bake

    served = settings.DATA / SERVED_ADDRESS
    before = served.read_text(encoding="ascii", errors="replace").strip() if served.exists() else settings.BASE_URL
    if before != settings.BASE_URL or not (settings.DATA / "site" / "current").exists():
        bake.bake()
    if not served.exists() or before != settings.BASE_URL:
        atomic_files.write(served, f"{settings.BASE_URL}\n")


def web_command(host: str, port: int, workers: int = 1) -> list[str]:
    """The web process: Granian over RSGI on uvloop, which docs/decisions/0022 measured."""
    command = [sys.executable, "-m", "granian", "--interface", "rsgi", "--host", host, "--port", str(port)]
    command += ["--workers", str(workers), "--loop", "uvloop", "--no-ws", "--log-level", "warning"]
    # HTTP/1 alone: before it knows which one is spoken, Granian waits for ever for the first byte.
    command += ["--http", "1", "--http1-header-read-timeout", str(HEADERS_MS), "--http1-buffer-size", str(HEADERS)]
    most = max(128, (_open_files() - OWN_FILES) // workers)
    command += ["--backlog", str(min(most, CONNECTIONS)), "--backpressure", str(min(most, CONNECTIONS))]
    command += ["--runtime-blocking-threads", "32"]
    command += ["--workers-kill-timeout", "8"]  # before the supervisor's patience ends
    # One that has grown is replaced by a new one, without a request lost.
    command += ["--workers-max-rss", str(WEB_MB), "--rss-sample-interval", "60", "--rss-samples", "3"]
    return [*command, "barograph.asgi:application"]


def _open_files() -> int:
    """How many files and connections a process may have open: as many as the system lets us, up to FILES."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= limit:
        return limit
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit


def _free(host: str, port: int) -> bool:
    try:
        _bind(host, port)
    except Unsafe:
        return False
    return True


def _bind(host: str, port: int) -> None:
    """See whether `serve` can listen there. Raises Unsafe with the true reason."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise Unsafe(f"There is no host {host}. Name an address of this machine with --host.") from None
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: f"Port {port} is taken. Choose another with --port.",
            errno.EACCES: f"Ports below 1024 are for root. Choose another than {port} with --port.",
            errno.EADDRNOTAVAIL: f"{host} is no address of this machine. Name another with --host.",
        }
        other = f"{host}:{port} can't be listened on: {error.strerror}."
        raise Unsafe(reasons.get(error.errno or 0, other)) from None


def check_safe(*, host: str) -> None:
    """Refuse what would endanger readers. http is fine on loopback only."""
    from django.conf import settings

    from barograph.inspection import demo_accounts

    base = urlsplit(settings.BASE_URL)
    local = base.hostname in {"localhost", "127.0.0.1", "::1"}
    if base.scheme == "http" and not local:
        raise Unsafe("BAROGRAPH_BASE_URL must begin with https:// (http is for this machine alone).")
    if settings.DEMO and base.scheme == "https":
        raise Unsafe("Unset BAROGRAPH_DEMO: with a public address everybody could read the demo's mailbox and sign in.")
    if not local and not settings.DEMO and (accounts := demo_accounts()):
        raise Unsafe(
            f"This data folder was a demo: {', '.join(accounts)} can sign in with passwords that everybody knows. "
            "Begin a new folder (BAROGRAPH_DATA), or end these accounts first."
        )
    if host not in LOOPBACK and os.environ.get("BAROGRAPH_BEHIND_PROXY", "") != "1":
        raise Unsafe(
            f"--host {host} would answer the desk by plain http. Let a proxy on this machine speak https and leave "
            "--host out; where the proxy is on another machine of a closed network, set BAROGRAPH_BEHIND_PROXY=1."
        )
    if local and host not in {"localhost", "127.0.0.1", "::1"}:
        raise Unsafe("Set BAROGRAPH_BASE_URL to the site's public https address before serving to others.")


def serve(*, host: str, port: int, workers: int, worker: bool) -> NoReturn:
    """Site, desk and worker under one supervisor, until a signal."""
    from django.conf import settings

    os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # for the children: many threads would else keep what they freed

    check_safe(host=host)
    _bind(host, port)
    ensure_desk_files()
    ensure_site()
    children = {"web": web_command(host, port, workers)}
    if worker:
        children["worker"] = WORKER
    occupancy.share(settings.DATA)
    name = f"[{host}]" if ":" in host else host
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 any address of this machine
    become(children, says=f"Serving on http://{name}:{port}", answers_on=(reached, port))


def demo(
    *,
    port: int,
    data: str | None,
    fresh: bool,
    browser: bool,
    configure: Callable[..., None],
    setup: Callable[..., None],
    say: Callable[..., None],
) -> NoReturn:
    """The whole product on this machine. Its own data folder is marked, and only such a one is ever deleted."""
    folder = Path(data or os.environ.get("BAROGRAPH_DATA") or "data").absolute()
    marker = folder / "demo"
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise Unsafe(f"{folder} holds something that is no demo. Choose another folder with --data.")
    if not _free("127.0.0.1", port):
        raise Unsafe(f"Port {port} is taken. Choose another: make demo ARGS='--port 8123'.")
    if fresh and marker.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mail_port = _some_port()
    base = f"http://127.0.0.1:{port}"
    environment = {"base_url": base, "smtp_url": f"smtp://127.0.0.1:{mail_port}"}
    (folder / DEMO_ADDRESS).write_text(f"{base}\n", encoding="ascii")
    complete = _made_of(base)
    site = folder / "site" / "current"
    if marker.exists() and site.exists() and marker.read_text(encoding="utf-8") == complete:
        configure(data=str(folder), demo=True, **environment)  # all is there: the processes can start at once
    else:
        marker.touch()
        setup("begin", data=str(folder), demo=True, **environment)
        from barograph.demo import seed
        from barograph.website import bake

        ensure_desk_files()
        seed.ensure(say=say)
        bake.bake()
        marker.write_text(complete, encoding="utf-8")
    occupancy.share(folder)
    mailbox = [sys.executable, "-m", "barograph.demo.mailbox", "--port", str(mail_port), "--data", str(folder)]
    children = {"mail": mailbox, "web": web_command("127.0.0.1", port), "worker": WORKER}
    become(children, says=welcome(base), answers_on=("127.0.0.1", port), opens=base if browser else "")


def _made_of(base: str) -> str:
    """Changes whenever Barograph, the site's address or the database's does: then everything is made ready anew."""
    stamp = hashlib.sha256(f"{__version__} {base} {os.environ.get('BAROGRAPH_DATABASE_URL', '')}".encode())
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.is_file() and path.suffix not in {".pyc", ".mo"}:
            stamp.update(f"{path}{path.stat().st_mtime_ns}".encode())
    return stamp.hexdigest()


def _some_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def examine() -> list[dict]:
    """What `doctor` looks at; each line says what to do."""
    from django.conf import settings
    from django.db import connection

    from barograph import inspection, surroundings
    from barograph.delivery import installation

    checks = []

    def check(name: str, ok: bool, message: str, level: str = "error") -> None:
        checks.append({"name": name, "ok": ok, "level": "ok" if ok else level, "message": message})

    free = shutil.disk_usage(settings.DATA).free
    check("disk", free > 500_000_000, f"{free // 1_000_000} MB free" + ("" if free > 500_000_000 else ": make room."))
    readable = modes.open_to_others(settings.DATA, *settings.DATABASE_FILES)
    names = ", ".join(sorted(path.name for path in readable))
    words = f"other accounts of this machine may read {names}: run `chmod -R go= {settings.DATA}/NAME` as their owner."
    check("file modes", not readable, words if readable else "drafts, accounts and keys are closed to other accounts")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        check("database", True, connection.vendor)
    except Exception as error:
        check("database", False, f"It can't be reached ({error}). Check BAROGRAPH_DATABASE_URL.")
    try:
        check_safe(host="127.0.0.1")
        host = urlsplit(settings.BASE_URL).hostname or ""
        check("address", True, settings.BASE_URL + (f" ({hosts.to_people(host)})" if "xn--" in host else ""))
    except Unsafe as error:
        check("address", False, str(error))
    if settings.MAIL_PROVIDER:
        has_secret = bool(settings.MAIL_PROVIDER.webhook_secret)
        words = "its events come in" if has_secret else "set webhook_secret, or bounces and complaints stay unknown"
        check("mail", has_secret, f"{settings.MAIL_PROVIDER.name}: {words}", "warning")
    elif settings.SMTP is None:
        check("mail", False, "No relay is set. Set BAROGRAPH_SMTP_URL, or no mail goes out.")
    else:
        problem = inspection.relay_problem()
        check("mail", not problem, f"{settings.SMTP.host}:{settings.SMTP.port}: {problem or 'it takes our mail'}")
        for finding in _sender_records():
            check(*finding)
    for finding in (*inspection.findings(), *surroundings.findings()):
        check(*finding)
    for domain in _domains_in_doubt():
        check("readers", False, domain, "warning")
    if waiting := installation.waiting():
        names = ", ".join(row.digest[: installation.NAMED] for row in waiting)
        check(
            "senders",
            False,
            f"{names} may not send: see `barograph mailings senders`, then `… mailings admit`.",
            "warning",
        )
    site = settings.DATA / "site" / "current"
    check("site", site.exists(), "baked" if site.exists() else "Nothing is baked yet: run `barograph bake`.")
    if site.exists():
        check("printed forms", *_printed_forms())
    return checks


def _printed_forms() -> tuple[bool, str]:
    """Whether every current edition has its PDF, EPUB and cards; what is being made is no fault, what failed is."""
    from barograph.publishing import archive, tasks

    count, failed = archive.count_without_forms(), archive.failed_forms()
    if failed:
        more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
        return False, (
            f"These could not be made: {', '.join(failed[:3])}{more}. The log says why; mend the text or the picture, "
            "publish a correction, or try again: run `barograph bake --takeaways`."
        )
    if not count:
        return True, "every issue has its PDF, EPUB and cards"
    lacking = f"{count} issue{'s' * (count != 1)} without PDF, EPUB or cards"
    if tasks.is_making_forms():
        return True, f"{lacking}: the worker makes them."
    return False, f"{lacking}: run `barograph bake --takeaways`."


def _domains_in_doubt() -> list[str]:
    """Domains that refuse an unusual share of their readers and wait for somebody's word, each in a sentence."""
    from django.db import DatabaseError

    from barograph.delivery.enums import Doubt
    from barograph.delivery.models import DomainRefusal

    try:
        rows = list(DomainRefusal.objects.filter(state=Doubt.OPEN).order_by("pk")[:20])
    except DatabaseError:  # said above
        return []
    figures = "{0.domain} refuses {0.refused} of its {0.total} readers as unknown. See: barograph mailings domains"
    return [figures.format(row) for row in rows]


def _sender_records() -> list[tuple[str, bool, str]]:
    """What DNS says about our mail; nothing while the site is on this machine alone."""
    from django.conf import settings

    from barograph.delivery import dkim, sender_records, senders

    site = urlsplit(settings.BASE_URL)
    sender = senders.address().rpartition("@")[2]
    if site.scheme != "https" or settings.SMTP is None:
        return []
    try:
        signers = dkim.signers(settings.DATA / "keys", domain=sender)
    except dkim.UnfitKey as error:
        return [("DKIM", False, f"{str(error).capitalize()}. Make another, see docs/operating.md.")]
    findings = sender_records.examine(
        sender=sender,
        relay=settings.SMTP.host,
        site=site.hostname or "",
        bounces=settings.BOUNCES.domain,
        signers=signers,
    )
    return [tuple(finding) for finding in findings]
