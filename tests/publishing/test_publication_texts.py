"""Edited texts of the publication have a visible way to readers: said on the week's screen, shown by one button."""

import pytest
from django.urls import reverse

from barograph.editions import services as editions
from barograph.issues import services as issues
from barograph.issues.models import StandingText
from barograph.publishing import services
from barograph.publishing.tasks import show_publication
from tests.factories import CommentaryFactory
from tests.publishing.cast import signed_in


@pytest.fixture
def published(db, data_folder):
    issues.publication()
    source = CommentaryFactory(language="ru")
    services.run(services.request(issue=source.issue, mail=False).pk)
    return source.issue


def test_nothing_waits_right_after_a_release(published):
    assert editions.imprint_changes() == []
    assert "not on the site yet" not in signed_in("Publishers").get("/desk/").content.decode()


def test_an_edited_page_waits_until_somebody_shows_it(published, data_folder, django_capture_on_commit_callbacks):
    StandingText.objects.create(kind="about", language="en", title="About us", body="<p>Who we are.</p>")
    client = signed_in("Publishers")
    page = client.get("/desk/").content.decode()
    assert "Edited but not on the site yet" in page
    assert "pages about the project" in page
    about = data_folder / "site/current/en/about/index.html"
    assert not about.exists() or "Who we are." not in about.read_text()
    assert client.post(reverse("publishing_show_publication")).status_code == 302
    show_publication.func()
    assert "Who we are." in about.read_text()
    assert "not on the site yet" not in client.get("/desk/").content.decode()


def test_an_analyst_neither_sees_nor_shows_it(published):
    StandingText.objects.create(kind="about", language="en", title="About us", body="<p>Who we are.</p>")
    client = signed_in("Analysts")
    assert "not on the site yet" not in client.get("/desk/").content.decode()
    assert client.post(reverse("publishing_show_publication")).status_code in {302, 403}
    assert editions.imprint_changes() == ["standing"]
