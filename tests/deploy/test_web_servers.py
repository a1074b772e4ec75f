"""deploy/: nginx and Caddy with our configurations serve the baked tree as Barograph itself does."""

import contextlib
import datetime
import gzip
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from barograph.website import bake
from tests.website import contents

pytestmark = [pytest.mark.once, pytest.mark.django_db]

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


class Barograph(BaseHTTPRequestHandler):
    """Stands in for Barograph: says what it was asked; knows no old address."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        known = not self.path.startswith("/ru/no-such")
        body = f"dynamic {self.command} {self.path}".encode() if known else b"no such page, says Barograph"
        self.send_response((302 if self.path == "/" else 200) if known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "/be/") if self.path == "/" else None
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.do_GET()

    def log_message(self, *_args):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def barograph(port):
    with ThreadingHTTPServer(("127.0.0.1", port), Barograph) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield
        server.shutdown()


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    day = datetime.datetime(2020, 1, 1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, day, day.replace(year=2099)).sign(
        key, hashes.SHA256()
    )
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(encoding, kind, serialization.NoEncryption()))
    (folder / "cert.pem").write_bytes(made.public_bytes(encoding))


def nginx(folder, root, port, upstream):
    """deploy/nginx with our places in it → the command."""
    certificate(folder)
    for name in ("barograph-headers.conf", "barograph-proxy.conf"):
        shutil.copy(DEPLOY / "nginx" / name, folder)
    text = (DEPLOY / "nginx/barograph.conf").read_text()
    for old, new in {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/letsencrypt/live/example.org/fullchain.pem": f"{folder}/cert.pem",
        "/etc/letsencrypt/live/example.org/privkey.pem": f"{folder}/key.pem",
        "root /var/lib/barograph/site/current;": f"root {root};",
        "http://127.0.0.1:8000": f"http://127.0.0.1:{upstream}",
        "include /etc/nginx/": f"include {folder}/",
        '# "~^[^?]*/$" "http://CHANGE.onion$request_uri";': '"~^[^?]*/$" "http://example.onion$request_uri";',
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ client_body_temp_path {folder}/body; {temporary}\n{text}\n}}\n"
    )
    command = ["nginx", "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    return command, {}, True


def caddy(folder, root, port, upstream):
    """deploy/caddy as it is, its places by environment, over plain http → the command."""
    (folder / "Caddyfile").write_text("{\n admin off\n auto_https off\n}\n" + (DEPLOY / "caddy/Caddyfile").read_text())
    places = {"SITE": f"http://127.0.0.1:{port}", "ROOT": str(root), "BAROGRAPH": f"127.0.0.1:{upstream}"}
    places |= {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]
    check = ["caddy", "validate", *command[2:]]
    subprocess.run(check, check=True, capture_output=True, env=os.environ | places)
    return command, places, False


class Site:
    def __init__(self, port, upstream, secure, tree):
        self.port, self.upstream, self.secure, self.tree = port, upstream, secure, tree

    def ask(self, path, method="GET", body=None, **wishes):
        """(status, headers by lower-case name, body)."""
        if self.secure:
            trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=trusting)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in wishes.items()})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept") / "site"


@pytest.fixture(params=[nginx, caddy])
def site(request, tmp_path, kept):
    if not kept.exists():  # one bake for all
        imprint = contents.imprint()
        imprint["topics"][0]["addresses"] = ["money", "economy"]
        contents.found(imprint)
        contents.publish(contents.issue())
        shutil.copytree(bake.bake().path, kept)
    current = tmp_path / "current"
    current.symlink_to(kept)
    port, upstream = free_port(), free_port()
    command, places, secure = request.param(tmp_path, current, port, upstream)
    with (tmp_path / "log").open("w+") as log:
        process = subprocess.Popen(command, env=os.environ | places, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 120
            while True:
                assert process.poll() is None, (tmp_path / "log").read_text()
                assert time.monotonic() < deadline
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
                    break
                time.sleep(0.05)
            yield Site(port, upstream, secure, current)
        finally:
            process.terminate()
            process.wait(20)


def test_pages_come_compressed_with_the_headers_that_guard_readers(site):
    status, sent, body = site.ask("/be/2020-08-03/economy/", accept_encoding="gzip")
    page = site.tree / "be/2020-08-03/economy/index.html"
    assert (status, sent["content-encoding"]) == (200, "gzip")
    assert body == page.with_name("index.html.gz").read_bytes()
    assert sent["content-type"] == "text/html; charset=utf-8"
    assert sent["cache-control"] == "public, no-cache"
    assert "accept-encoding" in sent["vary"].lower()
    policy = sent["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy
    for name, value in {
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "strict-transport-security": "max-age=31536000",
    }.items():
        assert sent[name] == value
    assert "set-cookie" not in sent
    assert site.ask("/be/2020-08-03/economy/", accept_encoding="identity")[2] == page.read_bytes()
    assert site.ask("/be/2020-08-03/economy/", accept_encoding="gzip", if_none_match=sent["etag"])[0] == 304
    assert site.ask("/be/", "HEAD")[2] == b""


def test_the_page_about_the_widget_may_show_it(site):
    status, sent, _ = site.ask("/be/embed/")
    assert (status, sent["x-frame-options"]) == (200, "DENY")
    for part in ("frame-src 'self'", "object-src 'self'", "frame-ancestors 'none'"):
        assert part in sent["content-security-policy"]
    status, sent, _ = site.ask("/be/widget/")
    assert (status, sent.get("x-frame-options")) == (200, None)
    assert "frame-ancestors *" in sent["content-security-policy"]
    assert "frame-src" not in sent["content-security-policy"]
    assert "frame-src" not in site.ask("/be/")[1]["content-security-policy"]


def test_each_kind_of_file_has_its_type_and_its_time(site):
    for path, kind in {
        "/be/feed.atom": "application/atom+xml",
        "/be/feed.json": "application/feed+json",
        "/data/verdicts.csv": "text/csv; charset=utf-8",
        "/data/verdicts.json": "application/json",
        "/sitemap.xml": "xml",
        "/robots.txt": "text/plain",
    }.items():
        status, sent, body = site.ask(path)
        assert status == 200, path
        assert kind in sent["content-type"], path
        assert body == (site.tree / path[1:]).read_bytes()
        if not path.endswith((".xml", ".txt")):
            assert sent["access-control-allow-origin"] == "*", path
    font = next((site.tree / "assets").glob("*.woff2"))
    sent = site.ask(f"/assets/{font.name}")[1]
    assert sent["cache-control"] == "public, max-age=31536000, immutable"
    assert sent["content-type"] == "font/woff2"
    sent = site.ask("/be/widget/")[1]
    assert "frame-ancestors *" in sent["content-security-policy"]
    assert "x-frame-options" not in sent


def test_what_changes_is_asked_of_barograph(site):
    with barograph(site.upstream):
        assert site.ask("/", accept_language="be")[1]["location"] == "/be/"
        for method, path in [
            ("GET", "/be/search/?q=x"),
            ("POST", "/be/subscribe/"),
            ("GET", "/be/unsubscribe/token/"),
            ("POST", "/be/unsubscribe/token/"),
            ("GET", "/desk/"),
            ("GET", "/be/renamed-topic/"),
        ]:
            status, _, body = site.ask(path, method, b"a=b" if method == "POST" else None)
            assert (status, body) == (200, f"dynamic {method} {path}".encode())
        assert site.ask("/ru/no-such-page/")[0] == 404
        assert b"dynamic" not in site.ask("/be/")[2]


def test_where_barograph_is_away_the_site_stays_and_says_so(site):
    status, _, body = site.ask("/")
    assert status == 200
    assert body == (site.tree / "index.html").read_bytes()
    for path in ("/ru/search/?q=x", "/ru/subscribe/"):
        status, _, body = site.ask(path)
        assert status == 503, path
        assert body == (site.tree / "ru/away.html").read_bytes()
    status, sent, body = site.ask("/ru/no-such-page/")
    assert status == 404
    assert body == (site.tree / "ru/404.html").read_bytes()
    assert sent["content-security-policy"].startswith("default-src 'none'")
    assert site.ask("/no-such-page")[2] == (site.tree / "404.html").read_bytes()
    assert site.ask("/ru/archive/")[0] == 200


def test_a_form_sent_while_barograph_is_away_is_answered_so_too(site):
    """Nothing listens upstream: POST gets the page that says so, with its status (not 405)."""
    for path in ("/ru/subscribe/", "/ru/subscription/confirm/abc/"):
        status, _headers, _body = site.ask(path, "POST", "a=b")
        assert status == 503, path


def test_a_body_larger_than_its_address_needs_is_refused(site):
    port = site.upstream
    with barograph(port):
        assert site.ask("/ru/subscribe/", "POST", b"a" * 60_000)[0] == 200
        assert site.ask("/desk/images/add/", "POST", b"a" * 11_000_000)[0] == 200
        assert _refused(site, "/ru/subscribe/", 100_000)
        assert _refused(site, "/desk/images/add/", 13_000_000)


def _refused(site, path, size):
    """Whether a body is answered with 413, or its connection ended before all of it was sent."""
    try:
        return site.ask(path, "POST", b"a" * size)[0] in {
            413,
            502,
            503,
        }
    except OSError:
        return True


def test_the_log_of_a_web_server_names_no_reader(site):
    """Upstream away, a wrong path and a large body: no address, search word or link is written."""
    for path in ("/ru/search/?q=secret-word", "/ru/unsubscribe/secret-token/", "/ru/no-such/"):
        site.ask(path)
    site.ask("/ru/unsubscribe/secret-token/", "POST", "a=b")
    logs = [site.tree.parent / name for name in ("error.log", "log")]
    written = "".join(log.read_text() for log in logs if log.is_file())
    assert "secret" not in written
    if site.secure:  # Caddy writes down on which address of its own it listens, and nothing of requests
        assert "127.0.0.1" not in written


def test_one_address_for_one_page(site):
    for path, place in {"/be/archive": "/be/archive/", "/be/index.html": "/be/"}.items():
        status, sent, _ = site.ask(path)
        assert status in (301, 308), path
        assert sent["location"] == place
    assert site.ask("/be/index.html.gz")[0] == 404


def test_nginx_names_the_onion_service(site):
    if site.secure:  # nginx; Caddy's line stays a comment
        assert site.ask("/be/")[1]["onion-location"] == "http://example.onion/be/"
        assert "onion-location" not in site.ask("/be/feed.atom")[1]
    assert gzip.decompress(site.ask("/be/", accept_encoding="gzip")[2]).startswith(b"<!doctype html>")


def test_the_unit_for_systemd_names_what_exists():
    unit = (DEPLOY / "barograph.service").read_text()
    from barograph.base.environment import KNOWN

    names = re.findall(r"^Environment=(\w+?)(?:_FILE)?=", unit, re.MULTILINE)
    assert names
    assert set(names) <= KNOWN.keys()


def test_a_former_address_leads_on_with_barograph_and_without(site):
    """Barograph redirects for ever; where it is away, the small page there does."""
    page = (site.tree / "be/topics/money/index.html").read_bytes()
    status, _, body = site.ask("/be/topics/money/?from=mail")
    assert (status, body) == (200, page)
    assert b"0; url=/be/topics/economy/" in body
    feed = (site.tree / "be/topics/economy/feed.atom").read_bytes()
    assert site.ask("/be/topics/money/feed.atom", accept_encoding="identity")[2] == feed
    with barograph(site.upstream):
        assert site.ask("/be/topics/money/?from=mail")[2] == b"dynamic GET /be/topics/money/?from=mail"
        assert site.ask("/be/2020-08-03/money/")[2] == b"dynamic GET /be/2020-08-03/money/"
        assert b"dynamic" not in site.ask("/be/topics/economy/")[2]
