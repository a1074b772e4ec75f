"""A mailing to very many: how long addressing takes, how long it makes a sign-up wait, what memory is held.

    smtp-sink -u nobody 127.0.0.1:2525 1000 &
    .venv/bin/python bench/million.py --recipients 1000000 [--smtp smtp://127.0.0.1:2525 --send 60]

Addressing runs in a process of its own, beside another that signs somebody up every 20 ms, as the site does. Then,
with --send, a worker sends for so many seconds, so that its memory can be compared with that of a small mailing.
Prints one JSON object; times in seconds, memory in MB.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

from barograph.benchmarks import mail


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--smtp", default="smtp://127.0.0.1:2525")
    parser.add_argument("--send", type=float, default=0, help="seconds a worker sends for")
    parser.add_argument("--part", choices=["subscribers", "address", "sign-up", "send"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.part:
        _within(args)
        return
    with tempfile.TemporaryDirectory(prefix="barograph-million-") as folder:
        os.environ |= {
            "BAROGRAPH_DATA": folder,
            "BAROGRAPH_SMTP_URL": args.smtp,
            "DJANGO_SETTINGS_MODULE": "barograph.settings",
        }
        _ended(_part("subscribers", args))
        signing = _part("sign-up", args)
        addressed = _ended(_part("address", args))
        told = {"recipients": args.recipients, **addressed, **_ended(signing, stop=True)}
        if args.send:
            told |= _ended(_part("send", args))
    sys.stdout.write(json.dumps(told) + "\n")


def _part(name: str, args: argparse.Namespace) -> subprocess.Popen:
    command = [sys.executable, __file__, "--part", name, "--recipients", str(args.recipients), "--send", str(args.send)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _ended(process: subprocess.Popen, *, stop: bool = False) -> dict:
    said = process.communicate("stop\n" if stop else None)[0]
    if process.returncode:
        sys.exit("a part failed")
    return json.loads(said.splitlines()[-1])


def _within(args: argparse.Namespace) -> None:
    import django

    django.setup()
    told = {
        "subscribers": lambda: _subscribers(args.recipients),
        "address": _address,
        "sign-up": _sign_up,
        "send": lambda: _send(args.send),
    }[args.part]()
    sys.stdout.write(json.dumps(told) + "\n")


def _memory() -> float:
    return round(mail.peak_mb(), 1)


def _subscribers(number: int) -> dict:
    from barograph.startup import ensure_database

    ensure_database()
    mail._publication()
    mail.add_subscribers(number)
    return {}


def _address() -> dict:
    from barograph.newsletter import services as newsletter

    began = time.monotonic()
    newsletter.make_mailings(issue_key=mail.ISSUE)
    return {"addressing_seconds": round(time.monotonic() - began, 2), "addressing_mb": _memory()}


def _sign_up() -> dict:
    """One subscriber every 20 ms, until told to stop: how long each took, and how long it waited for the lock alone."""
    from django.db import transaction
    from django.utils import timezone

    from barograph.subscribers.models import Subscriber

    waits, locks, stopped = [], [], threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), stopped.set()), daemon=True).start()
    while not stopped.wait(0.02) and len(waits) < 100_000:
        someone = Subscriber(language="en", state="pending", created_at=timezone.now())
        someone.seal(f"late-{len(waits)}@example.org")
        began = time.monotonic()
        with transaction.atomic():  # on SQLite its BEGIN IMMEDIATE takes the lock
            locks.append(time.monotonic() - began)
            someone.save(force_insert=True)
        waits.append(time.monotonic() - began)
    waits.sort()
    return {
        "sign_ups": len(waits),
        "sign_up_p50": round(waits[len(waits) // 2], 4),
        "sign_up_p99": round(waits[int(len(waits) * 0.99)], 4),
        "sign_up_longest": round(waits[-1], 4),
        "lock_longest": round(max(locks), 4),
    }


def _send(seconds: float) -> dict:
    from barograph.delivery import services
    from barograph.delivery.models import Mailing

    mailing = Mailing.objects.get(list_key=mail.LIST)
    timer = threading.Timer(seconds, _pause, [mailing.pk])
    timer.start()
    report = services.send(mailing.pk)
    timer.cancel()
    return {"sent": report.accepted, "worker_mb": _memory()}


def _pause(number: int) -> None:
    from django.db import connection

    from barograph.delivery import services

    services.pause(mailing_id=number)
    connection.close()


if __name__ == "__main__":
    main()
