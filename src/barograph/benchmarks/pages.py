"""How many times a second a commentary's page is served, beside nginx with the same files in the same run.

Both serve the demo's site on loopback, take turns, and are asked the same way: by wrk where it is installed, else
by a loop of our own. Medians of a few bounded rounds. Where nginx isn't installed, its figures are None.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from barograph import operation
from barograph.demo import seed
from barograph.interchange.importing import import_folder
from barograph.issues.models import Issue
from barograph.publishing.archive import release_archive

PAGE = "/be/2020-09-14/belarus-russia/"
PATIENCE = 30.0

NGINX = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  default_type text/html;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {root};
    gzip_static on;
    add_header Cache-Control "public, no-cache";
    add_header X-Content-Type-Options nosniff;
    add_header Referrer-Policy no-referrer;
  }}
}}
"""


def run(
    *, progress: Callable[[int, int], None], seconds: int = 3, rounds: int = 3, connections: int = 32
) -> dict[str, Any]:
    """Requests a second of both and their ratio; an error is an answer other than 200 or a broken connection."""
    import_folder(seed.CONTENT)
    release_archive(Issue.objects.order_by("first"))
    root = (settings.DATA / "site" / "current").resolve()
    page = root / PAGE.strip("/") / "index.html.gz"
    measure = _by_wrk if shutil.which("wrk") else _by_hand
    figures: dict[str, list[float]] = {"barograph": [], "nginx": []}
    errors = 0
    with contextlib.ExitStack() as stack:
        ports = {"barograph": stack.enter_context(_barograph())}
        if shutil.which("nginx"):
            ports["nginx"] = stack.enter_context(_nginx(root))
        for port in ports.values():
            measure(port, 1, connections)  # warm
        for turn in range(rounds):
            progress(turn, rounds)
            for name, port in ports.items():
                rate, wrong = measure(port, seconds, connections)
                figures[name].append(rate)
                errors += wrong
    ours, theirs = (round(statistics.median(rates)) if rates else None for rates in figures.values())
    return {
        "page": PAGE,
        "bytes": page.stat().st_size,
        "connections": connections,
        "rounds": rounds,
        "tool": "wrk" if measure is _by_wrk else "own loop",
        "barograph_per_second": ours,
        "nginx_per_second": theirs,
        "ratio": round(ours / theirs, 2) if ours and theirs else None,
        "errors": errors,
    }


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[int]:
    """The process, answering on its port; ended afterwards."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 our own
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command[0]} does not answer on port {port}") from None
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def _barograph() -> Iterator[int]:
    """The web process of `barograph serve`."""
    port = _port()
    with _running(operation.web_command("127.0.0.1", port), port):
        yield port


@contextlib.contextmanager
def _nginx(root: Path) -> Iterator[int]:
    """nginx as its package is: one worker, the files compressed beforehand."""
    port = _port()
    with tempfile.TemporaryDirectory(prefix="barograph-nginx-") as folder:
        user = "user root;" if os.geteuid() == 0 else ""  # it would drop its rights, and the data folder is ours alone
        path = Path(folder) / "nginx.conf"
        path.write_text(NGINX.format(folder=folder, port=port, root=root, user=user), encoding="utf-8")
        with _running(["nginx", "-c", str(path), "-e", f"{folder}/error.log"], port):
            yield port


def _by_wrk(port: int, seconds: int, connections: int) -> tuple[float, int]:
    """(requests a second, errors)."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-H", "Accept-Encoding: gzip"]
    command.append(f"http://127.0.0.1:{port}{PAGE}")
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + PATIENCE)  # noqa: S603
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    wrong = [int(number) for number in re.findall(r"Non-2xx or 3xx responses: (\d+)", done.stdout)]
    for line in re.findall(r"Socket errors: (.*)", done.stdout):
        wrong += [int(number) for number in re.findall(r"\d+", line)]
    return float(rate[1]) if rate else 0.0, sum(wrong)


def _by_hand(port: int, seconds: int, connections: int) -> tuple[float, int]:
    """Measure without wrk, by a loop of our own, which is slower: only ratios can be compared."""
    return asyncio.run(_ask(port, seconds, connections))


async def _ask(port: int, seconds: int, connections: int) -> tuple[float, int]:
    request = f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    until = time.monotonic() + seconds
    done = wrong = 0

    async def reader() -> None:
        nonlocal done, wrong
        source, sink = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < until:
            sink.write(request)
            head = await source.readuntil(b"\r\n\r\n")
            size = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
            await source.readexactly(int(size[1]) if size else 0)
            done += 1
            wrong += not head.startswith(b"HTTP/1.1 200")
        sink.close()

    await asyncio.gather(*(reader() for _ in range(connections)))
    return done / seconds, wrong
