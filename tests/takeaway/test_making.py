"""Printed forms are made once for an edition, kept whole, and made anew after a correction."""

import re
import shutil
import zipfile

import pytest
from django_tasks_db.models import DBTaskResult

from barograph import operation
from barograph.editions.models import Edition
from barograph.publishing.tasks import ask_for_missing_forms, make_missing_forms
from barograph.takeaway import making, typesetting
from barograph.website import bake, presenters, ready
from tests.website.contents import found, imprint, issue, publish

pytestmark = pytest.mark.django_db


def current():
    return Edition.objects.current()


@pytest.fixture
def two_weeks():
    found(imprint())
    publish(issue(0))
    return publish(issue(1))


def test_each_edition_gets_its_forms_and_each_year_its_archive(two_weeks):
    assert making.make(current()) == 6
    for edition in current():
        made = ready.files(edition.language, edition.first.isoformat(), edition.digest)
        cards = {ready.card_name(t["key"]) for t in edition.content["topics"] if t["commentary"]}
        assert set(made) == {ready.PDF, ready.EPUB, ready.CARD} | cards
        assert {*boxed(edition.language)} == {
            "2020/index.html",
            *(
                f"2020/{day}.{ending}"
                for day in ("2020-08-03", "2020-08-10")
                for ending in ("html", "json", "pdf", "epub")
            ),
        }


def test_a_typesetter_that_dies_is_told_and_followed_by_another(two_weeks):
    card = {"name": "x"}
    with typesetting.press() as program:
        program.kill()
        with pytest.raises(typesetting.NotSet, match="has ended"):
            typesetting.png("card.typ", card)
    with pytest.raises(typesetting.NotSet) as refused:
        typesetting.png("card.typ", card)
    assert "has ended" not in str(refused.value), "Typst's own words"
    assert making.make(current()) == 6


def boxed(language="en") -> dict[str, bytes]:
    """What the year's archive holds."""
    box = zipfile.ZipFile(ready.latest_year(language, 2020))
    return {name: box.read(name) for name in box.namelist()}


def test_a_year_takes_in_what_is_printed_after_it_was_first_made(two_weeks):
    making.make(current().filter(first=two_weeks.first))
    assert "2020/2020-08-03.pdf" not in boxed()
    bake.bake()
    assert told_size() == presenters.size(shown_archive().stat().st_size, "en")
    small = told_size()
    make_missing_forms.call()
    assert {"2020/2020-08-03.pdf", "2020/2020-08-03.epub"} <= {*boxed()}
    assert shown_archive().read_bytes() == ready.latest_year("en", 2020).read_bytes()
    assert told_size() == presenters.size(shown_archive().stat().st_size, "en") != small


def test_a_year_takes_in_a_form_that_is_made_otherwise(two_weeks):
    making.make(current())
    edition = current().get(first=two_weeks.first, language="en")
    files = ready.files("en", "2020-08-10", edition.digest)
    made = {name: path.read_bytes() for name, path in files.items()} | {ready.PDF: b"%PDF of the same edition"}
    ready.keep("en", "2020-08-10", edition.digest, made)
    making.make([edition])
    assert boxed()["2020/2020-08-10.pdf"] == b"%PDF of the same edition"


def test_in_whatever_order_a_year_is_printed_its_archive_has_the_same_bytes(two_weeks, monkeypatch):
    monkeypatch.setattr(making, "_make_files", lambda edition, imprint: {ready.PDF: edition.digest.encode()})
    publish(issue(2))
    for first in ("2020-08-17", "2020-08-03", "2020-08-10"):
        making.make(current().filter(first=first))
    found = ready.latest_year("en", 2020)
    step_by_step = found.name, found.read_bytes()
    shutil.rmtree(ready.folder())
    making.make(current())
    found = ready.latest_year("en", 2020)
    assert (found.name, found.read_bytes()) == step_by_step


def shown_archive():
    return bake.folder() / "current/en/archive/2020.zip"


def told_size() -> str:
    page = shown_archive().with_name("2020").joinpath("index.html").read_text(encoding="utf-8")
    return re.search(r'2020\.zip">[^<]+</a> <span class="fine">\(ZIP,&nbsp;([^<]+)\)</span>', page)[1]


def test_doing_it_again_changes_nothing(two_weeks):
    making.make(current())
    before = {path: path.stat().st_mtime_ns for path in ready.folder().rglob("*.*")}
    assert making.make(current()) == 0
    assert {path: path.stat().st_mtime_ns for path in ready.folder().rglob("*.*")} == before


