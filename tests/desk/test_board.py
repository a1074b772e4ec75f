"""The translation board shows all there is to translate; the glossary marks what departs from it."""

import pytest
from django.urls import reverse

from barograph.commentaries import services
from barograph.commentaries.models import Commentary, Term
from barograph.desk.glossary import Glossary, stands_in, words_of
from barograph.issues.enums import IssueState
from barograph.issues.models import Issue

BOARD = "/desk/translations/"


@pytest.fixture
def client(cast, sign_in):
    return sign_in(cast["translator"])


def shown(client, query=""):
    return client.get(BOARD + query).context["groups"]


def test_every_commentary_stands_once_for_each_other_language(client, source):
    found = {group.language: group for group in shown(client)}
    assert [task.state.value for task in found["be"].tasks] == ["missing"]
    assert [task.state.value for task in found["en"].tasks] == ["missing"]
    assert found["ru"].tasks == []
    assert found["be"].tasks[0].words == 7  # Headline in ru. A lede. A body.


def test_what_went_stale_comes_before_what_is_ready(client, source, translation, cast):
    texts = {"headline": "Загаловак", "lede": "Лід.", "body": "<p>Цела.</p>"}
    services.save_translation(translation=translation, texts=texts, by=cast["translator"])
    services.sign_off(commentary=Commentary.objects.get(pk=translation.pk), by=cast["translator"])
    assert shown(client, "?language=be")[0].tasks == []  # what is ready is shown where it is asked for
    (ready,) = shown(client, "?language=be&all=1")[0].tasks
    assert (ready.state.value, ready.by) == ("ready", cast["translator"].username)
    Commentary.objects.filter(pk=source.pk).update(lede="Another lede.", latest_revision=None)
    (stale,) = shown(client, "?language=be")[0].tasks
    assert (stale.state.value, stale.changed) == ("stale", 1)


def test_a_published_text_whose_original_changed_is_asked_for_again(client, source, translation, cast):
    """Translators learn of a correction: the board shows what readers still have in the old words."""
    texts = {"headline": "Загаловак", "lede": "Лід.", "body": "<p>Цела.</p>"}
    services.sign_off(commentary=source)
    services.save_translation(translation=translation, texts=texts, by=cast["translator"])
    services.sign_off(commentary=Commentary.objects.get(pk=translation.pk), by=cast["translator"])
    Issue.objects.filter(pk=source.issue_id).update(state=IssueState.RELEASED)
    assert shown(client, "?language=be&all=1")[0].tasks == []
    (missing,) = shown(client, "?language=en")[0].tasks
    assert (missing.state.value, missing.is_published) == ("missing", True)
    draft = services.working_copy(Commentary.objects.get(pk=source.pk))
    draft.lede = "Another lede."
    draft.save_revision(clean=False)
    services.sign_off(commentary=Commentary.objects.get(pk=source.pk))
    (stale,) = shown(client, "?language=be")[0].tasks
    assert (stale.state.value, stale.is_published) == ("stale", True)


def test_the_number_of_queries_does_not_follow_the_number_of_commentaries(
    client, source, translation, django_assert_max_num_queries
):
    shown(client)
    with django_assert_max_num_queries(20):
        shown(client)


def test_only_who_translates_comes_in(cast, sign_in):
    assert sign_in(cast["analyst"]).get(BOARD).status_code in {302, 403}
    assert sign_in(cast["editor"]).get(BOARD).status_code == 200


@pytest.mark.parametrize(
    ("language", "word", "text", "there"),
    [
        ("be", "Лукашэнка", "сустрэча з Лукашэнкам", True),
        ("be", "Лукашэнка", "Лукашенка сказаў", False),
        ("be", "Бабарыка", "аб Бабарыцы", True),
        ("be", "Каардынацыйная рада", "у Каардынацыйнай радзе", True),
        ("be", "Каардынацыйная рада", "рада і каардынацыйная", False),
        ("be", "Ціханоўская", "Тіхановскую", False),
        ("ru", "Координационный совет", "в Координационном совете", True),
        ("ru", "Макей", "с Макеем", True),
        ("en", "Lukashenka", "Lukashenka’s decree", True),
        ("en", "Lukashenka", "Lukashenko", False),
    ],
)
def test_a_term_is_found_in_every_form_and_in_no_other_spelling(language, word, text, there):
    assert stands_in(words_of(word, language), words_of(text, language)) is there


def test_any_of_the_right_spellings_will_do():
    term = Term(words={"ru": "Тихановская", "en": "Tsikhanouskaya | Tikhanovskaya"})
    glossary = Glossary([term], "ru", "en")
    text = "<p>Речь <b>Тихановской</b></p>"
    assert [term.is_used for term in glossary.terms_in(text, "A speech by Tikhanovskaya")] == [True]
    (wanted,) = glossary.terms_in(text, "A speech by Tihanovskaja")
    assert (wanted.source, wanted.words, wanted.is_used) == ("Тихановская", ("Tsikhanouskaya", "Tikhanovskaya"), False)
    assert glossary.terms_in("Ничего такого", "Nothing of the kind") == []
    assert [term.is_used for term in glossary.terms_in(text, "")] == [True]  # nothing is written yet


def test_a_departure_is_marked_beside_its_text_and_blocks_nothing(client, source, translation, cast):
    Term.objects.create(words={"ru": "Координационный совет", "be": "Каардынацыйная рада"}, note="з вялікай літары")
    Commentary.objects.filter(pk=source.pk).update(headline="Координационному совету отказали", latest_revision=None)
    texts = {"headline": "Савету адмовілі", "lede": "Лід.", "body": "<p>Цела.</p>"}
    services.save_translation(translation=translation, texts=texts, by=cast["translator"])
    page = client.get(reverse("desk_translate", args=[source.pk, "be"]))
    assert page.context["departures"] == 1
    assert "Каардынацыйная рада" in page.content.decode()
    services.save_translation(
        translation=Commentary.objects.get(pk=translation.pk),
        texts={**texts, "headline": "Каардынацыйнай радзе адмовілі"},
        by=cast["translator"],
    )
    assert client.get(reverse("desk_translate", args=[source.pk, "be"])).context["departures"] == 0
