"""Sending: each subscriber once, whatever the relay says and whoever leaves in between."""

import socket
import uuid
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from barograph.base import processes
from barograph.base.environment import Bounces, Smtp
from barograph.delivery import batches, filling, sending, services
from barograph.delivery.bounces.return_paths import read_return_path
from barograph.delivery.enums import DeliveryState, MailingState
from barograph.delivery.models import Delivery
from barograph.delivery.transports import Answer, Unreachable
from barograph.delivery.transports.memory import MemoryTransport
from barograph.delivery.transports.smtp import WIDTH
from barograph.subscribers import services as people
from barograph.subscribers.models import Subscriber, Subscription
from tests.delivery.mailings import mailing, readers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]


def states(made):
    return sorted(made.deliveries.values_list("state", flat=True))


def test_each_subscriber_of_the_list_gets_it_once(outbox):
    readers(45)
    readers_elsewhere = Subscriber.objects.count()
    people.pause(subscriber_id=Subscriber.objects.order_by("pk")[0].pk, until=timezone.localdate() + timedelta(days=9))
    made = mailing()
    assert (made.total, readers_elsewhere) == (44, 45)
    assert services.send(made.pk).is_finished
    assert services.send(made.pk).accepted == 0  # again: nothing
    assert len({recipient for _, recipient, _ in outbox}) == len(outbox) == 44
    assert len({message_from_bytes(raw)["Message-ID"] for _, _, raw in outbox}) == 44
    made.refresh_from_db()
    assert (made.state, made.sent, made.failed, made.skipped) == (MailingState.FINISHED, 44, 0, 0)


def test_the_same_key_is_never_a_second_mailing(outbox):
    readers(2)
    made = mailing()
    readers_later = Subscriber(id=uuid.uuid4(), language="en", state="pending", created_at=timezone.now())
    readers_later.seal("late@example.org")
    readers_later.save()
    assert mailing() == made
    assert Delivery.objects.count() == 2


def test_later_is_tried_again_no_is_final_and_neither_quotes_an_address(outbox):
    readers(3)
    made = mailing()
    MemoryTransport.answers += [Answer(450, "busy"), Answer(550, "no such user")]
    report = services.send(made.pk)
    assert not report.is_finished
    assert states(made) == ["failed", "queued", "sent"]
    waiting = made.deliveries.get(state=DeliveryState.QUEUED)
    assert (waiting.tries, waiting.last_code) == (1, 450)
    assert report.come_back_at == waiting.next_try_at
    made.deliveries.update(next_try_at=timezone.now())
    assert services.send(made.pk).is_finished
    assert states(made) == ["failed", "sent", "sent"]


def test_trouble_with_the_relay_is_charged_to_nobody(outbox):
    readers(3)
    made = mailing()
    MemoryTransport.answers += [Answer(250), Unreachable("connection refused for reader-1@example.org")]
    report = services.send(made.pk)
    assert report.come_back_at > timezone.now()
    assert states(made) == ["queued", "queued", "sent"]
    assert set(made.deliveries.filter(state="queued").values_list("tries", flat=True)) == {0}
    made.refresh_from_db()
    assert made.trouble == "connection refused for <…>"
    assert services.send(made.pk).is_finished
    assert len(outbox) == 3
    made.refresh_from_db()
    assert (made.sent, made.trouble) == (3, "")


def test_who_leaves_between_claim_and_sending_is_skipped(outbox):
    one, two = readers(2)
    made = mailing()
    first = made.deliveries.order_by("pk").first().subscriber

    class Leaving(MemoryTransport):
        def send(self, *message):
            people.leave(subscriber_id=(two if first == one else one).pk)
            return super().send(*message)

    assert sending.send(made.pk, transport=Leaving()).is_finished
    assert len(outbox) == 1
    assert states(made) == ["sent", "skipped"]
    assert Delivery.objects.filter(subscriber=None).count() == 1


def test_what_a_dead_or_silent_worker_held_is_taken_over_and_a_living_ones_is_not(outbox):
    readers(3)
    made = mailing()
    dead, silent, alive = made.deliveries.order_by("pk")
    hour = timedelta(hours=1)
    claims = [
        (dead, processes.me().rsplit("/", 1)[0] + "/1", timezone.now() + hour),
        (silent, "elsewhere/boot/1/1", timezone.now() - hour),
        (alive, "elsewhere/boot/1/1", timezone.now() + hour),
    ]
    for row, owner, lease in claims:
        Delivery.objects.filter(pk=row.pk).update(state="claimed", claimed_by=owner, lease_until=lease, claim="x")
    report = services.send(made.pk)
    assert not report.is_finished
    assert len(outbox) == 2
    assert made.deliveries.get(state="claimed").pk == alive.pk


