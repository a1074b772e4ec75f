"""A provider's HTTP interface as a transport, and what it reports: judged as mail that came back is."""

import json
from base64 import b64encode
from email.mime.image import MIMEImage

import pytest
import requests
from anymail.backends.test import EmailBackend
from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailRequestsAPIError
from anymail.message import AnymailRecipientStatus
from django.core import mail
from django.test import RequestFactory
from django.utils import timezone

from barograph.base.environment import EnvironmentProblem, Provider, parse_provider
from barograph.delivery import services as delivery
from barograph.delivery.bounces import events
from barograph.delivery.bounces.return_paths import return_path
from barograph.delivery.messages import Letter, Person, Picture, Template
from barograph.delivery.transports import Parcel, Unreachable, carrier
from barograph.delivery.transports.anymail import AnymailTransport
from barograph.subscribers.models import Bounce, Subscriber, Suppression
from tests.delivery.bounces.test_intake import ala  # noqa: F401 - a fixture
from tests.delivery.mailings import mailing, readers

SECRET = "barograph:a-long-secret-word"


class Provides(EmailBackend):
    """anymail's test backend that says what it is told to: a status, or an error, by recipient."""

    says: dict = {}

    def parse_recipient_status(self, response, payload, message):
        (address,) = payload.recipient_emails
        word = self.says.get(address, "queued")
        if isinstance(word, Exception):
            raise word
        return {address: AnymailRecipientStatus(message_id="1", status=word)}


@pytest.fixture
def provider(settings):
    settings.MAIL_PROVIDER = Provider("postmark", (("server_token", "x"),), SECRET)
    settings.ANYMAIL = settings.MAIL_PROVIDER.settings
    settings.EMAIL_BACKEND = f"{Provides.__module__}.{Provides.__qualname__}"
    settings.BAROGRAPH_TRANSPORT = "barograph.delivery.transports.anymail.AnymailTransport"
    Provides.says = {}
    mail.outbox = []
    return Provides


def whole():
    letter = Letter(
        "k", '"Сітуацыя" <news@example.org>', "Тыдзень", "<p>Вітаем</p><img src='cid:a@barogram'>", "Вітаем\n",
        timezone.now(), {"List-Id": "<en.example.org>"}, (Picture("a@barogram", b"\x89PNG"),),
    )  # fmt: skip
    links = {"{{unsubscribe-link}}": "https://example.org/u"}
    return Template(letter).fill(Person("reader@example.org", "<1@example.org>", links))


