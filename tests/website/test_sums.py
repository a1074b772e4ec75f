"""Years in short: kept under what they were made from; where they are lost, damaged or of others, made again."""

import sqlite3

import pytest

from barograph.machines.site import claim
from barograph.website import bake, sums
from barograph.website.chronicle import Chronicle
from barograph.website.record import opened
from tests.website import contents
from tests.website.test_bake import correct, tree


@pytest.fixture
def record(tmp_path):
    with opened(tmp_path / "record.sqlite3") as found:
        yield found


class Making:
    """Counts how often it is made."""

    def __init__(self, value) -> None:
        self.value, self.times = value, 0

    def __call__(self):
        self.times += 1
        return self.value


def test_a_sum_is_made_once_and_read_as_plain_values(record):
    make = Making({"be": (1, "два")})
    for _time in range(2):
        assert record.remembered("en/2020", "a", make) == {"be": [1, "два"]}
    assert make.times == 1


def test_made_from_others_or_of_another_name_it_is_made_anew(record):
    make = Making([1])
    for name, key in [("en/2020", "a"), ("en/2020", "b"), ("en/2021", "b"), ("en/2021", "b")]:
        assert record.remembered(name, key, make) == [1]
    assert make.times == 3


def test_a_whole_bake_makes_all_anew_and_keeps_that(record):
    record.remembered("en/2020", "a", Making([1]))
    assert record.remembered("en/2020", "a", Making([2]), anew=True) == [2]
    assert record.remembered("en/2020", "a", Making([3])) == [2]


DAMAGES = ["no JSON", "{}", "[[], 1]", "null", "", 7, b"\xff", b"[]", b"", None]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_sum_is_made_anew(record, damage):
    record.connection.execute("DROP TABLE sum")
    record.connection.execute("CREATE TABLE sum (name TEXT PRIMARY KEY, key TEXT, value BLOB)")
    make = Making([[1], {}])
    record.remembered("en/2020", "a", make)
    record.connection.execute("UPDATE sum SET value = ?", (damage,))
    for _time in range(2):
        assert record.remembered("en/2020", "a", make) == [[1], {}]
    assert make.times == 2


@pytest.mark.django_db
@pytest.mark.parametrize("damage", ["value = 'no JSON'", "value = x'7b7d'", "value = x'5b5d'", "key = ''"])
def test_with_damaged_sums_a_bake_gives_the_same_bytes(data_folder, settings, damage):
    contents.found(contents.imprint())
    rows = [contents.publish(contents.issue(week)) for week in range(0, 60, 20)]  # two years
    bake.bake()
    with sqlite3.connect(bake.folder() / "record.sqlite3") as connection:
        assert connection.execute(f"UPDATE sum SET {damage}").rowcount > 5  # noqa: S608
    correct(rows[0])
    step_by_step = tree(bake.bake().path)
    settings.DATA = data_folder / "elsewhere"
    claim()  # the site is to be baked there
    assert tree(bake.bake(everything=True).path) == step_by_step


@pytest.mark.django_db
def test_closed_years_are_not_read_for_what_their_sums_tell(monkeypatch):
    """The cells of an ordinary week's bake are those of the years beside it."""
    contents.found(contents.imprint())
    for week in range(0, 200, 20):  # 2020 to 2024
        contents.publish(contents.issue(week))
    bake.bake()
    summed = []
    monkeypatch.setattr(
        Chronicle, "_summed", lambda self, year, made=Chronicle._summed: summed.append(year) or made(self, year)
    )
    contents.publish(contents.issue(201))
    bake.bake()
    assert set(summed) == {2024}


def test_a_year_in_short_tells_what_its_cells_tell():
    issues = [
        contents.issue(0, ("worsened", None, "unchanged")),
        contents.issue(1, ("unchanged", "improved", None)),
        contents.issue(2, ("unchanged", None, None), languages=()),
    ]
    chronicle = Chronicle(contents.imprint(), issues[::-1], "en")
    held = chronicle.sum(2020)
    keys = [topic["key"] for topic in issues[0]["en"]["topics"]]
    assert [held.topics[key].line for key in keys] == ["wuu", "-i.", "u-."]
    assert sums.counted("w.-iuu") == {"worsened": 1, "unchanged": 2, "improved": 1, None: 1}
    (row,) = (sums.Change(*row) for row in held.topics[keys[1]].changes)
    assert (row.place, row.verdict, row.revised) == (1, "improved", None)
    assert row.url == f"/en/2020-08-10/{keys[1]}/"
    marks = {key: topic.digest for key, topic in held.topics.items()}
    issues[1]["en"]["topics"][1]["commentary"]["headline"] = "Another"
    anew = Chronicle(contents.imprint(), issues[::-1], "en").sum(2020).topics
    assert [anew[key].digest == marks[key] for key in keys] == [True, False, True]
