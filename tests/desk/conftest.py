"""The cast: an editor, an analyst with a slot, another analyst, a translator, a publisher, an operator, and nobody."""

import datetime
import time

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from barograph.commentaries import services as commentaries
from barograph.desk import step_up
from barograph.issues import services as issues
from barograph.people.models import Pen
from tests.factories import CommentaryFactory, PersonFactory, TopicFactory, UserFactory


@pytest.fixture
def roles(db):
    """The tests' database has them (tests/prepared.py)."""


def _somebody(group: str | None):
    user = UserFactory(password=None)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def cast(roles):
    """{role: user}."""
    groups = {"editor": "Editors", "analyst": "Analysts", "other": "Analysts", "translator": "Translators"}
    groups |= {"publisher": "Publishers", "operator": "Operators"}
    return {role: _somebody(group) for role, group in groups.items()} | {"nobody": _somebody(None)}


@pytest.fixture
def sign_in():
    def client(user) -> Client:
        found = Client()
        found.force_login(user)
        session = found.session
        session[step_up.PROVED] = time.time()  # as if the password had been typed just now (test_step_up.py)
        session.save()
        return found

    return client


@pytest.fixture
def issue(cast):
    topics = [TopicFactory(key="economy"), TopicFactory(key="security")]
    found = issues.open_issue(first=datetime.date(2020, 8, 3))
    issues.assign_writer(issue=found, topic=topics[0], writer=cast["analyst"])
    Pen.objects.create(user=cast["analyst"], person=PersonFactory(slug="pen-name"))
    return found


@pytest.fixture
def source(issue, cast):
    return CommentaryFactory(issue=issue, topic=issue.slots.first().topic, by=[Pen.objects.get().person], live=False)


@pytest.fixture
def translation(source, cast):
    return commentaries.start_translation(source, "be", by=cast["translator"])
