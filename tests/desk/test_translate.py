"""The translator's screen keeps what is sent, shows what changed, and says why it refuses."""

import datetime
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from barograph.base.environment import MachineTranslation
from barograph.commentaries import exchange, machine, services
from barograph.commentaries.models import BODY_FEATURES, Commentary, Term
from barograph.commentaries.texts import visible
from tests.factories import CommentaryFactory, IssueFactory


def sent(translation, **fields):
    """What a browser would send: every field as it stands, with changes."""
    body = ContentstateConverter(BODY_FEATURES).from_database_format("<p>Цела.</p>")
    return {
        "base": str(translation.latest_revision_id),
        "t-headline": "Загаловак",
        "t-lede": "Лід.",
        "t-body": body,
        **fields,
    }


@pytest.fixture
def screen(source):
    return reverse("desk_translate", args=[source.pk, "be"])


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast["translator"])


def row(translation):
    return Commentary.objects.get(pk=translation.pk)


def test_a_draft_is_kept_and_a_whole_one_signed_off(client, screen, translation):
    client.post(screen, sent(translation, **{"t-headline": ""}))
    assert services.working_copy(row(translation)).lede == "Лід."
    page = client.post(screen, sent(row(translation), **{"t-headline": "", "sign-off": "1"}), follow=True)
    assert "Not ready yet" in page.content.decode()
    assert not row(translation).live
    client.post(screen, sent(row(translation), **{"sign-off": "1"}))
    assert row(translation).live
    assert visible(row(translation).body) == "Цела."


def test_words_are_shown_again_where_somebody_else_was_first(client, screen, translation):
    services.save_translation(translation=translation, texts={"headline": "Чужое"})
    answer = client.post(screen, sent(translation, **{"t-headline": "Маё"}))
    assert answer.status_code == 422
    assert "Маё" in answer.content.decode()
    assert services.working_copy(row(translation)).headline == "Чужое"
    client.post(screen, sent(row(translation), **{"t-headline": "Маё"}))
    assert services.working_copy(row(translation)).headline == "Маё"


def test_what_changed_is_marked_word_by_word(client, screen, source, translation):
    source.headline = "Headline in Russian"
    source.save_revision()
    page = client.get(screen).content.decode()
    assert "<del>ru</del><ins>Russian</ins>" in page
    assert "has changed" in page


def test_markup_that_is_sent_never_becomes_script(client, screen, translation):
    hostile = "<p>a<script>alert(1)</script></p>"
    client.post(screen, sent(translation, **{"t-headline": hostile}))
    assert "<script>alert" not in client.get(screen).content.decode()


@pytest.mark.parametrize("body", ["not json", "", "[]", '{"blocks": 1}'])
def test_a_body_no_browser_sent_is_refused_not_an_error(client, screen, translation, body):
    assert client.post(screen, sent(translation, **{"t-body": body})).status_code == 400


def test_a_po_file_goes_out_and_in(client, screen, translation, source):
    data = client.get(f"{screen}po/").content.decode()
    changed = data.replace('msgid "A lede."\nmsgstr ""', 'msgid "A lede."\nmsgstr "З файла."').encode()
    client.post(f"{screen}file/in/", {"file": SimpleUploadedFile("a.po", changed)})
    assert services.working_copy(row(translation)).lede == "З файла."


def test_an_xliff_file_goes_out_with_the_glossary_and_comes_in(client, screen, translation, source):
    Term.objects.create(words={"be": "лід", "ru": "lede"}, note="coll.")
    data = client.get(f"{screen}xliff/")
    assert data.headers["Content-Disposition"].endswith('.be.xlf"')
    text = data.content.decode()
    assert "lede → лід (coll.)" in text
    changed = text.replace("A lede.</source>", "A lede.</source><target>З файла.</target>").encode()
    client.post(f"{screen}file/in/", {"file": SimpleUploadedFile("any.name", changed)})
    assert services.working_copy(row(translation)).lede == "З файла."
    answer = client.post(f"{screen}file/in/", {"file": SimpleUploadedFile("a.xlf", changed[:-9])}, follow=True)
    assert "not an XLIFF file, or it is damaged" in answer.content.decode()


def test_a_translation_is_begun_by_taking_its_file_away(client, screen, source):
    answer = client.post(f"{screen}xliff/begin/", follow=True)
    assert source.translations.filter(language="be").exists()
    assert answer.headers["Content-Type"].startswith("application/x-xliff+xml")


@pytest.fixture
def earlier(source, cast):
    """A published text on the topic, with a lede and a paragraph that come again."""
    issue = IssueFactory(first=datetime.date(2020, 7, 27), last=datetime.date(2020, 8, 2), number=999, state="released")
    text = CommentaryFactory(issue=issue, topic=source.topic, headline="Earlier")
    made = services.start_translation(text, "be", by=cast["translator"])
    texts = {"headline": "Раней", "lede": "Ранейшы лід.", "body": "<p>Ранейшая <b>цела</b>.</p>"}
    services.save_translation(translation=made, texts=texts, by=cast["translator"])
    services.sign_off(commentary=made, by=cast["translator"])
    return issue


