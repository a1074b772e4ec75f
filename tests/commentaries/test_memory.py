"""What was translated before is offered from published issues alone, with where it comes from."""

import pytest

from barograph.commentaries import memory, services
from barograph.commentaries import texts as words
from barograph.commentaries.models import Commentary
from barograph.issues.enums import IssueState
from tests.commentaries.conftest import FULL, change
from tests.factories import CommentaryFactory, IssueFactory


def release(commentary):
    commentary.issue.state = IssueState.RELEASED
    commentary.issue.save()


@pytest.fixture
def published(ready):
    """The whole translation of `ready`, in an issue that readers have."""
    release(ready)
    return ready


@pytest.fixture
def later(source):
    """Next week's text on the topic."""

    def made(**fields):
        return CommentaryFactory(
            issue=IssueFactory(), topic=source.topic, **{"language": "ru", "live": False, **fields}
        )

    return made


def found(source, language="be"):
    return {
        path: [(offer.pair.target, offer.likeness) for offer in near]
        for path, near in memory.offers(source, language).items()
    }


def test_the_same_and_the_near_are_offered_with_their_issue(published, later):
    text = later(headline="Another", lede="A lede!!", body="<p>Second <b>paragraph</b>.</p><p>Something else.</p>")
    offers = memory.offers(text, "be")
    assert found(text) == {"lede": [("Лід.", 80)], "body.0": [("Другі.", 100)]}
    assert offers["body.0"][0].pair.issue == published.issue
    assert offers["body.0"][0].changes == []
    assert ("insert", "!!") in offers["lede"][0].changes


def test_what_is_not_published_or_not_signed_off_is_not_offered(ready, later, source, translator):
    text = later()
    assert found(text) == {}
    release(ready)
    assert found(text)["lede"] == [("Лід.", 100)]
    assert found(text, "en") == {}
    services.start_translation(source, "en", by=translator)
    services.save_translation(translation=source.translations.get(language="en"), texts={"lede": "draft"})
    assert found(text, "en") == {}
    other = CommentaryFactory(issue=text.issue, lede="A lede.", language="ru")
    assert found(other) == {}, "of another topic"


def test_a_translation_is_paired_with_the_text_it_was_made_from(published, later, source):
    change(source, lede="Something else was put there.")
    assert found(later(lede="A lede."))["lede"] == [("Лід.", 100)]
    assert "lede" not in found(later(lede="Something else was put there."))


def test_it_serves_the_other_way_and_between_two_translations(published, later, source, translator):
    other = services.start_translation(source, "en", by=translator)
    services.save_translation(translation=other, texts=FULL | {"lede": "The lede in English."}, by=translator)
    services.sign_off(commentary=other, by=translator)
    text = later(language="be", lede="Лід.")
    assert found(text, "ru")["lede"] == [("A lede.", 100)]
    assert found(text, "en")["lede"] == [("The lede in English.", 100)]


def test_paragraphs_are_paired_only_where_their_numbers_agree(ready, later, translator):
    services.save_translation(translation=ready, texts={"body": "<p>Усё ў адным.</p>"}, by=translator)
    services.sign_off(commentary=ready, by=translator)
    release(ready)
    assert "body.0" not in found(later(body="<p>First paragraph.</p>"))


def test_the_newest_of_the_same_comes_first_and_two_at_most(published, later, source, translator):
    for number in range(3):
        text = later(lede="A lede.", live=True)
        made = services.start_translation(text, "be", by=translator)
        texts = {"headline": "З", "lede": f"Лід {number}.", "body": "<p>Ц.</p>"}
        services.save_translation(translation=made, texts=texts, by=translator)
        services.sign_off(commentary=made, by=translator)
        release(made)
    assert found(later(lede="A lede."))["lede"] == [("Лід 2.", 100), ("Лід 1.", 100)]


def take(source, path, texts, made_from=None):
    return memory.take_over(memory.offers(source, "be")[path][0], texts, source, made_from or {})


def test_taking_over_fills_its_place_and_loses_no_paragraph(published, later):
    text = later(body="<p>New.</p><h2>A heading</h2><p>Second <b>paragraph</b>.</p>")
    assert take(text, "lede", {"headline": "Маё"}) == {"headline": "Маё", "lede": "Лід."}
    first = take(text, "body.2", {"body": ""})
    assert first["body"] == "<p></p><p></p><p>Другі.</p>"
    then = take(text, "body.1", first)
    assert then["body"] == "<p></p><h2>Загаловак</h2><p>Другі.</p>"
    again = take(text, "body.1", {"body": "<p>А.</p><h2>Б</h2><p>В.</p>"})
    assert again["body"] == "<p>А.</p><h2>Б</h2><h2>Загаловак</h2><p>В.</p>"
    gap = later(body="<p>New.</p><p></p><h2>A heading</h2>")
    assert take(gap, "body.2", {"body": "<p>Новае.</p>"})["body"] == "<p>Новае.</p><h2>Загаловак</h2>"
    made_from = {"body.0": "A heading"}  # the translator's first paragraph is the source's second today
    assert take(text, "body.1", {"body": "<h2></h2>"}, made_from)["body"] == "<h2>Загаловак</h2>"


def test_looking_asks_the_database_a_few_times_whatever_there_is(published, later, django_assert_max_num_queries):
    text = Commentary.objects.get(pk=later().pk)
    with django_assert_max_num_queries(4):
        memory.offers(text, "be")
    words._blocks.cache_clear()
