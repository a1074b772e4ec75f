"""How fast a real edition goes out to N subscribers, with everything written down as in a real mailing.

Preparing and sending run in processes of their own, so that the memory is a
worker's alone and more workers are measured as they work. With `database` a
throw-away database is made on that PostgreSQL server; else it is SQLite.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

LIST = "en"
ISSUE = "2020-08-31"
CHUNK = 2000


def run(
    *, progress: Callable[[int, int], None], recipients: int, smtp: str, workers: int = 1, database: str = ""
) -> dict[str, Any]:
    """The figures of one mailing. `per_second` counts from the first look for recipients to the last record."""
    from django.conf import settings

    with _database(database, settings.DATA) as url:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BAROGRAPH_")} | {
            "BAROGRAPH_DATA": str(settings.DATA / "mail"),
            "BAROGRAPH_DATABASE_URL": url,
            "BAROGRAPH_SMTP_URL": smtp,
            "DJANGO_SETTINGS_MODULE": "barograph.settings",
        }
        prepared = _results([_child(environment, "prepare", str(recipients))])[0]
        sent = _results([_child(environment, "send", str(place)) for place in range(workers)])
    seconds = max(part["ended"] for part in sent) - min(part["began"] for part in sent) + prepared["addressing"]
    accepted = sum(part["accepted"] for part in sent)
    return {
        "recipients": recipients,
        "accepted": accepted,
        "seconds": round(seconds, 3),
        "per_second": round(accepted / seconds, 1),
        "cpu_seconds": round(sum(part["cpu"] for part in sent), 3),
        "peak_rss_mb": round(max(part["rss"] for part in sent), 1),
        "addressing_seconds": round(prepared["addressing"], 3),
        "message_bytes": prepared["bytes"],
    }


def _child(environment: dict[str, str], *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "barograph.benchmarks.mail", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own


def _results(children: list[subprocess.Popen]) -> list[dict[str, Any]]:
    outputs = [child.communicate()[0] for child in children]
    if any(child.returncode for child in children):
        raise RuntimeError("a measured process failed")
    return [json.loads(text.splitlines()[-1]) for text in outputs]


@contextmanager
def _database(server: str, folder: Path) -> Iterator[str]:
    """The address of a throw-away database."""
    if not server:
        yield f"sqlite:///{folder / 'mail.sqlite3'}"
        return
    import psycopg

    name = f"barograph_bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _prepare(number: int) -> dict[str, Any]:
    """Subscribers, an edition, and its mailing, addressed."""
    from barograph.delivery.models import Mailing
    from barograph.newsletter import links
    from barograph.newsletter import services as newsletter
    from barograph.startup import ensure_database

    ensure_database()
    _publication()
    add_subscribers(number)
    links.pattern("newsletter_settings")  # reads all addresses' patterns: a worker did that with its first mailing
    begun = time.monotonic()
    newsletter.make_mailings(issue_key=ISSUE)
    addressing = time.monotonic() - begun
    mailing = Mailing.objects.get(list_key=LIST)
    Mailing.objects.exclude(pk=mailing.pk).delete()
    return {"addressing": addressing, "bytes": _size(mailing)}


def _publication() -> None:
    """The demo's content, with one issue frozen: nothing is baked, for nothing but its mails is wanted."""
    import datetime

    from barograph.demo.seed import CONTENT
    from barograph.editions import services as editions
    from barograph.interchange.importing import import_folder
    from barograph.issues.models import Issue

    import_folder(CONTENT)
    editions.freeze_imprint()
    for issue in Issue.objects.filter(first__lte=ISSUE).order_by("first"):
        editions.freeze(issue=issue, published_at=datetime.datetime(2020, 9, 7, 7, tzinfo=datetime.UTC))


def add_subscribers(number: int, *, list_key: str = LIST, language: str = LIST) -> None:
    """Confirmed subscribers of a list, with invented addresses."""
    from django.db import transaction
    from django.utils import timezone

    from barograph.subscribers.models import Subscriber, Subscription

    now = timezone.now()
    for start in range(0, number, CHUNK):
        subscribers = []
        for n in range(start, min(number, start + CHUNK)):
            subscriber = Subscriber(language=language, state="confirmed", created_at=now, confirmed_at=now)
            subscriber.seal(f"reader-{n}@example-{n % 997}.org")
            subscribers.append(subscriber)
        with transaction.atomic():
            Subscriber.objects.bulk_create(subscribers)
            Subscription.objects.bulk_create(
                Subscription(subscriber=subscriber, list_key=list_key, confirmed_at=now) for subscriber in subscribers
            )


def _size(mailing: Any) -> int:
    from barograph.delivery.personal import Copies
    from barograph.subscribers.models import Subscriber
    from barograph.subscribers.recipients import Recipient

    someone = Subscriber.objects.all()[0]
    recipient = Recipient(someone.pk, someone.language, someone.address_cipher)
    return len(Copies(mailing).parcel(0, recipient, on=mailing.created_at.date()).message)


def peak_mb() -> float:
    """The most memory this process has held. Not ru_maxrss where that can be helped: it counts the parent's, too."""
    status = Path("/proc/self/status")
    match = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii")) if status.exists() else None
    return (int(match[1]) if match else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


def _send() -> dict[str, Any]:
    """What a worker does, until the mailing is finished or only others still have something in hand."""
    from barograph.delivery import services
    from barograph.delivery.models import Mailing

    mailing = Mailing.objects.get()
    began, cpu = time.time(), time.process_time()
    report = services.send(mailing.pk)
    return {
        "began": began,
        "ended": time.time(),
        "cpu": time.process_time() - cpu,
        "accepted": report.accepted,
        "rss": peak_mb(),
    }


if __name__ == "__main__":
    import django

    django.setup()
    result = _prepare(int(sys.argv[2])) if sys.argv[1] == "prepare" else _send()
    sys.stdout.write(json.dumps(result) + "\n")