def buttons(page):
    return dict(re.findall(r'name="take" value="((lede|body\.0)~\w+)"', page))


def test_what_was_translated_before_is_offered_and_taken_over_by_its_button(client, screen, translation, earlier):
    page = client.get(screen).content.decode()
    assert f"{earlier}: same text" in page
    keys = {path: key for key, path in buttons(page).items()}
    answer = client.post(screen, sent(translation, **{"t-lede": "Мой лід.", "t-headline": "Маё", "take": keys["lede"]}))
    page = answer.content.decode()
    assert "not saved yet" in page
    assert "Previously: “Мой лід.”" in page
    form = answer.context["form"]
    assert form["t-headline"].value() == "Маё"
    assert form["t-lede"].value() == "Ранейшы лід."
    assert visible(form["t-body"].value()) == "Цела."
    answer = client.post(screen, sent(translation, **{"take": keys["body.0"]}))
    assert visible(answer.context["form"]["t-body"].value()) == "Цела. Ранейшая цела ."
    assert services.working_copy(row(translation)).lede == "", "nothing is kept before it is saved"
    client.post(screen, sent(translation))
    assert services.working_copy(row(translation)).lede == "Лід."


def test_an_offer_that_is_gone_or_a_field_that_is_wrong_keeps_the_words(client, screen, translation, earlier):
    answer = client.post(screen, sent(translation, **{"t-lede": "Мой лід.", "take": "lede~0"}))
    assert "no longer offered" in answer.content.decode()
    assert answer.context["form"]["t-lede"].value() == "Мой лід."
    answer = client.post(screen, sent(translation, **{"t-headline": "ж" * 301, "take": "lede~0"}))
    assert answer.status_code == 422
    assert "Мой" not in answer.content.decode()
    assert "ж" * 301 in answer.content.decode()


def test_the_enter_key_saves_and_takes_nothing_over(client, screen, translation, earlier):
    form = client.get(screen).content.decode().partition('class="desk-translate"')[2]
    assert 'name="save"' in form.partition("</button>")[0]


def test_a_broken_po_file_begins_nothing(client, screen, source):
    answer = client.post(f"{screen}file/in/", {"file": SimpleUploadedFile("a.po", b"hello\n")}, follow=True)
    page = answer.content.decode()
    assert "Line 1" in page
    assert "Nothing was imported from the file" in page
    assert not source.translations.exists()
    assert client.post(f"{screen}file/in/", {}, follow=True).status_code == 200
    large = SimpleUploadedFile("a.po", b"#" * (exchange.LARGEST + 1))
    assert "too large" in client.post(f"{screen}file/in/", {"file": large}, follow=True).content.decode()


def test_there_is_no_machine_unless_one_is_set_up(client, screen, translation):
    assert 'name="machine"' not in client.get(screen).content.decode()
    answer = client.post(screen, sent(translation, **{"machine": "1", "t-lede": ""}), follow=True)
    assert "Machine translation is not set up." in answer.content.decode()
    assert services.working_copy(row(translation)).headline == "Загаловак"


def test_the_machines_draft_is_marked_wherever_the_translation_stands(
    client, screen, translation, settings, monkeypatch, sign_in, cast
):
    settings.MACHINE_TRANSLATION = MachineTranslation("https://translate.example.org/translate")
    monkeypatch.setattr(machine, "_translate", lambda asked, *_: {path: f"M: {text}" for path, text in asked.items()})
    page = client.get(screen).content.decode()
    assert "will be sent to translate.example.org before publication" in page
    answer = client.post(screen, sent(translation, **{"machine": "1", "t-lede": ""}), follow=True)
    page = answer.content.decode()
    assert "Translated by machine: 1" in page
    assert [line.path for line in answer.context["lines"] if line.machine] == ["lede"]
    draft = services.working_copy(row(translation))
    assert (draft.headline, draft.lede) == ("Загаловак", "M: A lede.")
    assert "machine draft" in client.get("/desk/translations/").content.decode()
    editor = sign_in(cast["editor"])
    assert "machine draft" in editor.get("/desk/").content.decode()
    client.post(screen, sent(row(translation), **{"sign-off": "1"}))
    assert row(translation).live
    for page in (client.get(screen), client.get("/desk/translations/?all=1"), editor.get("/desk/")):
        assert "machine draft" not in page.content.decode()


def test_a_machine_that_fails_leaves_the_typed_words_saved(client, screen, translation, settings):
    settings.MACHINE_TRANSLATION = MachineTranslation("http://127.0.0.1:9/translate")
    answer = client.post(screen, sent(translation, **{"machine": "1", "t-lede": ""}), follow=True)
    assert "is not responding" in answer.content.decode()
    assert services.working_copy(row(translation)).headline == "Загаловак"