def test_a_correction_is_not_shown_with_the_old_forms(two_weeks):
    making.make(current())
    corrected = issue(1, verdicts=("improved", "worsened", None))
    publish({"en": corrected["en"]}, version=2, row=two_weeks)
    edition = current().get(first=two_weeks.first, language="en")
    assert ready.files("en", two_weeks.first.isoformat(), edition.digest) == {}
    assert making.make(current()) == 1
    assert ready.files("en", two_weeks.first.isoformat(), edition.digest)
    assert len(list((ready.folder() / "en" / two_weeks.first.isoformat()).iterdir())) == 1
    assert len(list((ready.folder() / "en").glob("2020-*.zip"))) == 1


def test_what_was_broken_off_is_not_taken_for_ready(two_weeks, monkeypatch):
    edition = current().filter(language="en").first()
    monkeypatch.setattr(ready, "_write", lambda path, content: (_ for _ in ()).throw(OSError(28, "No space")))
    with pytest.raises(OSError, match="No space"):
        making.make([edition])
    assert ready.files("en", edition.first.isoformat(), edition.digest) == {}
    monkeypatch.undo()
    assert making.make([edition]) == 1


def test_the_line_of_a_topic_comes_from_the_weeks_before(two_weeks):
    publish(issue(2, verdicts=("improved", None, "worsened")))
    edition = current().in_language("be").order_by("first").last()
    windows = making.windows_of(edition)
    assert [verdict for _first, verdict in windows["economy"]] == ["unchanged", "unchanged", "improved"]
    assert [first for first, _verdict in windows["security"]] == ["2020-08-03", "2020-08-10", "2020-08-17"]


@pytest.fixture
def printed(monkeypatch):
    """Forms that take no time, and for which editions they were made."""
    made = []

    def make(edition, imprint):
        made.append(f"{edition.first} {edition.language}")
        return {ready.PDF: b"a PDF", ready.EPUB: b"a book"}

    monkeypatch.setattr(making, "_make_files", make)
    return made


def worked_off() -> None:
    """What the worker does with the queue, without waiting for its hour."""
    while rows := DBTaskResult.objects.filter(status="READY"):
        for row in rows:
            row.task.call(*row.args_kwargs["args"])
            row.delete()


def test_the_worker_makes_what_older_weeks_lack_one_by_one_and_their_pages_name_it(two_weeks, printed):
    making.make(current().filter(first="2020-08-10"))
    publish(issue(2))
    printed.clear()
    bake.bake()
    assert ask_for_missing_forms() == 2
    assert ask_for_missing_forms() == 2  # asked twice, done once
    assert DBTaskResult.objects.count() == 1
    assert make_missing_forms.call() == "2020-08-17"
    assert {day.split()[0] for day in printed} == {"2020-08-17"}
    worked_off()
    assert len(printed) == len(set(printed)) == 6
    assert ask_for_missing_forms() == 0
    for day in ("2020-08-03", "2020-08-17"):
        page = (bake.folder() / f"current/en/{day}/index.html").read_text(encoding="utf-8")
        assert ready.PDF in page


def test_an_issue_that_cant_be_printed_doesnt_keep_the_others(two_weeks, printed, monkeypatch, caplog):
    real = making._make_files

    def made(edition, imprint):
        if edition.first == two_weeks.first:
            raise OSError(28, "No space")
        return real(edition, imprint)

    monkeypatch.setattr(making, "_make_files", made)
    assert ask_for_missing_forms() == 2
    worked_off()
    assert {day.split()[0] for day in printed} == {"2020-08-03"}
    assert "no printed forms of the issue of 2020-08-10" in caplog.text
    assert ask_for_missing_forms() == 1


def test_the_examination_tells_how_many_issues_are_left(two_weeks, printed):
    bake.bake()
    assert told_by_doctor() == "2 issues without PDF, EPUB or cards: run `barograph bake --takeaways`."
    ask_for_missing_forms()
    assert told_by_doctor() == "2 issues without PDF, EPUB or cards: the worker makes them."
    worked_off()
    assert told_by_doctor() == "every issue has its PDF, EPUB and cards"


def told_by_doctor() -> str:
    return next(check["message"] for check in operation.examine() if check["name"] == "printed forms")
