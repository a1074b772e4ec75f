"""A complaint that names nobody is recognised by our signed marks in the headers that came back; a forgery is not."""

import base64
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from barograph.delivery import services as delivery
from barograph.delivery.bounces.intake import Outcome, receive
from barograph.delivery.bounces.own_marks import marked
from barograph.delivery.models import Delivery, Mailing
from barograph.subscribers import services
from barograph.subscribers.models import Bounce, Subscriber, Suppression
from tests.delivery.bounces import shapes
from tests.delivery.mailings import mailing, readers

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters(outbox):
    """What three readers got: {address: the mail}."""
    readers(3)
    made = mailing()
    delivery.send(made.pk)
    return {recipient: raw for _sender, recipient, raw in outbox}


def head(raw, *names):
    """These headers of a mail, unfolded as little as they were."""
    top = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    fields = re.findall(rb"^[A-Za-z-]+:.*(?:\n[ \t].*)*", top, re.MULTILINE)
    return b"\n".join(field for field in fields if field.split(b":")[0].decode().lower() in names)


def complaint(headers, *, kind="abuse"):
    raw = shapes.feedback(kind, named="")
    start, end = raw.index(b"From: news@example.org\nTo: ala"), raw.rindex(b"\n--B2--")
    returned = b"From: news@example.org\nTo: redacted@provider.example\n" + headers + b"\nSubject: The week\n\nText"
    return raw[:start] + returned + raw[end:]


@pytest.mark.parametrize("name", ["list-unsubscribe", "message-id"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_either_mark_is_enough(letters, name, end):
    raw = complaint(head(letters["reader-1@example.org"], name)).replace(b"\n", end)
    assert receive(raw=raw) == Outcome.SUPPRESSED
    assert Suppression.objects.get().reason == "complaint"
    assert {one.address() for one in Subscriber.objects.all()} == {"reader-0@example.org", "reader-2@example.org"}
    assert receive(raw=raw) in {Outcome.NOTHING, None}  # once more: nothing new


def test_the_message_id_in_the_text_of_the_report_is_enough_too(letters):
    identity = head(letters["reader-1@example.org"], "message-id").partition(b": ")[2]
    raw = complaint(b"").replace(b"This is a complaint about a mail.", b"An abuse report about the message " + identity)
    assert receive(raw=raw) == Outcome.SUPPRESSED


def test_headers_that_came_back_encoded_are_read(letters):
    raw = complaint(b"@@")
    inner = b"From: news@example.org\n" + head(letters["reader-1@example.org"], "message-id") + b"\n\nText\n"
    start, end = raw.index(b"Content-Type: message/rfc822"), raw.rindex(b"\n--B2--")
    part = b"Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(inner)
    assert receive(raw=raw[:start] + part + raw[end:]) == Outcome.SUPPRESSED


def test_what_is_no_complaint_changes_nothing_by_these_marks(letters):
    marks = head(letters["reader-1@example.org"], "list-unsubscribe", "message-id")
    assert receive(raw=complaint(marks, kind="not-spam")) == Outcome.NOTHING
    assert Subscriber.objects.confirmed().count() == 3


def test_a_failure_is_counted_by_its_message_id(letters):
    marks = head(letters["reader-1@example.org"], "list-unsubscribe", "message-id").decode()
    raw = shapes.dsn("Final-Recipient: rfc822; reader-1@example.org\nAction: failed\nStatus: 4.2.2")
    raw = raw.replace(b"Subject: The week\n\nText", f"Subject: The week\n{marks}\n\nText".encode())
    assert receive(raw=raw) == Outcome.COUNTED
    assert Bounce.objects.get().mailing_id == Mailing.objects.get().pk


def test_a_forged_mark_is_nobody_s(letters):
    real = head(letters["reader-1@example.org"], "list-unsubscribe", "message-id")
    forged = re.sub(rb"(unsubscribe/[^:]{10})....", rb"\1AAAA", re.sub(rb"<[0-9a-f]{8}", b"<00000000", real))
    assert receive(raw=complaint(forged)) is None
    assert Subscriber.objects.confirmed().count() == 3


def test_a_link_from_a_mailbox_that_was_left_says_nothing_of_the_new_one(letters):
    marks = head(letters["reader-1@example.org"], "list-unsubscribe")
    someone = next(one for one in Subscriber.objects.all() if one.address() == "reader-1@example.org")
    services.move(subscriber_id=someone.pk, address="new@example.org")
    assert receive(raw=complaint(marks)) is None
    assert Subscriber.objects.filter(pk=someone.pk).exists()


def test_a_message_id_counts_as_long_as_a_return_path_does(letters):
    raw = complaint(head(letters["reader-1@example.org"], "message-id"))
    today = timezone.localdate()
    assert marked(raw, on=today) is not None
    Mailing.objects.update(created_at=timezone.now() - timedelta(days=61))
    assert marked(raw, on=today) is None


def test_which_mail_it_was_is_known(letters):
    found = marked(
        complaint(head(letters["reader-1@example.org"], "list-unsubscribe", "message-id")), on=timezone.localdate()
    )
    row = Delivery.objects.get(subscriber_id=found.subscriber_id)
    assert (found.mailing_id, found.sent_on) == (row.mailing_id, timezone.localdate(row.settled_at))
