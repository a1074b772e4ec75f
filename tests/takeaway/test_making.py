"""Printed forms are made once for an edition, kept whole, and made anew after a correction."""

import pytest
from django.conf import settings

from barograph.editions.models import Edition
from barograph.publishing.tasks import make_forms
from barograph.takeaway import making
from barograph.website import ready
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
        cards = {f"{t['key']}.png" for t in edition.content["topics"] if t["commentary"]}
        assert set(made) == {ready.PDF, ready.EPUB, ready.CARD} | cards
        digests = current().in_language(edition.language).order_by("first").values_list("digest", flat=True)
        assert ready.year(edition.language, 2020, digests)


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


def test_the_worker_makes_those_of_one_older_week_and_its_pages_name_them(two_weeks):
    made = make_forms.call(two_weeks.first.isoformat())
    assert made == 3
    assert make_forms.call(two_weeks.first.isoformat()) == 0
    edition = current().get(first=two_weeks.first, language="en")
    page = ((settings.DATA / "site" / "current") / "en" / two_weeks.first.isoformat() / "index.html").read_text(
        encoding="utf-8"
    )
    assert ready.PDF in page
    assert ready.files("en", two_weeks.first.isoformat(), edition.digest)
