"""A draft is saved whatever is wrong in one of its fields: that one stays as typed, marked, and the rest is kept."""

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from barograph.commentaries import services
from barograph.issues.models import Publication
from barograph.people.models import Person
from barograph.scenarios.blocks import read_probability
from tests.base.test_numbers import SHARES
from tests.desk.forms import address, form_of
from tests.desk.test_bad_forms import PLACES
from tests.desk.test_every_address import addresses, filled, world  # noqa: F401
from tests.desk.test_languages import sent_by
from tests.desk.test_writing import draft, newest  # noqa: F401
from tests.factories import PersonFactory

JSON = {"accept": "application/json"}


def one(probability):
    return [{"title": "Calm", "probability": probability}]


def probability_of(commentary):
    return newest(commentary).scenarios[0].value["probability"]


@pytest.mark.parametrize(("text", "value"), [(text, value) for text, value in SHARES.items() if 0 <= float(value) <= 1])
def test_a_probability_is_taken_as_people_write_it(cast, sign_in, draft, text, value):  # noqa: F811
    client = sign_in(cast["analyst"])
    assert client.post(address(draft), form_of(draft, scenarios=one(text))).status_code == 302
    assert probability_of(draft) == float(value)


@pytest.mark.parametrize("headers", [{}, JSON])
@pytest.mark.parametrize("text", ["50", "35", "-0,1", "NaN", "1e-1", "150 %", "0,3,5", "maybe"])
def test_a_wrong_one_is_kept_as_typed_and_stops_nothing(cast, sign_in, draft, text, headers):  # noqa: F811
    client = sign_in(cast["analyst"])
    typed = form_of(draft, lede="Typed beside it.", scenarios=one(text))
    answer = client.post(address(draft), typed, headers=headers)
    assert answer.json()["success"] if headers else answer.status_code == 302
    assert newest(draft).lede == "Typed beside it."
    page = client.get(address(draft))
    stream = page.context["form"]["scenarios"]
    assert stream.errors, "it is marked"
    assert stream.value()[0].value["probability"] == text
    assert "is not a probability" in page.content.decode()  # the checklist


def test_nothing_wrong_is_handed_on_or_shown_to_readers(cast, sign_in, draft):  # noqa: F811
    client = sign_in(cast["editor"])
    client.post(address(draft), form_of(draft, scenarios=one("50")))
    answer = client.post(address(draft), form_of(draft, scenarios=one("50"), **{"action-publish": "1"}))
    assert answer.status_code == 200
    draft.refresh_from_db()
    assert not draft.live
    with pytest.raises(ValidationError):
        services.sign_off(commentary=draft)
    assert client.get(address(draft, "preview_on_edit")).status_code == 200
    client.post(address(draft), form_of(draft, scenarios=one("50 %"), **{"action-publish": "1"}))
    draft.refresh_from_db()
    assert (draft.live, draft.scenarios[0].value["probability"]) == (True, 0.5)


WRONG = {"resolves_by": "next week", "headline": "x" * 301, "question": "?" * 301}


@pytest.mark.parametrize("headers", [{}, JSON])
@pytest.mark.parametrize(("name", "text"), WRONG.items())
def test_so_is_every_other_field(cast, sign_in, draft, name, text, headers):  # noqa: F811
    client = sign_in(cast["analyst"])
    before = getattr(newest(draft), name)
    answer = client.post(address(draft), form_of(draft, lede="Beside it.", **{name: text}), headers=headers)
    assert answer.json()["success"] if headers else answer.status_code == 302
    assert (newest(draft).lede, getattr(newest(draft), name)) == ("Beside it.", before)
    form = client.get(address(draft)).context["form"]
    assert form[name].value() == text
    assert form[name].errors
    client.post(address(draft), form_of(draft, **{name: ""}))
    assert newest(draft).as_typed == {}
    assert not client.get(address(draft)).context["form"][name].errors


def test_several_wrong_fields_stop_nothing_either(cast, sign_in, draft):  # noqa: F811
    typed = form_of(draft, lede="Beside them.", scenarios=one("x"), **WRONG)
    assert sign_in(cast["analyst"]).post(address(draft), typed).status_code == 302
    assert (newest(draft).lede, newest(draft).as_typed) == ("Beside them.", WRONG)


@pytest.mark.parametrize("role", ["analyst", "editor"])
def test_a_wrong_byline_stops_nothing_and_stays_as_it_was(cast, sign_in, draft, role):  # noqa: F811
    person = Person.objects.get(slug="pen-name") if role == "editor" else PersonFactory()
    typed = form_of(draft, lede="Beside it.")
    typed |= {"bylines-TOTAL_FORMS": "2", "bylines-1-person": str(person.pk), "bylines-1-ORDER": "2"}
    answer = sign_in(cast[role]).post(address(draft), typed, follow=True)
    assert newest(draft).lede == "Beside it."
    assert "Everything except the byline was saved" in answer.content.decode()
    assert [row.person.slug for row in newest(draft).bylines.all()] == ["pen-name"]


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_a_refusal_says_what_to_write_in_the_language_of_the_desk(language):
    with translation.override(language), pytest.raises(ValidationError) as refused:
        read_probability("50")
    comma = "0.5" if language == "en" else "0,5"
    assert comma in refused.value.messages[0]
    assert ("is more than" in refused.value.messages[0]) is (language == "en")


# Wagtail leaves the temporary file of a picture's rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_field_of_the_desk_is_a_browsers_number_field(cast, world):  # noqa: F811
    """Unknown browser's own number field drops the comma of "1,5" and sends 15."""
    client, paths = Client(), dict(addresses())
    client.force_login(cast["editor"])
    found = {}
    for place in PLACES:
        page = client.get(filled(place, paths[place], world), follow=True)
        if "html" in page.headers.get("Content-Type", ""):
            tags = BeautifulSoup(page.content, "html.parser").select("input[type=number]")
            if names := [tag["name"] for tag in tags]:
                found[place] = names
    assert found == {}


def test_a_part_of_a_whole_number_is_refused_in_words(cast, sign_in, world):  # noqa: F811
    client, url = sign_in(cast["editor"]), reverse("publication:edit", args=[world["publication"]])
    page = BeautifulSoup(client.get(url).content, "html.parser")
    assert page.select_one("[name=panel_least]")["type"] == "text"
    form = sent_by(page.select_one("#w-editor-form") or page.select("form")[-1])
    answer = client.post(url, form | {"panel_least": "5,5"})
    assert "not a whole number" in answer.content.decode()
    assert client.post(url, form | {"panel_least": "٧"}).status_code == 302
    assert Publication.objects.get().panel_least == 7
