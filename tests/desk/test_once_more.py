"""Words sent without a sign-in, or with an earlier one's token, come back to be sent again; foreign forms don't."""

from unittest.mock import ANY

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve, reverse

from barograph.commentaries.models import Commentary
from barograph.desk import once_more
from tests.desk.forms import address, form_of
from tests.desk.test_every_address import ROLES, addresses, filled, table, world  # noqa: F401

WORDS = "Typed <b>late</b> & long"


@pytest.fixture
def draft(source):
    source.save_revision(clean=False)
    return source


def fields(page):
    """The hidden fields of the page, as a browser reads them."""
    form = BeautifulSoup(page, "html.parser").find("main").find_all("form")[-1]
    return {tag["name"]: tag["value"] for tag in form.find_all("input")}


def test_signed_out_the_words_come_back(draft, cast, sign_in):
    answer = Client().post(address(draft), form_of(draft, headline=WORDS))
    assert answer.status_code == 403
    assert answer["Cache-Control"] == "no-store"
    sent = fields(answer.content.decode())
    assert sent["headline"] == WORDS
    assert sign_in(cast["analyst"]).post(address(draft), sent).status_code == 302
    assert Commentary.objects.get(pk=draft.pk).get_latest_revision_as_object().headline == WORDS


def test_a_translators_words_come_back_too(translation):
    there = reverse("desk_translate", args=[translation.source_id, "be"])
    answer = Client().post(there, {"t-headline": WORDS, "save": "1"})
    assert fields(answer.content.decode())["t-headline"] == WORDS


def test_with_the_token_of_an_earlier_sign_in_they_come_back(draft, cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["analyst"])
    typed = form_of(draft, headline=WORDS) | {"csrfmiddlewaretoken": "x" * 64}
    answer = client.post(address(draft), typed)
    sent = fields(answer.content.decode())
    assert (answer.status_code, sent["headline"]) == (403, WORDS)
    assert sent["csrfmiddlewaretoken"] != "x" * 64
    assert client.post(address(draft), sent).status_code == 302


def test_from_another_site_nothing_comes_back(draft, cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["analyst"])
    answer = client.post(address(draft), form_of(draft, headline=WORDS), headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "late" not in answer.content.decode()


def test_a_form_with_nothing_in_it_goes_to_the_sign_in(db):
    assert Client().post(reverse("desk_open_issue")).status_code == 302


def test_a_name_and_a_password_never_come_back(db):
    client = Client(enforce_csrf_checks=True)
    assert "Your text is safe" not in client.post("/desk/login/", {"username": "x"}).content.decode()


@pytest.mark.parametrize("who", ["other", "translator", "nobody"])
def test_it_gives_nobody_a_right(draft, cast, sign_in, who):
    sent = fields(Client().post(address(draft), form_of(draft, headline=WORDS)).content.decode())
    assert sign_in(cast[who]).post(address(draft), sent).status_code in {302, 403}
    assert Commentary.objects.get(pk=draft.pk).get_latest_revision_as_object().headline != WORDS


# Wagtail leaves the temporary file of a picture's rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_words_come_back_from_every_address_of_the_desk_that_takes_a_form(world):  # noqa: F811
    """Whatever address takes what somebody signed in sends: without the sign-in it comes back from there."""
    lost, given_back = [], 0
    for name, path in addresses():
        match = resolve(url := filled(name, path, world))
        answer = Client().post(url, {"text": WORDS, "old_password": "a secret", "pk": "1"})
        page = answer.content.decode()
        if match.view_name in once_more.WAYS_IN or getattr(match.func, "csrf_exempt", False):
            assert "Your text is safe" not in page, url
            continue
        if answer.status_code != 403 or fields(page) != {"text": WORDS, "pk": "1", "csrfmiddlewaretoken": ANY}:
            lost.append((name, url, answer.status_code))
        assert "a secret" not in page
        given_back += 1
    assert lost == []
    assert given_back > 100


def test_what_needs_no_sign_in_is_all_that_is_left_out():
    """Each way in answers a visitor: who takes an address out of the rule must show that it needs no sign-in."""
    open_to_all = {name for name, signs in table().items() if signs[ROLES.index("visitor")][0] in "+0?"}
    assert open_to_all >= once_more.WAYS_IN - {"wagtailadmin_logout", "desk_factor_ask", "desk_factor_set_up"}


def test_a_sign_in_that_still_owes_its_second_factor_loses_nothing(draft, cast, settings, sign_in):
    settings.SECOND_FACTOR = "everyone"
    client = sign_in(cast["editor"])
    answer = client.post(reverse("desk_notes", args=[draft.pk]), {"text": WORDS})
    assert answer.status_code == 403
    assert fields(answer.content.decode())["text"] == WORDS


def test_a_file_is_asked_for_again_and_what_was_typed_can_be_read(draft):
    body = '{"blocks": [{"text": "A paragraph of the body"}], "entityMap": {}}'
    file = SimpleUploadedFile("week.docx", b"x")
    page = Client().post(address(draft), {"body": body, "seen": "42", "file": file}).content.decode()
    soup = BeautifulSoup(page, "html.parser")
    assert "week.docx" in soup.select_one("label:has(input[type=file][name=file])").text
    assert soup.select_one("form[enctype='multipart/form-data'] input[name=body]")["value"] == body
    assert soup.select_one(".desk-typed div").get_text(strip=True) == "A paragraph of the body"


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_an_autosave_is_told_and_may_try_again(draft, language):
    headers = {"accept": "application/json", "accept-language": language}
    answer = Client().post(address(draft), form_of(draft), headers=headers)
    told = answer.json()
    assert (answer.status_code, told["success"], told["error_code"]) == (403, False, "locked")
    assert told["error_message"]


def test_an_autosave_with_the_token_of_an_earlier_sign_in_is_told_too(draft, cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["analyst"])
    answer = client.post(address(draft), form_of(draft), headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error_code"]) == (403, "locked")
