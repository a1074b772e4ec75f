"""Comments on a text: between those who work on it, open until settled, seen on the week, by no reader."""

import pytest
from django.urls import reverse
from wagtail.users.models import UserProfile

from barograph.commentaries.models import Note
from barograph.editions import services as editions
from tests.factories import CommentaryFactory


def page(source):
    return reverse("desk_notes", args=[source.pk])


def test_those_at_work_on_a_text_talk_about_it_and_settle_it(cast, sign_in, source):
    for role in ("editor", "analyst", "translator"):
        UserProfile.objects.update_or_create(user=cast[role], defaults={"preferred_language": "en"})
    translator, analyst = sign_in(cast["translator"]), sign_in(cast["analyst"])
    answer = translator.post(page(source), {"text": "Which <b>decree</b> is meant?\x00"}, follow=True)
    assert "Which &lt;b&gt;decree&lt;/b&gt; is meant?" in answer.content.decode()
    home = analyst.get(reverse("wagtailadmin_home")).content.decode()
    assert "1 open comment" in home
    assert page(source) in home
    note = Note.objects.get()
    settled = analyst.post(reverse("desk_note_settle", args=[source.pk, note.pk]), follow=True).content.decode()
    assert "The comment is resolved." in settled
    assert cast["analyst"].get_username() in settled
    note.refresh_from_db()
    assert (note.user, note.done_by) == (cast["translator"], cast["analyst"])
    analyst.post(reverse("desk_note_settle", args=[source.pk, note.pk]))
    assert "open comment" not in analyst.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize(
    ("text", "words"), [("  ", "Write something first."), ("Long " * 500, "Use at most 2000 characters.")]
)
def test_nonsense_is_told_and_stays_in_the_field(cast, sign_in, source, text, words):
    UserProfile.objects.update_or_create(user=cast["editor"], defaults={"preferred_language": "en"})
    answer = sign_in(cast["editor"]).post(page(source), {"text": text})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert text.strip() in answer.content.decode()
    assert not Note.objects.exists()


@pytest.mark.parametrize("role", ["other", "publisher", "operator", "nobody"])
def test_nobody_else_reads_or_says(cast, sign_in, source, role):
    note = Note.objects.create(commentary=source, user=cast["editor"], text="Between us.")
    client = sign_in(cast[role])
    for answer in (
        client.get(page(source)),
        client.post(page(source), {"text": "x"}),
        client.post(reverse("desk_note_settle", args=[source.pk, note.pk])),
    ):
        assert answer.status_code in {302, 403}
        assert "Between us." not in answer.content.decode()
    assert Note.objects.get().done_at is None


def test_a_comment_is_found_under_its_own_text_alone_and_in_no_edition(cast, sign_in, source, translation, issue):
    other = CommentaryFactory(issue=issue)
    note = Note.objects.create(commentary=source, user=cast["editor"], text="Between us.")
    client = sign_in(cast["editor"])
    assert client.post(reverse("desk_note_settle", args=[other.pk, note.pk])).status_code == 404
    assert client.get(page(translation)).status_code == 404
    assert "Between us." not in str(editions.compose(issue=issue, published_at=issue.release_at, live_only=False))


def test_a_comment_outlives_the_account_that_said_it(cast, source):
    Note.objects.create(commentary=source, user=cast["other"], text="Kept.")
    cast["other"].delete()
    assert Note.objects.get().user is None
