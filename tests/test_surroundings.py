"""doctor names what is wrong around the installation; each mistake here is made for real, on loopback."""

import socket
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from django.utils import timezone

from barograph import surroundings
from barograph.base import processes
from barograph.base.mail_environment import parse_imap, parse_listener, parse_provider
from barograph.delivery.bounces.inbound import listen
from barograph.machines.models import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(surroundings, "PATIENCE", 1.0)


def findings(name):
    return [finding for finding in surroundings.findings() if finding.name == name]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return closed.getsockname()[1]


@pytest.fixture
def bounces(settings):
    def put(**changes):
        settings.BOUNCES = replace(settings.BOUNCES, **changes)

    return put


@pytest.fixture
def site(settings, tmp_path):
    settings.DATA = tmp_path
    sample = tmp_path / "site/current" / surroundings.SAMPLE
    sample.parent.mkdir(parents=True)
    sample.write_bytes(b'{"name": "ours"}')


@pytest.fixture
def answers(settings):
    """A web server at the site's address that gives one answer to everything."""
    server = None

    def start(status, body):
        nonlocal server

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"

    yield start
    if server:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b'{"name": "ours"}', ""),
        (200, b'{"name": "theirs"}', "another site"),
        (404, b"", "answers 404"),
    ],
)
def test_whoever_answers_at_the_sites_address_is_known(site, answers, status, body, words):
    answers(status, body)
    (finding,) = findings("site's address")
    assert finding.ok == (not words)
    assert words in finding.message


def test_a_redirect_is_not_followed_to_another_host(site, settings):
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"
        (finding,) = findings("site's address")
        server.shutdown()
    assert "answers 302" in finding.message
    assert asked == [f"/{surroundings.SAMPLE}"]


def test_an_answer_that_comes_in_drops_is_given_up(site, settings):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                try:
                    self.wfile.write(b"x")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.05)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"
        begun = time.monotonic()
        (finding,) = findings("site's address")
        assert time.monotonic() - begun < 4  # all of it would take 5 seconds
        server.shutdown()
    assert "too slowly" in finding.message


def test_nothing_that_answers_at_the_sites_address_is_a_warning(site, settings):
    settings.BASE_URL = f"http://127.0.0.1:{free_port()}"
    (finding,) = findings("site's address")
    assert (finding.ok, finding.level) == (False, "warning")
    assert "barograph serve" in finding.message


def test_a_file_of_another_account_is_named(settings, tmp_path, monkeypatch):
    settings.DATA = tmp_path
    (tmp_path / "takeaways").mkdir()
    (tmp_path / "takeaways" / "a.pdf").touch()
    assert findings("files")[0].ok
    true = type(tmp_path).lstat
    monkeypatch.setattr(
        type(tmp_path), "lstat", lambda path: SimpleNamespace(st_uid=4242) if path.name == "a.pdf" else true(path)
    )
    (finding,) = findings("files")
    assert not finding.ok
    assert "a.pdf belongs to #4242" in finding.message
    assert "chown -R" in finding.message


def test_a_folder_that_cannot_be_written_is_named(settings, tmp_path, monkeypatch):
    settings.DATA = tmp_path
    monkeypatch.setattr(surroundings.os, "access", lambda path, _mode: path != tmp_path)
    assert "can't be written" in findings("files")[0].message


def test_a_bounce_domain_with_nowhere_to_arrive_is_told(bounces):
    bounces(domain="mail.example.org")
    assert "is lost" in findings("bounces")[0].message


def test_a_listener_without_a_domain_is_told(bounces):
    bounces(domain="", listener=parse_listener(f"lmtp://127.0.0.1:{free_port()}"))
    assert "no return path leads to it" in findings("bounces")[0].message


def findings_of_a_server_that_greets(server, greeting):
    def greet():
        with server.accept()[0] as connection:
            connection.sendall(greeting)

    thread = threading.Thread(target=greet)
    thread.start()
    (finding,) = findings("bounces")
    thread.join()
    return finding.message


def test_a_listeners_port_is_free_taken_or_ours(bounces):
    listener = parse_listener(f"smtp://127.0.0.1:{free_port()}")
    bounces(domain="mail.example.org", listener=listener)
    assert findings("bounces")[0].ok
    with socket.create_server(("127.0.0.1", listener.port)) as other:
        assert "taken by another program" in findings_of_a_server_that_greets(other, b"220 x ESMTP Other\r\n")
    Worker.objects.create(owner=processes.me(), seen_at=timezone.now())
    assert "does not listen there" in findings("bounces")[0].message
    ours = listen(listener)
    try:
        assert findings("bounces")[0].ok
    finally:
        ours.stop()


def test_an_imap_mailbox_that_is_away_is_told_without_its_password(bounces):
    bounces(imap=parse_imap(f"imap://me:secret@127.0.0.1:{free_port()}/INBOX"))
    (finding,) = findings("bounces")
    assert not finding.ok
    assert "BAROGRAPH_BOUNCE_IMAP" in finding.message
    assert "secret" not in finding.message


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postmark://?server_token=abc", []),
        ("postmark://?server_tokn=abc", ["postmark has no setting server_tokn"]),
        ("mailgun://?api_key=abc&regoin=x", ["mailgun has no setting regoin"]),
    ],
)
def test_a_misspelt_option_of_a_provider_is_told(settings, url, words):
    settings.MAIL_PROVIDER = parse_provider(url)
    assert [word for word in words if word not in str(findings("mail"))] == []
    assert bool(findings("mail")) == bool(words)
