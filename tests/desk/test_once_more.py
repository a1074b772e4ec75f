"""Words sent without a sign-in, or with an earlier one's token, come back to be sent again; foreign forms don't."""

import pytest
from django.test import Client
from django.urls import reverse

from barograph.commentaries.models import Commentary
from tests.desk.forms import address, form_of

WORDS = "Typed <b>late</b> & long"


@pytest.fixture
def draft(source):
    source.save_revision(clean=False)
    return source


def fields(page):
    """The hidden fields of the page, as a browser reads them."""
    from bs4 import BeautifulSoup

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


def test_other_forms_and_autosaves_are_refused_as_ever(draft, cast):
    assert Client().post(reverse("desk_open_issue")).status_code == 302
    autosave = Client().post(address(draft), form_of(draft), headers={"accept": "application/json"})
    assert autosave.status_code in {302, 403}
    assert "Your words are here" not in autosave.content.decode()
    client = Client(enforce_csrf_checks=True)
    assert "Your words are here" not in client.post("/desk/login/", {"username": "x"}).content.decode()


@pytest.mark.parametrize("who", ["other", "translator", "nobody"])
def test_it_gives_nobody_a_right(draft, cast, sign_in, who):
    sent = fields(Client().post(address(draft), form_of(draft, headline=WORDS)).content.decode())
    assert sign_in(cast[who]).post(address(draft), sent).status_code in {302, 403}
    assert Commentary.objects.get(pk=draft.pk).get_latest_revision_as_object().headline != WORDS
