"""The demo's mail server: takes every mail and keeps it as a whole file, for the page at /mailbox/.

    python -m barograph.demo.mailbox --port 8025 --data DIR

Runs as a process of its own and knows nothing of Django. Listens on loopback
only; never in a real installation.
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import threading
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from barograph.base import atomic_files

_number = itertools.count()


def keep(folder: Path, sender: str, recipients: list[str], content: bytes) -> Path:
    """Write a mail as one file, all at once: a reader never sees half of it. Newer names sort later."""
    new = folder / "new"
    new.mkdir(parents=True, exist_ok=True)
    name = f"{time.time_ns():020d}.{os.getpid()}.{next(_number)}.eml"
    head = f"Return-Path: <{sender}>\r\n" + "".join(f"Delivered-To: {address}\r\n" for address in recipients)
    atomic_files.write(new / name, head.encode("utf-8", "replace") + content)
    return new / name


class Keeper:
    """aiosmtpd's handler: every recipient is known here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        keep(self.folder, envelope.mail_from or "", list(envelope.rcpt_tos), content)
        return "250 2.0.0 kept"


def run(host: str, port: int, folder: Path) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    controller = Controller(Keeper(folder), hostname=host, port=port, ready_timeout=30)
    controller.start()
    try:
        stop.wait()
    finally:
        controller.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description="The demo's mail server.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the data folder; mails go to its folder mailbox")
    arguments = parser.parse_args()
    run(arguments.host, arguments.port, arguments.data / "mailbox")


if __name__ == "__main__":
    main()
