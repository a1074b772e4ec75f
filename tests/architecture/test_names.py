"""Names say what they hold: none of the vague ones that tools/private_words.py knows is in the source."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("private_words", ROOT / "tools" / "private_words.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_vague_name_comes_back(tool):
    assert tool.vague() == []


def test_the_tool_sees_every_kind_of_binding(tool, tmp_path):
    (tmp_path / "module.py").write_text(
        "import os as told\nfound: int = 1\ndef made(wanted, *kept, **held): pass\nclass Mark: pass\n"
        "try:\n    pass\nexcept OSError as found:\n    pass\nasync def _told(): pass\n"
        "for found in []: pass\nx = lambda wanted: [kept for kept in wanted]\nif (held := 1): pass\n"
    )
    names = [name for _path, _line, name in tool.vague(tmp_path)]
    assert sorted(names) == sorted(
        ["told", "found", "made", "wanted", "kept", "held", "Mark", "found", "_told", "found", "wanted", "kept", "held"]
    )
