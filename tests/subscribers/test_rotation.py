"""A new key for addresses: every row gets it, a stop in between loses nothing, hashes and old backups hold."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from barograph.subscribers import addresses, keyring, rotation, services, tokens, transfer
from barograph.subscribers.enums import Refusal
from barograph.subscribers.models import Export, Subscriber, Suppression
from tests.delivery.mailings import readers

pytestmark = pytest.mark.django_db


@pytest.fixture
def ring(settings):
    """Keys in the data folder, as on a machine of its own."""
    settings.ADDRESS_KEY, settings.ADDRESS_KEY_IS_KEPT = "ab" * 32, True
    path = settings.DATA / "keys" / "address.key"
    path.parent.mkdir()
    path.write_text("ab" * 32 + "\n")
    return path


def versions():
    return sorted(bytes(cipher)[0] for cipher in Subscriber.objects.values_list("address_cipher", flat=True))


def test_every_address_gets_the_new_key_and_is_found_as_before(ring, monkeypatch):
    monkeypatch.setattr(rotation, "CHUNK", 7)
    people = readers(30)
    before = people[0].address_key
    services.refuse(keys=addresses.lookup_keys("no@example.org"), reason=Refusal.COMPLAINT)
    done = rotation.rotate()
    assert (done.version, done.sealed, done.unreadable, done.was_resumed) == (2, 30, 0, False)
    assert versions() == [2] * 30
    assert {s.address() for s in Subscriber.objects.all()} == {f"reader-{n}@example.org" for n in range(30)}
    assert done.refusals == 1
    for number in range(30):
        keys = addresses.lookup_keys(f"READER-{number}@example.org")
        assert [key[:4] for key in keys] == ["001:", "002:"]
        assert Subscriber.objects.get(address_key=keys[-1]).address() == f"reader-{number}@example.org"
    assert Subscriber.objects.filter(address_key=before).count() == 0
    assert Suppression.objects.get().address_key.startswith("002:")
    assert not services.may_be_asked(address="no@example.org")
    assert people[0].address() == "reader-0@example.org"  # sealed with the old key, as in an old backup
    assert ring.stat().st_mode & 0o077 == 0
    assert len(ring.read_text().split()) == 2
    assert dict(Export.objects.values_list("act", "number")) == {"rotation": 30}
    assert rotation.rotate().version == 3


def test_a_rotation_that_was_cut_off_goes_on_with_the_same_key(ring, monkeypatch):
    monkeypatch.setattr(rotation, "CHUNK", 10)
    readers(30)
    chunk, calls = rotation._people, []

    def cut_off(*given):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return chunk(*given)

    monkeypatch.setattr(rotation, "_people", cut_off)
    with pytest.raises(KeyboardInterrupt):
        rotation.rotate()
    assert versions() == [1] * 20 + [2] * 10
    assert all(s.address() for s in Subscriber.objects.all())
    done = rotation.rotate()
    assert (done.version, done.sealed, done.was_resumed) == (2, 20, True)
    assert versions() == [2] * 30


def test_what_no_key_opens_stays_and_holds_up_nothing(ring):
    readers(3)
    damaged = Subscriber.objects.order_by("pk")[1]
    Subscriber.objects.filter(pk=damaged.pk).update(address_cipher=b"\x01" + b"x" * 40)
    done = rotation.rotate()
    assert (done.sealed, done.unreadable) == (2, 1)
    assert Subscriber.objects.filter(address_key__startswith="002:").count() == 3
    assert rotation.rotate().version == 3  # not taken for unfinished


def test_keys_from_the_environment_are_added_there(settings):
    settings.ADDRESS_KEY_IS_KEPT = False
    readers(2)
    with pytest.raises(keyring.KeptElsewhere, match="BAROGRAPH_ADDRESS_KEY"):
        rotation.rotate()
    settings.LATER_ADDRESS_KEYS = ("cd" * 32,)
    assert rotation.rotate().sealed == 2
    assert versions() == [2, 2]
    with pytest.raises(keyring.KeptElsewhere):
        rotation.rotate()


def test_a_machine_without_the_new_key_says_so(ring, settings):
    readers(1)
    rotation.rotate()
    settings.ADDRESS_KEY_IS_KEPT = False
    with pytest.raises(addresses.UnknownKey, match="copy keys/address.key"):
        Subscriber.objects.get().address()
    with pytest.raises(addresses.UnknownKey, match="copy keys/address.key"):  # it would take readers for strangers
        services.sign_up(address="reader-0@example.org", list_key="en", language="en")


def confirmed(address):
    asked = services.sign_up(address=address, list_key="en", language="en")
    token = tokens.confirmation(asked.subscriber.pk, ["en"], now=asked.subscriber.created_at)
    return services.confirm(confirmation=tokens.read_confirmation(token, now=asked.subscriber.created_at))


def test_in_the_middle_of_it_everybody_is_found_and_every_no_holds(ring, tmp_path):
    """Rows with the old key beside rows with the new one, as a rotation that was cut off leaves them."""
    (reader,) = readers(1)
    for name, reason in {"bad": Refusal.COMPLAINT, "left": Refusal.LEFT, "out": Refusal.LEFT}.items():
        services.refuse(keys=addresses.lookup_keys(f"{name}@example.org"), reason=reason)
    keyring.add()
    assert services.sign_up(address="reader-0@example.org", list_key="en", language="en").subscriber == reader
    assert not services.sign_up(address="bad@example.org", list_key="en", language="en").may_be_written_to
    file = tmp_path / "in.csv"
    columns = "address,list,language,status,confirmed_at,source,topics"
    line = "out@example.org,en,en,confirmed,2020-01-01T00:00:00Z,,"
    file.write_text(f"{columns}\n{line}\nreader-0@example.org,en,en,bounced,,,\n")
    assert transfer.import_csv(file).refused == 1  # the old no to all lists
    assert not Subscriber.objects.confirmed().exists()
    back = confirmed("left@example.org")  # their own yes lifts the old no
    assert back.address_key.startswith("002:")
    assert services.leave(subscriber_id=back.pk)
    services.refuse(keys=addresses.lookup_keys("bad@example.org"))  # the weaker reason makes no second row
    done = rotation.rotate()
    assert (done.version, done.was_resumed) == (2, True)
    kept = {row.address_key: row.reason for row in Suppression.objects.all()}
    reasons = {"bad": "complaint", "left": "left", "out": "left", "reader-0": "bounced"}
    assert kept == {addresses.lookup_key(f"{name}@example.org"): reason for name, reason in reasons.items()}


def test_an_address_that_is_there_twice_becomes_one_and_keeps_the_stronger_no(ring):
    """What a machine without the new key could leave."""
    readers(1)
    services.refuse(keys=addresses.lookup_keys("no@example.org"), reason=Refusal.COMPLAINT)
    keyring.add()
    other = Subscriber(language="en", created_at=Subscriber.objects.get().created_at)
    other.seal("reader-0@example.org")
    other.save(force_insert=True)
    Suppression.objects.create(address_key=addresses.lookup_key("no@example.org"), reason="left", date="2020-01-01")
    rotation.rotate()
    kept = Subscriber.objects.get()
    assert (kept.pk, kept.is_confirmed, kept.subscriptions.count()) == (other.pk, True, 1)
    assert Suppression.objects.get().reason == "complaint"
    assert rotation.rotate().was_resumed is False


ROTATE = """
import django
django.setup()
from barograph.subscribers import rotation
rotation.CHUNK = 5
print(rotation.rotate().version)
"""
LOOK = """
import django
django.setup()
from barograph.subscribers.models import Subscriber
everybody = list(Subscriber.objects.all())
print(len({s.address() for s in everybody}), *sorted({bytes(s.address_cipher)[0] for s in everybody}))
"""
PREPARE = """
import django
django.setup()
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from wagtail.models import ModelLogEntry
from barograph.people.models import User
from barograph.subscribers.models import Export
from tests.delivery.kill_worker_tables import prepare
prepare(400)
with connection.schema_editor() as editor:
    editor.create_model(User)
    editor.create_model(Export)
    editor.create_model(ContentType)
    editor.create_model(ModelLogEntry)
"""


def test_killed_at_any_moment_every_address_opens_and_the_next_run_ends_it(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAROGRAPH_")} | {
        "DJANGO_SETTINGS_MODULE": "tests.delivery.copy_settings",
        "PYTHONPATH": str(Path(__file__).parent.parent.parent),
        "BAROGRAPH_DATA": str(tmp_path / "data"),
    }

    def run(program):
        return subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        ).stdout.split()

    run(PREPARE)
    key = tmp_path / "data" / "keys" / "address.key"
    child = subprocess.Popen([sys.executable, "-c", ROTATE], env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(key.read_text().split()) < 2 and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(0.03)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert run(LOOK)[0] == "400"
    assert run(ROTATE) in (["2"], ["3"])  # 3: it had ended before it was killed
    found = run(LOOK)
    assert found[0] == "400"
    assert len(found) == 2
