"""The valve: what is frozen, when a new version is made, and that nothing frozen ever changes."""

import datetime
import json

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from barograph.editions import bodies, schema, services
from barograph.editions.models import Edition, Immutable
from barograph.issues import services as issues
from tests.factories import CommentaryFactory, IssueFactory, TopicFactory, in_three, translated

NOW = datetime.datetime(2020, 8, 10, 7, 0, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(days=2)


@pytest.fixture
def issue(db):
    issues.publication()
    source = CommentaryFactory(language="ru")
    translated(source, "en")
    issues.decide_verdict(issue=source.issue, topic=source.topic, value="worsened", outlook=["risk"])
    return source.issue


def topic_of(edition):
    return edition.content["topics"][0]


def test_an_edition_exists_in_every_language_even_where_the_commentary_does_not(issue):
    editions = {e.language: e for e in services.freeze(issue=issue, published_at=NOW)}
    assert set(editions) == {"be", "ru", "en"}
    assert topic_of(editions["be"])["commentary"] is None
    assert topic_of(editions["be"])["verdict"] == "worsened"
    assert topic_of(editions["be"])["languages"] == ["ru", "en"]
    assert topic_of(editions["en"])["commentary"]["source_language"] == "ru"


def test_freezing_twice_makes_no_second_version(issue):
    first = services.freeze(issue=issue, published_at=NOW)
    again = services.freeze(issue=issue, published_at=LATER)
    assert [e.pk for e in first] == [e.pk for e in again]


def test_a_correction_makes_a_new_version_that_keeps_its_first_hour(issue):
    services.freeze(issue=issue, published_at=NOW)
    topic = issue.commentaries.first().topic
    issues.record_correction(issue=issue, topic=topic, when=LATER.date(), kind="fact", notes=in_three("Mended."))
    editions = services.freeze(issue=issue, published_at=LATER)
    assert {e.version for e in editions} == {2}
    content = editions[0].content
    assert content["published"].startswith("2020-08-10")
    assert content["revised"].startswith("2020-08-12")
    assert content["topics"][0]["revised"] == "2020-08-12"
    assert Edition.objects.filter(issue=issue).count() == 6
    assert Edition.objects.filter(issue=issue).current().count() == 3


def test_an_edition_never_changes_and_is_never_deleted(issue):
    edition = services.freeze(issue=issue, published_at=NOW)[0]
    edition.content = {}
    with pytest.raises(Immutable):
        edition.save()
    with pytest.raises(Immutable):
        edition.delete()


def test_drafts_stay_out(issue):
    CommentaryFactory(issue=issue, topic=TopicFactory(), language="be", live=False)
    for content in services.compose(issue=issue, published_at=NOW).values():
        assert [t["commentary"] for t in content["topics"]][1:] == [None]
        assert content["topics"][1]["languages"] == []


def test_a_translation_without_its_signed_off_source_stays_out(db):
    source = CommentaryFactory(language="ru", live=False)
    translated(source, "en")
    contents = services.compose(issue=source.issue, published_at=NOW)
    assert contents["en"]["topics"][0]["commentary"] is None


def test_not_rated_is_never_unchanged(db):
    issue = IssueFactory()
    TopicFactory()
    contents = services.compose(issue=issue, published_at=NOW)
    assert contents["en"]["topics"][0]["verdict"] is None


def test_a_translation_cannot_change_the_odds(db):
    scenario = ("scenario", {"key": "one", "title": "One", "text": "", "pros": [], "cons": [], "probability": 0.4})
    source = CommentaryFactory(language="ru", scenarios=[scenario])
    forged = ("scenario", {**scenario[1], "title": "Адзін", "probability": 0.9})
    translated(source, "be", scenarios=[forged])
    content = services.compose(issue=source.issue, published_at=NOW)["be"]
    assert content["topics"][0]["commentary"]["scenarios"][0]["probability"] == 0.4


def test_what_does_not_fit_the_schema_is_never_frozen(issue):
    content = services.compose(issue=issue, published_at=NOW)["en"]
    schema.check(content)
    for wrong in (
        {**content, "extra": 1},
        {**content, "version": 0},
        {**content, "published": "yesterday"},
        {**content, "topics": [{**content["topics"][0], "verdict": "better"}]},
    ):
        with pytest.raises(schema.SchemaProblem):
            schema.check(wrong)


def test_the_imprint_is_frozen_once_per_content(db):
    issues.publication()
    first = services.freeze_imprint()
    assert services.freeze_imprint().pk == first.pk
    TopicFactory()
    assert services.freeze_imprint().pk != first.pk


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=10), children, max_size=3),
    max_leaves=10,
)


@given(JSONISH)
@hypothesis_settings(max_examples=50)
def test_no_stray_json_passes_for_an_edition(value):
    with pytest.raises(schema.SchemaProblem):
        schema.check(value)


@given(st.dictionaries(st.text(max_size=10), JSONISH, max_size=5))
@hypothesis_settings(max_examples=50)
def test_a_digest_does_not_hang_on_the_order_of_keys(content):
    shuffled = json.loads(json.dumps(dict(reversed(content.items()))))
    assert services.digest(content) == services.digest(shuffled)


@pytest.mark.parametrize(
    ("stored", "kept"),
    [
        ('<p data-block-key="x">A <strong>b</strong> <em>c</em></p>', "<p>A <b>b</b> <i>c</i></p>"),
        ('<p><a href="javascript:alert(1)">x</a></p>', "<p>x</p>"),
        ("<p>a<script>alert(1)</script></p><p> </p>", "<p>a</p>"),
        ('<p onclick="x">1 &lt; 2 &amp; 3</p>', "<p>1 &lt; 2 &amp; 3</p>"),
        ("<table><tr><td>x</td></tr></table>", "x"),
        ('<embed embedtype="media" url="https://example.org/v"/>', ""),
    ],
)
def test_a_body_keeps_only_what_a_commentary_may_hold(stored, kept):
    assert bodies.frozen(stored) == kept
