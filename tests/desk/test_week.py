"""The week on one screen: what is there, what is missing, by name, in few queries."""

import datetime
import json

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import GroupApprovalTask, Workflow
from wagtail.users.models import UserProfile

from barograph.commentaries import services
from barograph.commentaries.models import Commentary
from barograph.desk.roles import ensure_roles
from barograph.desk.week import week
from barograph.issues import services as issues
from tests.factories import CommentaryFactory, TopicFactory, translated

HOME = "/desk/"


def texts(found):
    return [notice.text for notice in found.notices]


def test_an_empty_desk_says_what_to_do(cast, sign_in):
    answer = sign_in(cast["editor"]).get(reverse("wagtailadmin_home"))
    assert "Open the next issue" in answer.content.decode()


def test_what_is_missing_is_said_by_name(cast, issue, source):
    found = texts(week(user=cast["editor"]))
    assert "Economy: not signed off; readers won’t see it." in found
    assert "Economy: no translation (Беларуская)." in found
    assert "Security: no one has started writing." in found
    assert "Security: no verdict; it will be shown as not rated." in found
    assert week(user=cast["editor"]).notices[0].blocks


def test_a_stale_translation_is_named(cast, issue, source):
    row = services.sign_off(commentary=source)
    made = services.start_translation(row, "be")
    row.headline = "Changed"
    row.save_revision().publish(skip_permission_checks=True)
    found = week(user=cast["editor"])
    assert "Economy: the Беларуская translation is based on an older text." in texts(found)
    assert not found.notices[0].blocks
    assert services.translation_state(made)  # the state is read, never stored


def test_the_screen_shows_the_newest_headline_and_the_verdict(cast, sign_in, issue, source):
    source.headline = "Newest words"
    source.save_revision()
    issues.decide_verdict(
        issue=issue, topic=source.topic, value="worsened", outlook=["risk"], reason="Because <of> it."
    )
    page = sign_in(cast["editor"]).get(HOME).content.decode()
    assert "Newest words" in page
    assert "▼" in page
    assert page.count("Because &lt;of&gt; it.") == 2  # as it reads, and in the form that changes it
    assert f">{source.language_name()}</span>" in page
    assert reverse("publishing_release", args=[issue.pk]) in page
    assert reverse("desk_translate", args=[source.pk, "be"]) in page


def test_only_an_editor_has_an_editors_buttons(cast, sign_in, issue, source):
    for role in ("analyst", "translator"):
        page = sign_in(cast[role]).get(HOME).content.decode()
        for address in ("desk_verdict", "desk_writer"):
            assert reverse(address, args=[issue.pk, source.topic_id]) not in page
        assert reverse("publishing_release", args=[issue.pk]) not in page


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_it_stands_in_each_sign_ins_language(cast, sign_in, issue, source, language):
    from wagtail.users.models import UserProfile

    UserProfile.objects.update_or_create(user=cast["editor"], defaults={"preferred_language": language})
    page = sign_in(cast["editor"]).get(HOME).content.decode()
    assert f'<html lang="{language}"' in page
    assert {"be": "жніўня", "ru": "августа", "en": "August"}[language] in page


def _queries(client):
    client.get(HOME)
    with CaptureQueriesContext(
        connection,
    ) as found:
        client.get(HOME)
    return len(found)


def test_an_open_page_gets_the_week_as_it_is_now(cast, sign_in, issue, source):
    client = sign_in(cast["analyst"])
    where = f"{reverse('desk_week_now')}?issue={issue.key}"
    assert where in client.get(f"{HOME}?issue={issue.key}").content.decode()
    first = client.get(where)
    assert 'data-part="topic-' in first.content.decode()
    assert client.get(where, headers={"If-None-Match": first["ETag"]}).status_code == 304
    issues.decide_verdict(issue=issue, topic=source.topic, value="worsened", outlook=[], reason="It fell.")
    second = client.get(where, headers={"If-None-Match": first["ETag"]})
    assert "It fell." in second.content.decode()
    assert "no-cache" in second["Cache-Control"]
    assert client.get(f"{reverse('desk_week_now')}?issue=nonsense").status_code == 200


def test_its_queries_do_not_grow_with_topics_and_languages(cast, sign_in, issue, source):
    ContentType.objects.clear_cache()
    client = sign_in(cast["editor"])
    few = _queries(client)
    for _number in range(6):
        row = CommentaryFactory(issue=issue, topic=TopicFactory())
        row.save_revision()
        for language in ("be", "en"):
            translated(row, language).save_revision()
    assert _queries(client) <= few
    assert few <= 25


def test_switching_goes_to_another_issue_and_nonsense_to_the_current(cast, sign_in, issue):
    later = issues.open_issue()
    assert week(user=cast["editor"]).issue == issue
    assert week(user=cast["editor"], key=later.key).issue == later
    assert week(user=cast["editor"], key="x' OR 1=1").issue == issue


def test_the_workflow_is_made_once_and_an_older_one_is_kept(cast):
    before = Commentary.get_default_workflow()
    Workflow.objects.filter(pk=before.pk).update(name="Commentary")
    number = Workflow.objects.count(), GroupApprovalTask.objects.count()
    ensure_roles()
    after = Commentary.get_default_workflow()
    assert (after.pk, after.name, after.tasks[0].name) == (before.pk, before.name, "Рэдактар · Редактор · Editor")
    assert (Workflow.objects.count(), GroupApprovalTask.objects.count()) == number


def test_an_analyst_sends_to_the_editor(cast, sign_in, issue, source):
    page = sign_in(cast["analyst"]).get(f"/desk/commentaries/edit/{source.pk}/").content.decode()
    assert "Submit for review" in page
    assert "Submit to" not in page


def test_hours_are_the_publications(cast, sign_in, issue):
    CommentaryFactory(issue=issue, topic=issue.slots.last().topic)
    issue.release_at = datetime.datetime(2199, 8, 10, 22, 30, tzinfo=datetime.UTC)
    issue.save()
    page = sign_in(cast["editor"]).get(reverse("publishing_release", args=[issue.pk])).content.decode()
    assert "11\u00a0August\u00a02199, 01:30" in page or "August\u00a011, 2199, 01:30" in page


@pytest.mark.parametrize(("language", "word"), [("be", "Пошук"), ("ru", "Поиск"), ("en", "catalog")])
def test_scripts_speak_the_language_of_the_desk_not_the_browsers(cast, sign_in, language, word):
    UserProfile.get_for_user(cast["editor"]).delete()
    UserProfile.objects.create(user=cast["editor"], preferred_language=language)
    browser = {"be": "en", "ru": "be", "en": "be"}[language]
    answer = sign_in(cast["editor"]).get("/desk/jsi18n/", headers={"accept-language": browser})
    assert json.dumps(word).strip('"') in answer.content.decode()


def test_an_issue_that_cannot_go_out_yet_offers_no_button(cast, sign_in, issue):
    page = sign_in(cast["editor"]).get(reverse("publishing_release", args=[issue.pk])).content.decode()
    assert "The issue can’t be published yet." in page
    assert "Blocks publication." in page
    assert "Publish in all languages" not in page


def test_pages_of_the_desk_are_compressed(cast, sign_in, issue):
    answer = sign_in(cast["editor"]).get("/desk/", headers={"accept-encoding": "gzip"})
    assert answer["content-encoding"] == "gzip"
    assert len(answer.content) < 20_000
