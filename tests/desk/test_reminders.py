"""Reminders: in one's own language, all topics in one mail, one of each kind a week, never to who is done."""

import datetime
from datetime import UTC
from email import message_from_bytes, policy

import pytest
from django.urls import reverse
from wagtail.users.models import UserProfile

from barograph import working
from barograph.commentaries import services as commentaries
from barograph.delivery.transports import Answer, Unreachable
from barograph.delivery.transports.memory import MemoryTransport
from barograph.desk import reminders
from barograph.issues import services as issues
from barograph.issues.models import Absence, Issue, PlannedTopic, Publication, Reminder, Rest, Slot, Topic
from tests.factories import CommentaryFactory


def at(day, hour):
    return datetime.datetime(2020, 8, day, hour, tzinfo=UTC)


@pytest.fixture
def week(issue, cast):
    """The analyst writes both topics; they are due on Saturday and on Sunday, the 8th and 9th, at 18 in Minsk."""
    Publication.objects.update(reminds=True)
    UserProfile.objects.update_or_create(user=cast["analyst"], defaults={"preferred_language": "en"})
    first, second = issue.slots.all()
    Slot.objects.filter(pk=first.pk).update(due=at(8, 15))
    Slot.objects.filter(pk=second.pk).update(due=at(9, 15), writer=cast["analyst"])
    return issue


def sent(outbox):
    found = [message_from_bytes(raw, policy=policy.default) for _from, _to, raw in outbox]
    return [(mail["subject"].replace("\xa0", " "), mail.get_body(("plain",)).get_content()) for mail in found]


def test_each_kind_comes_once_with_all_topics(week, outbox):
    for moment in (at(4, 7), at(4, 9), at(7, 7), at(7, 12), at(8, 7), at(8, 16), at(9, 9), at(10, 9)):
        reminders.remind(now=moment)
    subjects = [subject for subject, _text in sent(outbox)]
    assert subjects == [
        "The issue of August 3 – August 9, 2020 is open",
        "Due tomorrow",
        "Your text for August 3 – August 9, 2020 is overdue",
    ]
    assert all("Economy, due" in text and "Security, due" in text for _subject, text in sent(outbox))
    assert "18:00" in sent(outbox)[0][1]


@pytest.mark.parametrize("moment", [at(4, 3), at(4, 19)])
def test_nobody_is_woken(week, outbox, moment):
    assert reminders.remind(now=moment) == 0


def test_who_is_done_hears_nothing_and_half_done_hears_of_the_rest(week, outbox, cast):
    for topic in Topic.objects.order_by("position"):
        source = CommentaryFactory(issue=week, topic=topic, live=False)
        commentaries.sign_off(commentary=source)
        reminders.remind(now=at(4, 9))
        if topic.key == "economy":
            assert "Economy, due" not in sent(outbox)[0][1]
            Reminder.objects.all().delete()
    assert len(outbox) == 1


def test_it_speaks_each_ones_language(week, outbox, cast):
    UserProfile.objects.update_or_create(user=cast["analyst"], defaults={"preferred_language": "be"})
    reminders.remind(now=at(7, 9))
    assert "заўтра" in sent(outbox)[0][0]


def test_who_is_away_today_or_gone_is_left_alone(week, outbox, cast):
    absence = Absence.objects.create(
        user=cast["analyst"], first=datetime.date(2020, 8, 7), last=datetime.date(2020, 8, 7)
    )
    assert reminders.remind(now=at(7, 9)) == 0
    absence.delete()
    cast["analyst"].is_active = False
    cast["analyst"].save()
    assert reminders.remind(now=at(7, 9)) == 0


def test_a_relay_that_is_away_is_asked_again(week, outbox):
    MemoryTransport.answers[:] = [Unreachable("away"), Answer(450, "later")]
    assert [reminders.remind(now=at(7, 9)) for _try in range(4)] == [0, 0, 1, 0]


def test_a_mail_that_may_have_left_is_not_sent_twice(week, outbox):
    MemoryTransport.answers[:] = [Unreachable("cut off", in_doubt=True)]
    assert [reminders.remind(now=at(7, 9)) for _try in range(2)] == [0, 0]


def test_two_workers_send_one_mail(week, outbox, monkeypatch):
    due = reminders.reminders_due(issue=week, zone=datetime.UTC, now=at(7, 9))
    reminders.remind(now=at(7, 9))
    monkeypatch.setattr(reminders, "reminders_due", lambda **_asked: due)
    assert reminders.remind(now=at(7, 9)) == 0
    assert len(outbox) == 1


def test_long_after_nobody_is_told(week, outbox):
    assert reminders.remind(now=at(25, 9)) == 0


def test_the_worker_looks_at_the_calendar_and_survives_a_part_that_fails(week, outbox, monkeypatch):
    def broken(*, now):
        raise RuntimeError("broken")

    asked = []
    monkeypatch.setattr(working.opening, "open_due", broken)
    monkeypatch.setattr(working.hold_rule, "check", lambda *, now: asked.append(now))
    working.look_at_calendar()
    assert asked


