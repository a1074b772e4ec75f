"""The panel's distribution in editions: where the publication wants it, from enough ratings, and never later."""

from datetime import UTC, datetime

import pytest

from barograph.editions import services
from barograph.issues.models import Publication, StandingText, Topic
from barograph.issues.services import publication
from barograph.panel.models import Rating
from tests.factories import CommentaryFactory, PersonFactory

AT = datetime(2020, 8, 10, 7, tzinfo=UTC)


@pytest.fixture
def commentary(db):
    publication()
    found = CommentaryFactory()
    for number in range(5):
        value = "improved" if number < 2 else "unchanged"
        Rating.objects.create(
            issue=found.issue, topic=found.topic, by=PersonFactory(slug=f"rater-{number}"), value=value
        )
    return found


def frozen(commentary):
    return services.freeze(issue=commentary.issue, published_at=AT)[0]


def told(edition):
    return edition.content["topics"][0].get("panel")


def test_it_is_told_only_where_wanted_and_names_nobody(commentary):
    assert told(frozen(commentary)) is None
    Publication.objects.update(shows_panel=True)
    other = services.compose(issue=commentary.issue, published_at=AT, panel_shown=True)["ru"]
    assert other["topics"][0]["panel"] == {"worsened": 0, "unchanged": 3, "improved": 2}
    assert "rater-" not in str(other)


def test_below_the_fewest_nothing_is_told(commentary):
    Publication.objects.update(shows_panel=True, panel_least=6)
    assert told(frozen(commentary)) is None


def test_a_correction_tells_what_the_first_version_told(commentary):
    first = frozen(commentary)
    Publication.objects.update(shows_panel=True)
    assert frozen(commentary) == first, "the setting alone makes no new version"
    commentary.headline = "Corrected"
    commentary.save()
    assert (frozen(commentary).version, told(frozen(commentary))) == (first.version, None)


def test_what_was_told_stays_when_the_wish_has_gone(commentary):
    Publication.objects.update(shows_panel=True)
    first = frozen(commentary)
    Publication.objects.update(shows_panel=False)
    assert told(first)["improved"] == 2
    assert frozen(commentary) == first


def test_definitions_are_frozen_with_the_imprint_and_make_a_method_page(commentary):
    before = services.freeze_imprint()
    assert "improved" not in before.content["topics"][0]
    Topic.objects.update(improved={"ru": "Цены падают."})
    content = services.freeze_imprint().content
    assert content["topics"][0]["improved"] == {"ru": "Цены падают."}
    assert content["standing"]["method"] == {"ru": {"title": "Методика", "body": ""}}
    StandingText.objects.create(kind="method", language="ru", title="Как мы судим", body="<p>Так.</p>")
    assert services.compose_imprint()["standing"]["method"]["ru"]["title"] == "Как мы судим"
