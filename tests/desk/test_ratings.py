"""The panel's page at the desk: blind until one has rated, in each language, and only for those it concerns."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from barograph.issues import services as issues
from barograph.issues.models import Topic, Verdict
from barograph.panel import services as panel
from barograph.panel.models import Rating
from barograph.people.models import Pen
from tests.factories import CommentaryFactory, IssueFactory, PersonFactory, TopicFactory


@pytest.fixture
def issue(cast):
    TopicFactory(key="economy")
    today = timezone.localdate()
    found = issues.open_issue(first=today - datetime.timedelta(days=today.weekday()))
    Pen.objects.create(user=cast["analyst"], person=PersonFactory(slug="pen-name"))
    Pen.objects.create(user=cast["other"], person=PersonFactory(slug="other-pen"))
    return found


@pytest.fixture
def topic(issue):
    return issue.slots.get().topic


@pytest.fixture
def rated(issue, topic):
    by = Pen.objects.get(person__slug="other-pen").person
    return panel.rate(issue=issue, topic=topic, by=by, value="worsened", reason="A secret so far.")


def place(issue):
    return reverse("desk_ratings", args=[issue.pk])


def test_a_member_rates_and_then_sees_the_others(cast, sign_in, issue, topic, rated):
    client = sign_in(cast["analyst"])
    assert place(issue) in client.get(reverse("wagtailadmin_home")).content.decode()
    blind = client.get(place(issue)).content.decode()
    assert "A secret so far." not in blind
    assert "1 rating so far" in blind
    where = reverse("desk_rating", args=[issue.pk, topic.pk])
    answer = client.post(where, {"value": "improved", "confidence": "0.7", "reason": "Mine."}, follow=True)
    page = answer.content.decode()
    assert "A secret so far." in page
    assert "1.00" in page  # split in two
    kept = Rating.objects.get(by__slug="pen-name")
    assert (kept.value, kept.confidence, kept.reason, kept.blind_value) == ("improved", 0.7, "Mine.", "improved")
    assert "selected>fairly sure" in page


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose one: worsened, unchanged or improved."),
        ({"value": "better"}, "Choose one: worsened, unchanged or improved."),
        ({"value": "worsened", "reason": "x" * 400}, "at most 300 characters"),
        ({"value": "worsened", "confidence": "very"}, "not one of the available choices"),
    ],
    ids=["nothing", "unknown", "long", "confidence"],
)
def test_nonsense_is_told_and_nothing_kept_but_the_words_typed(cast, sign_in, issue, topic, sent, words):
    answer = sign_in(cast["analyst"]).post(reverse("desk_rating", args=[issue.pk, topic.pk]), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert sent.get("reason", "") in page
    assert ('value="worsened" required checked' in page) == (sent.get("value") == "worsened")
    assert not Rating.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("editor", 200), ("analyst", 200), ("translator", 302), ("nobody", 302)])
def test_only_the_panel_and_editors_come_in(cast, sign_in, issue, role, status):
    assert sign_in(cast[role]).get(place(issue)).status_code == status


def test_an_editor_without_a_name_reads_but_does_not_rate(cast, sign_in, issue, topic, rated):
    client = sign_in(cast["editor"])
    page = client.get(place(issue)).content.decode()
    assert "A secret so far." in page
    assert "Save rating" not in page
    assert client.post(reverse("desk_rating", args=[issue.pk, topic.pk]), {"value": "improved"}).status_code == 302
    assert Rating.objects.count() == 1


def test_somebody_elses_cannot_be_given(cast, sign_in, issue, topic, rated):
    where = reverse("desk_rating", args=[issue.pk, topic.pk])
    sign_in(cast["analyst"]).post(where, {"value": "improved", "by": rated.by_id})
    assert Rating.objects.get(by__slug="other-pen").value == "worsened"


@pytest.mark.parametrize(("language", "word"), [("be", "Ваша ацэнка"), ("ru", "Ваша оценка"), ("en", "Your rating")])
def test_it_speaks_each_language(cast, sign_in, issue, language, word):
    UserProfile.objects.update_or_create(user=cast["analyst"], defaults={"preferred_language": language})
    assert word in sign_in(cast["analyst"]).get(place(issue)).content.decode()


def test_a_verdict_that_departs_from_the_panels_middle_needs_its_reason(cast, sign_in, issue, topic, rated):
    client, where = sign_in(cast["editor"]), reverse("desk_verdict", args=[issue.pk, topic.pk])
    page = client.post(where, {"value": "improved", "reason": " "}, follow=True).content.decode()
    assert "median is “worsened”" in page
    assert not issue.verdicts.exists()
    client.post(where, {"value": "improved", "reason": "The prices fell on Friday."})
    assert issue.verdicts.get().value == "improved"
    client.post(where, {"value": "worsened"})  # with the panel: nothing to explain
    assert issue.verdicts.get().value == "worsened"


def test_a_refused_verdict_keeps_what_was_typed(cast, sign_in, issue, topic, rated):
    client, where = sign_in(cast["editor"]), reverse("desk_verdict", args=[issue.pk, topic.pk])
    answer = client.post(where, {"value": "improved", "outlook": ["risk"], "reason": "x" * 2001})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "x" * 2001 in page
    assert 'value="improved" checked' in page
    assert 'value="risk" checked' in page
    assert not issue.verdicts.exists()


def test_the_discussion_opens_with_ones_own_rating_and_signs_with_ones_name(cast, sign_in, issue, topic, rated):
    where = reverse("desk_say", args=[issue.pk, topic.pk])
    other, mine = sign_in(cast["other"]), sign_in(cast["analyst"])
    other.post(where, {"text": "I saw the <b>books</b>."})
    sign_in(cast["editor"]).post(where, {"text": "From the chair."})
    blind = mine.get(place(issue)).content.decode()
    assert "the <b>books" not in blind
    assert "I saw the" not in blind
    refused = mine.post(where, {"text": "Too soon."}, follow=True).content.decode()
    assert "Rate the topic first" in refused
    assert "the <b>books" not in refused
    wordy = other.post(where, {"text": "Long. " * 400}).content.decode()
    assert "Long. Long." in wordy, "what was typed is not lost"
    assert "Use at most 2000 characters." in wordy
    mine.post(reverse("desk_rating", args=[issue.pk, topic.pk]), {"value": "improved"})
    mine.post(where, {"text": "And I\x00 did not."})
    page = mine.get(place(issue)).content.decode()
    assert "I saw the &lt;b&gt;books" in page
    assert "the editors" in page
    assert "And I did not." in page
    assert list(issue.remarks.values_list("by__slug", flat=True)) == ["other-pen", None, "pen-name"]
    for role in ("translator", "nobody"):
        assert sign_in(cast[role]).post(where, {"text": "Hello"}).status_code in {302, 403}
    assert issue.remarks.count() == 3


def test_definitions_and_past_examples_stand_where_one_rates(
    cast, sign_in, issue, topic, django_assert_max_num_queries
):
    Topic.objects.update(improved={"en": "Prices fall."}, worsened={"en": "Prices rise."})
    for week, value in ((3, "improved"), (2, "improved"), (1, "worsened"), (4, "improved")):
        past = IssueFactory(first=issue.first - datetime.timedelta(weeks=week), number=100 + week, state="released")
        Verdict.objects.create(issue=past, topic=topic, value=value, reason=f"Reason {week}")
        CommentaryFactory(issue=past, topic=topic, headline=f"Headline {week}")
    client = sign_in(cast["analyst"])
    UserProfile.objects.update_or_create(user=cast["analyst"], defaults={"preferred_language": "en"})
    page = client.get(place(issue)).content.decode()
    assert all(words in page for words in ("Prices fall.", "Prices rise.", "Headline 2", "Reason 3", "Headline 1"))
    assert "Headline 4" not in page  # the two latest
    with django_assert_max_num_queries(25):
        client.get(place(issue))


def test_an_editor_opens_the_ratings_and_that_is_on_record(cast, sign_in, issue, topic, rated):
    address = reverse("desk_open_ratings", args=[issue.pk])
    assert sign_in(cast["analyst"]).post(address).status_code in {302, 403}
    assert "A secret so far." not in sign_in(cast["analyst"]).get(place(issue)).content.decode()
    editor = sign_in(cast["editor"])
    assert "Enter the time like this" in editor.post(address, {"at": "soon"}, follow=True).content.decode()
    assert editor.post(address, {"at": ""}, follow=True).status_code == 200
    assert "A secret so far." in sign_in(cast["analyst"]).get(place(issue)).content.decode()
    assert ModelLogEntry.objects.filter(action="barograph.ratings_opened").count() == 1
