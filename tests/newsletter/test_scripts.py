"""Addresses in other scripts (RFC 6531, 6532): mailed where the relay takes them, named where it doesn't."""

import pytest
from aiosmtpd.controller import Controller
from django.test import Client

from barograph.base.environment import Smtp
from barograph.delivery.bounces.blame import blame_of
from barograph.delivery.consequences import ABOUT_THE_ADDRESS
from barograph.delivery.transports import Answer
from barograph.delivery.transports.memory import MemoryTransport
from barograph.delivery.transports.smtp import SmtpTransport
from barograph.newsletter import limits
from barograph.newsletter.models import SignUpRequest
from tests.delivery.relays import free_port

ADDRESS, SENT_TO = "пошта@прыклад.бел", "пошта@xn--80aiqesg1f.xn--90ais"


class Keeping:
    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        return "250 2.0.0 taken"


@pytest.mark.parametrize("offers", [True, False])
def test_smtputf8_is_used_where_it_is_offered(offers):
    kept = Keeping()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=offers)
    controller.start()
    transport = SmtpTransport(Smtp("127.0.0.1", controller.port, "", "", ""))
    try:
        answer = transport.send("a@example.org", SENT_TO, f"To: {SENT_TO}\r\n\r\nx\r\n".encode())
    finally:
        transport.close()
        controller.stop()
    if offers:
        assert answer.is_accepted
        assert kept.envelopes[0].rcpt_tos == [SENT_TO]
        assert "SMTPUTF8" in kept.envelopes[0].mail_options
    else:
        assert (answer.code, answer.status) == (553, "5.6.7")
        assert "SMTPUTF8" in answer.text
        assert blame_of(code=answer.code, text=answer.text) not in ABOUT_THE_ADDRESS  # nobody is erased for it


@pytest.mark.django_db
def test_a_sign_up_is_answered_at_such_an_address(post):
    form = {"address": ADDRESS, "list": "be-ru"}
    assert Client().post("/be/subscribe/", form).status_code == 303
    post.work()
    (sent,) = MemoryTransport.outbox
    assert sent[1] == SENT_TO
    assert f"To: {SENT_TO}\r\n".encode() in sent[2]


@pytest.mark.django_db
def test_where_the_relay_takes_none_the_next_one_is_told_at_the_form(post, caplog):
    form = {"address": ADDRESS, "list": "be-ru"}
    Client().post("/en/subscribe/", form)
    MemoryTransport.answers.append(Answer(553, "5.6.7 no SMTPUTF8"))
    post.work()
    assert "SMTPUTF8" in caplog.text
    answer = Client().post("/en/subscribe/", form)
    assert answer.status_code == 422
    assert b"Latin letters" in answer.content
    assert not SignUpRequest.objects.exists()
    assert limits.can_write_to("a@example.org")
    assert Client().post("/en/subscribe/", {**form, "address": "a@example.org"}).status_code == 303
