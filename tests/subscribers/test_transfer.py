"""Moving addresses: all or nothing, a no stays a no, and every export is on record."""

import csv

import pytest

from barograph.subscribers import services, transfer
from barograph.subscribers.models import Export, Subscriber, Subscription, Suppression

pytestmark = pytest.mark.django_db

HEADER = "address,list,language,status,confirmed_at,source,topics\n"


def taken(tmp_path, text, name="in.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return transfer.import_csv(path)


def test_consent_time_source_list_and_topics_survive_a_move(tmp_path):
    report = taken(
        tmp_path,
        HEADER
        + "one@example.org,en,be,confirmed,2020-08-03T10:00:00Z,paper,economy security\n"
        + "one@example.org,be-ru,be,confirmed,2020-08-04,fair,\n"
        + "two@прыклад.бел,be-ru,ru,confirmed,2020-08-05T12:00:00+03:00,=1+1,\n",
    )
    assert (report.problems, report.created, report.updated) == ([], 2, 1)
    out = tmp_path / "out.csv"
    assert transfer.export_csv(out) == 3
    rows = {(row["address"], row["list"]): row for row in csv.DictReader(out.read_text(encoding="utf-8").splitlines())}
    first = rows["one@example.org", "en"]
    assert (first["confirmed_at"], first["source"], first["topics"]) == (
        "2020-08-03T10:00:00Z",
        "paper",
        "economy security",
    )
    assert rows["two@xn--80aiqesg1f.xn--90ais", "be-ru"]["source"] == "'=1+1"  # no formula in a spreadsheet
    assert out.stat().st_mode & 0o077 == 0
    assert dict(Export.objects.values_list("act", "number")) == {"import": 3, "export": 3}

    again = transfer.import_csv(out)
    assert (again.problems, again.created, again.updated, again.unchanged) == ([], 0, 0, 3)
    Subscriber.objects.all().delete()
    transfer.import_csv(out)
    assert Subscription.objects.get(list_key="en").confirmed_at.isoformat() == "2020-08-03T10:00:00+00:00"
    assert set(Subscription.objects.values_list("source", flat=True)) == {"paper", "fair", "=1+1"}


def test_a_no_stays_a_no_whatever_the_order(tmp_path):
    text = (
        HEADER
        + "a@example.org,en,en,confirmed,2020-08-03,x,\n"
        + "A@example.org,en,en,unsubscribed,,x,\n"
        + "b@example.org,en,en,bounced,,x,\n"
        + "b@example.org,be-ru,en,confirmed,2020-08-03,x,\n"
        + "c@example.org,en,en,unsubscribed,,x,\n"
        + "c@example.org,be-ru,en,confirmed,2020-08-03,x,\n"
    )
    assert taken(tmp_path, text).problems == []
    assert list(Subscription.objects.values_list("list_key", flat=True)) == ["be-ru"]
    before = list(Suppression.objects.order_by("pk").values())
    assert taken(tmp_path, text).unchanged == 6
    assert list(Suppression.objects.order_by("pk").values()) == before


def test_who_left_is_not_brought_back_by_an_import(tmp_path):
    line = "a@example.org,en,en,confirmed,2020-08-03,x,\n"
    taken(tmp_path, HEADER + line)
    assert services.forget("A@example.org")
    assert taken(tmp_path, HEADER + line).refused == 1
    assert not Subscriber.objects.exists()


def test_every_problem_has_its_line_and_nothing_is_written(tmp_path):
    report = taken(
        tmp_path,
        HEADER
        + "good@example.org,en,en,confirmed,2020-08-03,x,\n"
        + "no address,en,en,confirmed,2020-08-03,x,\n"
        + "a@example.org,en,en,perhaps,2020-08-03,x,\n"
        + "a@example.org,,en,confirmed,,x,\n"
        + "a@example.org,en,en,confirmed,yesterday,x,\n"
        + "a@example.org,en,en\n"
        + "a@example.org,EN,e,confirmed,2999-01-01,x,\n",
    )
    assert {problem["line"] for problem in report.problems} == {3, 4, 5, 6, 7, 8}
    assert not any("@" in problem["message"].replace("name@", "") for problem in report.problems)
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("text", ["", "address,name\n", "address,list,status,phone\n", 'address,list,status\n"a\n'])
def test_a_wrong_file_is_one_clear_problem(tmp_path, text):
    assert taken(tmp_path, text).problems


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_write_is_read(tmp_path, separator, encoding, end):
    columns = HEADER.strip().split(",")
    row = dict(zip(columns, ("a@example.org", "en", "en", "confirmed", "2020-08-03", "fair; a, b\tc", ""), strict=True))
    path = tmp_path / "in.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator, lineterminator=end)
        writer.writerows([[], columns + ["", ""], list(row.values()) + ["", ""], [""] * 9])
    report = transfer.import_csv(path)
    assert (report.problems, report.created) == ([], 1)
    assert Subscription.objects.get().source == "fair; a, b\tc"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a@example.org,en,en,confirmed,2020-08-03,x,\n", HEADER.strip()),
        ("a@example.org;en;confirmed\n", HEADER.strip()),
        ("address;list\n", "missing: status"),
        ("address;list;status;phone\n", "phone"),
        ("address,list,status,status\n", "same name"),
        ('address,list,status\n"a"b,en,confirmed\n', "quotation mark"),
        ("", "first line must name the columns"),
        ("\n\n", "first line must name the columns"),
    ],
)
def test_a_wrong_file_says_what_to_do(tmp_path, text, words):
    (problem,) = taken(tmp_path, text).problems
    assert words in problem["message"]
    assert "a@example" not in problem["message"]


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16-le", "utf-16-be"])
def test_another_encoding_says_which_one_is_wanted(tmp_path, encoding):
    (tmp_path / "in.csv").write_bytes("address,list,status,source\na@example.org,en,confirmed,ярмарка".encode(encoding))
    (problem,) = transfer.import_csv(tmp_path / "in.csv").problems
    assert "UTF-8" in problem["message"]


def test_half_a_letter_at_the_end_is_a_problem_too(tmp_path):
    (tmp_path / "in.csv").write_bytes(HEADER.encode("utf-16") + b"x")
    assert transfer.import_csv(tmp_path / "in.csv").problems


def test_unreadable_files_are_problems(tmp_path):
    (tmp_path / "latin.csv").write_bytes("address,list,status\nа".encode("cp1251"))
    assert transfer.import_csv(tmp_path / "latin.csv").problems
    assert transfer.import_csv(tmp_path / "none.csv").problems
