"""The life of an address whose mail fails: not stopped too soon, never for good, and erased when it should be."""

import io
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from barograph import cli, readers
from barograph.subscribers import addresses, services, standing, tokens, transfer
from barograph.subscribers.enums import Refusal, SubscriberState
from barograph.subscribers.models import Bounce, Export, Subscriber, Suppression
from barograph.subscribers.standing import Accepted, Failure

pytestmark = pytest.mark.django_db
BEGIN = datetime(2030, 1, 7, 10, tzinfo=UTC)
WEEK = timedelta(weeks=1)
ADDRESS = "ala@example.com"


def sign_up(address=ADDRESS, list_key="en", at=None):
    subscriber = services.sign_up(address=address, list_key=list_key, language="en").subscriber
    at = at or timezone.now()
    token = tokens.confirmation(subscriber.pk, [list_key], now=at)
    return services.confirm(confirmation=tokens.read_confirmation(token, now=at))


@pytest.fixture
def ala():
    """A reader nobody has reached for long."""
    subscriber = sign_up()
    Subscriber.objects.update(confirmed_at=BEGIN - timedelta(days=900))
    return subscriber


def fail(subscriber, week, *, unknown=False, returned=False, accepted=(), doubted=False, mailing_id=None, hours=1):
    made = BEGIN + WEEK * week
    failure = Failure(
        mailing_id if mailing_id is not None else int(week) + 1, made, made + timedelta(hours=hours),
        "5.1.1" if unknown else "4.2.2", "r", unknown, returned, doubted,
    )  # fmt: skip
    return standing.count_failure(subscriber_id=subscriber.pk, failure=failure, accepted=accepted)


def took(week):
    made = BEGIN + WEEK * week
    return Accepted(int(week) + 1, made, made + timedelta(hours=1))


def test_an_address_never_reached_that_does_not_exist_is_stopped_at_once_and_its_address_stays_sealed(ala):
    assert fail(ala, 0, unknown=True) == Refusal.BOUNCED
    ala.refresh_from_db()
    assert (ala.state, ala.address()) == (SubscriberState.STOPPED, ADDRESS)
    assert Suppression.objects.get().reason == Refusal.BOUNCED


@pytest.mark.parametrize("returned", [False, True])
def test_one_that_took_a_mailing_lately_is_stopped_by_the_second_refusal_only(ala, returned):
    before = [took(-2)]
    assert fail(ala, 0, unknown=True, returned=returned, accepted=before) is None
    assert fail(ala, 0, unknown=True, returned=returned, accepted=before) is None  # the same mailing, again
    assert fail(ala, 1, unknown=True, returned=returned, accepted=before) == Refusal.BOUNCED


def test_one_that_has_just_confirmed_is_reached_and_one_that_was_imported_is_not():
    new, old = sign_up(), sign_up("bob@example.com")
    Subscriber.objects.update(confirmed_at=BEGIN - timedelta(days=2))
    Subscriber.objects.filter(pk=old.pk).update(consent_text=standing.IMPORTED)
    assert fail(new, 0, unknown=True) is None
    assert fail(old, 0, unknown=True) == Refusal.BOUNCED


def test_two_mailings_of_one_evening_are_one_refusal(ala):
    """Two lists, or a bulletin and a summary: both were made before the first refusal was known."""
    before = [took(-1)]
    assert fail(ala, 0, unknown=True, accepted=before, mailing_id=1) is None
    assert fail(ala, 0.001, unknown=True, accepted=before, mailing_id=2) is None
    assert fail(ala, 1, unknown=True, accepted=before, mailing_id=3) == Refusal.BOUNCED


def test_reports_that_are_taken_in_together_are_told_apart_by_their_mailings(ala):
    """The worker was away for ten days: two mailings' reports come at one moment, the later one first."""
    before, late = [took(-1)], 24 * 20
    assert fail(ala, 1, unknown=True, returned=True, accepted=before, hours=late - 24 * 7) is None
    assert fail(ala, 0, unknown=True, returned=True, accepted=before, hours=late) == Refusal.BOUNCED


def test_a_delivery_between_two_refusals_makes_the_second_a_first_one(ala):
    assert fail(ala, 0, unknown=True, accepted=[took(-1)]) is None
    assert fail(ala, 2, unknown=True, accepted=[took(-1), took(1)]) is None
    assert Bounce.objects.count() == 1
    assert fail(ala, 3, unknown=True, accepted=[took(-1), took(1)]) == Refusal.BOUNCED


