"""Keeps a handful of child processes running, and ends them all with their parent.

A child that dies is started again, with growing pauses; a signal to the
parent ends the children gently, then firmly.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

GRACE_SECONDS = 10.0


@dataclass
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen | None = None
    started: float = 0.0
    pause: float = 0.0
    retry_at: float = field(default=0.0)

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)  # noqa: S603 our own commands
        self.started = time.monotonic()


class Stop(Exception):
    """A signal asked the supervisor to end."""


def _stop(signum: int, frame: FrameType | None) -> None:
    raise Stop


def supervise(children: list[Child], *, when_started: Callable[[], None] | None = None) -> None:
    """Run the children until a signal comes."""
    for number in (signal.SIGTERM, signal.SIGINT):
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
        for number in (signal.SIGTERM, signal.SIGINT):
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
    child.pause = 0.5 if now - child.started > 60 else min(max(child.pause * 2, 0.5), 30)
    sys.stderr.write(f"{child.name} ended with status {code}; starting it again in {child.pause:g} s\n")
    child.process, child.retry_at = None, now + child.pause


def _end(children: list[Child]) -> None:
    running = [child.process for child in children if child.process and child.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in running:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
