"""A small IMAP server on this machine that keeps messages in memory, and can fail where it is told to."""

import re
import socketserver
import threading
from contextlib import contextmanager


class Message:
    def __init__(self, uid, raw):
        self.uid, self.raw, self.flags, self.folder = uid, raw, set(), "INBOX"


class Served:
    """`offers`: capabilities; `takes_words`: takes flags it does not know; `fails_at`: drops the line there."""

    def __init__(self, *raws, offers="IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS", takes_words=True, tls=None, implicit=False):
        self.messages = [Message(10 + number, raw) for number, raw in enumerate(raws)]
        self.offers, self.takes_words, self.tls, self.implicit = offers, takes_words, tls, implicit
        self.fails_at, self.commands, self.signed_in_by = "", [], []

    @contextmanager
    def running(self):
        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a client that hangs up is no news

        with Server(("127.0.0.1", 0), _Session) as server:
            server.served = self
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            try:
                yield server.server_address[1]
            finally:
                server.shutdown()
                thread.join()

    def flags(self):
        return {message.uid: message.flags for message in self.messages}


class _Session(socketserver.BaseRequestHandler):
    def finish(self):
        if hasattr(self, "file"):  # else TLS failed
            self.file.close()
        self.request.close()

    def handle(self):
        self.served = self.server.served
        if self.served.implicit:
            self.request = self.served.tls.wrap_socket(self.request, server_side=True)
        self.file = self.request.makefile("rb")
        self.say(f"* OK [CAPABILITY {self.served.offers}] ready")
        while line := self.file.readline().decode().rstrip("\r\n"):
            tag, _, rest = line.partition(" ")
            name = rest.upper().split()[0]
            if name == "UID":
                name, rest = "UID " + rest.split()[1].upper(), rest[4:]
            self.served.commands.append((name, rest))
            if self.served.fails_at and (name + " " + rest).startswith(self.served.fails_at):
                return
            if self.answer(tag, name, rest):
                return

    def say(self, *lines):
        self.request.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def answer(self, tag, name, rest):
        served = self.served
        if name == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1", f"* CAPABILITY {served.offers}")
        elif name == "STARTTLS":
            self.say(f"{tag} OK go on")
            self.file.close()
            self.request = served.tls.wrap_socket(self.request, server_side=True)
            self.file = self.request.makefile("rb")
            return False
        elif name == "AUTHENTICATE":
            self.say("+ ")
            served.signed_in_by.append(self.file.readline().strip())
        elif name == "LOGIN":
            served.signed_in_by.append(rest.encode())
        elif name == "SELECT":
            words = r" \*" if served.takes_words else ""
            self.say(
                "* 1 EXISTS", "* OK [UIDVALIDITY 7] ok", rf"* OK [PERMANENTFLAGS (\Answered \Seen \Deleted{words})] ok"
            )
        elif name == "UID SEARCH":
            unwanted = "BarographJudged" if "UNKEYWORD" in rest else r"\Answered"
            found = [m.uid for m in served.messages if m.folder == "INBOX" and unwanted not in m.flags]
            self.say(*("* SEARCH " + str(uid) for uid in found))  # several lines, as a server may
        elif name == "UID FETCH":
            self.fetch(rest)
        elif name == "UID STORE":
            message = self.named(rest)[0]
            message.flags |= set(re.search(r"\((.*)\)", rest)[1].split())
        elif name in {"UID MOVE", "UID COPY"}:
            if name == "UID MOVE":
                self.named(rest)[0].folder = rest.split()[2].strip('"')
        elif name == "LOGOUT":
            self.say("* BYE", f"{tag} OK")
            return True
        self.say(f"{tag} OK done")
        return False

    def named(self, rest):
        wanted = {int(number) for number in rest.split()[1].split(",")}
        return [message for message in self.served.messages if message.uid in wanted]

    def fetch(self, rest):
        for message in self.named(rest):
            if "SIZE" in rest:
                self.say(f"* 1 FETCH (UID {message.uid} RFC822.SIZE {len(message.raw)})")
                continue
            self.request.sendall(b"* 1 FETCH (UID %d BODY[] {%d}\r\n" % (message.uid, len(message.raw)))
            self.request.sendall(message.raw + b" FLAGS ())\r\n")
