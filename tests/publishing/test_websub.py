"""The hub hears of new feeds; one that is away holds up nothing."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from barograph.editions.models import Edition
from barograph.publishing import websub
from tests.website import contents

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub():
    """A hub that keeps what it is told: (its address, the told forms)."""
    told = []

    class Hub(BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(parse_qs(self.rfile.read(int(self.headers["content-length"])).decode()))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_args):
            pass

    with HTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", told
        server.shutdown()


@pytest.fixture
def issue():
    contents.found(contents.imprint())
    return contents.publish(contents.issue())


def test_the_hub_is_told_of_every_feed_the_issue_is_in(hub, issue, settings):
    settings.WEBSUB_URL, told = hub
    assert websub.publish(editions=Edition.objects.filter(issue=issue)) == (3 * 2 * 4, "")
    assert told[0]["hub.mode"] == ["publish"]
    assert f"{settings.BASE_URL}/be/feed.atom" in told[0]["hub.url"]
    assert f"{settings.BASE_URL}/en/topics/economy/feed.json" in told[0]["hub.url"]


def test_a_hub_that_is_away_holds_up_nothing(issue, settings):
    settings.WEBSUB_URL = "http://127.0.0.1:9/"
    told, problem = websub.publish(editions=Edition.objects.filter(issue=issue))
    assert told == 0
    assert problem


def test_without_a_hub_nobody_is_asked(issue, settings):
    settings.WEBSUB_URL = ""
    assert websub.publish(editions=Edition.objects.filter(issue=issue)) == (0, "")
