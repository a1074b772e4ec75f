"""Every address of the desk as every role sees it: no name of an account beside a text or its topic, no draft of
others, no blind rating before one's own.

The addresses are those of test_every_address.py, so that a new page is looked at here without being named.
"""

import datetime
import json

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision
from wagtail.models.workflows import WorkflowState

from barograph.api import tokens
from barograph.api.models import Scope
from barograph.commentaries.models import CommentaryByline, Note
from barograph.desk.week import week
from barograph.issues.models import Issue, PlannedTopic, Publication
from barograph.panel.models import Rating
from barograph.people import audit
from barograph.people.models import Pen
from tests.desk.test_every_address import ROLES, addresses, filled, world  # noqa: F401 (a fixture)
from tests.factories import CommentaryFactory, PersonFactory, TopicFactory

# Wagtail leaves the temporary file of a picture's rendition to the garbage collector.
pytestmark = [pytest.mark.once, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

ACCOUNT = "zinaida-account"
FULL_NAME = ("Zinaida", "Kavalskaja")
BYLINE, HEADLINE, TOPIC = "Night Owl", "Headline of the night owl", "Topic of the night owl"
#: What may not stand on a page with the account's name, for those who may not see who writes as whom.
WORK = (BYLINE, HEADLINE, TOPIC)


@pytest.fixture
def secret(cast, world, issue, source):  # noqa: F811
    """An analyst who writes under a pseudonym, with all that an account leaves at the desk."""
    writer = cast["analyst"]
    writer.username, (writer.first_name, writer.last_name) = ACCOUNT, FULL_NAME
    writer.save()
    pen = Pen.objects.get().person
    pen.names, pen.pseudonym = dict.fromkeys(("be", "ru", "en"), BYLINE), True
    pen.save()
    topic = source.topic
    topic.names = dict.fromkeys(("be", "ru", "en"), TOPIC)
    topic.save()
    source.headline = HEADLINE
    source.save()
    source.save_revision(user=writer, log_action=True)
    source.get_workflow().start(source, writer)
    PlannedTopic.objects.update_or_create(topic=topic, defaults={"writer": writer, "substitute": writer})
    Note.objects.create(commentary=source, user=writer, text="A comment.", done_by=writer, done_at=timezone.now())
    translation = source.translations.get(language="be")
    translation.headline = "Загаловак"
    translation.save_revision(user=writer, log_action=True)
    audit.note("sign_in", about=writer, by=writer)
    audit.note("api_write", about=source, by=writer, what="change draft")
    assert WorkflowState.objects.exists()
    assert Revision.objects.filter(user=writer).exists()
    return writer


def pages(user, world, verbs=("get",)):  # noqa: F811
    """(address, text) of everything that somebody is answered with, led on where an answer leads on."""
    client = Client()
    if user is not None:
        client.force_login(user)
    for name, path in addresses():
        url = filled(name, path, world)
        for verb in verbs:
            cookies = client.cookies.copy()
            with transaction.atomic():
                answer = getattr(client, verb)(url, follow=True)
                transaction.set_rollback(True)
            client.cookies = cookies
            ContentType.objects.clear_cache()
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            yield f"{verb} {url}", text.decode("utf-8", "replace")


def names_on(text: str) -> bool:
    return any(name in text for name in (ACCOUNT, *FULL_NAME))


@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("role", [role for role in ROLES if role not in {"editor", "analyst"}])
def test_no_page_puts_an_account_beside_the_work_of_a_pseudonym(role, verb, cast, secret, world):  # noqa: F811
    """An operator sees the names of accounts on pages about accounts; no text, topic or byline stands on those."""
    together = [
        url
        for url, text in pages(cast.get(role), world, (verb,))
        if names_on(text) and (role != "operator" or any(words in text for words in WORK))
    ]
    assert together == []


def test_a_coauthor_does_not_learn_who_the_other_is(cast, secret, source, world):  # noqa: F811
    """Both may open the text and its history; each has a pseudonym of their own."""
    second = PersonFactory(slug="second-pen")
    Pen.objects.create(user=cast["other"], person=second)
    CommentaryByline.objects.create(commentary=source, person=second, sort_order=2)
    seen = [url for url, text in pages(cast["other"], world) if names_on(text)]
    assert seen == []
    edit = reverse("wagtailsnippets_commentaries_commentary:edit", args=[source.pk])
    client = Client()
    client.force_login(cast["other"])
    assert client.get(edit).status_code == 200, "so the page was really looked at"


def test_whoever_may_see_pens_reads_the_names(cast, secret, source):
    client = Client()
    client.force_login(cast["editor"])
    for url in ("/desk/", reverse("desk_notes", args=[source.pk]), reverse("desk_board")):
        assert "Zinaida" in client.get(url).content.decode(), url


def test_everybody_reads_you_for_themselves(cast, secret, source):
    client = Client()
    client.force_login(secret)
    for url in ("/desk/", reverse("desk_notes", args=[source.pk])):
        assert "You" in client.get(url).content.decode(), url


@pytest.mark.parametrize("right", ["commentaries.publish_commentary", "issues.change_plannedtopic"])
def test_a_role_of_ones_own_without_the_right_to_pens_sees_no_names(cast, secret, world, right):  # noqa: F811
    """Roles can be put together freely: each right alone must not open the secret."""
    app, codename = right.split(".")
    cast["other"].user_permissions.set(
        Permission.objects.filter(content_type__app_label=app, codename=codename)
        | Permission.objects.filter(codename="access_admin")
    )
    assert [url for url, text in pages(cast["other"], world) if names_on(text)] == []


def test_the_api_names_no_account(cast, secret, source, issue):
    for role in ("other", "translator", "analyst"):
        _token, key = tokens.make_token(user=cast[role], name="t", scopes=Scope.values, days=7)
        client = Client(headers={"Authorization": f"Bearer {key}"})
        for path in ("issues", "drafts", f"drafts/{source.pk}", "translations", f"ratings/{issue.key}"):
            text = client.get(f"/desk/api/v1/{path}").content.decode()
            assert not names_on(text.replace(f'"{ACCOUNT}"', "") if role == "analyst" else text), (role, path)


@pytest.mark.parametrize("role", ["other", "operator", "nobody"])
@pytest.mark.parametrize("verb", ["get", "post"])
def test_nobody_reads_the_drafts_of_others(role, verb, cast, secret, world):  # noqa: F811
    assert [url for url, text in pages(cast[role], world, (verb,)) if HEADLINE in text] == []


def test_a_preview_of_ones_own_text_shows_no_draft_of_others(cast, secret, source, issue, world):  # noqa: F811
    own = CommentaryFactory(issue=issue, topic=TopicFactory(), live=False, by=[PersonFactory(slug="own-pen")])
    Pen.objects.create(user=cast["other"], person=own.bylines.get().person)
    own.save_revision(user=cast["other"])
    client = Client()
    client.force_login(cast["other"])
    kind = "wagtailsnippets_commentaries_commentary"
    page = client.get(reverse(f"{kind}:revisions_view", args=[own.pk, own.latest_revision_id]))
    assert page.status_code == 200
    assert HEADLINE not in page.content.decode()


def test_once_an_issue_is_published_its_headlines_are_no_secret(cast, source, issue):
    from barograph.publishing import services

    source.save_revision().publish()
    services.run(services.request(issue=issue, mail=False, by=cast["editor"]).pk)
    source.headline = "A correction that is not out yet"
    source.save_revision()
    row = next(row for row in week(user=cast["other"], key=issue.key).rows if row.source)
    assert row.headline == "Headline in ru"
    row = next(row for row in week(user=cast["editor"], key=issue.key).rows if row.source)
    assert row.headline == "A correction that is not out yet"


# Ratings.

REASON = "The reason of the other rater"


@pytest.fixture
def blind(cast, world, issue, source):  # noqa: F811
    """An issue before its hour of reveal, with ratings of others; the publication shows its panel."""
    today = timezone.localdate()
    Issue.objects.filter(pk=issue.pk).update(first=today, last=today + datetime.timedelta(days=6))
    issue.refresh_from_db()
    Publication.objects.update(shows_panel=True, panel_least=3)
    for number in range(5):
        value = "improved" if number == 4 else "worsened"
        rater = PersonFactory(slug=f"rater-{number}")
        Rating.objects.create(issue=issue, topic=source.topic, by=rater, value=value, reason=REASON, blind_value=value)
    for role in ("editor", "other"):
        Pen.objects.create(user=cast[role], person=PersonFactory(slug=f"pen-of-{role}"))
    source.save_revision().publish()
    return issue


def told_of_panel(text: str) -> bool:
    counts = ("worsened: 4", "worse 4", "worsened 4", '"worsened": 4', "4 worsened")
    return any(words in text for words in (REASON, "Panel, ", "panel’s middle", "middle:", *counts))


@pytest.mark.parametrize("role", [role for role in ROLES if role != "visitor"])
def test_no_page_tells_of_ratings_before_ones_own(role, cast, blind, world):  # noqa: F811
    assert [url for url, text in pages(cast[role], world, ("get",)) if told_of_panel(text)] == []


@pytest.mark.parametrize("value", ["worsened", "unchanged", "improved"])
def test_a_refused_verdict_is_no_oracle(cast, blind, source, value):
    """Whatever an editor who has not rated decides without a reason, the answer is the same."""
    client = Client()
    client.force_login(cast["editor"])
    where = reverse("desk_verdict", args=[blind.pk, source.topic_id])
    answer = client.post(where, {"value": value, "reason": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "you haven’t rated this topic" in page
    assert not told_of_panel(page)
    assert not blind.verdicts.exists()
    client.post(where, {"value": value, "reason": "Because."})
    assert blind.verdicts.get().value == value


def test_the_answer_is_the_same_for_other_ratings(cast, blind, source):
    client = Client()
    client.force_login(cast["editor"])
    where = reverse("desk_verdict", args=[blind.pk, source.topic_id])
    answers = set()
    for value in ("worsened", "unchanged", "improved"):
        Rating.objects.update(value=value)
        answers.add(client.post(where, {"value": "worsened", "reason": ""}).status_code)
    assert answers == {422}


def test_the_api_tells_no_rating_before_ones_own(cast, blind):
    _token, key = tokens.make_token(user=cast["other"], name="t", scopes=Scope.values, days=7)
    answer = Client(headers={"Authorization": f"Bearer {key}"}).get(f"/desk/api/v1/ratings/{blind.key}")
    rows = json.loads(answer.content)
    assert answer.status_code == 200
    assert all(row["ratings"] == [] for row in rows)


def test_a_release_tells_the_counts(cast, blind, source):
    from barograph.editions import services

    edition = next(e for e in services.freeze(issue=blind, published_at=timezone.now()) if e.language == "ru")
    assert next(t for t in edition.content["topics"] if "panel" in t)["panel"]["worsened"] == 4
