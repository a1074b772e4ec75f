"""Whatever a publication goes through, baking step by step gives the same bytes as baking it whole."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from barograph.editions import services as editions
from barograph.editions.models import Edition, Imprint, Summary
from barograph.issues.models import Issue
from barograph.machines.site import claim
from barograph.takeaway import making
from barograph.website import bake, ready
from tests.website import contents
from tests.website.test_bake import correct, tree

VERDICTS = st.tuples(*[st.sampled_from(["worsened", "unchanged", "improved", None])] * 3)
LANGUAGES = st.lists(st.sampled_from(["ru", "be", "en"]), min_size=0, max_size=3, unique=True)
#: (kind, week, verdicts, languages of the commentaries, who writes)
STEPS = st.tuples(
    st.sampled_from(["issue", "issue", "issue", "correct", "take back", "imprint", "bake", "undo", "print", "print"]),
    st.integers(0, 60),
    VERDICTS,
    LANGUAGES,
    st.sampled_from(["jan", "zoja"]),
)


def edition(week: int, verdicts, languages, slug: str, version: int) -> dict:
    found = contents.issue(week, verdicts, languages=tuple(languages))
    for content in found.values():
        if version > 1:
            content["revised"] = f"2022-01-01T10:00:{version:02d}+03:00"
        for topic in content["topics"]:
            topic["languages"] = list(languages)
            if topic["commentary"]:
                topic["commentary"]["byline"] = [{"slug": slug, "name": slug, "about": "", "pseudonym": False}]
                topic["commentary"]["headline"] += f" {version}"
    return found


def printed(edition: Edition, imprint: dict) -> dict[str, bytes]:
    """Printed forms that take no time, of different sizes; one that can't be set has no PDF."""
    made = {ready.EPUB: edition.digest.encode(), ready.CARD: b"a card"}
    if edition.digest[0] > "4":
        made[ready.PDF] = edition.digest.encode() * (1 + int(edition.digest[1], 16) * 100)
    return made


def people():
    return [
        {"slug": s, "names": dict.fromkeys(contents.LANGUAGES, s), "about": {}, "pseudonym": False}
        for s in ("jan", "zoja")
    ]


def house(number: int) -> dict:
    """An imprint of many that differ: in the name that every page shows, or in topics, people and texts alone."""
    found = contents.imprint(people=people()[: 1 + number % 2], name={"en": f"Name {number % 3 == 0}"})
    if number % 5 == 0:
        found["topics"] = found["topics"][::-1][:2]
    if number % 7 == 0:
        found["standing"] = {"method": {"en": {"title": "Method", "body": f"<p>{number}</p>"}}}
    return found


class Histories(TestCase):
    @settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(STEPS, min_size=2, max_size=9), data=st.data())
    def test_step_by_step_gives_the_same_bytes_as_whole(self, steps, data):
        from django.conf import settings as django_settings

        root = Path(django_settings.DATA)
        name = f"h{time.monotonic_ns()}"
        django_settings.DATA = root / name
        claim()  # the site is to be baked there
        try:
            contents.found(contents.imprint(people=people()))
            with mock.patch.object(making, "_make_files", printed):
                self.play(steps)
                bake.bake()
                step_by_step = tree(bake.folder() / "current")
                taken = root / name / "takeaways"
                django_settings.DATA = root / f"{name}-whole"
                django_settings.DATA.mkdir()
                claim()  # the site is to be baked there
                if taken.exists():
                    (django_settings.DATA / "takeaways").symlink_to(taken)
                assert tree(bake.bake(everything=True).path) == step_by_step
        finally:
            django_settings.DATA = root
            claim()  # the site is to be baked there

    def play(self, steps):
        versions: dict[int, int] = {}
        for kind, week, verdicts, languages, slug in steps:
            if kind == "issue" or (kind == "correct" and week in versions):
                versions[week] = versions.get(week, 0) + 1
                row = Issue.objects.filter(number=week + 1).first()
                contents.publish(edition(week, verdicts, languages, slug, versions[week]), versions[week], row)
                bake.bake()
            elif kind == "take back" and versions:
                number = sorted(versions)[week % len(versions)] + 1
                row = Issue.objects.get(number=number)
                editions.withdraw(issue=row)
                making.unmake(first=row.first)
                bake.bake()
            elif kind == "imprint":
                contents.found(house(week))
                bake.bake()
            elif kind == "bake":
                bake.bake()
            elif kind == "print" and versions:
                number = sorted(versions)[week % len(versions)] + 1
                making.make(Edition.objects.filter(issue__number=number).current())
                bake.bake()
            elif kind == "undo" and (bake.folder() / "current").exists() and _versions()[0] < _shown():
                bake.undo()


