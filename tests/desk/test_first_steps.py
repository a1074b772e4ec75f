"""A new publication: the desk says what to do first, and refuses an issue that would be empty."""

from django.urls import reverse

from barograph.issues.models import Issue
from tests.factories import PersonFactory, TopicFactory


def test_an_empty_publication_names_four_steps_with_their_addresses(cast, sign_in):
    client = sign_in(cast["editor"])
    page = client.get("/desk/").content.decode()
    for title in ("First steps", "Name and languages", "Topics", "Analysts", "First issue"):
        assert title in page
    assert reverse("topics:index") in page
    assert reverse("publication:index") in page
    assert "none yet" in page
    TopicFactory()
    PersonFactory()
    page = client.get("/desk/").content.decode()
    assert "1 topic" in page
    assert "1 analyst" in page


def test_no_issue_is_opened_without_topics(cast, sign_in):
    client = sign_in(cast["editor"])
    page = client.post(reverse("desk_open_issue"), follow=True).content.decode()
    assert "Add a topic first" in page
    assert not Issue.objects.exists()


def test_the_steps_are_gone_once_there_is_an_issue(cast, sign_in, issue):
    assert "First steps" not in sign_in(cast["editor"]).get("/desk/").content.decode()
