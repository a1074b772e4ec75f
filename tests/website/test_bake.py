"""The bake: all at once, the same bytes each time, only what changed, and never less than a whole site."""

import errno
import os
import re
from pathlib import Path

import brotli
import pytest

from barograph.base import style
from barograph.machines.site import claim
from barograph.website import bake
from tests.website import contents

pytestmark = pytest.mark.django_db


@pytest.fixture
def published():
    contents.found(contents.imprint())
    return [contents.publish(contents.issue(week)) for week in range(2)]


def tree(folder: Path) -> dict[str, bytes]:
    folder = folder.resolve()
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def links(page: str) -> set[str]:
    """Addresses on this site that a page leads to."""
    return {
        target.split("#")[0]
        for target in re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
        if not target.startswith("//")
    }


def correct(row, note: str = "Corrected."):
    """A second version of an issue, with a note."""
    editions = contents.issue(row.number - 1, ("improved", "worsened", None))
    for content in editions.values():
        content["corrections"] = [{"date": "2020-08-20", "topic": "economy", "kind": "fact", "note": note}]
        content["topics"][0]["revised"] = "2020-08-20"
    contents.publish(editions, version=2, row=row)


def test_every_link_of_every_page_leads_to_a_file_of_the_same_tree(published):
    files = tree(bake.bake().path)
    dynamic = re.compile(r"^/\w+/search/|/subscribe/$")
    for path, content in files.items():
        if not path.endswith(".html"):
            continue
        for target in links(content.decode()):
            place = target.lstrip("/") + ("index.html" if target.endswith("/") else "")
            assert place in files or dynamic.search(target), f"{path} leads to {target}"


def test_the_same_editions_give_the_same_bytes_and_a_change_the_same_as_a_whole_bake(published, data_folder, settings):
    bake.bake()
    contents.publish(contents.issue(2, ("improved", None, "unchanged")))
    correct(published[0])
    report = bake.bake()
    assert 0 < report.written < report.pages
    step_by_step = tree(report.path)
    settings.DATA = data_folder / "elsewhere"
    claim()  # the site is to be baked there
    assert tree(bake.bake(everything=True).path) == step_by_step


def test_baking_again_writes_nothing(published):
    first = bake.bake()
    second = bake.bake()
    assert (second.written, second.removed, second.path) == (0, 0, first.path)
    assert bake.bake(everything=True).written == first.pages


def test_readers_see_the_old_site_until_the_switch(published):
    current = bake.folder() / "current"
    bake.bake()
    before = tree(current)
    correct(published[1])
    report = bake.prepare()
    assert tree(current) == before
    bake.swap(report)
    bake.swap(report)
    assert tree(current) == tree(report.path) != before


def test_a_slower_bake_never_brings_an_older_site_back(published):
    bake.bake()
    correct(published[0])
    slower = bake.prepare()
    correct(published[1])
    newer = bake.bake()
    bake.swap(slower)
    assert (bake.folder() / "current").resolve() == newer.path.resolve()


def test_a_page_that_is_no_longer_due_goes(published):
    bake.bake()
    contents.found(contents.imprint(standing={}))
    report = bake.bake()
    assert report.removed == 3
    assert not (report.path / "en/about/index.html").exists()


