"""A translation follows its source, and a translator's words are never lost."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barograph.commentaries import services
from barograph.commentaries.enums import TranslationState
from barograph.commentaries.models import Commentary
from barograph.commentaries.texts import blocks, changes, visible, word_diff
from tests.commentaries.conftest import FULL, change, stream


def fresh(commentary):
    return Commentary.objects.get(pk=commentary.pk)


def everything(commentary):
    """All the words a translation holds anywhere a translator can see them."""
    draft = services.working_copy(fresh(commentary))
    return " ".join([*services.source_texts(draft).values(), *draft.leftover_texts.values()])


def test_every_text_has_a_path(source):
    assert services.source_texts(source) == {
        "headline": "Headline in ru",
        "lede": "A lede.",
        "body.0": "First paragraph.",
        "body.1": "A heading",
        "body.2": "Second <b>paragraph</b>.",
        "scenarios.calm.title": "Calm",
        "scenarios.calm.text": "Nothing happens.",
        "scenarios.calm.pros.0": "Cheap",
        "scenarios.calm.pros.1": "Easy",
        "scenarios.storm.title": "Storm",
        "scenarios.storm.cons.0": "Costly",
        "question": "What next?",
    }


def test_a_translation_goes_from_missing_to_ready(source, translator):
    assert services.translation_state(None) == TranslationState.MISSING
    translation = services.start_translation(source, "be", by=translator)
    assert services.start_translation(source, "be") == translation
    assert services.translation_state(translation) == TranslationState.IN_WORK
    services.save_translation(translation=translation, texts={"headline": "Загаловак"}, by=translator)
    with pytest.raises(ValidationError, match="empty"):
        services.sign_off(commentary=translation, by=translator)
    assert not fresh(translation).live
    services.save_translation(translation=translation, texts=FULL, by=translator)
    row = services.sign_off(commentary=translation, by=translator)
    assert (row.live, services.translation_state(row)) == (True, TranslationState.READY)
    assert row.body.startswith("<p>Першы.")


@pytest.mark.parametrize("language", ["ru", "de", ""])
def test_only_another_language_of_the_publication_can_be_begun(source, language):
    with pytest.raises(ValidationError):
        services.start_translation(source, language)


def test_a_changed_source_makes_the_translation_stale_and_says_how(source, ready):
    change(source, headline="Another headline in ru", body="<p>New.</p>" + source.body)
    row = fresh(ready)
    assert services.translation_state(row) == TranslationState.STALE
    found = {c.path: c for c in services.changes_since(row)}
    assert set(found) == {"headline", "body.0"}  # a paragraph put in first moves the others, no more
    assert found["headline"].words[0] == ("delete", "Headline") or ("insert", "Another ") in found["headline"].words
    assert row.headline == FULL["headline"]
    services.sign_off(commentary=row)
    assert services.translation_state(fresh(ready)) == TranslationState.READY


def test_a_draft_of_a_ready_source_disturbs_nobody(source, ready):
    source.headline = "Only a thought"
    source.save_revision(clean=False)
    assert not services.is_stale(fresh(ready))


def test_signing_off_against_a_source_not_seen_is_refused(source, ready):
    with pytest.raises(ValidationError, match="just changed"):
        services.sign_off(commentary=ready, seen="another digest")


def test_the_sources_keys_odds_and_dates_are_not_the_translators(source, ready):
    change(
        source,
        resolves_by=datetime.date(2020, 12, 31),
        scenarios=stream({"key": "calm", "title": "Calm", "pros": ["Easy"], "probability": 0.4}),
    )
    services.save_translation(
        translation=fresh(ready), texts={"scenarios.calm.probability": "1", "scenarios.own.title": "Маё"}
    )
    draft = services.working_copy(fresh(ready))
    assert [(b.value["key"], b.value["probability"]) for b in draft.scenarios] == [("calm", 0.4)]
    assert draft.resolves_by == datetime.date(2020, 12, 31)


def test_words_come_back_when_their_place_does(source, ready):
    whole = source.scenarios
    change(source, scenarios=stream({"key": "calm", "title": "Calm"}))
    services.save_translation(translation=fresh(ready), texts={})
    assert "Бура" in everything(ready)
    change(source, scenarios=whole)
    services.save_translation(translation=fresh(ready), texts={})
    draft = services.working_copy(fresh(ready))
    assert services.source_texts(draft)["scenarios.storm.title"] == "Бура"
    assert draft.leftover_texts == {}


words = st.text(st.sampled_from("абв ef"), max_size=8)
scenario = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["calm", "storm", "new"]),
        "title": words,
        "pros": st.lists(words, max_size=2),
        "cons": st.lists(words, max_size=2),
    }
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    versions=st.lists(
        st.tuples(
            st.lists(words, max_size=4),
            st.lists(scenario, max_size=3, unique_by=lambda s: s["key"]),
            words,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_nothing_a_translator_wrote_is_lost_whatever_the_source_does(source, translator, versions):
    Commentary.objects.filter(source=source).delete()
    translation = services.start_translation(source, "be", by=translator)
    services.save_translation(translation=translation, texts=FULL, by=translator)
    written = [visible(text) for path, text in FULL.items() if path != "body"]
    for paragraphs, scenarios, lede in versions:
        change(
            source,
            lede=lede,
            body="".join(f"<p>{text}</p>" for text in paragraphs),
            scenarios=stream(*scenarios),
            question="",
        )
        services.save_translation(translation=fresh(translation), texts={}, by=translator)
        there = everything(translation)
        # what had no place in the first source was put aside, what lost it later too
        assert all(text in there for text in written), there
        assert "Першы." in there


@given(words, words)
def test_a_word_diff_holds_both_versions(old, new):
    found = word_diff(old, new)
    assert "".join(text for kind, text in found if kind != "insert") == old
    assert "".join(text for kind, text in found if kind != "delete") == new


@given(st.lists(words), st.lists(words))
def test_no_change_no_difference(old, new):
    texts = {f"body.{n}": text for n, text in enumerate(old)}
    assert changes(texts, texts) == []
    other = {f"body.{n}": text for n, text in enumerate(new)}
    assert bool(changes(texts, other)) == (old != new)


def test_blocks_forget_what_the_editor_field_notes_for_itself():
    found = blocks(
        '<p data-block-key="x1">A <b>b</b></p><p data-block-key="x2"></p><ul><li data-block-key="q">c</li></ul>'
    )
    assert [(b.tag, b.inner) for b in found] == [("p", "A <b>b</b>"), ("p", ""), ("ul", "<li>c</li>")]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<p><a href="/desk/commentaries/edit/1/#_ftn1">[1]</a></p>', "a page readers can’t open"),
        ('<p><a href="file:///C:/a.docx">a</a></p>', "is not an address"),
        ("<p>Reserves grew[^ 1].</p><p>[^1]: National Bank.</p>", r"\[\^ 1\]"),
        ("<p>Reserves grew.</p><p>[^1]: National Bank.</p>", r"\[\^1\]:"),
    ],
)
def test_what_would_stand_broken_before_readers_keeps_a_text_from_being_signed_off(source, body, said):
    change(source, body=body)
    with pytest.raises(ValidationError, match=said):
        services.sign_off(commentary=fresh(source))


def test_a_translation_that_lost_a_footnote_is_not_signed_off(source, translator):
    change(source, body="<p>Said[^1].</p><p>[^1]: By whom.</p>")
    translation = services.start_translation(fresh(source), "be", by=translator)
    texts = services.standing_texts(fresh(source)) | {"body": "<p>Сказана.</p>"}
    services.save_translation(translation=translation, texts=texts, by=translator)
    with pytest.raises(ValidationError, match="footnotes that the translation lacks"):
        services.sign_off(commentary=fresh(translation), by=translator)
