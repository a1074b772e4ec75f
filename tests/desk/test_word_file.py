"""A Word file goes into a draft: at once where it is empty, after a look where it isn't, and nothing is lost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from barograph.commentaries.models import Commentary
from tests.commentaries.docx import paragraph, run, word_file
from tests.desk.forms import address, form_of

TEXT = word_file(paragraph(run("From the file")))


def there(commentary):
    return reverse("desk_word_file", args=[commentary.pk])


def upload(data=TEXT, name="text.docx"):
    return {"file": SimpleUploadedFile(name, data)}


def body(commentary):
    return Commentary.objects.get(pk=commentary.pk).get_latest_revision_as_object().body


@pytest.fixture
def draft(source):
    source.save_revision(clean=False)
    return source


@pytest.fixture
def empty(source):
    source.body = ""
    source.save_revision(clean=False)
    return source


def test_the_editor_leads_to_it(cast, sign_in, draft):
    assert there(draft) in sign_in(cast["analyst"]).get(address(draft)).content.decode()


def test_an_empty_draft_is_filled_at_once(cast, sign_in, empty):
    answer = sign_in(cast["analyst"]).post(there(empty), upload(), follow=True)
    assert answer.redirect_chain == [(address(empty), 302)]
    assert "From the file" in body(empty)
    assert "The text of the file is now in the draft." in answer.content.decode()


def test_what_is_not_as_in_the_file_is_said_before_an_empty_draft_is_filled(cast, sign_in, empty):
    data = word_file(paragraph(run("From the file"), run(" or not", "<w:strike/>")))
    page = sign_in(cast["analyst"]).post(there(empty), upload(data)).content.decode()
    assert "Struck-out text in 1 place was left out." in page
    assert body(empty) == ""


def test_a_text_is_replaced_after_a_look_and_kept_as_a_version(cast, sign_in, draft):
    client, before = sign_in(cast["analyst"]), body(draft)
    answer = client.post(there(draft), upload())
    page, form = answer.content.decode(), answer.context["form"]
    assert "From the file" in page
    assert "A body." in page
    assert body(draft) == before
    client.post(there(draft), {"body": form["body"].value(), "seen": form["seen"].value()})
    assert "From the file" in body(draft)
    assert any("A body." in str(revision.content["body"]) for revision in draft.revisions.all())


def test_what_somebody_saved_meanwhile_is_not_replaced(cast, sign_in, draft):
    client = sign_in(cast["analyst"])
    form = client.post(there(draft), upload()).context["form"]
    sign_in(cast["editor"]).post(address(draft), form_of(draft, body="<p>The editor’s words</p>"))
    answer = client.post(there(draft), {"body": form["body"].value(), "seen": form["seen"].value()}, follow=True)
    assert "The text has changed in the meantime." in answer.content.decode()
    assert "The editor’s words" in body(draft)


def test_what_is_sent_back_is_cleaned_again(cast, sign_in, draft):
    sent = (
        '<p onclick="x()">Kept<script>alert(1)</script><a href="javascript:alert(1)">x</a><embed embedtype="media"></p>'
    )
    client = sign_in(cast["analyst"])
    client.post(there(draft), {"body": sent, "seen": draft.latest_revision_id})
    found = body(draft)
    assert "Kept" in found
    assert not [rubbish for rubbish in ("script", "onclick", "href", "embed") if rubbish in found]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose a file first."),
        (upload(b"", "empty.docx"), "The file is empty."),
        (upload(b"%PDF-1.7"), "This is not a Word file."),
        (upload(b"PK\x03\x04"), "damaged"),
        ({"body": ""}, "There is no text to import."),
        ({"body": "<p></p>", "seen": "x"}, "There is no text to import."),
    ],
)
def test_a_bad_file_changes_nothing_and_is_told(cast, sign_in, draft, sent, said):
    before, number = body(draft), draft.revisions.count()
    answer = sign_in(cast["analyst"]).post(there(draft), sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert (body(draft), draft.revisions.count()) == (before, number)


def test_while_it_is_in_review_the_analyst_cannot(cast, sign_in, draft):
    client = sign_in(cast["analyst"])
    client.post(address(draft), form_of(draft, **{"action-submit": "1"}))
    before = body(draft)
    assert client.get(there(draft)).status_code == 302
    assert client.post(there(draft), {"body": "<p>New</p>", "seen": draft.latest_revision_id}).status_code == 302
    assert body(draft) == before


@pytest.mark.parametrize("role", ["other", "translator", "nobody"])
def test_it_is_only_for_whose_text_it_is(cast, sign_in, empty, role):
    answer = sign_in(cast[role]).post(there(empty), upload())
    assert answer.status_code in {302, 403}
    assert "From the file" not in body(empty)


def test_a_translation_has_its_own_screen(cast, sign_in, translation):
    assert sign_in(cast["editor"]).get(there(translation)).status_code in {302, 403}
