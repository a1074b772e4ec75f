"""What asks before it sends: copies, restored databases, other machines, hours long past."""

import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from barograph.base import processes
from barograph.delivery import installation, sending, services
from barograph.delivery.enums import Hold, MailingState
from barograph.delivery.models import Mailing, Sender
from tests.delivery.mailings import mailing, readers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]


@pytest.fixture
def made():
    readers(2)
    return mailing()


def state(made):
    return Mailing.objects.values_list("state", "hold").get(pk=made.pk)


def test_the_first_installation_sends_without_asking(made, outbox):
    assert services.send(made.pk).is_finished
    assert len(outbox) == 2
    assert Sender.objects.get().term == int((installation.settings.DATA / "installation/term").read_text())


def test_a_data_folder_that_is_a_copy_asks_and_a_word_lets_it_send(made, outbox, settings, tmp_path):
    installation.ensure()
    copy = tmp_path / "copy"
    shutil.copytree(settings.DATA, copy)
    settings.DATA = copy
    Sender.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    assert services.send(made.pk) == sending.Report(0, is_finished=False)
    assert state(made) == (MailingState.ON_HOLD, Hold.COPIED)
    assert services.recover() == 0
    assert outbox == []
    assert services.resume(mailing_id=made.pk)
    assert services.send(made.pk).is_finished
    assert len(outbox) == 2


def test_another_machine_asks_and_stays_out_while_an_admitted_one_shares_its_database(made, monkeypatch, outbox):
    installation.standing()
    monkeypatch.setattr(processes, "machine", lambda: "another")
    report = services.send(made.pk)
    if connection.vendor != "sqlite":
        assert report.come_back_at > timezone.now()
        assert state(made)[0] != MailingState.ON_HOLD
        Sender.objects.update(lease_until=timezone.now())
        services.send(made.pk)
    assert state(made) == (MailingState.ON_HOLD, Hold.ELSEWHERE)
    assert outbox == []


def test_a_restored_backup_asks(made, outbox, settings):
    mark = settings.DATA / "installation" / "restored"  # as `barograph restore` leaves it
    mark.parent.mkdir(exist_ok=True)
    mark.touch()
    services.send(made.pk)
    assert state(made) == (MailingState.ON_HOLD, Hold.RESTORED)
    assert services.resume(mailing_id=made.pk)
    assert services.send(made.pk).is_finished
    assert not mark.exists()


def test_a_database_put_back_in_its_old_place_asks(made, outbox):
    for _run in range(3):
        installation.standing()
    Sender.objects.update(term=1)  # as an older copy of the database has it
    services.send(made.pk)
    assert state(made) == (MailingState.ON_HOLD, Hold.OLDER)
    assert services.resume(mailing_id=made.pk)
    assert services.send(made.pk).is_finished
    later = mailing("issue:2020-08-10:en")
    assert services.send(later.pk).is_finished  # asked once


def test_a_run_ends_when_its_installation_is_no_longer_known(made, monkeypatch, outbox):
    monkeypatch.setattr(installation.Watch, "still", lambda _self: False)
    assert not services.send(made.pk).is_finished
    assert outbox == []


def test_a_mailing_whose_hour_is_long_past_asks_and_one_that_is_under_way_does_not(made, outbox):
    Mailing.objects.update(due_at=timezone.now() - timedelta(hours=23))
    services.send(made.pk)
    assert state(made) == (MailingState.ON_HOLD, Hold.OVERDUE)
    assert outbox == []
    assert services.resume(mailing_id=made.pk)
    assert services.send(made.pk).is_finished
    assert services.send(made.pk).accepted == 0
    assert not services.resume(mailing_id=made.pk)
    assert len(outbox) == 2


def test_how_late_is_too_late_is_a_setting(made, settings, outbox):
    settings.MAIL_RULES = type(settings.MAIL_RULES)(overdue=timedelta(hours=48))
    Mailing.objects.update(due_at=timezone.now() - timedelta(hours=23))
    assert services.send(made.pk).is_finished
    assert len(outbox) == 2


COPY = """
import django
django.setup()
from barograph.delivery import services
from barograph.delivery.models import Mailing
from barograph.delivery.transports.memory import MemoryTransport
made = Mailing.objects.get()
services.send(made.pk)
made.refresh_from_db()
print(len(MemoryTransport.outbox), made.state, made.hold)
"""


def test_of_two_copies_of_database_and_folder_one_sends(tmp_path):
    """The whole data folder is copied before anything went out; a process sends from each."""
    original = tmp_path / "original"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("BAROGRAPH_")} | {
        "DJANGO_SETTINGS_MODULE": "tests.delivery.copy_settings",
        "PYTHONPATH": str(Path(__file__).parent.parent.parent),
    }

    def run(folder, program):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=environment | {"BAROGRAPH_DATA": str(folder)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split()

    prepare = COPY.replace("made = ", "from tests.delivery.kill_worker_tables import prepare\nprepare(3)\nmade = ", 1)
    run(original, prepare.partition("services.send(")[0])
    with sqlite3.connect(original / "barograph.sqlite3") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    shutil.copytree(original, tmp_path / "copy")
    assert run(tmp_path / "copy", COPY) == ["0", "held", "copied"]
    assert run(original, COPY) == ["3", "finished"]
    assert run(original, COPY) == ["0", "finished"]