def test_a_full_disk_leaves_the_old_site_and_says_so(published, monkeypatch):
    old = bake.bake()
    before = tree(bake.folder() / "current")
    correct(published[0])

    def full(path, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(bake, "write", full)
    with pytest.raises(bake.BakeFailed, match="disk is full"):
        bake.bake()
    assert tree(bake.folder() / "current") == before
    assert sorted(p.name for p in (bake.folder() / "versions").iterdir()) == [old.path.name]
    monkeypatch.undo()
    assert bake.bake().written


def test_a_crash_in_the_middle_leaves_nothing_half_written(published, monkeypatch):
    bake.bake()
    correct(published[0])

    def killed(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(bake, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        bake.prepare()
    assert not (bake.folder() / "building").exists()


def test_a_spare_that_no_record_speaks_of_is_never_taken(published):
    bake.bake()
    spare = bake.folder() / "spare"
    for goes_on in (bake.tidy, lambda: bake.bake(everything=True), bake.bake):
        [laid] = spare.iterdir()
        stray = laid.rename(spare / "9")  # a bake that was killed between its tree's name and the record
        (stray / "stray.txt").touch()
        if goes_on is bake.bake:
            correct(published[0])
        goes_on()
        [laid] = spare.iterdir()
        assert not (laid / "stray.txt").exists()
        assert "stray.txt" not in tree(bake.folder() / "current")


def test_the_last_versions_are_kept_for_readers_in_the_middle_of_reading(published):
    for number in range(5):
        correct_number = number + 2
        editions = contents.issue(
            0, ("improved", "worsened", None), revised=f"2020-09-0{correct_number}T10:00:00+03:00"
        )
        contents.publish(editions, version=correct_number, row=published[0])
        bake.bake()
    assert len(list((bake.folder() / "versions").iterdir())) == bake.KEEP


def test_compressed_copies_hold_the_same(published):
    files = tree(bake.bake().path)
    for path, content in files.items():
        if path.endswith(".html"):
            assert brotli.decompress(files[f"{path}.br"]) == content
            assert f"{path}.gz" in files
    assert not any(path.endswith(".woff2.br") for path in files)


def test_a_commentary_fits_in_one_round_trip(published):
    files = tree(bake.bake().path)
    sizes = {path: len(content) for path, content in files.items() if path.endswith(".html.br")}
    assert max(sizes.values()) <= 14 * 1024


def test_a_page_holds_the_one_style_its_policy_allows_and_nothing_foreign(published):
    page = (bake.bake().path / "en/2020-08-03/economy/index.html").read_text()
    held = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(held) == 1
    assert re.findall(r"<script[^>]*>", page) == ['<script type="application/ld+json">']  # data: nothing runs
    policy = style.policy(held[0])
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in page
    assert not re.search(r'(?:src|srcset)="(?:https?:)?//', page)


def test_every_page_allows_the_very_style_that_it_holds(published):
    for path in bake.bake().path.rglob("*.html"):
        page = path.read_text()
        (held,) = re.findall(r"<style>(.+?)</style>", page, re.DOTALL)
        assert f"style-src {style.source_of(held)};" in page, path


def test_an_empty_publication_has_an_honest_page():
    contents.found(contents.imprint())
    home = (bake.bake().path / "en/index.html").read_text()
    assert "The first issue is in preparation" in home


def test_other_languages_also_from_right_to_left():
    names = {"ar": "الوضع", "en": "Situation"}
    contents.found(contents.imprint(languages=["ar", "en"], name=names))
    editions = contents.issue()
    contents.publish({"en": editions["en"], "ar": {**editions["en"], "language": "ar"}})
    home = (bake.bake().path / "ar/index.html").read_text()
    assert '<html lang="ar" dir="rtl">' in home


def test_what_is_written_is_shown_as_text():
    contents.found(contents.imprint())
    editions = contents.issue()
    for content in editions.values():
        content["topics"][0]["commentary"]["headline"] = "<script>alert(1)</script>"
        content["topics"][0]["name"] = '"><img src=x>'
    contents.publish(editions)
    files = tree(bake.bake().path)
    assert not any(
        b"<script>alert" in content or b"<img src=x" in content for p, content in files.items() if p.endswith(".html")
    )


def test_the_panels_ratings_stand_beside_the_verdict_where_the_edition_tells_them(published):
    editions = contents.issue(2)
    for content in editions.values():
        content["topics"][0]["panel"] = {"worsened": 1, "unchanged": 4, "improved": 2}
    contents.publish(editions)
    path = bake.bake().path
    first, told = (
        editions["en"]["issue"]["first"],
        "The panel’s 7 ratings: 1\u00a0worsened, 4\u00a0unchanged, 2\u00a0improved",
    )
    assert told in (path / f"en/{first}/economy/index.html").read_text()
    assert "Группа экспертов, 7 оценок:" in (path / f"ru/{first}/economy/index.html").read_text()
    assert sum("panel’s" in page.read_text() for page in path.glob("en/*/*/index.html")) == 1


def test_the_method_page_tells_what_the_verdicts_mean():
    house = contents.imprint()
    house["standing"]["method"] = {"en": {"title": "Method", "body": "<p>So we judge.</p>"}}
    house["topics"][1] |= {"improved": {"en": "Calm <days>."}, "worsened": {"be": "Трывожна."}}
    contents.found(house)
    contents.publish(contents.issue(0))
    page = (bake.bake().path / "en/method/index.html").read_text()
    assert "So we judge." in page
    assert "Calm &lt;days&gt;." in page
    assert page.count("<h3") == 1
    assert "Трывожна" not in page
