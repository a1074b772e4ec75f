"""What became of a mailing and of one reader's mails: figures for all, states for one, addresses for nobody."""

import json
import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from barograph.delivery import reports, sending, services
from barograph.delivery.models import Mailing
from barograph.delivery.transports import Answer
from barograph.delivery.transports.memory import MemoryTransport
from barograph.subscribers.addresses import InvalidAddress
from barograph.subscribers.models import Export
from tests.delivery.mailings import mailing, readers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]


def test_a_report_counts_and_names_large_domains_alone(monkeypatch):
    monkeypatch.setattr(reports, "FEWEST", 3)
    for number, subscriber in enumerate(readers(40)):
        domain = "large.example" if number < 20 else f"small-{number}.example"
        subscriber.seal(f"reader-{number}@{domain}.org")
        subscriber.save()
    made = mailing()

    class Relay(MemoryTransport):
        def send(self, sender, recipient, message):
            name = recipient.partition("@")[0]
            if name in {"reader-1", "reader-2", "reader-3", "reader-30"}:
                return Answer(552, "5.2.2 over quota")
            return super().send(sender, recipient, message)

    assert sending.send(made.pk, transport=Relay()).is_finished
    made.refresh_from_db()
    found = reports.report(made)
    assert (found.total, found.sent, found.failed, found.waiting) == (40, 36, 4, 0)
    assert found.refusals == {"mailbox": 4}
    assert found.domains == {"large.example.org": 3, "": 1}
    assert "small" not in json.dumps(found.as_dict())


def test_a_readers_mails_are_found_by_any_spelling_of_the_address_and_it_is_on_record(caplog):
    readers(3)
    made = mailing()
    services.send(made.pk)
    with caplog.at_level(logging.DEBUG):
        found = reports.look_up(address=" Reader-1@EXAMPLE.org")
    assert (found.state, found.lists) == ("confirmed", ["en"])
    assert [(row.mailing, row.state, row.last_code) for row in found.deliveries] == [(made, "sent", 250)]
    record = Export.objects.get()
    assert (record.act, record.number) == ("look-up", 1)
    line = ModelLogEntry.objects.get()
    assert (line.action, line.label, line.data["number"]) == ("barograph.data_look-up", "–", 1)
    assert "reader-1" not in json.dumps(line.data)
    assert "reader-1" not in (caplog.text + json.dumps(found.as_dict())).lower()


def test_who_was_stopped_is_told_with_the_reason():
    readers(1)
    made = mailing()
    MemoryTransport.answers.append(Answer(550, "5.1.1 no such user"))
    assert services.send(made.pk).is_finished
    found = reports.look_up(address="reader-0@example.org")
    assert (found.state, len(found.deliveries)) == ("stopped", 1)
    assert found.refusals[0].startswith("bounced ")
    assert found.failures[0].status == "5.1.1"
    assert found.sealed_until > timezone.localdate()


def test_nonsense_is_no_look_up():
    with pytest.raises(InvalidAddress):
        reports.look_up(address="nobody")
    assert not Export.objects.exists()


def test_who_got_what_is_forgotten_after_three_months_and_the_counts_stay():
    readers(3)
    old, new = mailing("issue:2020-08-03:en"), mailing("issue:2020-08-10:en")
    for made in (old, new):
        services.send(made.pk)
    Mailing.objects.filter(pk=old.pk).update(finished_at=timezone.now() - services.KEPT_FOR - timedelta(days=1))
    assert services.forget_old_deliveries() == 3
    assert services.forget_old_deliveries() == 0
    old.refresh_from_db()
    assert (old.deliveries.count(), new.deliveries.count()) == (0, 3)
    assert (reports.report(old).sent, reports.report(old).waiting) == (3, 0)
    assert services.send(old.pk).accepted == 0  # nor is it sent again
