"""A translation saves itself as it is typed, like a draft: one version a page, and never over somebody else's."""

import pytest
from django.urls import reverse

from barograph.commentaries import services
from tests.desk.test_translate import client, row, screen, sent  # noqa: F401

JSON = {"accept": "application/json"}


def newest(translation):
    return services.working_copy(row(translation))


def test_it_is_kept_and_the_form_goes_on_from_it(client, screen, translation):  # noqa: F811
    typed = sent(translation, **{"t-headline": "Першы"})
    saved = client.post(screen, typed, headers=JSON).json()
    assert saved["success"]
    versions = translation.revisions.count()
    again = typed | saved["field_updates"] | {"t-headline": "Другі", "overwrite_revision_id": saved["revision_id"]}
    more = client.post(screen, again, headers=JSON).json()
    assert more["revision_id"] == saved["revision_id"]
    assert translation.revisions.count() == versions
    assert newest(translation).headline == "Другі"
    assert client.post(screen, again | more["field_updates"] | {"t-headline": "Трэці"}).status_code == 302
    assert newest(translation).headline == "Трэці"


def test_the_first_autosave_begins_the_translation(client, screen, source):  # noqa: F811
    saved = client.post(screen, {"base": "", "t-headline": "Першы"}, headers=JSON).json()
    assert saved["success"]
    assert services.working_copy(source.translations.get()).headline == "Першы"


def test_over_a_newer_version_it_is_refused_and_the_button_tells(client, cast, screen, sign_in, translation):  # noqa: F811
    mine = sent(translation, **{"t-headline": "Маё"})
    other = sign_in(cast["editor"])
    theirs = other.post(screen, sent(translation, **{"t-headline": "Чужое"}), headers=JSON).json()
    answer = client.post(screen, mine, headers=JSON)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_revision")
    assert newest(translation).headline == "Чужое"
    answer = client.post(screen, mine)
    assert answer.status_code == 422
    assert "Маё" in answer.content.decode()
    # the other goes on in the very version that was just seen: that is newer again
    onward = sent(translation) | theirs["field_updates"] | {"overwrite_revision_id": theirs["revision_id"]}
    assert other.post(screen, onward | {"t-headline": "Зноў чужое"}, headers=JSON).json()["success"]
    answer = client.post(screen, mine | {"base": answer.context["form"].data["base"]})
    assert answer.status_code == 422
    assert newest(translation).headline == "Зноў чужое"


def test_nobody_goes_on_in_somebody_elses_version(client, cast, screen, sign_in, translation):  # noqa: F811
    theirs = sign_in(cast["editor"]).post(screen, sent(translation), headers=JSON).json()
    mine = sent(translation) | theirs["field_updates"] | {"overwrite_revision_id": theirs["revision_id"]}
    saved = client.post(screen, mine | {"t-headline": "Маё"}, headers=JSON).json()
    assert saved["success"]
    assert saved["revision_id"] != theirs["revision_id"]
    assert newest(translation).headline == "Маё"


def test_what_is_too_long_is_kept_as_typed_and_marked_and_not_signed_off(client, screen, translation):  # noqa: F811
    typed = sent(translation, **{"t-headline": "ж" * 305, "t-lede": "Мой лід."})
    assert client.post(screen, typed, headers=JSON).json()["success"]
    draft = newest(translation)
    assert (draft.headline, draft.lede) == ("ж" * 305, "Мой лід.")
    page = client.get(screen).content.decode()
    assert "ж" * 305 in page
    assert "5 characters too long." in page
    answer = client.post(screen, typed | {"base": row(translation).latest_revision_id, "sign-off": "1"}, follow=True)
    assert "These fields are too long" in answer.content.decode()
    assert not row(translation).live


@pytest.mark.parametrize("fields", [{"t-lede": "a\x00b"}, {"base": "nonsense"}])
def test_what_can_not_be_kept_is_refused_in_words_of_its_own(client, screen, translation, fields):  # noqa: F811
    answer = client.post(screen, sent(translation) | fields, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["error_message"]


def test_only_who_may_translate_saves(cast, screen, sign_in, translation):  # noqa: F811
    answer = sign_in(cast["other"]).post(screen, sent(translation), headers=JSON)
    assert answer.status_code in {302, 403}
    assert newest(translation).headline != "Загаловак"


def test_the_page_has_wagtails_autosave(client, screen, translation):  # noqa: F811
    page = client.get(screen).content.decode()
    assert 'data-controller="w-unsaved w-autosave"' in page
    assert reverse("desk_translate", args=[translation.source_id, "be"]) in screen
