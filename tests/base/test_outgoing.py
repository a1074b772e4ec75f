"""What Barograph asks of others goes where the operator said: no redirect, and nothing inside by a public name."""

import socket
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph.base import outgoing


@pytest.fixture
def service():
    """A service on this machine that redirects /away to its own /inside and counts who comes there."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            code = int(self.path[1:4]) if self.path[1:4].isdigit() else 200
            self.send_response(code)
            self.send_header("Location", "/inside")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_POST = do_GET

        def log_message(self, *_args):
            pass

    asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_port, asked
        server.shutdown()


def ask(url, data=None):
    with outgoing.open_url(urllib.request.Request(url, data), timeout=5) as answer:
        return answer.read()


def test_an_address_that_the_operator_wrote_on_this_machine_is_asked(service):
    port, _asked = service
    assert ask(f"http://127.0.0.1:{port}/") == b"ok"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("data", [None, b"a=b"])
def test_no_redirect_is_followed(service, code, data):
    port, asked = service
    with pytest.raises(urllib.error.HTTPError) as error:
        ask(f"http://127.0.0.1:{port}/{code}", data)
    error.value.close()
    assert error.value.code == code
    assert asked == [f"/{code}"]


@pytest.mark.parametrize(
    "inside",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "224.0.0.1",
    ],
)
def test_a_public_name_that_leads_inside_is_refused(monkeypatch, service, inside):
    port, asked = service
    family = socket.AF_INET6 if ":" in inside else socket.AF_INET

    def looked_up(*_args, **_kwargs):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port)),
            (family, 1, 6, "", (inside, port)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    with pytest.raises(urllib.error.URLError, match="not public"):
        ask(f"http://hub.example.org:{port}/")
    assert asked == []


def test_other_kinds_of_address_are_refused(tmp_path):
    (tmp_path / "secret").write_text("secret")
    for url in (f"file://{tmp_path}/secret", "ftp://127.0.0.1/"):
        with pytest.raises(ValueError, match="only http"):
            ask(url)


def test_a_proxy_of_the_environment_is_not_used(monkeypatch, service):
    port, _asked = service
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask(f"http://127.0.0.1:{port}/") == b"ok"


@given(st.ip_addresses())
def test_what_is_not_global_is_inside(address):
    if not address.is_global:
        assert outgoing.is_inside(str(address))


@given(st.text(max_size=40))
def test_whatever_a_host_is_the_question_is_answered(host):
    assert outgoing.is_inside(host) in {True, False}
