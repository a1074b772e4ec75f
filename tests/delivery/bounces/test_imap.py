"""Fetching from a mailbox: what is judged is marked or put aside, all other mail stays, nothing is lost on the way."""

import datetime
import ssl
from contextlib import suppress

import pytest
from django.utils import timezone

from barograph.base.environment import EnvironmentProblem, Imap, parse_imap
from barograph.delivery.bounces import inbound
from barograph.delivery.bounces.imap import Mailbox, Trouble
from barograph.subscribers.models import Subscriber, Suppression
from tests.delivery.bounces import samples
from tests.delivery.bounces.mailboxes import Served
from tests.delivery.bounces.test_intake import GONE, ala, path_of  # noqa: F401 - a fixture
from tests.delivery.test_smtp import certificate  # noqa: F401 - a fixture

TODAY = datetime.date(2026, 1, 8)
OURS, LETTER, LARGE = b"a report of ours\r\n", b"a letter\r\n", b"x" * 200


def at(port, **more):
    return Imap("127.0.0.1", port, "us@example.org", "pa ss", **{"tls": "", "folder": "INBOX", **more})


def visit(mailbox, seen=None):
    def judge(raw):
        if seen is not None:
            seen.append(raw)
        return raw == OURS

    return mailbox.visit(judge, today=TODAY)


def test_what_was_judged_is_marked_and_the_rest_is_left_as_it_is():
    served, seen = Served(OURS, LETTER, LARGE), []
    with served.running() as port:
        mailbox = Mailbox(at(port), largest=100)
        assert visit(mailbox, seen) == 1
        assert served.flags() == {10: {"BarographJudged", "\\Seen"}, 11: set(), 12: set()}
        assert visit(mailbox, seen) == 0
        assert seen == [OURS, LETTER]  # nothing twice, nothing too large
    search = next(rest for name, rest in served.commands if name == "UID SEARCH")
    assert "SINCE 6-Nov-2025" in search
    assert {rest for name, rest in served.commands if name == "SELECT"} == {'SELECT "INBOX"'}


def test_where_words_are_not_taken_a_flag_serves():
    served = Served(OURS, LETTER, takes_words=False)
    with served.running() as port:
        for _twice in range(2):
            assert visit(Mailbox(at(port), largest=100)) == (not _twice)
    assert served.flags() == {10: {"\\Answered", "\\Seen"}, 11: set()}


@pytest.mark.parametrize("offers", ["IMAP4rev1 MOVE", "IMAP4rev1 UIDPLUS", "IMAP4rev1"])
def test_what_was_judged_can_be_put_aside(offers):
    served = Served(OURS, LETTER, offers=offers)
    with served.running() as port:
        assert visit(Mailbox(at(port, move_to="Old ones"), largest=100)) == 1
    names = [name for name, _rest in served.commands]
    assert ("UID MOVE" in names) == ("MOVE" in offers)
    assert ("UID COPY" in names) == ("MOVE" not in offers)
    assert ("UID EXPUNGE" in names) == ("UIDPLUS" in offers)  # never EXPUNGE alone: it would take others' mail
    assert "EXPUNGE" not in names


@pytest.mark.parametrize("place", ["UID FETCH FETCH 10 (BODY", "UID STORE", "UID MOVE", "LOGOUT"])
def test_a_line_that_breaks_anywhere_loses_nothing(place):
    served, seen = Served(OURS, LETTER), []
    served.fails_at = place
    with served.running() as port:
        mailbox = Mailbox(at(port, move_to="Judged"), largest=100)
        with suppress(Trouble):
            visit(mailbox, seen)
        served.fails_at = ""
        visit(mailbox, seen)
    assert set(seen) == {OURS, LETTER}
    assert "BarographJudged" in served.flags()[10]
    assert served.flags()[11] == set()


def test_what_could_not_be_judged_is_left_for_the_next_visit():
    served = Served(OURS)

    def fails(_raw):
        raise RuntimeError("the database is away")

    with served.running() as port:
        mailbox = Mailbox(at(port), largest=100)
        with pytest.raises(RuntimeError):
            mailbox.visit(fails, today=TODAY)
        assert served.flags() == {10: set()}
        assert visit(mailbox) == 1


def test_a_message_that_cannot_be_judged_holds_up_no_other():
    served = Served(OURS, LETTER, OURS)

    def fails(raw):
        if raw == LETTER:
            raise RuntimeError("nobody had thought of it")
        return True

    with served.running() as port:
        with pytest.raises(RuntimeError):
            Mailbox(at(port), largest=1000).visit(fails, today=TODAY)
        assert [bool(flags) for _uid, flags in sorted(served.flags().items())] == [True, False, True]


def test_tls_is_verified_and_nothing_is_said_without_it(certificate):  # noqa: F811
    server, client = certificate
    for way in ("tls", "starttls"):
        offers = "IMAP4rev1 AUTH=PLAIN STARTTLS"
        served = Served(OURS, offers=offers, tls=server, implicit=way == "tls")
        with served.running() as port:
            assert visit(Mailbox(at(port, tls=way), largest=100, context=client)) == 1
            served.signed_in_by.clear()
            with pytest.raises(Trouble, match="certificate is not valid"):
                visit(Mailbox(at(port, tls=way), largest=100))
        assert not served.signed_in_by
    served = Served(OURS)  # offers no STARTTLS
    with served.running() as port, pytest.raises(Trouble):
        visit(Mailbox(at(port, tls="starttls"), largest=100, context=ssl.create_default_context()))
    assert not served.signed_in_by


@pytest.mark.django_db
def test_a_bounce_from_the_mailbox_counts_as_any_other(ala):  # noqa: F811
    ours = GONE.replace(b"To: news@example.org", f"To: <{path_of(ala)}>".encode(), 1)
    served = Served(ours, GONE, samples.NO_REPORT[0])
    with served.running() as port:
        assert inbound.visit(Mailbox(at(port), largest=inbound.LARGEST)) == 1
    assert not Subscriber.objects.confirmed().exists()
    assert Suppression.objects.get().date == timezone.localdate()
    assert [bool(flags) for flags in served.flags().values()] == [True, False, False]


def test_the_address_of_a_mailbox():
    found = parse_imap("imaps://us%40example.org:p%2Fw@imap.example.org/Bounces?move=Done")
    assert found == Imap("imap.example.org", 993, "us@example.org", "p/w", "tls", "Bounces", "Done")
    assert parse_imap("imap://u:p@host").tls == "starttls"
    assert parse_imap("imap://u:p@127.0.0.1:1143/?tls=none") == Imap("127.0.0.1", 1143, "u", "p", "", "INBOX")
    for wrong in ("imap://u:p@host?tls=none", "pop://u:p@host", "imaps://host", "imaps://u:p@host:x", "imaps://u@host"):
        with pytest.raises(EnvironmentProblem, match="BAROGRAPH_BOUNCE_IMAP"):
            parse_imap(wrong)
