"""A text in every language of the publication: one input a language, and nothing without an input is lost."""

import pytest
from django import forms

from barograph.base import languages
from barograph.base.fields import LocalizedFormField, LocalizedTextField


class Form(forms.Form):
    names = LocalizedFormField(required=True)
    about = LocalizedFormField(required=False, multiline=True)


STORED = {"names": {"be": "Тэма", "uk": "Тема"}, "about": {"he": "נושא"}}


@pytest.fixture
def published_in(monkeypatch):
    return lambda *codes: monkeypatch.setattr(languages, "of_publication", lambda: codes)


def test_there_is_an_input_for_each_language_of_now_in_its_direction(published_in):
    published_in("pl", "uk", "he")
    page = str(Form(initial=STORED)["names"])
    places = [page.index(f'name="names_{code}"') for code in ("pl", "uk", "he")]
    assert places == sorted(places)
    assert 'name="names_be"' not in page
    assert 'lang="he"' in page
    assert 'dir="rtl"' in page
    published_in("en")
    assert 'name="names_en"' in str(Form(initial=STORED)["names"])


def test_languages_without_an_input_keep_their_texts(published_in):
    published_in("pl", "uk", "he")
    form = Form({"names_pl": "Temat", "names_uk": "", "names_he": "נושא"}, initial=STORED)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"names": {"pl": "Temat", "he": "נושא", "be": "Тэма"}, "about": {"he": "נושא"}}


def test_what_was_sent_for_a_language_given_up_meanwhile_is_taken(published_in):
    published_in("en")
    form = Form({"names_en": "Topic", "names_zh-Hant": "主題", "names_uk": ""}, initial=STORED)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["names"] == {"en": "Topic", "zh-Hant": "主題", "be": "Тэма"}


def test_one_language_is_enough_and_none_is_too_few(published_in):
    published_in("pl", "uk")
    assert not Form({"names_pl": " ", "names_uk": ""}).is_valid()
    assert Form({"names_pl": "", "names_uk": "Тема"}).is_valid()
    assert not Form({"names_pl": "a\x00b"}).is_valid()


def test_a_field_with_languages_of_its_own_asks_for_these(published_in):
    published_in("pl")
    field = LocalizedFormField(codes=("uk",), required=False)
    form = type("Own", (forms.Form,), {"notes": field})({"notes_uk": "Так", "notes_pl": "Tak"})
    assert form.is_valid()
    assert form.cleaned_data["notes"] == {"uk": "Так"}


def test_the_models_field_says_what_it_is_called():
    field = LocalizedTextField("name", blank=True).formfield()
    assert (field.label, field.required) == ("Name", False)


@pytest.mark.parametrize(("code", "known"), [("be", True), ("be-tarask", True), ("zh-Hant", True), ("xx", False)])
def test_a_language_is_one_that_is_known(code, known):
    assert languages.is_known(code) is known
