"""A copy of the database opens nothing: no session, no authenticator app, no token."""

import importlib
import subprocess
import sys

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from hypothesis import given
from hypothesis import strategies as st

from barograph.base import modes, sealing
from barograph.people import factors
from barograph.people.models import Session, hashed_session_key
from barograph.people.sessions import SessionStore
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def everything() -> str:
    """All values of all tables of people, as a thief of the database reads them."""
    found = []
    with connection.cursor() as cursor:
        for table in ("people_session", "otp_totp_totpdevice", "people_recoverycode"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own names
            found += [repr(row) for row in cursor.fetchall()]
    return "\n".join(found)


@pytest.fixture
def signed_in():
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


def test_what_stands_in_the_database_opens_no_session(signed_in):
    cookie = signed_in.session.session_key
    assert signed_in.get("/desk/account/").status_code == 200
    assert cookie not in everything()
    thief = Client()
    for row in Session.objects.all():
        thief.cookies["sessionid"] = row.session_key
        assert thief.get("/desk/account/").status_code == 302


def test_a_session_is_saved_again_renewed_and_ended_under_its_hash(signed_in):
    store = SessionStore(signed_in.session.session_key)
    before = store.session_key
    store["x"] = "y"
    store.save()
    assert SessionStore(before)["x"] == "y"
    store.cycle_key()
    assert store.session_key != before
    assert SessionStore(store.session_key)["x"] == "y"
    assert SessionStore(before).get(SESSION_KEY) is None
    assert Session.objects.count() == 1
    store.flush()
    assert not Session.objects.exists()


def test_a_cookie_that_names_no_session_is_forgotten():
    store = SessionStore("a" * 32)
    assert store.get("x") is None
    assert store.session_key is None
    assert not SessionStore().exists("a" * 32)


async def _through(key):
    store = SessionStore(key)
    value = await store.aget("x")
    await store.aset("x", "changed")
    await store.asave()
    again = await SessionStore(key).aget("x")
    await store.adelete(key)
    return value, again


@pytest.mark.django_db(transaction=True)
def test_the_same_holds_for_asynchronous_code():
    from asgiref.sync import async_to_sync

    store = SessionStore()
    store["x"] = "first"
    store.save()
    assert store.exists(store.session_key)
    assert async_to_sync(_through)(store.session_key) == ("first", "changed")
    assert not Session.objects.exists()


def test_the_secret_of_an_app_stands_sealed_and_works(settings):
    user = UserFactory()
    device = TOTPDevice.objects.create(user=user, confirmed=True, name="app")
    plain = device.key
    assert plain not in everything()
    read = TOTPDevice.objects.get(pk=device.pk)
    assert read.key == plain
    read.save()
    assert plain not in everything()
    assert factors.verify(user=user, code=f"{totp(read.bin_key):06}") is not None
    before = user.get_session_auth_hash()
    TOTPDevice.objects.get(pk=device.pk).save()  # sealed anew, with another nonce
    assert user.get_session_auth_hash() == before, "sealing anew ends no session"


def test_with_another_key_no_code_is_accepted_and_no_page_fails(settings):
    user = UserFactory()
    device = TOTPDevice.objects.create(user=user, confirmed=True, name="app")
    code = f"{totp(device.bin_key):06}"
    settings.ADDRESS_KEY = "ab" * 32
    assert factors.verify(user=user, code=code) is None
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert factors.verify(user=user, code=f"{totp(b''):06}") is None, "nor one of an empty secret"


def test_rows_of_an_earlier_version_are_closed_and_nobody_is_signed_out(signed_in):
    migration = importlib.import_module("barograph.people.migrations.0005_secrets_are_no_plain_text")
    cookie = signed_in.session.session_key
    user = UserFactory()
    device = TOTPDevice.objects.create(user=user, confirmed=True, name="app")
    with connection.cursor() as cursor:  # as it was
        cursor.execute("UPDATE people_session SET session_key = %s", [cookie])
        cursor.execute("UPDATE otp_totp_totpdevice SET key = %s", [device.key])
    historical = (
        MigrationExecutor(connection)
        .loader.project_state([("people", "0004_invitations"), ("otp_totp", "0001_initial")])
        .apps
    )
    for _twice in range(2):
        migration.close(historical, None)
        assert cookie not in everything()
        assert device.key not in everything()
        assert TOTPDevice.objects.get(pk=device.pk).key == device.key
        assert Session.objects.get().pk == hashed_session_key(cookie)
        assert signed_in.get("/desk/account/").status_code == 200


@given(st.binary(min_size=1, max_size=40), st.text(max_size=10))
def test_sealing_gives_the_same_back_for_its_purpose_alone(secret, other):
    sealed = sealing.seal_hex(secret.hex(), purpose="a purpose")
    assert sealing.seal_hex(sealed, purpose="a purpose") == sealed
    assert sealing.unseal_hex(sealed, purpose="a purpose") == secret.hex()
    with pytest.raises(sealing.Unreadable):
        sealing.unseal_hex(sealed, purpose=f"not {other}")


def test_the_longest_secret_of_an_app_fits_its_column():
    assert len(sealing.seal_hex("ab" * 20, purpose="x")) <= TOTPDevice._meta.get_field("key").max_length


@given(st.text(max_size=120))
def test_what_is_no_sealed_secret_never_fails_otherwise(text):
    try:
        sealing.unseal_hex(sealing.PREFIX + text, purpose="x")
    except sealing.Unreadable:
        return
    raise AssertionError("nothing opens without the key")


# Files.


@pytest.mark.own_data
@pytest.mark.once
def test_a_command_closes_the_data_folder_even_one_that_was_open(tmp_path, monkeypatch, installation):
    data = installation(tmp_path / "open")
    (data / "media").mkdir(parents=True)
    data.chmod(0o777)
    (data / "media").chmod(0o755)
    (data / "barograph.sqlite3").chmod(0o644)
    monkeypatch.setenv("BAROGRAPH_DATA", str(data))
    command = [sys.executable, "-m", "barograph.cli", "bake"]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=_careless, check=False)  # noqa: S603, PLW1509
    assert done.returncode == 0, done.stderr
    assert modes.open_to_others(data) == []
    assert data.stat().st_mode & 0o777 == 0o711
    assert (data / "barograph.sqlite3").stat().st_mode & 0o777 == 0o600
    site = (data / "site" / "current").resolve()
    for place in (data / "site", site, *site.rglob("*")):  # a web server under another account reads all of it
        assert place.stat().st_mode & 0o004, place
        assert not place.stat().st_mode & 0o022, place


def _careless() -> None:
    import os

    os.umask(0o000)


def test_what_is_open_to_others_is_told(tmp_path):
    (tmp_path / "open.sqlite3").touch()
    (tmp_path / "open.sqlite3").chmod(0o640)
    (tmp_path / "site").mkdir()
    assert modes.open_to_others(tmp_path) == [tmp_path / "open.sqlite3"]
