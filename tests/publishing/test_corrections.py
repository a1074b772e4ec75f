"""A correction never passes for one in a language whose text is still the old one: editors and readers are told."""

import pytest
from django.urls import reverse

from barograph.commentaries import services as commentaries
from barograph.commentaries.models import Commentary
from barograph.editions import services as editions
from barograph.editions.models import Edition
from barograph.issues import services as issues
from barograph.publishing import services
from tests.factories import CommentaryFactory, translated
from tests.publishing.cast import signed_in


@pytest.fixture
def issue(db, data_folder):
    """A published issue with a Russian original and its English translation."""
    issues.publication()
    source = CommentaryFactory(language="ru", headline="Три завода", body="<p>Закрылись три завода.</p>")
    translation = translated(source, "en", headline="Three plants")
    Commentary.objects.filter(pk=translation.pk).update(source_texts=commentaries.standing_texts(source))
    services.run(services.request(issue=source.issue, mail=False).pk)
    return source.issue


def change_the_original(issue):
    source = issue.commentaries.get(source=None)
    draft = commentaries.working_copy(source)
    draft.headline = "Четыре завода"
    draft.save_revision(clean=False)
    commentaries.sign_off(commentary=source)


@pytest.fixture
def publisher(db):
    return signed_in("Publishers")


def note(**texts):
    return {"topic": "", "kind": "fact"} | {f"notes_{code}": texts.get(code, "") for code in ("be", "ru", "en")}


def test_the_release_page_names_outdated_translations_and_asks_before_it_publishes_them(issue, publisher):
    address = reverse("publishing_release", args=[issue.pk])
    assert "Translations of older text" not in publisher.get(address).content.decode()
    change_the_original(issue)
    page = publisher.get(address).content.decode()
    assert "Translations of older text" in page
    refused = publisher.post(address, note(ru="Заводов четыре."))
    assert refused.status_code == 422
    assert "Update the translations first" in refused.content.decode()
    assert not issue.corrections.exists()
    assert publisher.post(address, note(ru="Заводов четыре.") | {"outdated": "on"}).status_code == 302
    assert issue.corrections.count() == 1


def test_readers_of_an_outdated_translation_are_told_in_its_language(issue, publisher, data_folder):
    change_the_original(issue)
    publisher.post(reverse("publishing_release", args=[issue.pk]), note(ru="Заводов четыре.") | {"outdated": "on"})
    services.run(issue.releases.first().pk)
    key = issue.commentaries.first().topic.key
    page = (data_folder / f"site/current/en/{issue.key}/{key}/index.html").read_text()
    assert "Translated from Russian. The original has changed since then." in page
    original = (data_folder / f"site/current/ru/{issue.key}/{key}/index.html").read_text()
    assert "Оригинал" not in original
    issue_page = (data_folder / f"site/current/en/{issue.key}/index.html").read_text()
    assert '<span lang="ru">Заводов четыре.</span>' in issue_page
    english = Edition.objects.filter(issue=issue, language="en").current().get().content
    assert english["corrections"][0]["note_language"] == "ru"
    assert english["topics"][0]["commentary"]["outdated"] is True


def test_a_translation_brought_up_to_date_is_no_longer_called_outdated(issue):
    change_the_original(issue)
    row = issue.commentaries.get(language="en")
    commentaries.sign_off(commentary=row)
    content = editions.compose(issue=issue, published_at=issue.releases.first().published_at)["en"]
    assert "outdated" not in content["topics"][0]["commentary"]
