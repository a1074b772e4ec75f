"""What the desk can't take is told in the language chosen there, with what to do; nothing of Django's English."""

import pytest
from django.db import OperationalError
from django.test import Client
from wagtail.users.models import UserProfile

from barograph.desk import refused
from barograph.editions import services as editions
from tests.website.test_refused import EACH

pytestmark = pytest.mark.django_db


@pytest.fixture
def web():
    editions.freeze_imprint()
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.mark.parametrize("language", ["be", "ru", "en"])
@EACH
def test_the_desk_says_it_in_the_language_chosen_there(web, cast, language, sent, status, words):
    UserProfile.objects.update_or_create(user=cast["analyst"], defaults={"preferred_language": language})
    web.force_login(cast["analyst"])
    web.get("/desk/account/")  # the cookie of its forms
    answer = web.post("/desk/account/", **sent, headers={"accept-language": "en"})
    assert answer.status_code == status
    assert words[language] in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    told = web.post("/desk/account/", **sent, headers={"accept": "application/json"})
    assert (told.status_code, told.json()["status"]) == (status, status)


@pytest.mark.parametrize(("language", "words"), [("be", "яшчэ раз"), ("ru", "ещё раз"), ("en", "again")])
def test_a_form_without_its_token_says_what_to_do(web, cast, settings, language, words):
    for origin in ("https://evil.example", settings.BASE_URL):
        answer = web.post("/desk/login/", {"username": "a"}, headers={"origin": origin, "accept-language": language})
        page = answer.content.decode()
        assert answer.status_code == 403
        assert words in page
        assert settings.BASE_URL in page
        assert "CSRF" not in page.partition("<main")[2].partition("</main")[0]


@pytest.mark.parametrize(("language", "words"), [("be", "не цалкам"), ("ru", "не полностью"), ("en", "incomplete")])
def test_an_incomplete_form_gets_a_page_that_says_so(client, cast, language, words):
    UserProfile.objects.update_or_create(user=cast["editor"], defaults={"preferred_language": language})
    client.force_login(cast["editor"])
    answer = client.post("/desk/choose-external-link/")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'<html lang="{language}"' in page
    assert words in page


@pytest.mark.parametrize(("path", "words"), [("/be/subscribe/", "Пошук"), ("/desk/login/", "Search"), ("/x/y/", "")])
def test_a_database_that_is_away_is_said_in_the_readers_language(path, words, settings, tmp_path, rf):
    """503 and Retry-After: programs come again, and people read what to do instead of an English word."""
    settings.DATA = tmp_path
    for code, text in (("be", "Пошук і падпіска"), ("en", "Search and sign-up")):
        (tmp_path / "site/current" / code).mkdir(parents=True)
        (tmp_path / "site/current" / code / "away.html").write_text(f"<h1>{text}</h1>")
    try:
        raise OperationalError("connection refused")
    except OperationalError:
        answer = refused.server_error(rf.get(path))
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert words in answer.content.decode()
    assert "connection refused" not in answer.content.decode()
