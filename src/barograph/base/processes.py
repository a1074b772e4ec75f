"""Who is working on a row, and whether that process still lives.

An owner is 'host/boot/pid/start': on the same host a dead one is known at
once; one on another host is left to its lease.
"""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def _host() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except OSError:
        boot = "-"
    return f"{socket.gethostname()[:60]}/{boot}"


@cache
def machine() -> str:
    """What this machine calls itself, the same after a restart; "" where it has no such name (some containers)."""
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _started(pid: int) -> str | None:
    """When a process began, in clock ticks since boot; None where there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return None
        except PermissionError:
            pass
        return "-"
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else fields[19]


def me() -> str:
    """This process, as an owner."""
    return f"{_host()}/{os.getpid()}/{_started(os.getpid())}"


def is_here(owner: str) -> bool:
    """True where `owner` is a process of this host, since it was last started."""
    return owner.startswith(_host() + "/")


def is_gone(owner: str) -> bool:
    """True where `owner` was a process of this host that no longer lives; False where that can't be known."""
    if not owner:
        return True
    host, _, rest = owner.rpartition("/")
    host, _, pid = host.rpartition("/")
    if not pid.isdigit():
        return False
    if host != _host():
        return host.partition("/")[0] == _host().partition("/")[0]  # this host, before it was restarted
    return _started(int(pid)) != rest