def test_a_mail_reaches_the_provider_in_its_parts(provider):
    local = "b." + "a" * 52
    assert AnymailTransport().send(f"{local}@provider.invalid", "reader@example.org", whole()).code == 250
    (sent,) = mail.outbox
    params = sent.anymail_test_params
    assert params["metadata"] == {"return_path": local}
    assert (str(params["from"]), [str(to) for to in params["to"]]) == (sent.from_email, ["reader@example.org"])
    assert params["from"].display_name == "Сітуацыя"
    assert params["subject"] == "Тыдзень"
    assert (params["text_body"].strip(), "Вітаем" in params["html_body"]) == ("Вітаем", True)
    assert params["attachments"][0].cid == "a@barogram"
    assert isinstance(sent.attachments[0], MIMEImage)
    wanted = {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Message-ID"}
    assert set(params["extra_headers"]) == wanted
    assert "track_opens" not in params


@pytest.mark.django_db
def test_a_mailing_goes_through_a_provider_and_each_refusal_is_understood(provider):
    readers(40)
    made = mailing()
    provider.says = {"reader-1@example.org": "invalid", "reader-2@example.org": "rejected"}
    assert isinstance(carrier(AnymailTransport()), AnymailTransport)
    report = delivery.send(made.pk)
    assert (report.is_finished, report.accepted) == (True, 38)
    refused = made.deliveries.filter(state="failed").values_list("last_status", "blame")
    assert sorted(refused) == [("5.1.3", "address"), ("5.7.1", "policy")]
    assert len({sent.anymail_test_params["metadata"]["return_path"] for sent in mail.outbox}) == 40
    assert Suppression.objects.count() == 1  # the one that is no address


def timed_out():
    error = AnymailRequestsAPIError("to reader@example.org")
    error.__cause__ = requests.ReadTimeout("slow")
    return error


@pytest.mark.parametrize(
    ("error", "in_doubt"),
    [
        (AnymailAPIError("reader@example.org", status_code=429), False),
        (AnymailAPIError("reader@example.org", status_code=401), False),
        (AnymailAPIError("reader@example.org", status_code=502), True),
        (timed_out(), True),
        (AnymailConfigurationError("reader@example.org"), False),
    ],
)
def test_trouble_with_the_provider_is_charged_to_nobody_and_names_nobody(provider, error, in_doubt):
    provider.says = {"reader@example.org": error}
    transport = AnymailTransport()
    transport.give(Parcel(1, "news@example.org", "reader@example.org", whole()))
    (outcome,) = transport.wait(10)
    transport.close()
    assert isinstance(outcome.result, Unreachable)
    assert outcome.result.in_doubt is in_doubt
    assert "reader@" not in str(outcome.result)
    provider.says = {"reader@example.org": AnymailAPIError("reader@example.org", status_code=422)}
    assert AnymailTransport().send("news@example.org", "reader@example.org", whole()).code == 554


def bounce(kind, words, subscriber=None, address="ala@example.com", record="Bounce"):
    """What Postmark sends, in its shape."""
    path = "" if subscriber is None else return_path(
        mailing_id=1, subscriber_id=subscriber.pk, domain="provider.invalid", on=timezone.localdate()
    ).partition("@")[0]  # fmt: skip
    return {
        "RecordType": record, "ID": 1, "Type": kind, "Name": kind, "MessageID": "b7bc2f4a-e38e-4336-af7d-e6c392c2f817",
        "Email": address, "From": "news@example.org", "BouncedAt": "2026-01-08T10:00:00Z", "Description": kind,
        "Details": words, "Tag": "", "Metadata": {"return_path": path} if path else {}, "Inactive": False,
    }  # fmt: skip


def post(payload, secret=SECRET):
    body = payload if isinstance(payload, str) else json.dumps(payload)
    more = {"HTTP_AUTHORIZATION": "Basic " + b64encode(secret.encode()).decode()} if secret else {}
    request = RequestFactory().post("/desk/mail-events/", body, content_type="application/json", **more)
    return events.view_of("postmark")(request).status_code


GONE = "smtp;550 5.1.1 The email account that you tried to reach does not exist."


@pytest.mark.django_db
def test_what_a_provider_reports_is_judged_by_the_same_rules(provider, ala):  # noqa: F811
    assert post(bounce("HardBounce", "smtp;552 5.2.2 mailbox full", ala)) == 200  # whatever the provider calls it
    assert post(bounce("HardBounce", "smtp;552 5.2.2 mailbox full", ala)) == 200
    assert Bounce.objects.get().status == "5.2.2"
    assert post(bounce("Transient", "", ala)) == 200
    assert Subscriber.objects.exists()
    assert post(bounce("HardBounce", GONE, ala)) == 200  # of the same mailing
    assert not Subscriber.objects.confirmed().exists()
    assert Suppression.objects.get().reason == "bounced"
    assert post(bounce("HardBounce", GONE, ala)) == 200  # once more: nothing new
    assert Suppression.objects.count() == 1


@pytest.mark.django_db
def test_a_complaint_is_believed_without_a_return_path_too(provider, ala):  # noqa: F811
    assert post(bounce("SoftBounce", "smtp;552 5.2.2 mailbox full")) == 200  # whose mailing? it is not counted
    assert not Bounce.objects.exists()
    assert post(bounce("SpamComplaint", "", record="SpamComplaint", address="stranger@example.org")) == 200
    assert not Suppression.objects.exists()
    assert post(bounce("SpamComplaint", "", record="SpamComplaint")) == 200
    assert Suppression.objects.get().reason == "complaint"


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["", "barograph:another-secret-word", "barograph:"])
def test_a_forged_event_changes_nothing(provider, ala, secret, caplog):  # noqa: F811
    assert post(bounce("HardBounce", GONE, ala), secret) == 400
    assert Subscriber.objects.get() == ala
    assert "ala@" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", '"x"', "{}", '{"RecordType": "SpamComplaint", "Email": 5}',
     '{"RecordType": "Bounce", "Type": "HardBounce", "Email": ["a@b.c"], "Metadata": {}}'],
)  # fmt: skip
def test_what_is_no_event_is_refused_or_ignored(provider, ala, body):  # noqa: F811
    assert post(body) in {200, 400}
    assert Subscriber.objects.get() == ala


def test_the_setting_of_a_provider():
    found = parse_provider("mailgun://?api_key=k&sender_domain=mg.example.org&webhook_secret=" + SECRET)
    assert found.settings == {
        "MAILGUN_API_KEY": "k", "MAILGUN_SENDER_DOMAIN": "mg.example.org", "WEBHOOK_SECRET": SECRET
    }  # fmt: skip
    assert parse_provider("unisender-go://?api_key=k").name == "unisender_go"
    for wrong in (
        "nobody://?key=k",
        "postmark://",
        "postmark://host?server_token=x",
        "postmark://?server_token=x&webhook_secret=a:b",
    ):
        with pytest.raises(EnvironmentProblem, match="BAROGRAPH_MAIL_PROVIDER"):
            parse_provider(wrong)
