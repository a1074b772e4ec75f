"""What follows from a mail that came back: for the right subscriber, once, and never by a forgery."""

import smtplib
import socket
import uuid
from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from barograph import working
from barograph.base.environment import Bounces, EnvironmentProblem, Listener, parse_listener
from barograph.delivery.bounces import explain, inbound
from barograph.delivery.bounces.intake import Outcome, receive
from barograph.delivery.bounces.return_paths import envelope_sender, return_path
from barograph.subscribers import services, standing, tokens
from barograph.subscribers.enums import Refusal
from barograph.subscribers.models import Bounce, Subscriber, Suppression
from tests.delivery.bounces import samples
from tests.delivery.mailings import LONG_AGO

pytestmark = pytest.mark.django_db

GONE = samples.report(status="5.1.1", said="550 5.1.1 User unknown")
FULL = samples.report(status="5.2.2", said="552 5.2.2 Mailbox full")


@pytest.fixture
def ala():
    """A reader whom nobody has reached lately: a server that says they are unknown is believed at once."""
    return long_silent(confirmed("ala@example.com"))


def long_silent(subscriber):
    subscriber.confirmed_at = LONG_AGO
    subscriber.save(update_fields=["confirmed_at"])
    return subscriber


def confirmed(address):
    subscriber = services.sign_up(address=address, list_key="en", language="en").subscriber
    token = tokens.confirmation(subscriber.pk, ["en"], now=timezone.now())
    return services.confirm(confirmation=tokens.read_confirmation(token, now=timezone.now()))


def path_of(subscriber, mailing_id=1):
    return return_path(
        mailing_id=mailing_id, subscriber_id=subscriber.pk, domain="mail.example.org", on=timezone.localdate()
    )


def test_nobody_there_ends_the_mail(ala):
    assert receive(raw=GONE, recipients=[path_of(ala)]) == Outcome.SUPPRESSED
    assert not Subscriber.objects.confirmed().exists()
    kept = Suppression.objects.get(list_key="")
    assert (kept.reason, kept.date) == (Refusal.BOUNCED, timezone.localdate())


def test_a_complaint_ends_the_mail_wherever_the_return_path_stands(ala):
    raw = samples.COMPLAINT.replace(
        b"From: news@example.org\nTo: ala", f"Return-Path: <{path_of(ala)}>\nTo: ala".encode()
    )
    assert receive(raw=raw) == Outcome.SUPPRESSED
    assert Suppression.objects.get(list_key="").reason == Refusal.COMPLAINT


def test_a_forged_bounce_changes_nothing(ala):
    forged = f"b.{'a' * 52}@mail.example.org"
    assert receive(raw=GONE, recipients=[forged]) is None
    assert receive(raw=GONE, recipients=["news@example.org"]) is None
    assert receive(raw=GONE) is None
    assert Subscriber.objects.get().pk == ala.pk


def test_a_path_of_one_reader_says_nothing_about_another(ala):
    other = long_silent(confirmed("bob@example.com"))
    assert receive(raw=GONE, recipients=[path_of(other)]) == Outcome.COUNTED  # it was forwarded to ala
    assert Subscriber.objects.confirmed().count() == 2
    assert Bounce.objects.get().subscriber_id == other.pk
    assert not Bounce.objects.get().is_unknown


def test_where_one_of_several_is_gone_it_must_be_ours(ala):
    zoe = b"Final-Recipient: rfc822; zoe@example.com\nAction: failed\nStatus: 5.1.1\n\n"
    two = FULL.replace(b"Final-Recipient:", zoe + b"Final-Recipient:", 1)
    assert receive(raw=two, recipients=[path_of(ala)]) == Outcome.COUNTED
    assert Subscriber.objects.exists()


@pytest.mark.parametrize(
    "raw", [samples.RECEIPT, samples.answer(*samples.ANSWERS[0]), samples.report(action="delivered", status="2.0.0")]
)
def test_what_is_no_failure_counts_for_nothing(ala, raw):
    assert receive(raw=raw, recipients=[path_of(ala)]) == Outcome.NOTHING
    assert not Bounce.objects.exists()


def test_ordinary_mail_to_a_return_path_is_left_alone(ala):
    assert receive(raw=samples.NO_REPORT[0], recipients=[path_of(ala)]) is None


