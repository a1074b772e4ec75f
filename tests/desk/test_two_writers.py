"""Two people at one commentary: the second to save is told, nobody's words are overwritten, and none are lost."""

import datetime

import pytest
from django.urls import reverse
from django.utils import translation

from barograph.commentaries import services
from barograph.commentaries.editing import CommentaryEdit
from barograph.commentaries.models import Commentary
from tests.desk.forms import address, form_of

JSON = {"accept": "application/json"}


@pytest.fixture
def draft(source):
    source.save_revision(clean=False)
    return source


@pytest.fixture
def both(cast, sign_in):
    return sign_in(cast["analyst"]), sign_in(cast["editor"])


def newest(commentary):
    return Commentary.objects.get(pk=commentary.pk).get_latest_revision_as_object()


def headlines(commentary):
    return {revision.content["headline"] for revision in commentary.revisions.all()}


@pytest.mark.parametrize("action", ["", "action-publish", "action-submit"])
def test_a_save_over_a_newer_version_is_kept_beside_it(cast, both, draft, action):
    analyst, editor = both
    mine, theirs = form_of(draft, headline="The editor’s"), form_of(draft, headline="The analyst’s")
    analyst.post(address(draft), theirs)
    answer = editor.post(address(draft), mine | ({action: "1"} if action else {}), follow=True)
    page = answer.content.decode()
    row = Commentary.objects.get(pk=draft.pk)
    assert newest(draft).headline == "The analyst’s"
    assert (row.live, row.workflow_in_progress) == (False, False)
    assert {"The analyst’s", "The editor’s"} <= headlines(draft)
    assert f"{cast['analyst'].username} saved this text after you opened it." in page
    assert "Handed on" not in page
    kept = draft.revisions.get(content__headline="The editor’s")
    for name, args in (("revisions_compare", [kept.pk, "latest"]), ("revisions_revert", [kept.pk])):
        assert address(draft, name, *args) in page
        assert editor.get(address(draft, name, *args)).status_code == 200


def test_going_on_with_ones_own_version_makes_it_the_newest(both, draft):
    analyst, editor = both
    mine = form_of(draft, headline="The editor’s")
    analyst.post(address(draft), form_of(draft, headline="The analyst’s"))
    editor.post(address(draft), mine)
    kept = draft.revisions.get(content__headline="The editor’s")
    draft.refresh_from_db()
    editor.post(address(draft, "revisions_revert", kept.pk), form_of(draft, headline="The editor’s, again"))
    assert newest(draft).headline == "The editor’s, again"
    assert "The analyst’s" in headlines(draft)


def test_what_is_kept_beside_stands_in_the_history(both, draft):
    analyst, editor = both
    mine = form_of(draft, headline="The editor’s")
    analyst.post(address(draft), form_of(draft))
    editor.post(address(draft), mine)
    assert "Saved beside a newer version" in editor.get(address(draft, "history")).content.decode()


def test_a_signed_off_text_stays_as_it_is(both, draft):
    analyst, editor = both
    services.sign_off(commentary=draft)
    draft.refresh_from_db()
    mine = form_of(draft, headline="The editor’s", **{"action-publish": "1"})
    analyst.post(address(draft), form_of(draft, headline="The analyst’s"))
    editor.post(address(draft), mine)
    assert Commentary.objects.get(pk=draft.pk).headline == "Headline in ru"


def test_ones_own_autosaves_are_no_newer_version_of_somebody_else(both, draft):
    analyst, _editor = both
    typed = form_of(draft, headline="First")
    saved = analyst.post(address(draft), typed, headers=JSON).json()
    assert saved["success"]
    assert saved["field_updates"]["loaded_revision_id"] == saved["revision_id"]
    # the button is pressed before the answer has come
    answer = analyst.post(address(draft), typed | {"headline": "Second"})
    assert answer.status_code == 302
    assert newest(draft).headline == "Second"


def test_an_autosave_over_a_newer_version_is_refused_and_the_button_keeps_it(both, draft):
    analyst, editor = both
    mine = form_of(draft, headline="The editor’s")
    analyst.post(address(draft), form_of(draft, headline="The analyst’s"), headers=JSON)
    answer = editor.post(address(draft), mine, headers=JSON)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_revision")
    assert newest(draft).headline == "The analyst’s"
    editor.post(address(draft), mine)
    assert newest(draft).headline == "The analyst’s"
    assert "The editor’s" in headlines(draft)


