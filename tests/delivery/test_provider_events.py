"""What other providers than Postmark report, in their own shapes and with their own signatures."""

import hashlib
import hmac
import json
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import RequestFactory
from django.utils import timezone

from barograph.base.environment import Provider
from barograph.delivery.bounces import events
from barograph.delivery.bounces.return_paths import return_path
from barograph.subscribers.models import Bounce, Subscriber, Suppression
from tests.delivery.bounces.test_intake import ala  # noqa: F401 - a fixture

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid"),
]
SECRET = "barograph:a-long-secret-word"
FULL, GONE = "552 5.2.2 mailbox full", "550 5.1.1 The email account that you tried to reach does not exist."
KEY = ec.generate_private_key(ec.SECP256R1())


def mailgun(kind, words, path, address):
    """https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads"""
    data = {
        "event": {"bounce": "failed", "complaint": "complained", "later": "failed"}[kind], "recipient": address,
        "severity": "temporary" if kind == "later" else "permanent", "timestamp": 1767866400.5, "id": "x",
        "reason": "bounce", "delivery-status": {"code": int(words[:3] or 0), "message": words, "description": ""},
        "message": {"headers": {"message-id": "1@example.org", "to": address}}, "user-variables": path, "tags": [],
    }  # fmt: skip
    return {"signature": mailgun_signature(), "event-data": data}


def mailgun_signature(key=b"a-signing-key"):
    stamp, token = "1767866400", "a" * 50
    signed = hmac.new(key, f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": signed}


def brevo(kind, words, path, address):
    """https://developers.brevo.com/docs/transactional-webhooks"""
    event = {"bounce": "hard_bounce", "complaint": "spam", "later": "deferred"}[kind]
    return {
        "event": event, "email": address, "id": 1, "date": "2026-01-08 10:00:00", "ts": 1767866400,
        "message-id": "<1@example.org>", "ts_epoch": 1767866400000, "subject": "x", "reason": words,
        "X-Mailin-custom": json.dumps(path), "sending_ip": "192.0.2.1",
    }  # fmt: skip


def mailjet(kind, words, path, address):
    """https://dev.mailjet.com/email/guides/webhooks/, grouped"""
    event = {
        "event": {"bounce": "bounce", "complaint": "spam", "later": "bounce"}[kind], "time": 1767866400, "MessageID": 1,
        "email": address, "mj_campaign_id": 1, "customcampaign": "", "CustomID": "", "Payload": json.dumps(path),
        "hard_bounce": kind == "bounce", "smtp_reply": words,
    }  # fmt: skip
    if kind != "complaint":
        event |= {"error_related_to": "recipient", "error": "greylisted" if kind == "later" else "user unknown"}
    return [event]


def sendgrid(kind, words, path, address):
    """https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event"""
    event = {"bounce": "bounce", "complaint": "spamreport", "later": "deferred"}[kind]
    return [
        {"email": address, "timestamp": 1767866400, "event": event, "sg_event_id": "x", "sg_message_id": "1.x",
         "smtp-id": "<1@example.org>", "reason": words, "status": words[4:9], "type": "bounce", **path}
    ]  # fmt: skip


SHAPES = {"mailgun": mailgun, "brevo": brevo, "mailjet": mailjet, "sendgrid": sendgrid}
SETTINGS = {
    "mailgun": {"api_key": "k", "webhook_signing_key": "a-signing-key"},
    "sendgrid": {
        "api_key": "k",
        "tracking_webhook_verification_key": b64encode(
            KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        ).decode(),
    },
}


@pytest.fixture(params=SHAPES)
def name(request, settings):
    own = SETTINGS.get(request.param, {"api_key": "k", "secret_key": "s"})
    settings.MAIL_PROVIDER = Provider(request.param, tuple(own.items()), SECRET)
    settings.ANYMAIL = settings.MAIL_PROVIDER.settings
    return request.param


def post(name, payload, secret=SECRET, key=KEY):
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    more = {"HTTP_AUTHORIZATION": "Basic " + b64encode(secret.encode()).decode()}
    if name == "sendgrid":
        signed = key.sign(b"1767866400" + body, ec.ECDSA(hashes.SHA256()))
        more["HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_SIGNATURE"] = b64encode(signed).decode()
        more["HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_TIMESTAMP"] = "1767866400"
    request = RequestFactory().post("/desk/mail-events/", body, content_type="application/json", **more)
    return events.view_of(name)(request).status_code


def event(name, kind, words="", subscriber=None, address="ala@example.com"):
    path = "" if subscriber is None else return_path(
        mailing_id=1, subscriber_id=subscriber.pk, domain="provider.invalid", on=timezone.localdate()
    ).partition("@")[0]  # fmt: skip
    return SHAPES[name](kind, words, {"return_path": path} if path else {}, address)


def test_a_full_mailbox_is_counted_and_a_missing_one_ends_the_mail(name, ala):  # noqa: F811
    assert post(name, event(name, "later", "451 4.7.1 greylisted", ala)) == 200
    assert not Bounce.objects.exists()
    assert post(name, event(name, "bounce", FULL, ala)) == 200
    assert Bounce.objects.get().status == "5.2.2"
    assert Subscriber.objects.exists()
    assert post(name, event(name, "bounce", GONE, ala)) == 200
    assert not Subscriber.objects.confirmed().exists()
    assert Suppression.objects.get().reason == "bounced"


def test_a_complaint_is_believed(name, ala):  # noqa: F811
    assert post(name, event(name, "complaint", subscriber=ala)) == 200
    assert Suppression.objects.get().reason == "complaint"
    assert not Subscriber.objects.exists()


def test_a_wrong_secret_or_signature_changes_nothing(name, ala, caplog):  # noqa: F811
    assert post(name, event(name, "bounce", GONE, ala), secret="barograph:another-secret-word") == 400
    if name == "mailgun":
        forged = event(name, "bounce", GONE, ala) | {"signature": mailgun_signature(b"another-key")}
        assert post(name, forged) == 400
    if name == "sendgrid":
        assert post(name, event(name, "bounce", GONE, ala), key=ec.generate_private_key(ec.SECP256R1())) == 400
    assert Subscriber.objects.get() == ala
    assert "ala@" not in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"{}",
        b"\xff",
        b'{"items": []}',
        b'[{"event": null}]',
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_what_is_no_event_is_no_error_of_ours(name, ala, body):  # noqa: F811
    assert post(name, body) in {200, 400}
    assert Subscriber.objects.get() == ala
