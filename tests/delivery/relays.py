"""Relays for tests: one that is as rude as real ones can be, and Postfix's own sink."""

import re
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager


class _Rude(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        relay = self.server.relay
        relay.connections += 1
        self.say(relay.greeting)
        recipient, taken = "", 0
        self.is_behind = False
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"MAIL" and relay.most is not None and taken >= relay.most:
                if relay.farewell:
                    self.say(relay.farewell)
                if relay.lingers:
                    relay.over.wait(20)
                return
            relay.commands[verb.decode()] += 1
            if self.is_behind and relay.behind is not None:
                if relay.behind:
                    self.say(relay.behind)
                self.is_behind = verb != b"DATA"
                continue
            if verb == b"EHLO":
                self.say("250-rude", *(f"250-{offer}" for offer in relay.offers), "250 HELP")
            elif verb == b"RCPT":
                recipient = re.search(rb"<(.*)>", line)[1].decode()
                self.say(relay.to_rcpt(recipient))
            elif verb == b"DATA":
                if not self.take(recipient):
                    return
                taken += 1
                if taken == relay.closes_after:
                    return
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self, recipient):
        relay = self.server.relay
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.connection.setblocking(False)
        self.is_behind = bool(self.rfile.peek(1))
        self.connection.setblocking(True)
        if not lines:
            self.say("554 no mail")
            return True
        with relay.lock:
            relay.seen.append((recipient, b"".join(lines)))
            number = len(relay.seen)
        answer = relay.to_mail(number, recipient)
        if answer is None:
            return False  # accepted, and the connection dropped before saying so
        if isinstance(answer, float):
            time.sleep(answer)
            return False
        if answer.startswith("2"):
            relay.accepted.append(recipient)
        self.say(answer)
        return not answer.startswith("421")

    def say(self, *lines):
        data = "".join(f"{line}\r\n" for line in lines).encode()
        for start in range(0, len(data), self.server.relay.piece):
            self.wfile.write(data[start : start + self.server.relay.piece])


class RudeRelay:
    """`to_rcpt(address)` and `to_mail(number, address)` give the answers; None drops the line, a float stalls.

    `most`: mails a connection; the next is answered by `farewell` (if any) and the line closed, or left open
    (`lingers`). `behind`: what is said to commands that came behind a text; '' is silence. `closes_after`: closed
    right after so many. `piece`: bytes of an answer that go out together.
    """

    greeting = "220 rude"

    def __init__(self, *, offers=("PIPELINING",), to_rcpt=None, to_mail=None, most=None, farewell="", **manners):
        self.offers = offers
        self.most, self.farewell, self.lingers = most, farewell, manners.pop("lingers", False)
        self.behind = manners.pop("behind", None)
        self.closes_after, self.piece = manners.pop("closes_after", 0), manners.pop("piece", 4096)
        assert not manners, manners
        self.over = threading.Event()
        self.to_rcpt = to_rcpt or (lambda _address: "250 ok")
        self.to_mail = to_mail or (lambda _number, _address: "250 2.0.0 ok")
        self.seen, self.accepted, self.connections = [], [], 0
        self.commands = Counter()
        self.lock = threading.Lock()

    @contextmanager
    def running(self):
        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request, client_address):
                pass  # a client that hangs up is no news

        with Server(("127.0.0.1", 0), _Rude) as server:
            server.relay = self
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            try:
                yield server.server_address[1]
            finally:
                self.over.set()
                server.shutdown()
                thread.join()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def postfix_sink(*options):
    """Postfix's smtp-sink on a free port: a real server's manners, with PIPELINING."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/libexec/postfix:/usr/bin")
    assert program, "smtp-sink comes with postfix (tools/test_system.sh)"
    port = free_port()
    sink = subprocess.Popen([program, "-u", "nobody", *options, f"127.0.0.1:{port}", "100"])
    try:
        for _ in range(3000):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield port
    finally:
        sink.terminate()
        sink.wait()
