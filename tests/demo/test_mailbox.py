"""The demo's mailbox: every mail whole, shown shut in, and nowhere but in the demo."""

import smtplib
import socket
import subprocess
import sys
import time

import pytest
from django.urls import include, path

from barograph.demo import mailbox, mails

urlpatterns = [path("", include("barograph.demo.urls"))]

MAIL = (
    b"From: =?utf-8?b?0JHRjtC70LXRgtC10L3RjA==?= <bulletin@example.org>\r\nTo: reader@example.org\r\n"
    b"Subject: Hello\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nSee http://example.org/en/ now\r\n"
    b'--b\r\nContent-Type: text/html\r\n\r\n<html><head></head><body><script>alert(1)</script><a href="/x">x</a></body>'
    b"</html>\r\n--b--\r\n"
)


@pytest.fixture
def box(settings, data_folder):
    settings.ROOT_URLCONF = __name__
    settings.DEMO = True
    return data_folder / "mailbox"


def test_newest_first_and_found_by_recipient(box, client):
    for name in ("one", "two"):
        mailbox.keep(box, "bulletin@example.org", [f"{name}@example.org"], MAIL)
    page = client.get("/mailbox/").content.decode()
    assert page.index("two@example.org") < page.index("one@example.org")
    found = client.get("/mailbox/?to=ONE").content.decode()
    assert "one@example.org" in found
    assert "two@example.org" not in found
    assert client.get("/mailbox/?to=nobody&lang=be").status_code == 200


def test_a_mail_is_shown_shut_in(box, client):
    kept = mailbox.keep(box, "bulletin@example.org", ["one@example.org"], MAIL)
    page = client.get(f"/mailbox/{kept.stem}/").content.decode()
    assert "<script>" not in page
    assert 'sandbox="allow-top-navigation' in page
    assert '<a href="http://example.org/en/"' in page
    html = client.get(f"/mailbox/{kept.stem}/html")
    assert b'<base target="_top">' in html.content
    assert html["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-scripts" not in html["Content-Security-Policy"]
    assert client.get(f"/mailbox/{kept.stem}/source").content.endswith(MAIL)
    for wrong in ("x", "..%2F..%2Fkeys", "0" * 20 + ".1.1"):
        assert client.get(f"/mailbox/{wrong}/").status_code == 404


def test_outside_the_demo_there_is_no_mailbox(box, client, settings):
    settings.DEMO = False
    assert client.get("/mailbox/").status_code == 404


def test_the_server_keeps_what_comes_and_ends_quietly(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "barograph.demo.mailbox", "--port", str(port), "--data", str(tmp_path)]
    with subprocess.Popen(command) as server:
        try:
            for _ in range(2400):
                try:
                    with smtplib.SMTP("127.0.0.1", port) as relay:
                        relay.sendmail("bulletin@example.org", ["one@example.org"], MAIL)
                    break
                except ConnectionRefusedError:
                    time.sleep(0.05)
        finally:
            server.terminate()
    assert server.returncode == 0
    (mail,) = mails.newest(tmp_path / "mailbox")
    assert (mail.recipient, mail.subject) == ("one@example.org", "Hello")
    assert mail.sender == "Бюлетень <bulletin@example.org>"
