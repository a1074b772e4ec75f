"""doctor names what is wrong with the installation's work, and what to do; each mistake here is made for real."""

import datetime
import socket
import threading

import pytest
from django.utils import timezone

from barograph import inspection
from barograph.base.mail_environment import parse_smtp
from barograph.delivery.models import Mailing
from barograph.machines.models import Installation, Worker
from barograph.publishing import services
from barograph.publishing.models import Release
from barograph.subscribers.models import Subscriber
from tests.delivery.mailings import mailing, readers
from tests.factories import CommentaryFactory, UserFactory

pytestmark = pytest.mark.django_db


def found(name):
    return [(finding.ok, finding.message) for finding in inspection.findings() if finding.name == name]


def test_another_address_key_is_told(settings):
    readers(1)
    assert found("address key")[0][0]
    settings.ADDRESS_KEY = "ab" * 32
    ok, words = found("address key")[0]
    assert not ok
    assert "Bring the right key back" in words
    assert Subscriber.objects.count() == 1


def test_an_account_with_a_password_of_the_demo_is_told():
    UserFactory(username="editor", password="barograph-editor")
    ok, words = found("accounts")[0]
    assert (ok, words.split()[0]) == (False, "editor")


def test_no_second_factor_on_https_is_told(settings):
    settings.HTTPS, settings.SECOND_FACTOR = True, "off"
    assert not found("second factor")[0][0]


def test_a_worker_that_is_missing_or_silent_is_told():
    assert "No worker runs" in found("worker")[0][1]
    row = Worker.objects.create(owner="host:1:2", seen_at=timezone.now())
    assert found("worker")[0][0]
    Worker.objects.filter(pk=row.pk).update(seen_at=timezone.now() - datetime.timedelta(minutes=9))
    ok, words = found("worker")[0]
    assert not ok
    assert "for 9 minutes" in words


def test_a_clock_that_was_set_back_is_told():
    Installation.objects.update_or_create(pk=1, defaults={"seen_at": timezone.now() + datetime.timedelta(days=2)})
    assert not found("clock")[0][0]


def test_a_release_that_stopped_is_told_with_its_step():
    issue = CommentaryFactory(language="ru").issue
    release = services.request(issue=issue, mail=False)
    Release.objects.filter(pk=release.pk).update(state="failed")
    release.steps.filter(name="index").update(state="failed", error="OSError: no space left")
    ok, words = found("release")[0]
    assert not ok
    assert "“index”: OSError: no space left" in words
    assert f"barograph publish {issue.key}" in words


def test_mailings_that_wait_or_reached_nobody_are_told():
    made = mailing()
    Mailing.objects.filter(pk=made.pk).update(state="held", hold="overdue")
    assert "is waiting for your decision" in found("mailing")[0][1]
    Mailing.objects.filter(pk=made.pk).update(
        state="finished", hold="", total=10, sent=0, failed=10, finished_at=timezone.now()
    )
    assert "all 10 mails were refused" in found("mailing")[0][1]


def test_a_maildir_that_is_not_there_is_told(settings, tmp_path):
    from dataclasses import replace

    settings.BOUNCES = replace(settings.BOUNCES, maildir=tmp_path / "none")
    assert "there is no Maildir" in found("bounces")[0][1]


class Talks:
    """A server that greets, then answers each line as told; one connection."""

    def __init__(self, greeting, answers):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.greeting, self.answers = greeting, answers
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        connection, _ = self.socket.accept()
        with connection, connection.makefile("rwb") as lines:
            lines.write(self.greeting)
            lines.flush()
            for line in lines:
                lines.write(self.answers.get(line.split()[0].upper(), b"502 no\r\n"))
                lines.flush()
        self.socket.close()


EHLO = {b"EHLO": b"250-relay\r\n250 AUTH PLAIN\r\n", b"AUTH": b"535 5.7.8 wrong\r\n", b"QUIT": b"221 bye\r\n"}


@pytest.mark.parametrize(
    ("greeting", "answers", "url", "words"),
    [
        (b"220 relay\r\n", EHLO, "smtp://me:secret@127.0.0.1:{}", "refuses the name or the password"),
        (b"220 relay\r\n", {b"EHLO": b"250 relay\r\n"}, "smtp://me:secret@127.0.0.1:{}", "offers no sign-in"),
        (b"220 relay\r\n", EHLO, "smtp://127.0.0.1:{}?tls=starttls", "does not offer STARTTLS"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", {}, "smtp://127.0.0.1:{}", "does not speak SMTP"),
        (b"220 relay\r\n", EHLO, "smtp://127.0.0.1:{}", ""),
    ],
)
def test_the_relay_is_tried_by_signing_in(settings, greeting, answers, url, words):
    settings.SMTP = parse_smtp(url.format(Talks(greeting, answers).port))
    problem = inspection.relay_problem()
    assert words in problem
    assert bool(problem) == bool(words)
    assert "secret" not in problem


def test_a_relay_that_is_away_is_told(settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.SMTP = parse_smtp(f"smtp://127.0.0.1:{port}")
    assert "does not answer" in inspection.relay_problem()