def test_an_absence_hands_over_what_nobody_has_begun(week, cast, sign_in):
    first, second = Topic.objects.order_by("position")
    for topic in (first, second):
        PlannedTopic.objects.create(topic=topic, writer=cast["analyst"], substitute=cast["other"])
    CommentaryFactory(issue=week, topic=first, live=False)
    form = {"user": cast["analyst"].pk, "first": "2020-08-06", "last": "2020-08-12"}
    answer = sign_in(cast["editor"]).post(reverse("absences:add"), form, follow=True)
    assert "1 text was reassigned: Security." in answer.content.decode()
    assert [slot.writer for slot in week.slots.all()] == [cast["analyst"], cast["other"]]


def test_plan_absence_rest_and_special_issue_are_entered_at_the_desk(week, cast, sign_in):
    client, topic = sign_in(cast["editor"]), Topic.objects.first()
    plan = {"topic": topic.pk, "writer": cast["analyst"].pk, "days_before": 2, "time": "18:00"}
    same = client.post(reverse("plan:add"), {**plan, "substitute": cast["analyst"].pk})
    assert "someone else" in same.content.decode()
    client.post(reverse("plan:add"), {**plan, "substitute": cast["other"].pk})
    assert PlannedTopic.objects.get().substitute == cast["other"]
    wrong = client.post(reverse("rests:add"), {"topic": topic.pk, "first": "2020-08-06", "last": "2020-08-01"})
    assert "before the first" in wrong.content.decode()
    client.post(reverse("rests:add"), {"topic": topic.pk, "first": "2020-08-06"})
    assert Rest.objects.get().last is None
    for page in ("plan:index", "absences:index", "rests:index"):
        assert client.get(reverse(page)).status_code == 200
    where = reverse("desk_special_issue")
    assert client.post(where, {"first": "2020-08-03", "last": "2020-08-03", "topics": [topic.key]}).status_code == 422
    client.post(where, {"first": "2020-08-05", "last": "2020-08-05", "topics": [topic.key]})
    assert Issue.objects.get(special=True).slots.get().topic == topic
    for role in ("analyst", "translator"):
        assert sign_in(cast[role]).get(where).status_code in {302, 403}


def test_a_resting_topic_is_not_on_the_week(week, cast):
    from barograph.desk.week import week as screen

    Topic.objects.filter(key="security").update(position=9)
    Slot.objects.filter(topic__key="security").delete()
    assert len(screen(user=cast["editor"]).rows) == 2
    Rest.objects.create(topic=Topic.objects.get(key="security"), first=datetime.date(2020, 8, 1))
    assert [row.topic.key for row in screen(user=cast["editor"]).rows] == ["economy"]
    assert issues.publication().reminds


@pytest.mark.parametrize("role", ["analyst", "translator", "editor"])
def test_everybody_enters_their_own_days_away_and_takes_them_back(week, cast, sign_in, role):
    client, where = sign_in(cast[role]), reverse("desk_away")
    UserProfile.objects.update_or_create(user=cast[role], defaults={"preferred_language": "en"})
    for broken in ({}, {"first": "soon", "last": "2020-08-09"}, {"first": "2030-08-09", "last": "2030-08-01"}):
        refused = client.post(where, broken)
        assert refused.status_code == 422
    assert "The last day is before the first." in refused.content.decode()
    assert "2030-08-01" in refused.content.decode(), "what was typed is not lost"
    assert not Absence.objects.exists()
    form = {"first": "2030-08-03", "last": "2030-08-09", "user": cast["other"].pk}
    page = client.post(where, form, follow=True).content.decode()
    assert "You are away: August 3 – August 9, 2030." in page.replace("\xa0", " ")
    kept = Absence.objects.get()
    assert kept.user == cast[role]
    foreign = Absence.objects.create(user=cast["other"], first="2030-01-01", last="2030-01-02")
    for nonsense in (foreign.pk, "x", "9" * 30, ""):
        client.post(reverse("desk_back"), {"absence": nonsense})
    assert Absence.objects.count() == 2
    client.post(reverse("desk_back"), {"absence": kept.pk})
    assert Absence.objects.get() == foreign


def test_ones_own_absence_hands_over_what_one_has_not_begun(week, cast, sign_in):
    slot = week.slots.filter(writer=cast["analyst"]).first()
    PlannedTopic.objects.create(topic=slot.topic, writer=cast["analyst"], substitute=cast["other"])
    page = sign_in(cast["analyst"]).post(
        reverse("desk_away"), {"first": "2020-08-01", "last": "2020-08-30"}, follow=True
    )
    slot.refresh_from_db()
    assert slot.writer == cast["other"]
    assert str(slot.topic) in page.content.decode()
