"""Every address of the desk × every role × GET and POST, with the expected answer written down in rights.txt.

A line: the address's name, then for each role two signs, of GET and of POST: `+` answered, `-` refused (401, 403, or
led to the sign-in or home with nothing done), `0` no such thing (404), `x` not with this verb (405), `?` incomplete
(400).
An address that is not in the table fails, so does a line without an address: who adds a page says who may see it.
"""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, Task, Workflow
from wagtail.users.models import UserProfile

from barograph.commentaries.models import Note, Term
from barograph.issues.models import Absence, Correction, PlannedTopic, Publication, Rest, StandingText
from barograph.issues.services import publication
from barograph.people.models import Person
from tests.factories import UserFactory

TABLE = Path(__file__).with_name("rights.txt")
ROLES = ("editor", "analyst", "other", "translator", "publisher", "operator", "nobody", "visitor")
SIGNS = {400: "?", 401: "-", 403: "-", 404: "0", 405: "x"}
HOMES = ("/desk/", "/desk/login/")
#: A sample for what stands in an address by a pattern.
REGEX = {r"(?P<revision_id_a>live|earliest|\d+)": "earliest", r"(?P<revision_id_b>live|latest|\d+)": "latest"}


def addresses():
    """(name, pattern) of each view below /desk/, but files, the catch-all and Wagtail's test pages. A second address
    under one name has a * behind it."""
    seen: set[str] = set()
    for name, path in _walk():
        yield name + ("*" if name in seen else ""), path
        seen.add(name)


def _walk(resolver=None, prefix="", spaces=()):
    for one in (resolver or get_resolver()).url_patterns:
        path = prefix + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _walk(one, path, (*spaces, *filter(None, [one.namespace])))
        elif path.startswith("desk/") and one.name and one.name != "wagtailadmin_error_test":
            yield ":".join((*spaces, one.name)), path


@pytest.fixture
def world(cast, issue, source, translation, settings, outbox):
    """What addresses name: kind of address → id."""
    topic = source.topic
    revision = source.save_revision()
    house = publication()
    made = {
        "plan": PlannedTopic.objects.create(topic=topic),
        "absences": Absence.objects.create(user=cast["other"], first="2019-01-01", last="2019-01-02"),
        "rests": Rest.objects.create(topic=topic, first="2019-01-01", last="2019-01-02"),
        "issues": issue,
        "topics": topic,
        "corrections": Correction.objects.create(issue=issue, date="2020-08-11", notes={"en": "x"}),
        "standing": StandingText.objects.create(kind="about", language="en", title="x", body="<p>x</p>"),
        "publication": house,
        "glossary": Term.objects.create(words={"be": "рада", "ru": "совет", "en": "council"}),
        "analysts": Person.objects.get(slug="pen-name"),
        "pens": cast["analyst"].pens.get(),
        "wagtailusers_users": UserFactory(),
        "wagtailusers_groups": Group.objects.get(name="Analysts"),
        "wagtailadmin_collections": Collection.get_first_root_node(),
        "wagtailadmin_workflows": Workflow.objects.last(),
    }
    for user in cast.values():
        UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": "en"})
    return {
        **{name: row.pk for name, row in made.items()},
        "issue_id": issue.pk,
        "topic_id": topic.pk,
        "commentary": source.pk,
        "note": Note.objects.create(commentary=source, user=cast["editor"], text="x").pk,
        "revision_id": revision.pk,
        "image_id": get_image_model().objects.create(title="x", file=get_test_image_file()).pk,
        "task": Task.objects.last().pk,
    }


def filled(name: str, path: str, world: dict) -> str:
    """A pattern with something true in each of its gaps."""
    space = name.split(":")[0]
    own = world.get(space, world["commentary"])
    if "task_" in name or "_task" in name:
        own = world["task"]
    if "images" in name:
        own = world["image_id"]
    named = {
        "issue_id": world["issue_id"],
        "topic_id": world["topic_id"],
        "revision_id": world["revision_id"],
        "task_id": world["task"],
        "workflow_pk": world["wagtailadmin_workflows"],
        "collection_id": world["wagtailadmin_collections"],
        "language": "be",
        "image_id": world["image_id"],
        "note_id": world["note"],
        "list_key": "en",
        "app_label": "commentaries",
        "app_name": "commentaries",
        "model_name": "commentary",
        "content_type_app_name": "wagtailcore",
        "content_type_model_name": "page",
        "action_name": "approve",
        "action": "delete",
        "filter_spec": "original",
        "uidb64": "MQ",
        "token": "x-y",
        "object_id": world["commentary"],
    }
    for pattern, sample in REGEX.items():
        path = path.replace(pattern, sample)
    path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", path).replace("^", "").replace("$", "").replace("\\", "")
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda gap: str(named.get(gap[1], own if gap[1] == "pk" else 1)), path)
    return "/" + path


def sign_of(answer) -> str:
    if answer.status_code in SIGNS:
        return SIGNS[answer.status_code]
    # "?issue=": back on the week, with what was asked done or told
    place = answer.headers.get("Location", "")
    away = answer.status_code == 302 and place.split("?")[0] in HOMES and "?issue=" not in place
    return "-" if away else "+"


def asked(client: Client, verb: str, url: str) -> str:
    """The sign of an answer; what it changed is taken back. Nothing may end in an error of the server."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = getattr(client, verb)(url)
        assert answer.status_code < 500, (verb, url, answer.status_code)
        transaction.set_rollback(True)
    client.cookies = cookies
    ContentType.objects.clear_cache()
    return sign_of(answer)


def table() -> dict[str, list[str]]:
    lines = [line.split() for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {line[0]: line[1:] for line in lines}


def test_every_address_is_in_the_table_and_the_table_names_no_other():
    assert {name for name, _path in addresses()} == set(table())


# Wagtail leaves the temporary file of a picture's rendition to the garbage collector.
@pytest.mark.once  # rights and states are rows like others; nonsense goes to both databases (test_bad_forms.py)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("role", ROLES)
def test_each_answer_is_the_one_written_down(role, cast, world, sign_in):
    client, place, wanted = sign_in(cast[role]) if role in cast else Client(), ROLES.index(role), table()
    wrong = {}
    for name, path in addresses():
        url = filled(name, path, world)
        found = asked(client, "get", url) + asked(client, "post", url)
        if found != wanted.get(name, [""] * len(ROLES))[place]:
            wrong[name] = (url, found)
    assert wrong == {}
    assert Publication.objects.exists()
    assert not connection.needs_rollback
