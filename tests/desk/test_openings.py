"""Small openings that are shut: cookies, files and pages of the desk for those alone whom they concern."""

import os
import subprocess
import sys

import pytest
from django.test import Client
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from barograph import operation
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

SETTINGS = """
import django
from django.conf import settings
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.ALLOWED_HOSTS)
"""


def settings_with(tmp_path, **environment):
    variables = {"BAROGRAPH_DATA": str(tmp_path / "own"), "DJANGO_SETTINGS_MODULE": "barograph.settings"}
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", SETTINGS],
        env=os.environ | variables | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.own_data
@pytest.mark.once
def test_with_https_cookies_are_taken_from_https_alone_and_demos_answer_to_their_own_name(tmp_path):
    told = settings_with(tmp_path, BAROGRAPH_BASE_URL="https://example.org")
    assert told.startswith("__Secure-sessionid __Secure-csrftoken True ['*']")
    told = settings_with(tmp_path, BAROGRAPH_BASE_URL="http://127.0.0.1:8123")
    assert told.startswith("sessionid csrftoken False")
    assert "'*'" not in told


def test_no_cookie_of_the_desk_goes_to_public_pages_or_stays_for_a_year():
    client = Client()
    client.get("/desk/login/")
    client.post("/desk/login/", {"username": UserFactory(is_superuser=True).username, "password": "barograph-test"})
    client.post("/desk/safety/sessions/", {"session": "none"})  # leaves a message
    assert client.cookies
    for name, cookie in client.cookies.items():
        assert cookie["path"] == "/desk/", name
        assert cookie["httponly"] or name.endswith("csrftoken"), name  # which an open page reads: settings.py
        assert int(cookie["max-age"] or 0) <= 30 * 24 * 3600, name
    assert "messages" not in client.cookies


@pytest.mark.parametrize("role", ["editor", "analyst", "other", "translator", "publisher", "operator", "nobody"])
def test_pictures_are_for_those_who_handle_texts(cast, sign_in, role):
    image = get_image_model().objects.create(title="x", file=get_test_image_file())
    answer = sign_in(cast[role]).get(f"/desk/media/{image.file.name}")
    assert (answer.status_code == 200) == (role not in {"operator", "nobody"})
    answer.close()


def test_nobody_fills_the_log_with_errors_made_on_purpose(cast, sign_in):
    for role in ("editor", "operator"):
        assert sign_in(cast[role]).get("/desk/failwhale/").status_code == 404


@pytest.fixture
def configured(settings):
    def configure(base, demo=False):
        settings.BASE_URL, settings.DEMO = base, demo

    return configure


@pytest.mark.parametrize(
    ("base", "demo", "host", "words"),
    [
        ("https://example.org", True, "127.0.0.1", "BAROGRAPH_DEMO"),
        ("https://example.org", False, "0.0.0.0", "plain http"),  # noqa: S104
        ("https://example.org", False, "::", "plain http"),
        ("https://example.org", False, "192.0.2.1", "plain http"),
        ("http://127.0.0.1:8000", False, "0.0.0.0", "plain http"),  # noqa: S104
        ("http://example.org", False, "127.0.0.1", "https://"),
    ],
)
def test_an_unsafe_start_is_refused_in_words(configured, base, demo, host, words):
    configured(base, demo)
    with pytest.raises(operation.Unsafe, match=words):
        operation.check_safe(host=host)


def test_behind_a_proxy_elsewhere_it_may_listen_where_that_is_said(configured, monkeypatch):
    configured("https://example.org")
    monkeypatch.setenv("BAROGRAPH_BEHIND_PROXY", "1")
    operation.check_safe(host="0.0.0.0")  # noqa: S104


def test_pages_of_the_desk_load_and_are_framed_by_this_site_alone(cast, sign_in):
    for client, path in ((Client(), "/desk/login/"), (sign_in(cast["editor"]), "/desk/")):
        policy = client.get(path)["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "form-action 'self'" in policy
        assert "http" not in policy
