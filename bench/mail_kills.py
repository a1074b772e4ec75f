"""kill -9 at random moments of mailings, so many times: nobody lost, at most what was in flight twice.

    .venv/bin/python bench/mail_kills.py --kills 200 [--database postgres://…/an_empty_database]

Workers are forked, killed after a random while, and the next one takes over. After each kill the relay's own
log is held against the database: what it accepted and the database doesn't know can't be more than the connections.
Without --database it is SQLite in a temporary folder. Prints one JSON object; ends with 1 where a promise broke.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path

RECIPIENTS = 400
#: Kills a mailing.
MOST = 60
LIST = "en"


def relay(port: int, log: Path) -> None:
    """Accepts everything, writing down whom and with which Message-ID at the moment it accepts, some of it slowly."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def client(reader, writer):
        writer.write(b"220 sink\r\n")
        try:
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"EHLO":
                    writer.write(b"250-sink\r\n250 PIPELINING\r\n")
                elif verb == b"RCPT":
                    recipient = line.split(b"<")[1].split(b">")[0]
                    writer.write(b"250 ok\r\n")
                elif verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    mail = await reader.readuntil(b"\r\n.\r\n")
                    await asyncio.sleep(random.choice((0, 0, 0.002, 0.01)))
                    identity = mail.split(b"Message-ID: ")[1].split(b"\r\n")[0]
                    os.write(out, recipient + b" " + identity + b"\n")
                    await asyncio.sleep(random.choice((0, 0, 0.002, 0.01)))
                    writer.write(b"250 2.0.0 ok\r\n")
                else:
                    writer.write(b"250 ok\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        writer.close()

    async def main():
        server = await asyncio.start_server(client, "127.0.0.1", port, limit=2**20)
        async with server:
            await server.serve_forever()

    asyncio.run(main())


def prepare() -> dict[str, str]:
    """Tables and subscribers. Returns address → id."""
    from django.utils import timezone

    from barograph.startup import ensure_database
    from barograph.subscribers.models import Subscriber, Subscription

    ensure_database()
    now, known = timezone.now(), {}
    for n in range(RECIPIENTS):
        someone = Subscriber(id=uuid.uuid4(), language=LIST, state="confirmed", created_at=now, confirmed_at=now)
        someone.seal(f"reader-{n}@example.org")
        someone.save(force_insert=True)
        Subscription.objects.create(subscriber=someone, list_key=LIST, confirmed_at=now)
        known[f"reader-{n}@example.org"] = someone.pk.hex
    return known


def mailing(number: int):
    from barograph.delivery import services
    from barograph.delivery.models import Mailing

    made = Mailing(
        key=f"kill:{number}",
        list_key=LIST,
        sender="Bulletin <bulletin@example.org>",
        subject="Subject",
        html="<p>Html</p>" * 500,
        text="Text",
        unsubscribe_url="https://example.org/{language}/unsubscribe/{token}/",
        settings_url="https://example.org/{language}/subscription/{token}/",
    )
    return services.make_mailing(mailing=made)[0]


def forked(mailing_id: int) -> int:
    """A worker of its own: the same program, its own connections."""
    from django.db import connections

    connections.close_all()
    if child := os.fork():
        return child
    try:
        from barograph.delivery import services

        services.send(mailing_id)
        os._exit(0)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(2)


def read(log: Path, seen: int) -> list[tuple[str, str]]:
    text = log.read_text() if log.exists() else ""
    return [tuple(line.split(" ")) for line in text.splitlines()[seen:]]


def in_doubt(made, log: Path, seen: int, known: dict[str, str]) -> set[str]:
    """Whom the relay accepted a mail for that the database doesn't know of, just after a kill."""
    ids = [uuid_.hex for uuid_ in made.deliveries.filter(state="sent").values_list("subscriber_id", flat=True)]
    return {known[address] for address, _ in read(log, seen)} - set(ids)


def run(kills: int, log: Path, known: dict[str, str]) -> dict:
    from barograph.delivery.transports.smtp import WIDTH

    done, rounds, lost, repeats, others, worst, most = 0, 0, 0, 0, 0, 0, 0
    while done < kills:
        rounds += 1
        made, seen, here = mailing(rounds), len(read(log, 0)), 0
        before: set[str] = set()  # in doubt since earlier kills, and not yet sent again
        while not made.is_finished:
            child = forked(made.pk)
            if done < kills and here < MOST:  # on a busy machine workers die before their first mail: let one end it
                time.sleep(random.uniform(0.02, 0.35))
                os.kill(child, signal.SIGKILL)
            status = os.waitpid(child, 0)[1]
            if os.WIFSIGNALED(status):
                done, here = done + 1, here + 1
                now = in_doubt(made, log, seen, known)
                worst, before = max(worst, len(now - before)), now
            elif status:
                raise SystemExit("a worker failed")
            made.refresh_from_db()
        time.sleep(0.05)
        mails = read(log, seen)
        times = Counter(address for address, _ in mails)
        lost += RECIPIENTS - len(times)
        repeats += sum(times.values()) - len(times)
        most = max(most, sum(times.values()) - len(times) - here * WIDTH)
        others += len(set(mails)) - len(times)
    return {
        "kills": done,
        "mailings": rounds,
        "lost": lost,
        "repeats": repeats,
        "repeats_over_in_flight": max(0, most),
        "most_put_in_doubt_by_a_kill": worst,
        "connections": WIDTH,
        "other_message_ids": others,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database, postgres://…")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as probe:
        port, log = probe.getsockname()[1], Path(name) / "relay.log"
        probe.close()
        os.environ.update(
            BAROGRAPH_DATA=name,
            BAROGRAPH_DATABASE_URL=arguments.database or f"sqlite:///{name}/kills.sqlite3",
            BAROGRAPH_SMTP_URL=f"smtp://127.0.0.1:{port}",
            DJANGO_SETTINGS_MODULE="barograph.settings",
        )
        if not (sink := os.fork()):
            relay(port, log)
        try:
            import logging

            import django

            django.setup()
            logging.disable(logging.INFO)
            result = run(arguments.kills, log, prepare())
        finally:
            os.kill(sink, signal.SIGTERM)
            os.waitpid(sink, 0)
    print(json.dumps(result))
    broken = result["lost"] or result["repeats_over_in_flight"] or result["other_message_ids"]
    sys.exit(bool(broken or result["most_put_in_doubt_by_a_kill"] > result["connections"]))


if __name__ == "__main__":
    main()
