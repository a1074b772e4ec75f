"""A provider's bad hour costs no reader: a domain that says "unknown" too often is doubted until a person decides."""

import json
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from barograph import cli, mailings
from barograph.delivery import consequences, doubts, services
from barograph.delivery.bounces.intake import Outcome, receive
from barograph.delivery.bounces.return_paths import return_path
from barograph.delivery.enums import Blame, Doubt
from barograph.delivery.models import DomainRefusal
from barograph.delivery.transports import Answer
from barograph.delivery.transports.memory import MemoryTransport
from barograph.issues import services as issues
from barograph.publishing import domain_alerts as alarms
from barograph.subscribers.models import Bounce, Subscriber, Suppression
from tests.delivery.bounces import samples
from tests.delivery.mailings import mailing, readers
from tests.factories import TopicFactory, UserFactory
from tests.publishing.cast import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]
GONE = "5.1.1 The account that you tried to reach does not exist."


def at_giant(people):
    for number, subscriber in enumerate(people):
        subscriber.seal(f"g{number}@giant.example.net")
        subscriber.save()
    return people


@pytest.fixture
def people():
    """Sixty readers at one provider, and a hundred elsewhere."""
    everybody = readers(160)
    at_giant(everybody[:60])
    return everybody


def refuse(made, those, *, text=GONE):
    """What the relay said of these readers' mails; the others got theirs."""
    now = timezone.now()
    made.deliveries.update(state="sent", settled_at=now)
    made.deliveries.filter(subscriber__in=those).update(
        state="failed", blame=Blame.ADDRESS, last_code=550, last_status=text[:5], last_text=text
    )
    return consequences.draw(made)


def test_a_provider_s_bad_hour_stops_nobody(people):
    made = mailing()
    assert refuse(made, people[:60]) == 0
    assert not Suppression.objects.exists()
    assert Bounce.objects.count() == 60
    row = DomainRefusal.objects.get()
    assert (row.domain, row.refused, row.total, row.state) == ("giant.example.net", 60, 60, Doubt.OPEN)
    assert consequences.draw(made) == 0  # safe to repeat
    assert DomainRefusal.objects.count() == 1


def test_the_next_mailing_that_arrives_clears_it(people):
    refuse(mailing("issue:2020-08-03:en"), people[:60])
    refuse(mailing("issue:2020-08-10:en"), [])
    assert refuse(mailing("issue:2020-08-17:en"), people[:60]) == 0
    assert not Suppression.objects.exists()


def test_a_doubt_is_over_once_everybody_is_reached_again(people):
    refuse(mailing("issue:2020-08-03:en"), people[:60])
    refuse(mailing("issue:2020-08-10:en"), [])
    assert DomainRefusal.objects.get().state == Doubt.OVER
    assert not Bounce.objects.exists()


def test_what_repeats_is_drawn_for_those_alone_who_were_refused_twice(people):
    refuse(mailing("issue:2020-08-03:en"), people[:50])
    assert refuse(mailing("issue:2020-08-10:en"), people[10:60]) == 40
    assert Suppression.objects.count() == 40
    new, old = DomainRefusal.objects.order_by("-pk")
    assert (new.state, new.stopped, old.state) == (Doubt.REPEATED, 40, Doubt.REPEATED)


def test_a_few_unknown_addresses_of_a_large_domain_are_believed(people):
    assert refuse(mailing(), people[:2]) == 2
    assert not DomainRefusal.objects.exists()


def test_a_share_that_is_usual_is_believed():
    everybody = at_giant(readers(400))
    assert refuse(mailing(), everybody[:12]) == 12
    assert not DomainRefusal.objects.exists()


def come_back(made, subscriber):
    path = return_path(
        mailing_id=made.pk, subscriber_id=subscriber.pk, domain="mail.example.org", on=timezone.localdate()
    )
    raw = samples.report(status="5.1.1", said=f"550 {GONE}").replace(b"ala@example.com", subscriber.address().encode())
    return receive(raw=raw, recipients=[path])


def test_mail_that_comes_back_is_doubted_as_well_and_the_first_ones_go_on(people):
    made = mailing()
    refuse(made, [])
    outcomes = [come_back(made, one) for one in people[:20]]
    assert outcomes[:9] == [Outcome.SUPPRESSED] * 9
    assert outcomes[9:] == [Outcome.COUNTED] * 11
    assert Subscriber.objects.confirmed().count() == 160
    assert not Suppression.objects.exists()
    assert DomainRefusal.objects.get().refused == 20