def test_a_bounce_after_leaving_is_nothing(ala):
    path = path_of(ala)
    services.leave(subscriber_id=ala.pk)
    assert receive(raw=GONE, recipients=[path]) == Outcome.NOTHING


def test_the_same_bounce_counts_once(ala):
    for _time in range(3):
        assert receive(raw=FULL, recipients=[path_of(ala)]) == Outcome.COUNTED
    [bounce] = Bounce.objects.all()
    assert (bounce.mailing_id, bounce.status, bounce.reason) == (1, "5.2.2", "the mailbox is full")


def count(subscriber, mailing_id, day):
    at = datetime.combine(day, time(12), tzinfo=UTC)
    failure = standing.Failure(mailing_id, at - timedelta(hours=1), at, "5.2.2", "the mailbox is full", False, True)
    return standing.count_failure(subscriber_id=subscriber.pk, failure=failure)


def test_a_mailbox_that_stays_full_for_four_weeks_is_given_up(ala):
    day = timezone.localdate()
    answers = [count(ala, week, day + timedelta(weeks=week)) for week in range(4)]
    assert answers == [None, None, None, Refusal.REFUSED]
    assert not Subscriber.objects.confirmed().exists()


def test_many_bounces_in_a_few_days_give_nobody_up(ala):
    day = timezone.localdate()
    assert not any(count(ala, number, day + timedelta(days=number)) for number in range(20))


def test_what_is_long_past_is_forgotten(ala):
    day = timezone.localdate()
    for week in range(3):
        count(ala, week, day + timedelta(weeks=week))
    assert count(ala, 9, day + timedelta(days=120)) is None
    assert Bounce.objects.count() == 1
    assert standing.forget_old_bounces(on=day + timedelta(days=300)) == 1


def test_the_worker_forgets_by_itself(ala, monkeypatch):
    class Idle:
        running = True

        def __init__(self, **_options):
            pass

        def configure_signals(self):
            pass

        run = configure_signals

    monkeypatch.setattr(working, "Worker", Idle)
    count(ala, 1, timezone.localdate() - timedelta(days=400))
    assert Bounce.objects.exists()
    working.work(once=True)
    assert not Bounce.objects.exists()


def test_a_subscriber_who_is_gone_is_counted_nowhere():
    assert standing.stop(subscriber_id=uuid.uuid4(), reason=Refusal.BOUNCED) is False
    assert count(Subscriber(pk=uuid.uuid4()), 1, timezone.localdate()) is None


def test_return_paths_are_used_once_a_domain_is_set_up(ala, settings):
    ask = {"mailing_id": 1, "subscriber_id": ala.pk, "otherwise": "news@example.org", "on": timezone.localdate()}
    settings.BOUNCES = Bounces("", None, None)
    assert envelope_sender(**ask) == "news@example.org"
    settings.BOUNCES = Bounces("mail.example.org", None, None)
    assert envelope_sender(**ask) == path_of(ala)


def test_a_maildir_keeps_what_is_not_ours(ala, tmp_path):
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    ours = GONE.replace(b"To: news@example.org", f"To: <{path_of(ala)}>".encode(), 1)
    (tmp_path / "new" / "1.ours").write_bytes(ours)
    (tmp_path / "new" / "2.other-report").write_bytes(GONE)
    (tmp_path / "cur" / "3.letter:2,S").write_bytes(samples.NO_REPORT[0])
    copy = f"Return-Path: <{path_of(ala)}>\n".encode() + samples.NO_REPORT[0]
    (tmp_path / "cur" / "4.our-own-newsletter:2,S").write_bytes(copy)
    known = set()
    assert inbound.look_into(tmp_path, known=known) == 1
    assert sorted(path.name for path in tmp_path.glob("*/*")) == [
        "2.other-report", "3.letter:2,S", "4.our-own-newsletter:2,S",
    ]  # fmt: skip
    assert (tmp_path / "cur" / "3.letter:2,S").read_bytes() == samples.NO_REPORT[0]
    assert not Subscriber.objects.confirmed().exists()
    assert inbound.look_into(tmp_path, known=known) == 0


