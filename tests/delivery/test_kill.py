"""kill -9 half-way: nobody is lost, nobody gets it twice but those in flight, and these with their own Message-ID."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from barograph.delivery.transports.smtp import WIDTH

WORKER = Path(__file__).with_name("kill_worker.py")
RECIPIENTS = 60


class SlowSink:
    """Accepts, but takes its time before it says so: the moment in which a crash is in doubt."""

    def __init__(self):
        self.mails = []
        self.holds = True  # from the half on, until the worker has been killed

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.rcpt_tos[0], message_from_bytes(envelope.content)["Message-ID"]))
        await asyncio.sleep(10 if self.holds and len(self.mails) >= RECIPIENTS / 2 else 0.03)
        return "250 ok"


@pytest.fixture
def database_url(tmp_path, django_db_blocker):
    """A database of its own, of the same kind as the suite's."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'kill.sqlite3'}"
        return
    name, details = f"kill_{uuid.uuid4().hex[:12]}", connection.settings_dict
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    host, port = details["HOST"], details["PORT"]
    user = f"{details['USER']}:{details['PASSWORD']}" if details["PASSWORD"] else details["USER"]
    place = f"{user}@/{name}?host={host}" if host.startswith("/") else f"{user}@{host}{f':{port}' * bool(port)}/{name}"
    yield f"postgres://{place}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def started(environment, *arguments):
    return subprocess.Popen([sys.executable, str(WORKER), *arguments], env=environment, stdout=subprocess.PIPE)


def test_a_killed_worker_loses_nobody_and_repeats_at_most_those_in_flight(tmp_path, database_url):
    sink = SlowSink()
    port = free_port()
    server = Controller(sink, hostname="127.0.0.1", port=port)
    server.start()
    try:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("BAROGRAPH_")} | {
            "DJANGO_SETTINGS_MODULE": "tests.delivery.kill_settings",
            "PYTHONPATH": str(WORKER.parent.parent.parent),
            "BAROGRAPH_DATA": str(tmp_path / "worker"),
            "BAROGRAPH_DATABASE_URL": database_url,
            "BAROGRAPH_SMTP_URL": f"smtp://127.0.0.1:{port}",
        }
        first = started(environment, str(RECIPIENTS))
        deadline = time.monotonic() + 120
        while len(sink.mails) < RECIPIENTS / 2 and time.monotonic() < deadline:
            time.sleep(0.005)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        sink.holds = False
        half = len(sink.mails)
        assert RECIPIENTS / 2 <= half < RECIPIENTS

        out, _ = started(environment).communicate(timeout=120)
    finally:
        server.stop()
    assert out.decode() == f"True {RECIPIENTS} 0 0"
    times = Counter(recipient for recipient, _ in sink.mails)
    assert len(times) == RECIPIENTS
    assert sum(times.values()) <= RECIPIENTS + WIDTH  # a mail a connection
    assert len(set(sink.mails)) == RECIPIENTS  # the repeated one has the same Message-ID
