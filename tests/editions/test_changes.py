"""An entry's time moves exactly when what it shows does, whoever corrected what."""

import datetime

import pytest

from barograph.editions import changes, services
from barograph.editions.models import Edition
from barograph.feeds.entries import entry
from barograph.issues import services as issues
from tests.factories import CommentaryFactory, IssueFactory, TopicFactory

pytestmark = pytest.mark.django_db

BASE = "https://situation.example"


def at(day, hour=7):
    return datetime.datetime(2020, 8, day, hour, tzinfo=datetime.UTC)


@pytest.fixture
def issue():
    house = issues.publication()
    house.languages = ["ru"]
    house.save()
    issue = IssueFactory(number=1)
    for key in ("a", "b", "c"):
        topic = TopicFactory(key=key)
        CommentaryFactory(issue=issue, topic=topic, language="ru", body="<p>Text.</p>")
        issues.decide_verdict(issue=issue, topic=topic, value="unchanged")
    services.freeze(issue=issue, published_at=at(10, 5))
    return issue


def corrected(issue, when, *, of=None, text=(), note="A note"):
    for key in text:
        row = issue.commentaries.get(topic__key=key)
        row.body += "<p>More.</p>"
        row.save()
    topic = issue.commentaries.get(topic__key=of).topic if of else None
    issues.record_correction(issue=issue, topic=topic, when=when.date(), kind="fact", notes={"ru": note})
    return services.freeze(issue=issue, published_at=when)[0].content


def shown(content):
    """Topic → (when it changed, all that its feed entry says besides)."""
    found = {}
    for topic in content["topics"]:
        made = entry(content, topic, BASE)
        found[topic["key"]] = made.updated, (made.title, made.summary, made.html, made.authors, made.topic)
    return found


def moved(before, after):
    """Which entries' times moved; it is the same ones whose contents did."""
    times = {key for key in after if before[key][0] != after[key][0]}
    texts = {key for key in after if before[key][1] != after[key][1]}
    assert times == texts
    assert all(after[key][0] > before[key][0] for key in times)
    return times


def test_a_topics_correction_moves_it_alone_and_later_ones_leave_it_in_peace(issue):
    first = shown(Edition.objects.get().content)
    a = shown(corrected(issue, at(10, 8), of="a", text="a"))
    assert moved(first, a) == {"a"}
    b = shown(corrected(issue, at(10, 13), of="b", text="b"))
    assert moved(a, b) == {"b"}
    c = shown(corrected(issue, at(11), of="c", text="c"))
    assert moved(b, c) == {"c"}
    assert c["a"][0] == at(10, 8)


def test_a_correction_of_the_whole_issue_moves_what_it_changed_and_is_told_there(issue):
    first = shown(Edition.objects.get().content)
    content = corrected(issue, at(12), text="b", note="About everything")
    assert moved(first, shown(content)) == {"b"}
    assert [entry["note"] for entry in changes.concerning(content, "b")] == ["About everything"]
    assert changes.concerning(content, "a") == []
    assert {topic["key"]: topic["revised"] for topic in content["topics"]} == {"a": None, "b": "2020-08-12", "c": None}
    later = corrected(issue, at(13), of="c", text="c")
    assert [entry["note"] for entry in changes.concerning(later, "b")] == ["About everything"]
    assert moved(shown(content), shown(later)) == {"c"}


def test_a_verdict_an_outlook_and_a_note_move_it(issue):
    before = shown(Edition.objects.get().content)
    topic = issue.commentaries.get(topic__key="b").topic
    issues.decide_verdict(issue=issue, topic=topic, value="worsened")
    verdict = shown(services.freeze(issue=issue, published_at=at(12))[0].content)
    assert moved(before, verdict) == {"b"}
    issues.decide_verdict(issue=issue, topic=topic, value="worsened", outlook=["risk"])
    outlook = shown(services.freeze(issue=issue, published_at=at(13))[0].content)
    assert moved(verdict, outlook) == {"b"}
    told = shown(corrected(issue, at(14), of="c"))
    assert moved(outlook, told) == {"c"}
    note = issue.corrections.get()
    note.notes = {"ru": "Another note"}
    note.save()
    assert moved(told, shown(services.freeze(issue=issue, published_at=at(15))[0].content)) == {"c"}


def test_freezing_again_makes_no_version_and_a_change_that_nobody_sees_moves_nothing(issue):
    corrected(issue, at(12), text="b")
    corrected(issue, at(13), of="a", text="a")
    assert services.freeze(issue=issue, published_at=at(14))[0].version == 3
    assert services.freeze(issue=issue, published_at=at(15))[0].version == 3


def test_versions_of_earlier_releases_of_barograph_keep_the_times_they_told(issue):
    """They know the day of a correction alone; a later correction of another topic no longer moves it."""
    content = Edition.objects.get().content
    old = {**content, "version": 2, "revised": "2020-08-10T11:00:00+03:00"}
    old["topics"] = [{**topic, "revised": "2020-08-10" if topic["key"] == "a" else None} for topic in content["topics"]]
    old["corrections"] = [{"date": "2020-08-10", "topic": "a", "kind": "fact", "note": "Old"}]
    now = {**old, "version": 3, "revised": "2020-08-11T11:00:00+03:00"}
    now["topics"] = [dict(topic) for topic in old["topics"]]
    now["corrections"] = [dict(entry) for entry in old["corrections"]]
    now["topics"][1]["verdict"] = "worsened"
    changes.tell(old, now)
    assert changes.updated(now, now["topics"][0]) == changes.updated(old, old["topics"][0])
    assert now["topics"][1]["changed"] == "2020-08-11T11:00:00+03:00"
    assert "changed" not in now["topics"][2]