def test_four_refusals_in_a_quarter_are_not_four_in_a_row(ala):
    took_others = [took(week) for week in range(13) if week % 4]
    for week in (0, 4, 8, 12):
        assert fail(ala, week, accepted=[one for one in took_others if one.mailing_id <= week]) is None
    assert Bounce.objects.count() == 1


def test_four_in_a_row_are_too_many_and_told_apart_from_no_address(ala):
    assert [fail(ala, week) for week in range(4)] == [None, None, None, Refusal.REFUSED]
    assert Suppression.objects.get().reason == Refusal.REFUSED


def test_what_came_back_is_cleared_by_a_later_mailing_once_that_can_come_back_no_more(ala):
    assert fail(ala, 0, returned=True) is None
    assert fail(ala, 1.9, returned=True, accepted=[took(1.5)], mailing_id=9) is None
    assert Bounce.objects.count() == 2  # the relay may still bring that one back
    assert fail(ala, 4, returned=True, accepted=[took(1.5)], mailing_id=10) is None
    assert Bounce.objects.count() == 2


def test_a_domain_in_doubt_is_not_believed_the_first_time(ala):
    assert fail(ala, 0, unknown=True, doubted=True) is None
    assert fail(ala, 1, unknown=True, doubted=True) == Refusal.BOUNCED


def test_the_sealed_address_is_erased_after_the_weeks_it_is_kept(ala):
    fail(ala, 0, unknown=True)
    ala.refresh_from_db()
    assert standing.forget_stopped(now=ala.stopped_at + standing.SEALED_FOR - timedelta(hours=1)) == 0
    assert standing.forget_stopped(now=ala.stopped_at + standing.SEALED_FOR + timedelta(hours=1)) == 1
    assert not Subscriber.objects.exists()
    assert Suppression.objects.get().reason == Refusal.BOUNCED


@pytest.mark.parametrize("how", ["forget", "link"])
def test_the_person_s_own_wish_erases_it_at_once_and_outweighs_the_failure(ala, how):
    fail(ala, 0, unknown=True)
    assert services.forget(ADDRESS) if how == "forget" else services.leave(subscriber_id=ala.pk)
    assert not Subscriber.objects.exists()
    assert not Bounce.objects.exists()
    assert Suppression.objects.get().reason == Refusal.LEFT


def test_nobody_stopped_is_mailed_counted_as_reader_or_shown_as_one(ala):
    fail(ala, 0, unknown=True)
    assert not Subscriber.objects.receiving(list_key="en", on=timezone.localdate()).exists()
    counts = services.counts()
    assert (counts["confirmed"], counts["stopped"], counts["suppressed"]) == (0, 1, 1)
    with pytest.raises(services.Stale):
        services.change_preferences(subscriber_id=ala.pk, list_keys=["en"], language="en", paused_until=None)


def test_the_owner_lifts_it_by_signing_up_and_confirming(ala):
    fail(ala, 0, unknown=True)
    asked = services.sign_up(address=ADDRESS, list_key="en", language="en")
    assert (asked.may_be_written_to, asked.is_known) == (True, False)
    assert Suppression.objects.exists()  # asking changes nothing
    assert not Subscriber.objects.receiving(list_key="en", on=timezone.localdate()).exists()
    assert sign_up() == ala
    ala.refresh_from_db()
    assert (ala.state, ala.stopped_at) == (SubscriberState.CONFIRMED, None)
    assert not Suppression.objects.exists()
    assert not Bounce.objects.exists()


def test_the_owner_lifts_it_after_the_address_is_erased_too(ala):
    fail(ala, 0, unknown=True)
    Subscriber.objects.all().delete()
    sign_up()
    assert not Suppression.objects.exists()


def test_a_complaint_erases_at_once_and_needs_the_operator_s_word(ala):
    standing.stop(subscriber_id=ala.pk, reason=Refusal.COMPLAINT)
    assert not Subscriber.objects.exists()
    assert not services.may_be_asked(address=ADDRESS)
    lifted = standing.lift(address=ADDRESS)
    assert (lifted.reasons, lifted.is_subscribed) == ((Refusal.COMPLAINT,), False)
    assert services.may_be_asked(address=ADDRESS)


