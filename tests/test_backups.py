"""A backup holds what it says and comes back whole, or nothing is changed."""

import os
import sqlite3
import stat
import tarfile

import pytest

from barograph import backups
from barograph.base import occupancy
from tests import prepared
from tests.test_startup import refused, run

pytestmark = pytest.mark.own_data


@pytest.fixture(scope="module")
def folder(tmp_path_factory, installation):
    data = installation(tmp_path_factory.mktemp("backed") / "data")
    assert run(data, "worker", "--once").returncode == 0
    (data / "media").mkdir()
    (data / "media" / "x.txt").write_text("x")
    return data


def test_earlier_backups_are_left_out_wherever_they_lie(folder):
    (folder / "backups").mkdir()
    for name in ("one.tar.gz", "backups/two.tar.gz", "three"):
        assert run(folder, "backup", str(folder / name)).returncode == 0
    with tarfile.open(folder / "three") as tar:
        names = tar.getnames()
    assert names[:2] == [backups.MANIFEST, backups.DATABASE]
    assert "keys/address.key" in names
    assert "media/x.txt" in names
    assert not [name for name in names if "tar.gz" in name or name.startswith((".", "three"))]


def test_a_target_that_is_no_backup_is_refused(folder, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refused(run(folder, "backup", str(tmp_path / "pipe")), "no plain file")
    refused(run(folder, "backup", str(folder / "barograph.sqlite3")), "is no backup")
    refused(run(folder, "backup", str(folder / "media" / "b.tar.gz")), "no place")


def test_a_restore_that_cannot_be_done_changes_nothing(folder, tmp_path):
    good = tmp_path / "good.tar.gz"
    assert run(folder, "backup", str(good)).returncode == 0
    before = (folder / "keys" / "address.key").read_text()
    for url in ("postgres://x@127.0.0.1:1/x", f"sqlite:///{tmp_path}/elsewhere.sqlite3"):
        refused(run(folder, "restore", str(good), "--yes", BAROGRAPH_DATABASE_URL=url), "names another one")
    raw = good.read_bytes()
    for number, damaged in enumerate((raw[:20], raw[: len(raw) // 2], raw[:-6], raw[:-8] + b"12345678", b"", b"text")):
        (tmp_path / f"bad{number}").write_bytes(damaged)
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("BAROGRAPH_")]:
                patch.delenv(name)
            patch.setenv("BAROGRAPH_DATA", str(folder))
            with pytest.raises(backups.BackupProblem):
                backups.restore(str(tmp_path / f"bad{number}"))
    occupancy.share(folder)
    refused(run(folder, "restore", str(good), "--yes"), "is running")
    assert (folder / "keys" / "address.key").read_text() == before
    assert not folder.with_name("data.restoring").exists()
    fresh = tmp_path / "fresh"
    assert run(fresh, "restore", str(good), "--yes").stdout == "Restored.\n"
    assert (fresh / "keys").stat().st_mode & 0o777 == 0o700
    assert (fresh / "keys" / "address.key").stat().st_mode & 0o777 == 0o600
    assert (fresh / "barograph.sqlite3").stat().st_mode & 0o777 == 0o600


def test_a_damaged_database_is_not_backed_up(tmp_path, installation):
    data = installation(tmp_path / "data")
    assert prepared.DATABASE == backups.DATABASE
    with sqlite3.connect(data / "barograph.sqlite3") as database:
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        size = database.execute("PRAGMA page_size").fetchone()[0]
    database.close()
    with open(data / "barograph.sqlite3", "r+b") as file:
        file.seek(size * (pages // 2))
        file.write(os.urandom(size * 40))
    with pytest.raises(backups.BackupProblem, match="damaged"):
        backups._check_database(data / "barograph.sqlite3")


def member(name, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.uid = kind, link, 0o4777, 4242
    return info


@pytest.mark.parametrize("is_old_python", [False, True])
@pytest.mark.parametrize(
    "hostile",
    [
        member("../outside"),
        member("media/../../outside"),
        member("/tmp/outside"),  # noqa: S108 - is refused
        member("media/link", tarfile.SYMTYPE, "/etc/passwd"),
        member("media/hard", tarfile.LNKTYPE, "../outside"),
        member("media/pipe", tarfile.FIFOTYPE),
        member("media/device", tarfile.CHRTYPE),
    ],
    ids=lambda info: info.name,
)
@pytest.mark.filterwarnings("ignore:.*filter:DeprecationWarning")
def test_what_is_no_file_or_folder_of_ours_is_not_unpacked(tmp_path, monkeypatch, hostile, is_old_python):
    if is_old_python:  # Python 3.11 before 3.11.4 has no filter of its own
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    archive = tmp_path / "hostile.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(member(backups.MANIFEST))
        tar.addfile(member("media", tarfile.DIRTYPE))
        tar.addfile(member("media/good.png"))
        tar.addfile(hostile)
    with pytest.raises(backups.BackupProblem, match="no place in a backup"):
        backups._unpack(str(archive), tmp_path / "work")
    assert not (tmp_path / "outside").exists()
    good = (tmp_path / "work/media/good.png").stat()
    assert (stat.S_IMODE(good.st_mode), good.st_uid) == (0o755, os.geteuid())