def test_an_operator_says_that_they_are_gone_or_that_it_was_an_error(people):
    refuse(mailing(), people[:60])
    row = DomainRefusal.objects.get()
    assert doubts.stop(refusal_id=row.pk) == 60
    assert Subscriber.objects.confirmed().count() == 100
    assert doubts.set_aside(refusal_id=row.pk) == 60  # and takes it back
    assert Subscriber.objects.confirmed().count() == 160
    assert not Suppression.objects.exists()
    assert not Bounce.objects.exists()


def run(*arguments):
    args, said = cli.parser().parse_args(["mailings", "domains", *arguments]), []
    mailings._do(args, setup=lambda *_a, **_k: None, say=said.append)
    return "\n".join(said)


def test_the_command_shows_domains_and_takes_the_word(people):
    assert "No domain" in run()
    refuse(mailing(), people[:60])
    assert json.loads(run("--json"))["domains"][0]["refused"] == 60
    with pytest.raises(mailings.Refused, match="Say --yes"):
        run("--stop", "giant.example.net")
    with pytest.raises(mailings.Refused, match="does not wait"):
        run("--stop", "small.example.net", "--yes")
    assert "60 refusals" in run("--set-aside", "giant.example.net", "--yes")
    assert not Bounce.objects.exists()
    assert DomainRefusal.objects.get().state == Doubt.SET_ASIDE


@pytest.fixture
def operator():
    return UserFactory(is_superuser=True)


@pytest.fixture
def issue():
    TopicFactory()
    return issues.open_issue(first=date(2020, 8, 3))


def test_whoever_may_let_mailings_go_on_is_told_once(people, operator, issue, outbox):
    refuse(mailing(), people[:60])
    for _time in range(2):
        alarms.check(now=timezone.now())
    [(_sender, recipient, raw)] = outbox
    assert recipient == operator.email
    text = message_from_bytes(raw, policy=default).get_body(("plain",)).get_content()
    assert "giant.example.net" in text
    assert "g1@" not in text


def test_the_report_of_the_mailing_takes_the_word(people, operator, issue):
    made = mailing()
    refuse(made, people[:60])
    row = DomainRefusal.objects.get()
    client = signed_in("Editors")
    page = client.get(reverse("publishing_mailing_report", args=[issue.pk, made.pk])).content.decode()
    assert "According to giant.example.net, 60 of its 60 addresses don’t exist." in page
    address = reverse("publishing_decide_domain", args=[issue.pk, made.pk, row.pk])
    assert client.get(address).status_code == 405
    assert client.post(address, {"act": "nonsense"}).status_code == 404
    assert signed_in("Analysts", "other@example.org").post(address, {"act": "stop"}).status_code in {302, 403}
    assert Subscriber.objects.confirmed().count() == 160
    assert client.post(address, {"act": "stop"}).status_code == 302
    assert Subscriber.objects.confirmed().count() == 100
    assert ModelLogEntry.objects.filter(action="barograph.domain_stopped").count() == 1
    assert client.post(address, {"act": "stop"}).status_code == 302  # decided already
    assert ModelLogEntry.objects.filter(action="barograph.domain_stopped").count() == 1


def test_a_mailing_that_paused_and_went_on_charges_nobody_for_the_bad_hour(people):
    """The domain refuses the first of its mails and takes the others."""
    at_giant(people)
    made = mailing()
    MemoryTransport.answers += [Answer(550, GONE)] * 18 + [Answer(250, "2.0.0 OK")] * 4
    services.send(made.pk)
    assert Bounce.objects.count() >= doubts.FEWEST
    assert DomainRefusal.objects.get().domain == "giant.example.net"
    assert not Suppression.objects.exists()


def test_a_returned_mail_long_after_a_newer_one_arrived_stops_nobody_who_was_reached(people):
    old = mailing("issue:2020-08-03:en")
    refuse(old, [])
    new = mailing("issue:2020-08-10:en")
    refuse(new, [])
    new.deliveries.update(settled_at=timezone.now() + timedelta(seconds=1))
    assert come_back(old, people[0]) == Outcome.COUNTED
    assert Subscriber.objects.confirmed().count() == 160
