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
