"""`barograph serve` prepares, then is nothing but the parent of its processes: small, and none outlives it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests import prepared


def until(holds, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if found := holds():
                return found
        time.sleep(0.1)
    raise AssertionError("it took too long")


def children(pid):
    """Command line → process, of those that still run."""
    pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {Path(f"/proc/{one}/cmdline").read_bytes().replace(b"\0", b" ").decode(): int(one) for one in pids}


def worker_of(pid):
    return next((one for command, one in children(pid).items() if "barograph.cli worker" in command), None)


@contextlib.contextmanager
def started(command, **options):
    """A process, ended as a service manager ends it."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, **options) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@pytest.mark.own_data
def test_serving_is_small_and_its_processes_come_back_and_end_with_it(tmp_path, installation):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = prepared.environment(installation(tmp_path / "data"))
    command = [sys.executable, "-m", "barograph.cli", "serve", "--port", str(port)]
    with started(command, env=environment, text=True) as served:
        assert served.stdout.readline() == f"Serving on http://127.0.0.1:{port}\n"
        until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/be/", timeout=2).status == 200)
        held = Path(f"/proc/{served.pid}/status").read_text().partition("VmRSS:")[2].split()[0]
        assert int(held) < 30_000, "kB: it still holds what it prepared with"
        first = until(lambda: worker_of(served.pid))
        os.kill(first, signal.SIGKILL)
        again = until(lambda: worker_of(served.pid) not in {None, first} and worker_of(served.pid))
        everybody = set(children(served.pid).values())
        assert again in everybody
        assert len(everybody) == 2
    assert served.returncode == 0
    assert not any(Path(f"/proc/{one}").exists() for one in everybody)


def test_words_wait_for_an_answer():
    with socket.socket() as late:
        late.bind(("127.0.0.1", 0))
        port = late.getsockname()[1]
        told = f'{{"children": {{}}, "says": "Here it is", "answers_on": ["127.0.0.1", {port}], "opens": ""}}'
        with started([sys.executable, "-m", "barograph.supervisor", told]) as waiting:
            time.sleep(0.7)
            assert waiting.poll() is None
            late.listen()
            assert waiting.stdout.readline() == b"Here it is\n"
    assert waiting.returncode == 0


def descendants(pid):
    """Numbers of all processes that a process has started, directly or not."""
    try:
        own = {int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except OSError:
        return set()
    return own.union(*(descendants(one) for one in own))


@pytest.mark.own_data
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nobody_is_left_behind_whatever_ends_the_supervisor(tmp_path, installation, number):
    """Not even while a client has sent half a request: the next start gets the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = prepared.environment(installation(tmp_path / "data"))
    command = [sys.executable, "-m", "barograph.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as served:
        assert served.stdout.readline() == f"Serving on http://127.0.0.1:{port}\n"
        until(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/be/", timeout=5).status == 200)
        everybody = descendants(served.pid)
        assert len(everybody) >= 3
        with socket.create_connection(("127.0.0.1", port)) as half:
            half.sendall(b"GET /en/ HTTP/1.1\r\nHost: x\r\n")
            served.send_signal(number)
            served.wait(30)
            until(lambda: not any(Path(f"/proc/{one}/exe").exists() for one in everybody), seconds=20)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


@pytest.mark.parametrize(
    ("options", "words", "status"),
    [
        (["--workers", "0"], "is not a number from 1 to 64", 2),
        (["--host", "no-such-host.invalid"], "There is no host", 1),
        (["--host", "192.0.2.1"], "is no address of this machine", 1),
    ],
)
def test_serve_says_the_true_reason_why_it_cannot_start(tmp_path, installation, options, words, status):
    environment = prepared.environment(installation(tmp_path / "data"))
    environment |= {"BAROGRAPH_BEHIND_PROXY": "1", "BAROGRAPH_BASE_URL": "https://example.org"}
    command = [sys.executable, "-m", "barograph.cli", "serve", *options]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == status
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
