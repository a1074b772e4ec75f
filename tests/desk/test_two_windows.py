"""Two people, or two windows, at one form: the second to save is told what is stored, and nothing is overwritten."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from barograph.issues.models import StandingText, Topic, Verdict
from barograph.people.models import Person
from tests.desk.test_bad_forms import PLACES
from tests.desk.test_every_address import addresses, filled, world  # noqa: F401
from tests.desk.test_languages import sent_by

OVERTAKEN = "Someone else has saved a newer version."


def form_at(client, url):
    page = BeautifulSoup(client.get(url).content, "html.parser")
    return next(form for form in page.find_all("form") if form.select_one("[name=seen]"))


@pytest.mark.parametrize(
    ("place", "field", "mine", "theirs"),
    [
        ("topics", "about_en", "Mine", "Theirs"),
        ("publication", "strapline_en", "Mine", "Theirs"),
        ("standing", "title", "Mine", "Theirs"),
        ("analysts", "about_en", "Mine", "Theirs"),
        ("glossary", "note", "Mine", "Theirs"),
        ("plan", "days_before", "3", "4"),
        ("absences", "last", "2019-01-05", "2019-01-06"),
        ("rests", "last", "2019-01-05", "2019-01-06"),
        ("issues", "number", "91", "92"),
    ],
)
def test_the_second_to_save_is_told_and_the_third_press_saves(cast, sign_in, world, place, field, mine, theirs):  # noqa: F811
    client, url = sign_in(cast["editor"]), reverse(f"{place}:edit", args=[world[place]])
    opened = sent_by(form_at(client, url))
    assert client.post(url, opened | {field: theirs}).status_code == 302
    answer = client.post(url, opened | {field: mine})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert OVERTAKEN in page
    assert f'"{mine}"' in page or mine in page
    form = next(form for form in BeautifulSoup(page, "html.parser").find_all("form") if form.select_one("[name=seen]"))
    again = sent_by(form)
    assert again[field].strip() == mine
    assert again["seen"] != opened["seen"]
    assert client.post(url, again).status_code == 302


def test_what_is_stored_is_shown_beside(cast, sign_in, world):  # noqa: F811
    client, url = sign_in(cast["editor"]), reverse("topics:edit", args=[world["topics"]])
    opened = sent_by(form_at(client, url))
    client.post(url, opened | {"about_en": "Their words"})
    assert "Their words" in client.post(url, opened | {"about_en": "My words"}).content.decode()
    assert Topic.objects.get(pk=world["topics"]).about["en"] == "Their words"


def test_a_form_that_says_nothing_of_it_is_saved_as_before(cast, sign_in, world):  # noqa: F811
    client, url = sign_in(cast["editor"]), reverse("analysts:edit", args=[world["analysts"]])
    opened = sent_by(form_at(client, url))
    opened.pop("seen")
    assert client.post(url, opened | {"about_en": "Mine"}).status_code == 302
    assert Person.objects.get(pk=world["analysts"]).about["en"] == "Mine"
    assert StandingText.objects.exists()


# Wagtail leaves the temporary file of a picture's rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_form_over_a_row_of_ours_says_what_it_stands_on(cast, sign_in, world):  # noqa: F811
    client, paths = sign_in(cast["editor"]), dict(addresses())
    ours = {"topics", "publication", "standing", "analysts", "glossary", "plan", "absences", "rests", "issues", "pens"}
    walked = set()
    for place in PLACES:
        space, _colon, verb = place.partition(":")
        if verb == "edit" and space in ours:
            page = BeautifulSoup(client.get(filled(place, paths[place], world)).content, "html.parser")
            if page.select("form textarea, form input[type=text]"):
                assert page.select_one("form [name=seen]"), place
                walked.add(space)
    assert walked >= ours - {"pens"}


def test_two_editors_at_a_verdict(cast, sign_in, issue):
    topic = issue.slots.first().topic
    url, client = reverse("desk_verdict", args=[issue.pk, topic.pk]), sign_in(cast["editor"])
    assert client.post(url, {"value": "improved", "reason": "Theirs", "seen": "-"}).status_code == 302
    answer = client.post(url, {"value": "worsened", "reason": "Mine", "seen": "-"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Someone else has already decided: improved (Theirs)." in page
    assert ">Mine</textarea>" in page
    assert Verdict.objects.get().value == "improved"
    seen = BeautifulSoup(page, "html.parser").select_one("main [name=seen]")["value"]
    assert client.post(url, {"value": "worsened", "reason": "Mine", "seen": seen}).status_code == 302
    assert Verdict.objects.get().value == "worsened"
    week = BeautifulSoup(client.get("/desk/").content, "html.parser")
    now = Verdict.objects.get().decided_at.isoformat()
    assert week.select_one(f"form[action='{url}'] [name=seen]")["value"] == now


@pytest.mark.parametrize("place", ["absences", "rests", "issues"])
def test_days_in_the_wrong_order_are_refused_in_words(cast, sign_in, world, place):  # noqa: F811
    client, url = sign_in(cast["editor"]), reverse(f"{place}:edit", args=[world[place]])
    answer = client.post(url, sent_by(form_at(client, url)) | {"first": "9999-12-31"})
    assert answer.status_code == 200
    assert "The last day is before the first." in answer.content.decode()
