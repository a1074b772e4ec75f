"""Keeps a handful of child processes running, and ends them all with their parent.

A child that dies is started again, with growing pauses; a signal to the
parent ends the children gently, then firmly. Each child leads a process group
of its own, so that what it has started ends with it; where the parent is
killed, the kernel tells its children (Linux). A program of its own without
Django, for it does nothing else as long as the product runs.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

GRACE_SECONDS = 10.0
#: What ends the supervisor and its children: a service manager, Ctrl-C, a terminal that closes, Ctrl-\\.
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
#: Of prctl(2).
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen | None = None
    started: float = 0.0
    pause: float = 0.0
    retry_at: float = field(default=0.0)

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 our own commands
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        self.started = time.monotonic()


def end_with_parent(signum: int = signal.SIGTERM) -> None:
    """Have the kernel send this process a signal when its parent dies (prctl PR_SET_PDEATHSIG); Linux only."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signum, 0, 0, 0)


def _kill_group(process: subprocess.Popen) -> None:
    """End whatever a child has left behind: its process group bears its number."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


class Stop(Exception):
    """A signal asked the supervisor to end."""


def _stop(signum: int, frame: FrameType | None) -> None:
    raise Stop


def become(
    children: dict[str, Sequence[str]], *, says: str, answers_on: tuple[str, int] | None = None, opens: str = ""
) -> NoReturn:
    """This process goes on as the supervisor of these commands and as nothing else; its memory is given back.

    `says` is printed once they are started and something `answers_on` that host and port; then a browser `opens` that
    address.
    """
    setup = json.dumps({"children": children, "says": says, "answers_on": answers_on, "opens": opens})
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "barograph.supervisor", setup])  # noqa: S606 our own program


def main(setup: str) -> None:
    given = json.loads(setup)

    def started() -> None:
        if given["answers_on"]:
            _wait_for(*given["answers_on"])
        sys.stdout.write(given["says"] + "\n")
        sys.stdout.flush()
        if given["opens"]:
            import webbrowser

            webbrowser.open(given["opens"])

    supervise([Child(name, command) for name, command in given["children"].items()], when_started=started)


def supervise(children: list[Child], *, when_started: Callable[[], None] | None = None) -> None:
    """Run the children until a signal comes."""
    for number in ENDING:
        signal.signal(number, _stop)
    try:
        for child in children:
            child.start()
        if when_started:
            when_started()
        while True:
            for child in children:
                _look_after(child)
            time.sleep(0.3)
    except Stop:
        pass
    finally:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        _end(children)


def _look_after(child: Child) -> None:
    now = time.monotonic()
    if child.process is None:
        if now >= child.retry_at:
            child.start()
        return
    code = child.process.poll()
    if code is None:
        return
    _kill_group(child.process)  # a web process without its parent would keep the port, with the old code
    child.pause = 0.5 if now - child.started > 60 else min(max(child.pause * 2, 0.5), 30)
    sys.stderr.write(f"{child.name} ended with status {code}; starting it again in {child.pause:g} s\n")
    child.process, child.retry_at = None, now + child.pause


def _end(children: list[Child]) -> None:
    running = [child.process for child in children if child.process and child.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
    for child in children:
        if child.process:
            _kill_group(child.process)
            child.process.wait()


def _wait_for(host: str, port: int, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)


if __name__ == "__main__":
    main(sys.argv[1])
