"""Barograph beside its peers, in one run: smtp-source, nodemailer pooled and Django's send_messages.

    .venv/bin/python bench/mail_peers.py --recipients 5000 [--late 20] [--database postgres://…]

All send mails of the same size through ten connections (Django: its one) to Postfix's smtp-sink on loopback.
nodemailer is installed into a temporary folder by npm, if that is there. Prints one JSON object.
"""

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

PATH = os.environ["PATH"] + ":/usr/sbin:/usr/libexec/postfix"
POOLED = """
const mailer = require("nodemailer");
const [port, number] = process.argv.slice(2).map(Number);
const transport = mailer.createTransport({ host: "127.0.0.1", port, pool: true, maxConnections: 10,
  maxMessages: 500, secure: false, ignoreTLS: true });
const { subject, html, text } = JSON.parse(require("fs").readFileSync(process.argv[4], "utf8"));
const begun = Date.now();
let left = number, started = 0;
function next() {
  if (started >= number) return;
  started += 1;
  transport.sendMail({ from: "a@example.org", to: `reader-${started}@example.org`, subject, text, html },
    (error) => {
      if (error) { console.error(error); process.exit(1); }
      left -= 1;
      if (left === 0) {
        console.log(JSON.stringify({ seconds: (Date.now() - begun) / 1000, cpu: process.cpuUsage().user / 1e6 }));
        transport.close();
      } else next();
    });
}
for (let n = 0; n < 40; n += 1) next();
"""
DJANGO = """
import json, sys, time
import django
from django.conf import settings
port, number = map(int, sys.argv[1:3])
letter = json.load(open(sys.argv[3]))
settings.configure(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, USE_TZ=True)
django.setup()
from django.core.mail import EmailMultiAlternatives, get_connection
mails = []
for n in range(number):
    mail = EmailMultiAlternatives(letter["subject"], letter["text"], "a@example.org", [f"r-{n}@example.org"])
    mail.attach_alternative(letter["html"], "text/html")
    mails.append(mail)
begun = time.monotonic()
get_connection().send_messages(mails)
print(json.dumps({"seconds": time.monotonic() - begun}))
"""


@contextmanager
def sink(late: int):
    """Postfix's smtp-sink; `late` is in milliseconds, before each answer to a mail."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    program = shutil.which("smtp-sink", path=PATH)
    if program is None:
        sys.exit("smtp-sink is missing: it comes with postfix.")
    if late:
        command = [sys.executable, __file__, "--late-sink", str(port), "--late", str(late)]
    else:
        command = [program, *(["-u", "nobody"] if os.geteuid() == 0 else []), f"127.0.0.1:{port}", "1000"]
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait()


def late_sink(port: int, late: float) -> None:
    """A sink that thinks for a while before it says that it took a mail (smtp-sink's own delay is in seconds)."""
    import asyncio

    async def client(reader, writer):
        writer.write(b"220 late\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                writer.write(b"250-late\r\n250-8BITMIME\r\n250 PIPELINING\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                await asyncio.sleep(late / 1000)
                writer.write(b"250 2.0.0 Ok\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()

    async def main():
        server = await asyncio.start_server(client, "127.0.0.1", port, limit=2**20)
        async with server:
            await server.serve_forever()

    asyncio.run(main())


def barograph(port: int, number: int, **options) -> dict:
    command = [str(Path(sys.executable).parent / "barograph"), "bench", "mail", "--json", "--recipients", str(number)]
    command += ["--smtp", f"smtp://127.0.0.1:{port}"]
    for name, value in options.items():
        if value:
            command += [f"--{name}", str(value)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ)
    return json.loads(out.stdout)


def smtp_source(port: int, number: int, size: int) -> float:
    begun = time.monotonic()
    command = [shutil.which("smtp-source", path=PATH), "-s", "10", "-m", str(number), "-l", str(size)]
    subprocess.run([*command, "-f", "a@example.org", "-t", "b@example.org", f"127.0.0.1:{port}"], check=True)
    return number / (time.monotonic() - begun)


def nodemailer(port: int, number: int, letter: Path) -> float | None:
    if shutil.which("npm") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if subprocess.run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "nodemailer"], **quiet).returncode:
            return None
        (Path(folder) / "pooled.js").write_text(POOLED)
        command = ["node", "pooled.js", str(port), str(number), str(letter)]
        out = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
        return number / json.loads(out.stdout)["seconds"]


def send_messages(port: int, number: int, letter: Path) -> float:
    command = [sys.executable, "-c", DJANGO, str(port), str(number), str(letter)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return number / json.loads(out.stdout)["seconds"]


def real_letter(folder: Path) -> Path:
    """Subject, HTML and text of the very mail that Barograph sends, for the peers to build and send."""
    from email import message_from_bytes, policy

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    program, kept = shutil.which("smtp-sink", path=PATH), folder / "mail"
    kept.mkdir(mode=0o777)
    kept.chmod(0o777)
    folder.chmod(0o755)
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, *user, "-d", str(kept / "%M."), f"127.0.0.1:{port}", "100"])
    try:
        time.sleep(0.5)
        barograph(port, 1)
    finally:
        process.terminate()
        process.wait()
    raw = next(file for file in kept.iterdir() if file.stat().st_size > 10_000).read_bytes()
    mail = message_from_bytes(raw[raw.index(b"To: ") :].replace(b"\r\n", b"\n"), policy=policy.default)
    parts = {kind: mail.get_body((kind,)).get_content() for kind in ("html", "plain")}
    letter = folder / "letter.json"
    letter.write_text(json.dumps({"subject": mail["Subject"], "html": parts["html"], "text": parts["plain"]}))
    return letter


def measured(arguments, folder: Path) -> dict:
    number, rates = arguments.recipients, {"smtp-source": []}
    with sink(arguments.late) as port:
        ours, size = [], 37_000
        for _ in range(arguments.rounds):
            ours.append(barograph(port, number, workers=arguments.workers, database=arguments.database))
            size = ours[-1]["message_bytes"]
            if not arguments.alone and not arguments.late:
                rates["smtp-source"].append(smtp_source(port, number, size))
        if not arguments.alone and not arguments.late:
            letter = real_letter(folder)
            few = max(200, number // 10)
            rates["nodemailer"] = [rate for rate in [nodemailer(port, few * 2, letter)] if rate]
            rates["send_messages"] = [send_messages(port, few, letter)]
    best = statistics.median(run["per_second"] for run in ours)
    peers = {name: round(statistics.median(found), 1) for name, found in rates.items() if found}
    ratios = {name: round(best / rate, 2) for name, rate in peers.items()}
    return {"barograph": ours, "peers": peers, "ratios": ratios}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recipients", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--late", type=int, default=0, help="milliseconds before the relay says it took a mail")
    parser.add_argument("--database", default="", help="a PostgreSQL server, postgres://…")
    parser.add_argument("--alone", action="store_true", help="no peers")
    parser.add_argument("--late-sink", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.late_sink:
        late_sink(arguments.late_sink, arguments.late)
    with tempfile.TemporaryDirectory() as folder:
        print(re.sub(r"\n\s+", " ", json.dumps(measured(arguments, Path(folder)), indent=1)))


if __name__ == "__main__":
    main()