def _shown():
    return int((bake.folder() / "current").resolve().name)


def _versions():
    return sorted(int(p.name) for p in (bake.folder() / "versions").iterdir())


pytestmark = pytest.mark.django_db


def published(weeks=2):
    contents.found(contents.imprint())
    return [contents.publish(contents.issue(week)) for week in range(weeks)]


def test_what_is_written_follows_the_week_and_not_the_archive():
    published(3)
    bake.bake()
    small = publish_and_count(3)
    for week in range(4, 60):
        contents.publish(contents.issue(week))
    bake.bake()
    assert publish_and_count(60) <= small + 24  # year pages and the window of 26 weeks, no more


def test_a_new_analyst_a_renamed_topic_or_a_standing_text_leaves_the_archive_alone():
    published(30)
    bake.bake()
    found = contents.imprint(people=people())
    found["topics"][0]["names"] = {"en": "Economy and labour"}
    found["standing"]["about"]["en"]["body"] = "<p>Another text.</p>"
    contents.found(found)
    report = bake.bake()
    pages = [path for path in tree(report.path) if path.endswith(".html")]
    written = {path for path in pages if bake.why(path)["version"] == int(report.path.name)}
    assert {"en/people/zoja/index.html", "en/topics/economy/index.html", "en/about/index.html"} <= written
    assert not [path for path in written if "/20" in path and "/topics/" not in path and "/people/" not in path]
    contents.found(contents.imprint())
    assert not (bake.bake().path / "en/people/zoja").exists()


def test_the_text_only_pages_are_those_of_the_latest_issue():
    published(1)
    bake.bake()
    contents.publish(contents.issue(1, (None, "worsened", "unchanged"), languages=("ru", "en")))
    path = bake.bake().path
    assert not (path / "be/lite/economy").exists()


def test_a_spare_from_before_a_whole_bake_is_not_kept():
    published(2)
    for _again in range(3):
        bake.bake(everything=True)
    contents.publish(contents.issue(2))
    bake.bake()
    number = _shown()
    assert [int(path.name) for path in (bake.folder() / "spare").iterdir()] == [number]
    assert tree(bake.folder() / "spare" / str(number)) == tree(bake.folder() / "current")


def publish_and_count(week: int) -> int:
    contents.publish(contents.issue(week))
    return bake.bake().written


def test_a_spare_is_brought_up_to_date_and_shares_what_did_not_change():
    published()
    bake.bake()
    for week in range(2, 8):
        before = tree(bake.folder() / "current")
        contents.publish(contents.issue(week))
        report = bake.bake()
        assert tree(bake.folder() / "versions" / str(int(report.path.name) - 1)) == before  # never written into
        assert len(list((bake.folder() / "spare").iterdir())) == 1
    old = bake.folder() / "versions" / str(int(report.path.name) - 1) / "en/2020-08-03/economy/index.html"
    assert old.stat().st_ino == (report.path / "en/2020-08-03/economy/index.html").stat().st_ino


def test_undo_shows_the_version_before_and_the_next_bake_goes_on():
    rows = published()
    bake.bake()
    before = tree(bake.folder() / "current")
    correct(rows[0])
    bake.bake()
    after = tree(bake.folder() / "current")
    bake.undo()
    assert tree(bake.folder() / "current") == before
    with pytest.raises(bake.BakeFailed, match="no earlier version"):
        bake.undo()
    bake.bake()
    assert tree(bake.folder() / "current") == after


def test_the_record_says_why_a_page_was_written():
    published()
    bake.bake()
    contents.publish(contents.issue(2))
    bake.bake()
    assert bake.why("/en/2020-08-17/")["reason"] == "issue 2020-08-17"
    assert bake.why("en/2020-08-10/economy/")["reason"] == "an issue before or after it"
    assert bake.why("/en/")["reason"] == "it follows every issue"
    assert bake.why("/en/nowhere/") is None


