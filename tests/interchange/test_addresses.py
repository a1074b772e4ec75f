"""A content folder may change the address of a topic or an analyst; one with an old address means the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph.interchange.addresses import Entry, match
from barograph.interchange.exporting import export_folder
from barograph.interchange.importing import import_folder
from barograph.issues.models import Topic
from barograph.people.models import Person
from tests.interchange.folders import PEOPLE, PUBLICATION, TOPICS, commentary

KEYS = st.sampled_from("abcdef")


def folder(path, topics=TOPICS, people=PEOPLE, name="economy", **changes):
    (path / "2020-08-03").mkdir(parents=True, exist_ok=True)
    for old in (path / "2020-08-03").iterdir():
        old.unlink()
    (path / "publication.yaml").write_text(PUBLICATION)
    (path / "topics.yaml").write_text(topics)
    (path / "people.yaml").write_text(people)
    (path / f"2020-08-03/{name}.en.md").write_text(commentary("en", **changes))
    return path


@pytest.fixture
def there(tmp_path, db):
    assert not import_folder(folder(tmp_path / "f")).problems
    return tmp_path / "f"


NEW = TOPICS.replace("key: economy", "key: money\n  former: [economy]")
NEW_PEOPLE = PEOPLE.replace("slug: jan-tuman", "slug: jan\n  former: [jan-tuman]")


def test_former_changes_an_address_and_keeps_the_row(there):
    row = Topic.objects.get(key="economy")
    report = import_folder(folder(there, NEW, NEW_PEOPLE, name="money", byline="[jan]"))
    assert not report.problems
    assert (report.created, report.updated) == (0, 2)
    row.refresh_from_db()
    assert row.key == "money"
    assert [entry.address for entry in row.addresses.all()] == ["economy", "money"]
    assert Person.objects.filter(slug="jan").exists()
    again = import_folder(there)
    assert (again.created, again.updated, again.problems) == (0, 0, [])


def test_a_folder_with_the_old_address_means_the_same_and_changes_nothing(there):
    for row, address in ((Topic.objects.get(key="economy"), "money"), (Person.objects.get(slug="jan-tuman"), "jan")):
        setattr(row, row.ADDRESS, address)
        row.save()
    report = import_folder(there)
    assert (report.created, report.updated, report.problems) == (0, 0, [])
    assert set(Topic.objects.values_list("key", flat=True)) == {"money", "security"}


def test_a_folder_that_came_out_goes_in_elsewhere_with_its_former_addresses(there, tmp_path):
    row = Topic.objects.get(key="economy")
    for address in ("b", "economy"):  # and back
        row.key = address
        row.save()
    export_folder(tmp_path / "out")
    text = (tmp_path / "out/topics.yaml").read_text()
    assert "former: [economy, b]" in text
    Topic.objects.filter(key="economy").update(key="x")
    row.addresses.all().delete()
    row.refresh_from_db()
    row.key = "economy"
    Topic.objects.filter(pk=row.pk).update(key="economy")
    assert not import_folder(tmp_path / "out").problems
    assert [entry.address for entry in row.addresses.all()] == ["economy", "b"]


@pytest.mark.parametrize(
    ("topics", "words"),
    [
        (TOPICS.replace("key: economy", "key: money\n  former: [economy, security]"), "can belong to only one"),
        (TOPICS + "- key: money\n  former: [economy]\n  names: {en: Money}\n", "can belong to only one"),
        (NEW.replace("[economy]", "['ekan/omika']"), "Latin letters"),
    ],
)
def test_what_cannot_be_is_a_problem_by_file_and_line(there, topics, words):
    report = import_folder(folder(there, topics, name="security"))
    assert report.problems
    assert any(
        problem["file"] == "topics.yaml" and words in problem["message"].replace("Each belongs", "belongs")
        for problem in report.problems
    )
    assert Topic.objects.filter(key="economy").exists()


def test_two_files_on_one_topic_are_a_problem(there):
    row = Topic.objects.get(key="economy")
    row.key = "money"
    row.save()
    (there / "2020-08-03/money.ru.md").write_text(commentary("ru", source_language="ru"))
    report = import_folder(there)
    assert any("different addresses" in problem["message"] for problem in report.problems)


@given(st.lists(st.tuples(KEYS, st.lists(KEYS, max_size=2)), max_size=4), st.dictionaries(KEYS, KEYS, max_size=4))
def test_without_problems_no_two_entries_share_a_row_or_an_address(entries, known):
    known = {**known, **{new: new for new in known.values()}}
    given_ = [Entry(key, tuple(former)) for key, former in entries]
    found, problems = match(given_, known)
    assert len(found) == len(given_)
    if not problems:
        keys, rows = [one.key for one in found], [one.was for one in found if one.was]
        assert len(rows) == len(set(rows))
        assert len(keys) == len(set(keys))
