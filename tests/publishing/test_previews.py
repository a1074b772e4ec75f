"""Before an issue goes out its editor sees every page, feed and card of it; nobody else does, and nothing is kept."""

import datetime
import re

import pytest

from barograph.editions import services as editions
from barograph.editions.models import Edition
from barograph.issues import services as issues
from barograph.website import bake
from tests.factories import CommentaryFactory, IssueFactory, translated
from tests.publishing.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue():
    house = issues.publication()
    house.languages = ["be", "ru", "en"]
    house.save()
    source = CommentaryFactory(language="ru", headline="Зелёный день")
    translated(source, "en", headline="A green day")
    issues.decide_verdict(issue=source.issue, topic=source.topic, value="improved")
    return source.issue


@pytest.fixture
def desk():
    return signed_in("Editors")


def place(issue, more=""):
    return f"/desk/release/{issue.pk}/preview/{more}"


def linked(page):
    return re.findall(r'(?:href|src)="(/desk/release/[^"]*preview/[^"?]+)"', page)


def test_everything_that_the_preview_leads_to_is_there_and_not_published(issue, desk):
    seen, waiting = set(), [place(issue) + "?language=en"]
    while waiting and len(seen) < 200:
        address = waiting.pop()
        answer = desk.get(address)
        assert answer.status_code == 200, address
        seen.add(address)
        if answer["Content-Type"].startswith("text/html"):
            text = answer.content.decode()
            framed = "/site/" in address and "/widget/" not in address and "/lite/" not in address
            assert not framed or 'class="g error" role="status"' in text, address
            waiting += set(linked(text)) - seen - set(waiting)
    key = issue.slots.first().topic.key if issue.slots.exists() else issue.commentaries.first().topic.key
    first = issue.first.isoformat()
    for wanted in (
        f"site/en/{first}/{key}/",
        "site/en/",
        "site/ru/",
        "feed/en/feed.atom",
        "card/en/",
        f"card/en/{key}/",
    ):
        assert place(issue, wanted) in seen
    assert "A green day" in desk.get(place(issue, f"site/en/{first}/{key}/")).content.decode()
    assert "A green day" in desk.get(place(issue, "feed/en/feed.json")).content.decode()
    assert desk.get(place(issue, "card/en/")).content.startswith(b"\x89PNG")
    assert not Edition.objects.exists()
    assert not bake.folder().exists()


def test_it_is_the_page_that_the_release_makes(issue, desk):
    key = issue.commentaries.first().topic.key
    address = f"en/{issue.first.isoformat()}/{key}/"
    shown = desk.get(place(issue, f"site/{address}")).content.decode()
    editions.freeze_imprint()
    editions.freeze(issue=issue, published_at=datetime.datetime(2020, 8, 10, 9, tzinfo=datetime.UTC))
    made = (bake.bake().path / address / "index.html").read_text()
    article = re.compile("<article>.*</article>", re.S)

    def bare(text):
        text = re.sub(r'(target="_blank" )?href="[^"]*"', "", article.search(text)[0])
        return re.sub("<time.*?</time>", "", text)

    assert bare(shown) == bare(made)


def test_a_correction_is_seen_as_one(issue, desk):
    issues.publication()
    editions.freeze_imprint()
    editions.freeze(issue=issue, published_at=datetime.datetime(2020, 8, 10, 9, tzinfo=datetime.UTC))
    issues.mark_released(issue=issue, at=datetime.datetime(2020, 8, 10, 9, tzinfo=datetime.UTC))
    assert set(Edition.objects.values_list("version", flat=True)) == {1}
    issues.record_correction(
        issue=issue, topic=None, when=datetime.date(2020, 8, 11), kind="fact", notes={"en": "It was Tuesday."}, by=None
    )
    text = desk.get(place(issue, f"site/en/{issue.first.isoformat()}/")).content.decode()
    assert "It was Tuesday." in text


@pytest.mark.parametrize(
    "address",
    ["site/en/2001-01-01/", "site/nowhere", "feed/en/", "feed/xx/feed.atom", "card/xx/", "card/en/nothing/"],
)
def test_what_is_not_there_is_not_found(issue, desk, address):
    assert desk.get(place(issue, address)).status_code == 404


def test_an_issue_without_a_text_and_an_unknown_language_are_shown_all_the_same(desk):
    empty = IssueFactory()
    page = desk.get(place(empty) + "?language=xx")
    assert page.status_code == 200
    for address in linked(page.content.decode()):
        assert desk.get(address).status_code == 200


@pytest.mark.parametrize("group", ["Analysts", "Translators"])
def test_only_who_may_publish_sees_it(issue, group):
    client = signed_in(group)
    for more in ("", "site/en/", "feed/en/feed.atom", "card/en/"):
        answer = client.get(place(issue, more))
        assert answer.status_code in {302, 403}
        assert "A green day" not in answer.content.decode(errors="replace")