def test_the_first_goes_on_undisturbed_after_the_second_was_told(both, draft):
    analyst, editor = both
    mine, theirs = form_of(draft, headline="The editor’s"), form_of(draft, headline="The analyst’s")
    saved = analyst.post(address(draft), theirs, headers=JSON).json()
    editor.post(address(draft), mine)
    again = theirs | saved["field_updates"] | {"headline": "Longer"}
    more = analyst.post(address(draft), again | {"overwrite_revision_id": saved["revision_id"]}, headers=JSON).json()
    assert more["success"]
    assert analyst.post(address(draft), again | more["field_updates"]).status_code == 302
    assert newest(draft).headline == "Longer"


def test_a_form_that_comes_back_with_errors_still_stands_on_its_own_version(both, draft):
    analyst, editor = both
    mine = form_of(draft, headline="The editor’s", resolves_by="never")
    analyst.post(address(draft), form_of(draft, headline="The analyst’s"))
    answer = editor.post(address(draft), mine)
    assert answer.status_code == 200
    assert f'name="loaded_revision_created_at" value="{mine["loaded_revision_created_at"]}"' in answer.content.decode()
    again = mine | {"resolves_by": "", "loaded_revision_id": Commentary.objects.get(pk=draft.pk).latest_revision_id}
    editor.post(address(draft), again)
    assert newest(draft).headline == "The analyst’s"
    assert "The editor’s" in headlines(draft)


@pytest.mark.parametrize("headers", [{}, JSON])
def test_a_save_that_comes_between_is_not_overwritten_either(both, cast, draft, monkeypatch, headers):
    """The other's save lands after the request has read the newest version and before it writes."""
    _analyst, editor = both
    checked = CommentaryEdit.is_valid

    def meanwhile(view, form):
        other = newest(draft)
        other.headline = "The analyst’s"
        other.save_revision(user=cast["analyst"], clean=False)
        return checked(view, form)

    typed = form_of(draft, headline="The editor’s")
    monkeypatch.setattr(CommentaryEdit, "is_valid", meanwhile)
    answer = editor.post(address(draft), typed, headers=headers)
    assert answer.status_code == (400 if headers else 302)
    assert newest(draft).headline == "The analyst’s"
    assert ("The editor’s" in headlines(draft)) is not bool(headers)  # an autosave keeps its words in the page


@pytest.mark.parametrize("base", ["", "nonsense", "2020-99-99T00:00:00+00:00", "2020-01-01", "\x00"])
def test_a_form_that_does_not_say_what_it_stands_on_is_saved_as_before(both, draft, base):
    _analyst, editor = both
    typed = form_of(draft, headline="The editor’s", loaded_revision_created_at=base)
    assert editor.post(address(draft), typed).status_code == 302
    assert newest(draft).headline == "The editor’s"


def test_a_word_file_is_a_newer_version_too(both, draft):
    analyst, editor = both
    mine = form_of(draft, body="<p>The editor’s</p>")
    analyst.post(reverse("desk_word_file", args=[draft.pk]), {"body": "<p>File</p>", "seen": draft.latest_revision_id})
    editor.post(address(draft), mine)
    assert "File" in newest(draft).body
    assert any("The editor’s" in revision.content["body"] for revision in draft.revisions.all())


def test_a_version_kept_beside_is_never_the_newest_by_its_date(cast, draft):
    other = newest(draft)
    other.headline = "Beside"
    kept = services.keep_beside(draft=other, by=cast["editor"])
    draft.refresh_from_db()
    assert kept.created_at == draft.latest_revision.created_at - datetime.timedelta(microseconds=1)
    assert draft.revisions.order_by("-created_at").first() == draft.latest_revision


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_wagtail_threatens_no_writer_with_a_loss_that_does_not_happen(language):
    with translation.override(language):
        told = translation.gettext("Proceeding will overwrite the changes made by %(user_name)s.")
    assert "overwrite" not in told
    assert "перазапіс" not in told
    assert "перезапис" not in told
    assert "%(user_name)s" in told
