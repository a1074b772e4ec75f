"""One mail that a person's act or the calendar has caused: a confirmation, somebody's own data, an invitation, a
password reset, an alarm, a reminder, a test.

All of them go this one way, Django's own mails included (backend.py): the same keys sign them as sign a mailing, Date
is the moment of handing over (RFC 5322, 3.6.1), and nothing in their words is taken for a mark. Knows no mailing.
"""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.utils import timezone

from barograph.delivery import dkim, transports
from barograph.delivery.identity import message_id
from barograph.delivery.messages import Letter, Person, Template, address_in, defused
from barograph.delivery.transports import Answer, Unreachable


def send_system_mail(*, letter: Letter, address: str, recipient: str) -> Answer:
    """Hand over one mail. Raises transports.Unreachable.

    `recipient` is what makes its Message-ID; the same letter to the same recipient has the same one.
    """
    headers = {"Auto-Submitted": "auto-generated", **letter.headers}
    whole = replace(letter, headers=headers, html=defused(letter.html), text=defused(letter.text))
    sender = address_in(letter.sender)
    person = Person(address=address, message_id=message_id(letter.key, recipient))
    message = signed(Template(whole).fill(person, at=timezone.now()), sender=sender)
    transport = transports.opened()
    try:
        return transport.send(sender, address, message)
    finally:
        transport.close()


def signed(message: bytes, *, sender: str) -> bytes:
    """The message with a signature for each key in the data folder. Raises Unreachable where one can't sign."""
    try:
        signers = dkim.signers(settings.DATA / "keys", domain=sender.rpartition("@")[2])
    except dkim.UnfitKey as error:
        raise Unreachable(str(error)) from None
    for signer in signers:
        message = signer.sign(message)
    return message