def test_a_mail_that_cannot_be_taken_in_holds_up_no_other(ala, tmp_path, monkeypatch):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.bad").write_bytes(b"bad")
    ours = GONE.replace(b"To: news@example.org", f"To: <{path_of(ala)}>".encode(), 1)
    (tmp_path / "new" / "2.ours").write_bytes(ours)

    def fails(*, raw):
        if raw == b"bad":
            raise RuntimeError("nobody had thought of it")
        return receive(raw=raw)

    monkeypatch.setattr(inbound, "receive", fails)
    with pytest.raises(RuntimeError):
        inbound.look_into(tmp_path, known=set())
    assert [path.name for path in tmp_path.glob("*/*")] == ["1.bad"]
    assert not Subscriber.objects.confirmed().exists()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("protocol", ["lmtp", "smtp"])
def test_the_listener_takes_genuine_return_paths_alone(monkeypatch, protocol):
    taken = []
    monkeypatch.setattr(inbound, "receive", lambda *, raw, recipients: taken.append((raw, recipients)))
    path = path_of(Subscriber(pk=uuid.uuid4()))
    listener = inbound.listen(Listener(protocol, "127.0.0.1", free_port()))
    client = smtplib.LMTP if protocol == "lmtp" else smtplib.SMTP
    try:
        with client("127.0.0.1", listener.port, timeout=60) as connection:
            for other in ("news@mail.example.org", f"b.{'a' * 52}@mail.example.org"):
                with pytest.raises(smtplib.SMTPRecipientsRefused):
                    connection.sendmail("", [other], GONE)
            assert taken == []
            connection.sendmail("", [path], GONE)
    finally:
        listener.stop()
    [(raw, recipients)] = taken
    assert explain(raw) == explain(GONE)
    assert recipients == [path]


def test_what_cannot_be_written_down_is_to_be_sent_again(monkeypatch):
    def broken(**_mail):
        raise OSError("disk full")

    monkeypatch.setattr(inbound, "receive", broken)
    path = path_of(Subscriber(pk=uuid.uuid4()))
    listener = inbound.listen(Listener("smtp", "127.0.0.1", free_port()))
    try:
        with (
            smtplib.SMTP("127.0.0.1", listener.port, timeout=60) as connection,
            pytest.raises(smtplib.SMTPDataError) as refusal,
        ):
            connection.sendmail("", [path], GONE)
    finally:
        listener.stop()
    assert refusal.value.smtp_code == 451


def test_a_port_that_is_taken_stops_no_worker(monkeypatch):
    monkeypatch.setenv("AIOSMTPD_CONTROLLER_TIMEOUT", "1")  # seconds that it waits for the thread that has failed
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        found = inbound.Inbound(Bounces("", None, Listener("smtp", "127.0.0.1", other.getsockname()[1])))
        found.begin()
        found.look()
        found.end()
    assert found.controller is None


@pytest.mark.parametrize("url", ["8024", "lmtp://127.0.0.1", "http://127.0.0.1:1", "lmtp://:24", "smtp://h:x"])
def test_a_listener_that_cannot_be_is_refused(url):
    with pytest.raises(EnvironmentProblem):
        parse_listener(url)


@pytest.mark.parametrize("raw", [GONE, FULL])
def test_what_comes_back_from_an_address_that_was_left_counts_not_against_the_new_one(ala, raw):
    path = path_of(ala)
    services.move(subscriber_id=ala.pk, address="new@example.com")
    assert receive(raw=raw, recipients=[path]) == Outcome.NOTHING
    Subscriber.objects.update(moved_at=timezone.now() - timedelta(days=2))
    assert receive(raw=raw, recipients=[path]) in {Outcome.SUPPRESSED, Outcome.COUNTED}  # it left after the move


def test_a_missing_maildir_is_said_in_the_log_once_until_it_is_there(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(inbound, "LOOK_EVERY", 0.0)
    maildir = tmp_path / "mail"
    looks = inbound.Inbound(Bounces("mail.example.org", maildir, None))
    looks.look()
    looks.look()
    assert [record.message.split(",")[0] for record in caplog.records if "Maildir" in record.message] == [
        f"BAROGRAPH_BOUNCE_MAILDIR: there is no Maildir at {maildir} (it has a folder `new`)"
    ]
    (maildir / "new").mkdir(parents=True)
    looks.look()
    (maildir / "new").rmdir()
    looks.look()
    assert len(caplog.records) == 2