def test_no_failure_turns_a_no_into_what_can_be_lifted(ala):
    services.leave(subscriber_id=ala.pk)
    keys = addresses.lookup_keys(ADDRESS)
    services.suppress(keys=keys, reason=Refusal.BOUNCED)
    assert Suppression.objects.get().reason == Refusal.LEFT
    lifted = standing.lift(address=ADDRESS)
    assert (lifted.reasons, lifted.has_left) == ((), True)
    services.suppress(keys=keys, reason=Refusal.COMPLAINT)
    services.suppress(keys=keys, reason=Refusal.LEFT)
    assert Suppression.objects.get().reason == Refusal.COMPLAINT


def test_an_export_says_who_is_stopped_and_an_import_of_it_keeps_them_so(ala, tmp_path):
    sign_up("bob@example.com")
    fail(ala, 0, unknown=True)
    assert transfer.export_csv(tmp_path / "out.csv") == 2
    rows = {line.split(",")[0]: line.split(",")[3] for line in (tmp_path / "out.csv").read_text().splitlines()[1:]}
    assert rows == {ADDRESS: "bounced", "bob@example.com": "confirmed"}
    Subscriber.objects.all().delete()
    Suppression.objects.all().delete()
    assert not transfer.import_csv(tmp_path / "out.csv").problems
    assert [one.address() for one in Subscriber.objects.confirmed()] == ["bob@example.com"]
    assert Suppression.objects.get().reason == Refusal.BOUNCED


def run(*arguments):
    args, said = cli.parser().parse_args(["subscribers", *arguments]), []
    status = readers.do_subscribers(args, setup=lambda *_a, **_k: None, say=said.append)
    return status, "\n".join(said)


def test_lift_from_standard_input_brings_the_reader_back_and_stands_in_the_audit_log(ala, monkeypatch):
    fail(ala, 0, unknown=True)
    monkeypatch.setattr("sys.stdin", io.StringIO(" ALA@example.com \n"))
    status, said = run("lift", "-", "--json")
    assert status == 0
    assert json.loads(said) == {"lifted": ["bounced"], "subscribed": True, "failures": 1, "unsubscribed": False}
    assert Subscriber.objects.receiving(list_key="en", on=timezone.localdate()).get() == ala
    assert not Bounce.objects.exists()
    assert Export.objects.get().act == "lift"
    line = ModelLogEntry.objects.get(action="barograph.data_lift")
    assert "ala" not in (json.dumps(line.data) + line.label).lower()
    status, said = run("lift", ADDRESS)
    assert status == 0
    assert "Nothing was held" in said


@pytest.mark.parametrize("verb", ["lift", "forget", "look-up"])
def test_what_is_no_address_is_said_in_one_sentence(verb, capsys):
    assert run(verb, "nonsense") == (1, "")
    assert capsys.readouterr().err == "This is not an e-mail address; write it like name@example.org.\n"


def test_lift_of_what_is_only_counted_clears_the_count(ala):
    fail(ala, 0)
    assert standing.lift(address=ADDRESS).failures == 1
    assert not Bounce.objects.exists()


def test_lift_does_not_undo_an_unsubscription(ala, capsys):
    services.leave(subscriber_id=ala.pk)
    status, said = run("lift", ADDRESS)
    assert status == 1
    assert "only they can undo that" in capsys.readouterr().err
    assert Suppression.objects.get().reason == Refusal.LEFT
    assert "Nothing" in said


def test_look_up_tells_the_reasons_apart_and_says_until_when(ala):
    bob = sign_up("bob@example.com")
    Subscriber.objects.update(confirmed_at=BEGIN - timedelta(days=900))
    fail(ala, 0, unknown=True)
    for week in range(4):
        fail(bob, week)
    (_status, gone), (_status, often) = run("look-up", ADDRESS), run("look-up", "bob@example.com")
    assert "the address does not exist" in gone
    assert "rejected too often" in often
    assert "is erased on" in gone
    assert json.loads(run("look-up", ADDRESS, "--json")[1])["state"] == "stopped"


def test_forget_takes_the_address_from_standard_input(ala, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{ADDRESS}\n"))
    assert run("forget", "-") == (0, "Forgotten.")
    assert not Subscriber.objects.exists()


def test_who_is_not_there_is_counted_nowhere():
    ghost = Subscriber(pk=uuid.uuid4())
    assert fail(ghost, 0, unknown=True) is None
