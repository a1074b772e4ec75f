"""A topic's or an analyst's address may change; everything follows, and the old addresses lead on for ever."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from barograph.base.addressed import resolved
from barograph.delivery.models import Mailing
from barograph.editions.services import current_renames
from barograph.issues import services as issues
from barograph.issues.models import Topic
from barograph.people.models import Person
from barograph.publishing import services, websub
from barograph.search import services as search
from barograph.subscribers import services as readers
from barograph.subscribers import tokens, transfer
from barograph.subscribers.enums import Pace
from barograph.subscribers.models import Subscription
from barograph.website import bake, copies
from barograph.website.server import application_for
from tests.factories import CommentaryFactory, IssueFactory, PersonFactory, TopicFactory, translated
from tests.publishing.cast import signed_in

pytestmark = pytest.mark.django_db


def written(number, topic, person, body="<p>Тэкст пра рэформу.</p>", verdict="improved"):
    issue = IssueFactory(number=number)
    source = CommentaryFactory(
        issue=issue, topic=topic, language="ru", headline=f"Выпуск {number}", body=body, by=[person]
    )
    translated(source, "en", headline=f"Week {number}", body=body)
    issues.decide_verdict(issue=issue, topic=topic, value=verdict)
    return issue


def release(issue):
    done = services.run(services.request(issue=issue).pk)
    assert done.state == "done"


@pytest.fixture
def two_weeks(data_folder):
    issues.publication()
    topic, person = TopicFactory(key="parties"), PersonFactory(slug="viera")
    first = written(1, topic, person)
    release(first)
    link = '<p><a href="/ru/topics/parties/">Тэма</a>, <a href="/ru/people/viera/">аўтар</a></p>'
    second = written(2, topic, person, body=link)
    return topic, person, first, second


def renamed(row, address):
    setattr(row, row.ADDRESS, address)
    row.full_clean()
    row.save()


def tree(folder):
    return (folder / "site" / "current").resolve()


def answer(folder, path):
    got = application_for(folder / "site" / "current", None, https=False).answer(path, b"", {})
    return got and (got.status, dict(got.headers).get(b"location", b"").decode())


def test_pages_feeds_cards_and_years_follow_and_old_addresses_lead_on(two_weeks, data_folder):
    topic, person, first, second = two_weeks
    before = {path.relative_to(tree(data_folder)).as_posix() for path in tree(data_folder).rglob("*")}
    renamed(topic, "society-parties")
    renamed(person, "viera-n")
    release(second)
    root = tree(data_folder)
    history = (root / "ru/topics/society-parties/index.html").read_text()
    assert "Выпуск 1" in history
    assert "Выпуск 2" in history
    assert "Выпуск 1" in (root / "ru/people/viera-n/index.html").read_text()
    here = {
        "/ru/topics/parties/": "/ru/topics/society-parties/",
        "/ru/topics/parties": "/ru/topics/society-parties/",
        "/ru/topics/parties/2020/": "/ru/topics/society-parties/2020/",
        "/ru/topics/parties/feed.atom": "/ru/topics/society-parties/feed.atom",
        "/ru/topics/parties/feed.json": "/ru/topics/society-parties/feed.json",
        "/ru/people/viera/": "/ru/people/viera-n/",
        f"/ru/{first.key}/parties/": f"/ru/{first.key}/society-parties/",
        f"/ru/{first.key}/parties/card.png": f"/ru/{first.key}/society-parties/card.png",
    }
    for old, new in here.items():
        assert answer(data_folder, old) == (301, new), old
        assert answer(data_folder, new)[0] == 200
    assert answer(data_folder, "/ru/topics/parties/1999/")[0] == 404
    # nothing that was there is gone, not even where plain files are served
    gone = {
        path for path in before if not (root / path).exists() and not re.search(r"^assets/|/archive/\d+\.zip", path)
    }
    assert not {path for path in gone if not path.endswith((".br", ".gz"))}
    page = (root / "ru/topics/parties/index.html").read_text()
    assert '<meta http-equiv="refresh" content="0; url=/ru/topics/society-parties/">' in page
    feed = (root / "ru/topics/parties/feed.atom").read_bytes()
    assert feed == (root / "ru/topics/society-parties/feed.atom").read_bytes()
    dead = []
    for path in root.rglob("*.html"):
        for link in re.findall(r'href="(/[^"#?]*)', path.read_text()):
            target = root / link[1:]
            if not (target / "index.html").is_file() and not target.is_file() and not link.startswith("/desk"):
                dead.append((path, link))
    assert not dead
    stale = [
        path
        for path in root.rglob("*")
        if path.suffix in {".html", ".xml"}
        and "/parties/" in path.read_text()
        and 'http-equiv="refresh"' not in path.read_text()
    ]
    assert {path.parent.name for path in stale} <= {"society-parties"}  # the text of the second week's commentary


def test_entries_keep_their_ids_and_the_table_its_topic(two_weeks, data_folder):
    topic, _person, _first, second = two_weeks
    ids = set(re.findall(r"<id>(tag:[^<]*)</id>", (tree(data_folder) / "ru/feed.atom").read_text()))
    renamed(topic, "b")
    renamed(topic, "c")
    release(second)
    root = tree(data_folder)
    now = re.findall(r"<id>(tag:[^<]*)</id>", (root / "ru/feed.atom").read_text())
    assert ids < set(now)
    assert all(one.endswith("ru/parties") for one in now)
    rows = list(csv.DictReader(io.StringIO((root / "data/verdicts.csv").read_text())))
    assert [row["topic"] for row in rows] == ["c", "c"]
    package = json.loads((root / "data/datapackage.json").read_text())
    assert package["renamed"]["topics"] == {"parties": "c", "b": "c"}
    frozen = json.loads((root / "data/editions/2020-08-03.ru.json").read_text())
    assert frozen["topics"][0]["key"] == "parties"  # what was frozen stays as it was
    for old in ("parties", "b"):
        assert answer(data_folder, f"/ru/topics/{old}/") == (301, "/ru/topics/c/")
    renamed(topic, "parties")  # and back again
    release(written(3, topic, Person.objects.get(slug="viera")))
    root = tree(data_folder)
    assert answer(data_folder, "/ru/topics/parties/")[0] == 200
    assert answer(data_folder, "/ru/topics/b/") == answer(data_folder, "/ru/topics/c/") == (301, "/ru/topics/parties/")
    assert not (root / "ru/topics/parties/.moved").exists()
    third = re.findall(r"<id>(tag:[^<]*)</id>", (root / "ru/feed.atom").read_text())
    assert set(now) < set(third)


def test_a_release_of_an_issue_that_only_its_topics_address_changed_in_makes_no_version(two_weeks):
    topic, _person, first, _second = two_weeks
    renamed(topic, "other")
    release(first)
    assert not first.editions.filter(version__gt=1).exists()


@pytest.mark.parametrize("kind", ["topic", "person"])
def test_a_former_address_is_nobody_elses(two_weeks, kind):
    topic, person, _first, _second = two_weeks
    row, make = (topic, TopicFactory) if kind == "topic" else (person, PersonFactory)
    old = getattr(row, row.ADDRESS)
    renamed(row, "moved")
    other = make()
    with pytest.raises(ValidationError, match="old links still point to it"):
        renamed(other, old)  # a swap, too, begins with this
    with pytest.raises(ValidationError):
        make(**{row.ADDRESS: old})
    other.refresh_from_db()
    with pytest.raises(ValidationError):
        renamed(other, "Грамадства")
    with pytest.raises(ValidationError):
        renamed(other, "With_Capitals")
    assert resolved(type(row).objects.all())[old] == row


def test_the_desk_says_so_beside_the_field(two_weeks):
    topic, _person, _first, _second = two_weeks
    renamed(topic, "moved")
    other = TopicFactory()
    client = signed_in("Editors", language="en")
    names = {f"names_{code}": text for code, text in other.names.items()}
    page = client.get(reverse("topics:edit", args=[other.pk]))
    fields = {name: field.value() for name, field in ((f.html_name, f) for f in page.context["form"])}
    data = {key: "" if value is None else value for key, value in fields.items() if not isinstance(value, dict)} | names
    soup = re.findall(r'name="((?:names|about|improved|worsened)[^"]*)"', page.content.decode())
    data |= {name: "Name" for name in soup if name.startswith("names")} | {"key": "parties"}
    got = client.post(reverse("topics:edit", args=[other.pk]), data)
    assert got.status_code == 200
    assert "old links still point to it" in got.content.decode()
    assert "Old links keep working" in page.content.decode()


def test_search_finds_under_the_new_address_and_filters_follow(two_weeks):
    topic, person, _first, second = two_weeks
    renamed(topic, "moved")
    renamed(person, "viera-n")
    release(second)
    hits = search.search("рэформу", "ru")["hits"]
    assert {hit["url"] for hit in hits} == {"/ru/2020-08-03/moved/"}
    for filters in (search.Filters(topic="moved"), search.Filters(author="viera-n")):
        assert search.find("", "ru", filters=filters).total == 2
    page = Client().get("/ru/search/?q=рэформу&topic=parties&author=viera").content.decode()
    assert "/ru/2020-08-03/moved/" in page
    assert search.follow_renames() == 0


def test_what_readers_chose_holds(two_weeks, tmp_path):
    topic, person, _first, second = two_weeks
    other = TopicFactory(key="other")
    for issue in (second,):
        issues.decide_verdict(issue=issue, topic=other, value="worsened")
    asked = readers.sign_up(address="r@example.org", list_key="en", language="en").subscriber
    token = tokens.confirmation(asked.pk, ["en"], now=timezone.now())
    someone = readers.confirm(confirmation=tokens.read_confirmation(token, now=timezone.now()))
    Subscription.objects.filter(subscriber=someone).update(topics=["parties", "parties"], pace=Pace.CHANGES)
    renamed(topic, "moved")
    release(second)
    mailing = Mailing.objects.get(key=f"changes:{second.key}:en")
    assert mailing.total == 1
    assert set(mailing.topics) == {"parties", "other"}
    assert "<!--section:parties-->" in mailing.html
    assert "/moved/" in mailing.html
    page = Client().get(f"/en/subscription/{tokens.settings(someone.pk, links=someone.links)}/").content.decode()
    assert re.search(r'name="topics" value="moved" checked', page)
    current_renames()
    transfer.export_csv(tmp_path / "out.csv")
    assert "moved moved" in (tmp_path / "out.csv").read_text()
    (tmp_path / "out.csv").write_text((tmp_path / "out.csv").read_text().replace("r@", "s@"))
    report = transfer.import_csv(tmp_path / "out.csv")
    assert report.created == 1
    assert {key for row in Subscription.objects.all() for key in row.topics} == {"parties"}


def test_the_hub_hears_of_both_addresses(two_weeks, settings):
    topic, _person, _first, second = two_weeks
    renamed(topic, "moved")
    release(second)
    told = websub.feeds(second.editions.all())
    base = settings.BASE_URL
    assert {f"{base}/ru/topics/moved/feed.atom", f"{base}/ru/topics/parties/feed.atom"} <= set(told)


def test_a_copy_for_any_host_leads_on_by_itself(two_weeks, data_folder, tmp_path):
    topic, _person, _first, second = two_weeks
    renamed(topic, "moved")
    release(second)
    copies.copy_site(source=tree(data_folder), target=tmp_path / "copy", main="https://situation.example")
    page = (tmp_path / "copy/ru/topics/parties/index.html").read_text()
    leads = re.search(r'content="0; url=([^"]*)"', page)[1]
    assert (tmp_path / "copy/ru/topics/parties" / leads).resolve() == tmp_path / "copy/ru/topics/moved/index.html"
    assert not list((tmp_path / "copy").rglob(".moved"))


def test_the_same_again_changes_nothing_and_a_whole_bake_gives_the_same(two_weeks, data_folder):
    topic, _person, _first, second = two_weeks
    renamed(topic, "moved")
    release(second)
    third = written(3, topic, Person.objects.get(), verdict="worsened")
    release(third)
    there = {p.relative_to(tree(data_folder)): p.read_bytes() for p in tree(data_folder).rglob("*") if p.is_file()}
    assert bake.bake().written == 0
    bake.bake(everything=True)
    whole = {p.relative_to(tree(data_folder)): p.read_bytes() for p in tree(data_folder).rglob("*") if p.is_file()}
    assert there.keys() == whole.keys()
    assert there == whole


def test_entries_keep_their_ids_when_the_site_moves_to_another_domain(two_weeks, data_folder, settings):
    _topic, _person, _first, second = two_weeks
    release(second)

    def ids():
        root = tree(data_folder)
        atom = [
            one.text
            for one in ET.fromstring((root / "ru/feed.atom").read_bytes()).iter("{http://www.w3.org/2005/Atom}id")
        ]
        items = json.loads((root / "ru/feed.json").read_text())["items"]
        return [one for one in atom if one.startswith("tag:")], [one["id"] for one in items]

    before = ids()
    settings.BASE_URL = "https://new-domain.example"
    bake.bake(everything=True)
    assert ids() == before
    assert "https://new-domain.example/ru/" in (tree(data_folder) / "ru/feed.atom").read_text()


def test_topics_that_were_never_renamed_leave_no_table(two_weeks, data_folder):
    assert not (tree(data_folder) / "redirects.json").exists()
    assert not Topic.objects.get().addresses.exists()