def test_a_mailing_nobody_has_in_hand_is_handed_over_again():
    from django_tasks_db.models import DBTaskResult

    readers(1)
    made = mailing()
    assert services.recover() == 1
    assert services.recover() == 0
    DBTaskResult.objects.all().delete()
    services.send(made.pk)
    assert services.recover() == 0


class Sink:
    def __init__(self):
        self.mails = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("reader-1@"):
            return "550 5.1.1 <reader-1@example.org> no such user"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((session.peer, envelope.rcpt_tos[0], envelope.content))
        return "250 ok"


def test_over_real_smtp_on_a_few_kept_connections(settings):
    del settings.BAROGRAPH_TRANSPORT
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Controller(sink, hostname="127.0.0.1", port=port)
    server.start()
    try:
        settings.SMTP = Smtp("127.0.0.1", port, "", "", "")
        readers(40)
        made = mailing()
        assert services.send(made.pk).is_finished
    finally:
        server.stop()
    assert len(sink.mails) == len({recipient for _, recipient, _ in sink.mails}) == 39
    assert len({peer for peer, _, _ in sink.mails}) <= WIDTH
    refused = made.deliveries.get(state="failed")
    assert (refused.last_code, refused.last_status) == (550, "5.1.1")
    assert refused.last_text == "5.1.1 <…> no such user"
    settings.SMTP = None
    assert not services.send(mailing("issue:2020-08-10:en").pk).is_finished


def test_every_mail_has_a_return_path_of_its_own_once_a_domain_is_set_up(outbox, settings):
    settings.BOUNCES = Bounces("return.example.org", None, None)
    people_asked = readers(3)
    made = mailing()
    services.send(made.pk)
    found = [read_return_path(sender, on=timezone.localdate()) for sender, _recipient, _message in outbox]
    assert {(path.mailing_id, path.subscriber_id) for path in found} == {(made.pk, who.pk) for who in people_asked}
    assert all(sender.endswith("@return.example.org") for sender, _recipient, _message in outbox)


class Interfering(MemoryTransport):
    """Does something once, after so many mails."""

    def __init__(self, after, deed):
        self.left, self.deed = after, deed

    def send(self, *message):
        self.left -= 1
        if self.left == 0:
            self.deed()
        return super().send(*message)


def test_a_paused_mailing_goes_on_where_it_was_and_joiners_meanwhile_wait_for_the_next(outbox, monkeypatch):
    monkeypatch.setattr(batches.Claims.take, "__defaults__", (5,))
    readers(20)
    made = mailing()
    pausing = Interfering(3, lambda: services.pause(mailing_id=made.pk))
    report = sending.send(made.pk, transport=pausing)
    assert (report.is_finished, report.come_back_at) == (False, None)
    assert len(outbox) == 5  # the batch in hand, no more
    assert services.recover() == 0
    late = Subscriber(
        id=uuid.UUID(int=1), language="en", state="confirmed", created_at=timezone.now(), confirmed_at=timezone.now()
    )
    late.seal("late@example.org")
    late.save(force_insert=True)
    Subscription.objects.create(subscriber=late, list_key="en", confirmed_at=timezone.now())
    assert services.resume(mailing_id=made.pk)
    assert not services.resume(mailing_id=made.pk)
    assert services.send(made.pk).is_finished
    assert len({recipient for _, recipient, _ in outbox}) == len(outbox) == 20


def test_a_stopped_mailing_never_goes_on(outbox):
    readers(5)
    made = mailing()
    assert services.stop(mailing_id=made.pk)
    assert services.send(made.pk).is_finished
    assert not services.resume(mailing_id=made.pk)
    assert not services.stop(mailing_id=made.pk)
    assert outbox == []


def test_an_addressing_that_was_cut_off_goes_on_from_its_mark(outbox, monkeypatch):
    monkeypatch.setattr("barograph.delivery.filling.CHUNK", 7)
    readers(30)
    chunk, calls = filling._chunk, []

    def cut_off(*given):
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        chunk(*given)

    monkeypatch.setattr(filling, "_chunk", cut_off)
    with pytest.raises(KeyboardInterrupt):
        mailing()
    made = mailing()
    assert (made.total, Delivery.objects.count()) == (30, 30)
    assert services.send(made.pk).is_finished
    assert len({recipient for _, recipient, _ in outbox}) == len(outbox) == 30
