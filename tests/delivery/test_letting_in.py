"""A further sending machine is let in beside one that lives, as docs/operating.md promises."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from barograph.base import processes
from barograph.delivery import installation, services
from barograph.delivery.models import Mailing, Sender
from tests.delivery.mailings import mailing, readers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]


def test_one_that_waits_is_named_and_let_in(monkeypatch):
    installation.standing()
    monkeypatch.setattr(processes, "machine", lambda: "another")
    assert not installation.standing().may_send
    (asked,) = installation.waiting()
    assert not installation.admit_one("no such")
    assert installation.admit_one(asked.digest[: installation.NAMED])
    assert installation.standing().may_send
    assert installation.waiting() == []
    senders = Sender.objects.admitted().count()
    assert senders == (1 if connection.vendor == "sqlite" else 2)  # SQLite has one installation


@pytest.mark.postgres
def test_a_further_machine_holds_up_nobody_s_mailing_while_the_first_lives(monkeypatch, outbox):
    installation.standing()
    readers(2)
    made = mailing()
    first = processes.machine
    Sender.objects.update(lease_until=timezone.now() + timedelta(minutes=1))  # no mailing went out for a while …
    services.recover()  # … but its worker lives
    monkeypatch.setattr(processes, "machine", lambda: "another")
    report = services.send(made.pk)
    assert timedelta(0) < report.come_back_at - timezone.now() <= installation.STAYS_OUT
    assert Mailing.objects.get().hold == ""
    monkeypatch.setattr(processes, "machine", first)
    assert services.send(made.pk).is_finished
    assert len(outbox) == 2
