"""What cannot be read, comes from elsewhere or fails is told in the reader's language, with what to do."""

import pytest
from django.conf import settings as configured
from django.test import Client

from barograph.editions import services as editions
from barograph.newsletter.models import SignUpRequest
from barograph.subscribers import services, tokens

pytestmark = pytest.mark.django_db

DAMAGED = {"data": b"no part at all", "content_type": "multipart/form-data; boundary="}
FORM = "application/x-www-form-urlencoded"
LARGE = {"data": b"address=" + b"x" * (configured.DATA_UPLOAD_MAX_MEMORY_SIZE or 2_621_440), "content_type": FORM}
MANY = {"data": b"&".join(b"a=1" for _ in range(1100)), "content_type": FORM}
TOO_MUCH = {"be": "вялікі аб’ём даных", "ru": "большой объём данных", "en": "too much data"}
BROKEN = {"be": "пашкоджаным", "ru": "повреждённым", "en": "damaged in transit"}
EACH = pytest.mark.parametrize(
    ("sent", "status", "words"), [(DAMAGED, 400, BROKEN), (LARGE, 413, TOO_MUCH), (MANY, 413, TOO_MUCH)]
)


@pytest.fixture
def web():
    editions.freeze_imprint()
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.mark.parametrize("language", ["be", "ru", "en"])
@EACH
def test_forms_of_the_site_say_why_they_took_nothing(web, language, sent, status, words):
    answer = web.post(f"/{language}/subscribe/", **sent)
    page = answer.content.decode()
    assert answer.status_code == status
    assert f'<html lang="{language}"' in page
    assert words[language] in page
    assert answer["Content-Security-Policy"]
    assert not answer.cookies
    assert not SignUpRequest.objects.exists()


@pytest.mark.parametrize("sent", [DAMAGED, LARGE, MANY])
def test_a_signed_link_stands_in_no_log_when_its_form_fails(web, caplog, sent):
    subscriber = services.sign_up(address="a@example.org", list_key="en", language="en").subscriber
    services.confirm(confirmation=tokens.Confirmation(subscriber.pk, ("en",), subscriber.created_at))
    token = tokens.settings(subscriber.pk, links=None)
    assert web.post(f"/en/subscription/{token}/", **sent).status_code in {400, 413}
    assert web.post(f"/desk/invitation/{token}/", **sent).status_code in {400, 404, 413, 302, 403}
    assert token not in caplog.text


@pytest.mark.parametrize("sent", [DAMAGED, LARGE, MANY])
def test_leaving_works_whatever_a_mail_program_sends(web, sent):
    subscriber = services.sign_up(address="a@example.org", list_key="en", language="en").subscriber
    services.confirm(confirmation=tokens.Confirmation(subscriber.pk, ("en",), subscriber.created_at))
    token = tokens.unsubscription(subscriber.pk, "en", links=None)
    assert web.post(f"/en/unsubscribe/{token}/", **sent).status_code == 200
    assert not services.counts()["confirmed"]


def test_search_with_a_thousand_fields_is_told_too(web):
    answer = web.get("/ru/search/?q=a&" + "&".join("a=1" for _ in range(1100)))
    assert answer.status_code == 413
    assert TOO_MUCH["ru"] in answer.content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("be", "асноўны адрас"), ("ru", "основной адрес"), ("en", "main address")]
)
def test_a_host_that_cannot_be_is_told_the_main_address(web, settings, language, words):
    for path in (f"/{language}/search/", "/desk/"):
        answer = web.get(path, headers={"host": "a b<script>", "accept-language": language})
        page = answer.content.decode()
        assert answer.status_code == 400
        assert words in page
        assert settings.BASE_URL in page
        assert "<script" not in page


def test_an_error_of_ours_is_a_page_of_ours_and_its_log_holds_no_signed_link(web, monkeypatch, caplog):
    def fails(*_given, **_named):
        raise RuntimeError("what it was")

    monkeypatch.setattr("barograph.newsletter.answers.show", fails)
    answer = web.get("/be/subscription/signed-link/")
    assert answer.status_code == 500
    assert "адбылася памылка" in answer.content.decode()
    assert "what it was" not in answer.content.decode()
    assert "what it was" in caplog.text
    assert "<str:token>" in caplog.text
    assert "signed-link" not in caplog.text


def test_where_even_that_fails_the_answer_is_a_plain_one(web, monkeypatch):
    def fails(*_given, **_named):
        raise RuntimeError("no database")

    monkeypatch.setattr("barograph.website.refused.current_imprint", fails)
    monkeypatch.setattr("barograph.newsletter.answers.current_imprint", fails)
    assert web.get("/be/subscribe/").status_code == 500
    assert web.get("/be/search/?" + "&".join("a=1" for _ in range(1100)), headers={"host": "a b"}).status_code == 400
