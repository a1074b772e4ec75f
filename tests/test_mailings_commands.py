"""`barograph mailings`: an operator at a terminal sees why a mailing waits, and gives the word."""

import json

import pytest

from barograph import cli, mailings
from barograph.delivery.models import Mailing
from tests.delivery.mailings import mailing, readers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]
KEY = "issue:2020-08-03:en"


@pytest.fixture
def made():
    readers(3)
    return mailing(KEY)


@pytest.fixture
def told():
    """Runs a command; what it said comes back."""

    def run(*arguments):
        args, said = cli.parser().parse_args(["mailings", *arguments]), []
        assert mailings._do(args, setup=lambda *_a, **_k: None, say=said.append) == 0
        return "\n".join(said)

    return run


def test_a_mailing_that_waits_says_why_and_goes_on_by_a_word_alone(made, told):
    Mailing.objects.update(state="held", hold="copied")
    assert "is a copy" in told("list")
    assert json.loads(told("list", "--json"))["mailings"][0]["hold"] == "copied"
    with pytest.raises(mailings.Refused, match="nothing else sends from another copy. Say --yes"):
        told("resume", KEY)
    told("resume", KEY, "--yes")
    made.refresh_from_db()
    assert (made.state, made.hold) == ("preparing", "")
    with pytest.raises(mailings.Refused, match="does not wait"):
        told("resume", KEY, "--yes")


def test_pause_and_stop_and_what_cannot_be_done(made, told):
    told("pause", KEY)
    with pytest.raises(mailings.Refused, match="not under way"):
        told("pause", KEY)
    with pytest.raises(mailings.Refused, match="never get it"):
        told("stop", KEY)
    told("stop", KEY, "--yes")
    with pytest.raises(mailings.Refused, match="ended already"):
        told("stop", KEY, "--yes")
    with pytest.raises(mailings.Refused, match="no mailing called"):
        told("report", "issue:1999-01-04:en")


def test_a_report_is_words_or_one_object(made, told):
    assert "0 of 3 sent" in told("report", KEY)
    assert json.loads(told("report", KEY, "--json"))["waiting"] == 3
