"""A publication in other languages than the desk's own: every form asks in its languages, and saving loses none."""

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.test import Client
from django.urls import reverse

from barograph.base.fields import LocalizedTextField
from barograph.issues.services import publication
from tests.desk.test_bad_forms import PLACES, value_of
from tests.desk.test_every_address import addresses, filled, world  # noqa: F401

#: Those of the publication, and some that it has given up or never had.
NOW = ["pl", "uk", "he"]
FORMER = ["be", "en", "ka"]
DIRECTIONS = {"pl": "ltr", "uk": "ltr", "he": "rtl"}


def localized():
    """[(model, names of its texts in several languages)] of the whole product."""
    for model in apps.get_models():
        if model.__module__.startswith("barograph."):
            names = [field.name for field in model._meta.get_fields() if isinstance(field, LocalizedTextField)]
            if names:
                yield model, names


@pytest.fixture
def elsewhere(world):  # noqa: F811
    """A publication in Polish, Ukrainian and Hebrew, each of whose texts stands in six languages."""
    house = publication()
    house.languages, house.lists = NOW, [{"key": "all", "label": "All", "languages": NOW}]
    house.save()
    for model, names in localized():
        for row in model._default_manager.all():
            for name in names:
                setattr(row, name, {code: f"{model.__name__} {name} {code}" for code in NOW + FORMER})
            row.save()
    return world


def texts():
    return {
        (model.__name__, row.pk, name): getattr(row, name)
        for model, names in localized()
        for row in model._default_manager.order_by("pk")
        for name in names
    }


def sent_by(form):
    """The fields as a browser sends them when nothing is touched."""
    found = {}
    for tag in form.find_all(["input", "select", "textarea"]):
        kind = tag.get("type", "")
        unset = kind in {"checkbox", "radio"} and not tag.has_attr("checked")
        if tag.get("name") and kind not in {"submit", "file"} and not unset and not tag.has_attr("disabled"):
            found[tag["name"]] = value_of(tag)
    return found


def shown(client, url):
    answer = client.get(url, follow=True)
    if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
        return
    for form in BeautifulSoup(answer.content, "html.parser").find_all(
        "form", method=lambda it: it and it.lower() == "post"
    ):
        if form.select(".localized"):
            yield form.get("action") or answer.wsgi_request.get_full_path(), form


# Wagtail leaves the temporary file of a picture's rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_form_asks_in_the_publications_languages_and_a_save_changes_no_text(cast, elsewhere):
    client, paths, walked = Client(), dict(addresses()), []
    client.force_login(cast["editor"])
    for place in PLACES:
        for url, form in shown(client, filled(place, paths[place], elsewhere)):
            inputs = form.select(".localized [lang][name]")
            assert {tag["lang"] for tag in inputs} == set(NOW), url
            assert all(tag["dir"] == DIRECTIONS[tag["lang"]] for tag in inputs), url
            before = texts()
            answer = client.post(url, sent_by(form))
            if "edit" in place:
                assert answer.status_code == 302, (url, answer.context["form"].errors)
                walked.append(place)
            assert {key: value for key, value in texts().items() if key in before} == before, url
    assert {place.partition(":")[0] for place in walked} >= {"topics", "analysts", "glossary", "publication"}


def test_a_text_can_be_set_in_each_of_the_publications_languages(cast, elsewhere, sign_in):
    client, url = sign_in(cast["editor"]), reverse("topics:edit", args=[elsewhere["topics"]])
    [(_url, form)] = shown(client, url)
    client.post(url, sent_by(form) | {"names_he": "כלכלה", "names_pl": ""})
    names = publication_topic(elsewhere).names
    assert names["he"] == "כלכלה"
    assert "pl" not in names
    assert names["ka"] == "Topic names ka"


def publication_topic(world):  # noqa: F811
    return apps.get_model("issues", "Topic").objects.get(pk=world["topics"])