@pytest.mark.parametrize("spoilt", [b"no database", b""])
def test_a_lost_or_spoilt_record_costs_time_but_no_page(spoilt):
    published()
    bake.bake()
    before = tree(bake.folder() / "current")
    for part in bake.folder().glob("record.sqlite3*"):
        part.unlink()
    (bake.folder() / "record.sqlite3").write_bytes(spoilt)
    bake.bake()
    assert tree(bake.folder() / "current") == before


def test_a_crash_between_tree_and_record_is_seen_through():
    rows = published()
    bake.bake()
    correct(rows[1])
    remembered = bake.folder() / "record.sqlite3"
    before = remembered.read_bytes()
    bake.prepare()
    remembered.write_bytes(before)  # as if the power had gone before the record was renewed
    bake.bake()
    assert "Corrected." in (bake.folder() / "current/en/2020-08-10/economy/index.html").read_text()
    assert len(_versions()) == 2


def test_summaries_may_be_lost():
    published()
    bake.bake()
    before = tree(bake.folder() / "current")
    Summary.objects.all().delete()
    assert bake.bake().written == 0
    assert tree(bake.folder() / "current") == before
    assert Summary.objects.count() == Edition.objects.count()
    assert Imprint.objects.exists()


@pytest.mark.own_data
def test_killed_at_any_moment_readers_have_a_whole_site(tmp_path, installation):
    """Real processes, real files: bakes that are shot at random moments, then one that ends."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAROGRAPH_")}
    environment |= {
        "BAROGRAPH_DATA": str(installation(tmp_path / "data")),
        "DJANGO_SETTINGS_MODULE": "barograph.settings",
    }
    demo = Path(bake.__file__).parents[1] / "demo" / "content"

    def run(*arguments, **how):
        return subprocess.Popen([sys.executable, "-m", "barograph.cli", *arguments], env=environment, **how)

    assert run("import", str(demo), "--publish", stdout=subprocess.DEVNULL).wait(120) == 0
    site = tmp_path / "data/site"
    whole = tree(site / "current")
    for pause in (0.9, 1.2, 1.5, 1.8):
        process = run("bake", "--all", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(pause)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert tree(site / "current") == whole
    assert run("bake", stdout=subprocess.DEVNULL).wait(120) == 0
    assert tree(site / "current") == whole
    assert not (site / "building").exists()


def test_an_image_that_a_correction_withdraws_is_no_longer_public(data_folder):
    (data_folder / "media/images").mkdir(parents=True)
    for name in ("kept.webp", "withdrawn.webp"):
        (data_folder / "media/images" / name).write_bytes(b"an image")
    contents.found(contents.imprint())
    row = contents.publish(with_image(contents.issue(0), "withdrawn.webp"))
    contents.publish(with_image(contents.issue(1), "kept.webp"))
    before = bake.bake().path
    contents.publish(contents.issue(0), 2, row)
    report = bake.bake()
    assert (before / "images/withdrawn.webp").exists()
    assert [path.name for path in (report.path / "images").iterdir()] == ["kept.webp"]
    assert report.removed == 1


def with_image(editions: dict, name: str) -> dict:
    for content in editions.values():
        content["topics"][0]["commentary"]["body"] = f'<figure><img src="/images/{name}" alt=""></figure>'
    return editions


def test_an_issue_whose_dates_were_corrected_is_baked_as_in_a_whole_bake(data_folder, settings):
    contents.found(contents.imprint())
    row = [contents.publish(contents.issue(week)) for week in (0, 2, 4)][1]
    bake.bake()
    moved = contents.issue(1)
    numbers = next(iter(moved.values()))["issue"]
    row.first, row.last = date.fromisoformat(numbers["first"]), date.fromisoformat(numbers["last"])
    row.save()
    contents.publish(moved, 2, row)
    step_by_step = tree(bake.bake().path)
    settings.DATA = data_folder / "elsewhere"
    claim()  # the site is to be baked there
    assert tree(bake.bake(everything=True).path) == step_by_step
