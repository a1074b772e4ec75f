"""What a refusal is about, what follows for whom, and when a mailing stops by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from barograph.base.environment import Smtp
from barograph.delivery import consequences, pacing, sending, services
from barograph.delivery.bounces.blame import blame_of, is_for_good
from barograph.delivery.enums import Blame, Hold, MailingState
from barograph.delivery.transports import Answer
from barograph.delivery.transports.memory import MemoryTransport
from barograph.delivery.transports.smtp import SmtpTransport
from barograph.subscribers.models import Bounce, Subscriber, Suppression
from tests.delivery.mailings import mailing, readers
from tests.delivery.relays import RudeRelay


@pytest.mark.parametrize(
    ("code", "text", "blame"),
    [
        (550, "5.1.1 <…> no such user", Blame.ADDRESS),
        (550, "5.1.2 bad destination system address", Blame.ADDRESS),
        (552, "5.2.2 over quota", Blame.MAILBOX),
        (550, "5.2.1 the mailbox is disabled", Blame.MAILBOX),
        (554, "5.7.1 rejected by local policy", Blame.POLICY),
        (421, "4.7.0 too many connections from your host", Blame.POLICY),
        (554, "5.6.0 malformed message", Blame.CONTENT),
        (552, "5.3.4 message size exceeds fixed limit", Blame.CONTENT),
        (550, "5.7.26 this mail is unauthenticated", Blame.SENDER),
        (550, "5.1.8 sender address rejected: domain not found", Blame.SENDER),
        (451, "4.3.0 try again", Blame.OTHER),
        (500, "", Blame.OTHER),
    ],
)
def test_a_refusal_is_about_one_thing(code, text, blame):
    assert blame_of(code=code, text=text) == blame


def test_only_an_address_that_does_not_exist_is_stopped_at_once():
    assert is_for_good(code=550, text="5.1.1 <…> no such user")
    assert not is_for_good(code=450, text="4.1.1 no such user")
    assert not is_for_good(code=552, text="5.2.2 over quota")
    assert not is_for_good(code=554, text="5.7.1 rejected by local policy")


@pytest.fixture
def made(db, outbox):
    readers(40)
    return mailing()


def test_what_the_relay_says_of_an_address_counts_like_a_bounce_once_the_mailing_is_through(made, outbox):
    MemoryTransport.answers += [
        Answer(550, "5.1.1 no such user"),
        Answer(552, "5.2.2 over quota"),
        Answer(554, "5.7.1 rejected by local policy"),
        Answer(550, "5.7.26 this mail is unauthenticated"),
    ]
    assert services.send(made.pk).is_finished
    blames = made.deliveries.filter(state="failed").order_by("pk").values_list("blame", flat=True)
    assert list(blames) == ["address", "mailbox", "policy", "sender"]
    assert Subscriber.objects.confirmed().count() == 39  # who doesn't exist is not mailed again
    assert Suppression.objects.get().reason == "bounced"
    assert set(Bounce.objects.values_list("status", flat=True)) == {
        "5.1.1",
        "5.2.2",
    }  # the rest is between servers and us
    made.refresh_from_db()
    assert (made.sent, made.failed) == (36, 4)


def test_a_refusal_before_a_change_of_address_is_not_held_against_the_new_one(made, outbox):
    now = timezone.now()
    first, second = made.deliveries.all()[:2]
    made.deliveries.filter(pk__in=[first.pk, second.pk]).update(
        state="failed", blame=Blame.ADDRESS, last_code=550, last_text="5.1.1 no such user", settled_at=now
    )
    Subscriber.objects.filter(pk=first.subscriber_id).update(moved_at=now + timedelta(seconds=60))
    Subscriber.objects.filter(pk=second.subscriber_id).update(moved_at=now - timedelta(days=100))
    assert consequences.draw(made) == 1
    assert Subscriber.objects.confirmed().filter(pk=first.subscriber_id).exists()
    assert not Subscriber.objects.confirmed().filter(pk=second.subscriber_id).exists()


def test_pauses_after_later_grow_with_jitter_and_end(made):
    MemoryTransport.answers += [Answer(450, "4.2.1 busy"), Answer(450, "4.2.1 busy")]
    before = timezone.now()
    services.send(made.pk)
    waits = [row.next_try_at - before for row in made.deliveries.filter(state="queued")]
    assert len(set(waits)) == 2
    assert all(sending.PAUSES[0] <= wait <= sending.PAUSES[0] * 1.3 for wait in waits)
    assert list(sending.PAUSES) == sorted(sending.PAUSES)


def test_a_relay_that_refuses_everybody_pauses_the_mailing_and_nobody_pays(made, outbox):
    MemoryTransport.answers += [Answer(550, "5.1.1 no such user")] * 30
    report = services.send(made.pk)
    made.refresh_from_db()
    assert (made.state, made.hold, report.come_back_at) == (MailingState.PAUSED, Hold.REFUSED, None)
    assert "no such user" in made.trouble
    assert (made.sent, made.failed) == (0, 0)
    assert Subscriber.objects.count() == 40
    assert services.recover() == 0  # its pause is not over
    MemoryTransport.answers.clear()
    type(made).objects.update(due_at=timezone.now() - timedelta(seconds=1))
    services.recover()  # … and now it is
    assert services.send(made.pk).is_finished
    assert len(outbox) == 40


def test_after_many_pauses_a_person_has_to_say_that_it_goes_on(outbox, db):
    for number, subscriber in enumerate(readers(40)):
        subscriber.seal(f"reader@example-{number}.org")
        subscriber.save()
    made = mailing()
    type(made).objects.update(trips=len(sending.BREAKER_PAUSES))
    MemoryTransport.answers += [Answer(554, "5.7.1 your host is on a list")] * 30
    services.send(made.pk)
    made.refresh_from_db()
    assert (made.state, made.due_at) == (MailingState.PAUSED, None)
    services.recover()
    MemoryTransport.answers.clear()
    assert services.resume(mailing_id=made.pk)
    assert services.send(made.pk).is_finished
    assert len(outbox) == 40


def test_a_domain_that_refuses_most_waits_while_the_others_get_theirs(db, monkeypatch):
    monkeypatch.setattr(pacing, "FIRST_GAP", 0.0)
    ours = readers(60)
    for subscriber in ours[::3]:
        subscriber.seal(f"reader-{subscriber.pk.hex}@stern.example.net")
        subscriber.save()
    made = mailing()
    relay = RudeRelay(to_rcpt=lambda to: "554 5.7.1 rejected by policy" if "stern" in to else "250 ok")
    with relay.running() as port:
        report = services.send(made.pk, transport=SmtpTransport(Smtp("127.0.0.1", port, "", "", "")))
    made.refresh_from_db()
    assert (made.sent, made.failed) == (40, 0)
    assert made.deliveries.filter(state="queued").count() == 20
    assert report.come_back_at is not None
    assert "stern.example.net refuses most" in made.trouble


def test_a_slow_domain_gets_its_mails_in_the_end(db, monkeypatch):
    monkeypatch.setattr(pacing, "FIRST_GAP", 0.01)
    monkeypatch.setattr(pacing, "NO_GAP", 0.001)
    readers(30)
    made = mailing()
    put_off = iter(["421 4.7.0 too fast", "450 4.7.1 too fast"])
    relay = RudeRelay(to_rcpt=lambda _to: next(put_off, "250 ok"))
    with relay.running() as port:
        services.send(made.pk, transport=SmtpTransport(Smtp("127.0.0.1", port, "", "", "")))
    assert len(relay.accepted) >= 28
    assert made.deliveries.filter(state="failed").count() == 0
