"""Files appear whole or not at all, with the rights asked for, whoever else writes and whatever goes wrong."""

import os
import re
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import barograph
from barograph.base import atomic_files

SOURCE = Path(barograph.__file__).parent


@pytest.fixture
def folder(tmp_path):
    """An empty one."""
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


@pytest.fixture
def umask():
    before = os.umask(0o027)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("function", [atomic_files.write, atomic_files.create])
def test_a_file_has_the_rights_asked_for(folder, umask, function):
    function(folder / "shared", "x")
    function(folder / "private", b"x", mode=atomic_files.PRIVATE)
    assert (mode(folder / "shared"), mode(folder / "private")) == (0o640, 0o600)


def test_text_is_utf_8_and_replaces_what_was_there(folder):
    atomic_files.write(folder / "file", "before, and longer")
    atomic_files.write(folder / "file", "Беларусь\n")
    assert (folder / "file").read_bytes() == "Беларусь\n".encode()
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_a_failure_leaves_the_file_of_before_and_nothing_else(folder):
    atomic_files.write(folder / "file", "before")

    def fail():
        with atomic_files.replacing(folder / "file") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (folder / "file").read_text() == "before"
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_of_many_that_create_one_is_first_and_nothing_else_is_left(folder):
    with ThreadPoolExecutor(8) as pool:
        firsts = list(pool.map(lambda n: atomic_files.create(folder / "key", str(n)), range(24)))
    assert sum(firsts) == 1
    assert (folder / "key").read_text() == str(firsts.index(True))
    assert [path.name for path in folder.iterdir()] == ["key"]


def test_many_threads_write_the_same_file_and_each_one_whole(folder):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: atomic_files.write(folder / "file", str(n % 10) * 5000), range(40)))
    text = (folder / "file").read_text()
    assert len(text) == 5000
    assert len(set(text)) == 1


def test_a_process_killed_while_it_writes_leaves_the_file_of_before(folder):
    (folder / "file").write_text("before")
    code = (
        "import os, signal, sys; from pathlib import Path; from barograph.base import atomic_files\n"
        "with atomic_files.replacing(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    process = subprocess.run([sys.executable, "-c", code, str(folder / "file")], check=False, timeout=60)  # noqa: S603
    assert process.returncode == -signal.SIGKILL
    assert (folder / "file").read_text() == "before"


@pytest.mark.parametrize("function", [atomic_files.write, atomic_files.create])
def test_a_name_as_long_as_a_file_system_takes(folder, function):
    function(folder / ("n" * 255), "x")
    assert [len(path.name) for path in folder.iterdir()] == [255]


#: Have their own way: whole folders, links between versions of the site, a tar file in a working folder.
OWN_WAY = {"base/atomic_files.py"}


def test_no_other_module_writes_beside_and_renames():
    pattern = re.compile(r"os\.link\(partial|\bpartial\.(?:replace|rename)\(")
    files = {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if pattern.search(path.read_text())}
    assert {name for name in files if "backup" not in name} <= OWN_WAY
