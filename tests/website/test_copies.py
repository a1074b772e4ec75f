"""The copy for static hosts and folders: every address leads to a file, nothing needs a server of ours."""

import re
from pathlib import Path

import pytest

from barograph.base import style
from barograph.website import bake, copies
from tests.website import contents

pytestmark = pytest.mark.django_db

MAIN = "https://situation.example"


@pytest.fixture
def tree():
    contents.found(contents.imprint())
    contents.publish(contents.issue())
    contents.publish(contents.issue(1))
    return bake.bake().path


def made(tree, target):
    copies.copy_site(source=tree, target=target, main=MAIN)
    return {path.relative_to(target).as_posix(): path for path in target.rglob("*") if path.is_file()}


def test_every_address_of_every_page_leads_to_a_file_beside_it(tree, tmp_path):
    files = made(tree, tmp_path / "copy")
    pages = {name: path for name, path in files.items() if name.endswith(".html")}
    assert len(pages) == len(list(tree.rglob("*.html")))
    for name, path in pages.items():
        html = path.read_text(encoding="utf-8")
        addresses = re.findall(r'\s(?:href|src|action)="([^"#?]+)[^"]*"', html) + re.findall(r"url\(([^)]+)\)", html)
        near = [address for address in addresses if not re.match(r"https?:|mailto:|data:", address)]
        assert near or name.endswith("widget/index.html"), name
        for address in near:
            assert not address.startswith("/"), (name, address)
            assert (path.parent / address).resolve().is_file(), (name, address)
        assert style.policy(re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]) in html, name


def test_search_and_sign_up_say_where_they_answer(tree, tmp_path):
    files = made(tree, tmp_path / "copy")
    for name in ("be/search/index.html", "be/subscribe/index.html"):
        html = files[name].read_text(encoding="utf-8")
        assert "Пошук і падпіска тут не працуюць" in html
        assert "archive/index.html" in html
    for path in files.values():
        if path.suffix == ".html":
            assert 'method="post"' not in path.read_text(encoding="utf-8")
    assert f'href="{MAIN}/be/subscribe/"' in files["be/index.html"].read_text(encoding="utf-8")


def test_the_same_tree_gives_the_same_copy_again_and_old_files_go(tree, tmp_path):
    first = {name: path.read_bytes() for name, path in made(tree, tmp_path / "copy").items()}
    (tmp_path / "copy/old.html").write_text("old")
    assert {name: path.read_bytes() for name, path in made(tree, tmp_path / "copy").items()} == first
    assert not any(name.endswith((".br", ".gz")) for name in first)


def test_a_folder_with_anything_else_in_it_is_left_alone(tree, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(copies.CopyRefused, match="Choose an empty folder"):
        copies.copy_site(source=tree, target=tmp_path, main=MAIN)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    with pytest.raises(copies.CopyRefused, match="Nothing is baked"):
        copies.copy_site(source=Path(tmp_path / "none"), target=tmp_path / "copy", main=MAIN)


@pytest.mark.parametrize(
    ("address", "place", "expected"),
    [
        ("/", "index.html", "index.html"),
        ("/be/", "be/archive/index.html", "../../be/index.html"),
        ("/be/2020-08-03/#economy", "be/index.html", "../be/2020-08-03/index.html#economy"),
        ("/be/search/?verdict=worsened", "be/404.html", "../be/search/index.html?verdict=worsened"),
        ("/data/verdicts.csv", "data/index.html", "../data/verdicts.csv"),
    ],
)
def test_addresses_become_places(address, place, expected):
    assert copies.relative(f'<a href="{address}">x</a>', place, MAIN) == f'<a href="{expected}">x</a>'
