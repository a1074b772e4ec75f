"""A command works on an installation that is there and right; a missing thing is missed, not made. Real processes."""

import fcntl
import os
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from barograph import operation, startup
from barograph.base import environment, key_files, occupancy
from tests import prepared

pytestmark = pytest.mark.own_data

SEAL = """
import django
django.setup()
from django.utils import timezone
from barograph.subscribers.models import Subscriber
someone = Subscriber(language="en", state="confirmed", created_at=timezone.now(), confirmed_at=timezone.now())
someone.seal("ala@example.org")
someone.save(force_insert=True)
"""


def run(folder, *arguments, program=("-m", "barograph.cli"), **more):
    return subprocess.run(
        [sys.executable, *program, *arguments],
        env=prepared.environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=120,
    )


def refused(done, words):
    assert done.returncode == 1, done.stdout + done.stderr
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [("backup", "x.tar.gz"), ("subscribers", "forget", "a@example.org"), ("doctor",), ("worker", "--once")],
)
def test_without_an_installation_nothing_is_made(tmp_path, arguments, monkeypatch):
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    done = run(empty / "nothing", *arguments)
    assert done.returncode == 1
    assert "no Barograph installation" in done.stdout + done.stderr
    assert list(empty.iterdir()) == []


def test_a_folder_without_its_database_is_no_installation(tmp_path):
    (tmp_path / "empty").mkdir()
    refused(run(tmp_path / "empty", "bake"), "no Barograph database")
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_lost_or_foreign_address_key_is_noticed_and_none_is_made(tmp_path, installation):
    data = installation(tmp_path / "data")
    assert run(data, "worker", "--once").returncode == 0
    key = data / "keys" / "address.key"
    right = key.read_text()
    assert run(data, program=("-c", SEAL)).returncode == 0
    key.unlink()
    for command in (("serve",), ("worker", "--once"), ("subscribers", "forget", "ala@example.org")):
        refused(run(data, *command), "is missing")
    assert not key.exists()
    key_files.keep(data / "keys", "address.key", "ab" * 32)
    for command in (("worker", "--once"), ("subscribers", "count")):
        refused(run(data, *command), "not the one")
    key.write_text(right)
    assert run(data, "subscribers", "forget", "ala@example.org").stdout == "Forgotten.\n"


def test_a_lost_key_is_replaced_only_when_told(tmp_path, installation):
    data = installation(tmp_path / "data")
    assert run(data, "worker", "--once").returncode == 0
    assert run(data, program=("-c", SEAL)).returncode == 0
    (data / "keys" / "address.key").unlink()
    refused(run(data, "subscribers", "replace-lost-key"), "1 subscribers whose addresses can't be read")
    refused(run(data, "subscribers", "count"), "is missing")
    done = run(data, "subscribers", "replace-lost-key", "--yes")
    assert done.returncode == 0, done.stderr
    assert "1 subscribers erased" in done.stdout
    assert run(data, "subscribers", "count").returncode == 0


def test_of_several_that_replace_a_lost_key_at_once_one_does(tmp_path, installation):
    data = installation(tmp_path / "data")
    assert run(data, "worker", "--once").returncode == 0
    assert run(data, program=("-c", SEAL)).returncode == 0
    (data / "keys" / "address.key").unlink()
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: run(data, "subscribers", "replace-lost-key", "--yes"), range(3)))
    assert sorted(one.returncode for one in done) == [0, 1, 1], [one.stderr for one in done]
    assert all("nothing is lost" in one.stderr for one in done if one.returncode)
    assert run(data, "subscribers", "count").returncode == 0


def test_nothing_is_begun_on_a_folder_that_a_restore_replaces(tmp_path, installation):
    data = installation(tmp_path / "data")
    with occupancy.alone(data) as is_free:
        assert is_free
        refused(run(data, "publish", "2020-08-03"), "A restore is replacing")
        refused(run(data, "restore", str(tmp_path / "none"), "--yes"), "is running")


def test_a_site_served_on_another_port_has_links_with_that_port(tmp_path, monkeypatch):
    monkeypatch.setenv("BAROGRAPH_DATA", str(tmp_path))
    monkeypatch.delenv("BAROGRAPH_BASE_URL", raising=False)
    assert operation.address_of("127.0.0.1", 8123) == {"base_url": "http://127.0.0.1:8123"}
    assert operation.address_of("::1", 8123) == {"base_url": "http://[::1]:8123"}
    assert operation.address_of("192.0.2.1", 8123) == {}
    (tmp_path / environment.SERVED_ADDRESS).write_text("http://127.0.0.1:8123\n")
    assert environment.read({"BAROGRAPH_DATA": str(tmp_path)}).base_url == "http://127.0.0.1:8123"
    for broken in (b"", b"http://127.0.0.1:81", b"http://127.0.0.1:99999999", b"\xff\xfe\x00", b"nonsense"):
        (tmp_path / environment.SERVED_ADDRESS).write_bytes(broken)
        assert environment.read({"BAROGRAPH_DATA": str(tmp_path)}).base_url.startswith("http://127.0.0.1:8")
    monkeypatch.setenv("BAROGRAPH_BASE_URL", "https://example.org")
    assert operation.address_of("127.0.0.1", 8123) == {}


def test_old_code_refuses_a_newer_database_and_reading_never_migrates(tmp_path, installation):
    data = installation(tmp_path / "data")
    with sqlite3.connect(data / "barograph.sqlite3") as database:
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('issues', '9999_x', '2030-01-01')")
    for command in (("bake",), ("subscribers", "count"), ("worker", "--once")):
        refused(run(data, *command), "newer version")
    with sqlite3.connect(data / "barograph.sqlite3") as database:
        database.execute("DELETE FROM django_migrations WHERE name = '9999_x' OR app = 'machines'")
    refused(run(data, "subscribers", "count"), "earlier version")
    database.close()


def test_of_two_starts_at_once_one_waits(tmp_path, installation):
    data = installation(tmp_path / "data")
    (data / "installation").mkdir()
    with open(data / "installation" / "ready.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        environment = prepared.environment(data)
        with subprocess.Popen([sys.executable, "-m", "barograph.cli", "worker", "--once"], env=environment) as second:
            time.sleep(3)
            assert second.poll() is None
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert second.wait(60) == 0


def test_root_does_not_work_in_the_folder_of_another_user(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    startup.refuse_foreign_owner(tmp_path / "nothing")
    there = os.stat(tmp_path)
    monkeypatch.setattr("pathlib.Path.stat", lambda path: os.stat_result((*there[:4], 65534, 65534, *there[6:])))
    with pytest.raises(startup.NotReady, match="belongs to"):
        startup.refuse_foreign_owner(tmp_path)
