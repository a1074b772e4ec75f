"""On PostgreSQL outcomes are written while other mails are on their way; still no more of them are in doubt."""

import pytest
from django.db import DatabaseError, connection, transaction

from barograph.base.environment import Smtp
from barograph.delivery import sending, services
from barograph.delivery.enums import DeliveryState
from barograph.delivery.filling import fill
from barograph.delivery.recording import Note, Record
from barograph.delivery.transports import Answer
from barograph.delivery.transports.smtp import WIDTH, SmtpTransport
from tests.delivery.mailings import mailing, readers
from tests.delivery.relays import RudeRelay

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def before_each_update(body):
    """Let the database do something before it writes outcomes, until the test is over."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE FUNCTION hinder() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
        cursor.execute(
            "CREATE TRIGGER hinder BEFORE UPDATE OF settled_at ON delivery_delivery "
            "FOR EACH ROW EXECUTE FUNCTION hinder()"
        )


def kept():
    """What a run could leave on the connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(name), current_setting('plan_cache_mode'), current_setting('enable_seqscan') "
            "FROM pg_prepared_statements"
        )
        return cursor.fetchone()


def test_the_database_writes_while_mails_are_on_their_way_but_never_more_than_the_connections(monkeypatch):
    readers(60)
    made = mailing()
    before_each_update("PERFORM pg_sleep(0.03); RETURN NEW;")
    records, seen, before = [], [], kept()

    class Watched(Record):
        def __post_init__(self):
            super().__post_init__()
            records.append(self)

    class Carrier(SmtpTransport):
        def wait(self, seconds):
            outcomes = super().wait(seconds)
            pending = records[0].pending
            seen.append((len(outcomes), pending, self.carrying + len(outcomes) + pending))
            return outcomes

    monkeypatch.setattr(sending, "Record", Watched)
    with RudeRelay().running() as port:
        assert sending.send(made.pk, transport=Carrier(Smtp("127.0.0.1", port, "", "", ""))).is_finished
    assert max(in_doubt for *_, in_doubt in seen) == WIDTH  # after a crash: on its way, or not confirmed yet
    assert any(came and pending for came, pending, _ in seen)  # it did not wait for the database
    assert set(made.deliveries.values_list("state", "tries", "claim", "last_code")) == {("sent", 1, "", 250)}
    assert kept() == before


def test_an_outcome_that_cannot_be_written_in_the_background_is_said_and_the_next_run_goes_on():
    readers(12)
    made = mailing()

    @transaction.atomic
    def hindered(port):
        before_each_update("RAISE EXCEPTION 'no room';")
        sending.send(made.pk, transport=SmtpTransport(Smtp("127.0.0.1", port, "", "", "")))

    with RudeRelay().running() as port:
        with pytest.raises(DatabaseError):
            hindered(port)
        assert services.send(made.pk, transport=SmtpTransport(Smtp("127.0.0.1", port, "", "", ""))).is_finished
    assert set(made.deliveries.values_list("state", "tries")) == {("sent", 1)}


@pytest.mark.parametrize(
    "words",
    [
        "2.0.0 Ok: queued as 4F1",
        "",
        "NULL",
        'he said "ok", {and} left',
        "back\\slash \\",
        "прынята — дзякуй",
        "a,b",
        "'; --",
    ],
)
def test_what_the_relay_said_is_kept_as_it_said_it(words):
    """Accepted mails are written as arrays, anything else as JSON: both keep every word."""
    readers(3)
    made = mailing()
    fill(made)
    record = Record(made, "mine")
    ids = list(made.deliveries.order_by("pk").values_list("pk", flat=True))
    made.deliveries.update(claim="mine", state="claimed")
    accepted = [Note(pk, DeliveryState.SENT, Answer(250, words), is_a_try=True) for pk in ids[:2]]
    record.write(accepted)
    assert record.statement is record.statements[1]
    record.write([Note(ids[2], DeliveryState.FAILED, Answer(550, words), is_a_try=True)])
    assert record.statement is record.statements[0]
    record.close()
    rows = made.deliveries.order_by("pk").values_list(
        "state", "tries", "claim", "last_code", "last_text", "last_status"
    )
    assert list(rows) == [
        (state, 1, "", code, words, Answer(code, words).status)
        for state, code in (("sent", 250), ("sent", 250), ("failed", 550))
    ]


def test_an_acceptance_that_is_no_longer_ours_is_not_written():
    readers(2)
    made = mailing()
    fill(made)
    first, second = made.deliveries.order_by("pk").values_list("pk", flat=True)
    made.deliveries.update(claim="mine", state="claimed")
    made.deliveries.filter(pk=second).update(claim="another's")
    record = Record(made, "mine")
    record.write([Note(pk, DeliveryState.SENT, Answer(250, "Ok"), is_a_try=True) for pk in (first, second)])
    record.close()
    assert list(made.deliveries.order_by("pk").values_list("state", flat=True)) == ["sent", "claimed"]
