"""A file of the tree and its compressed copies."""

import gzip

import brotli

from barograph.website import writing


def test_pages_are_pressed_twice_and_data_once(tmp_path):
    for name, has_brotli in (("page.html", True), ("feed.atom", True), ("open.json", False), ("card.png", False)):
        writing.write(tmp_path / "a" / name, b"text " * 100)
        assert (tmp_path / "a" / f"{name}.br").exists() == has_brotli
        assert (tmp_path / "a" / f"{name}.gz").exists() == (not name.endswith("png"))
    assert brotli.decompress((tmp_path / "a" / "page.html.br").read_bytes()) == b"text " * 100
    assert gzip.decompress((tmp_path / "a" / "open.json.gz").read_bytes()) == b"text " * 100


def test_no_copy_of_what_a_file_once_held_stays_beside_it(tmp_path):
    (tmp_path / "open.json.br").write_bytes(brotli.compress(b"old"))
    writing.write(tmp_path / "open.json", b"new")
    assert not (tmp_path / "open.json.br").exists()
    writing.write(tmp_path / "open.json", b"newer")
    assert gzip.decompress((tmp_path / "open.json.gz").read_bytes()) == b"newer"
