"""One reader's own copy of a mailing: address, signed links, Message-ID, Date, filled into the frozen template."""

from __future__ import annotations

from base64 import b64decode
from datetime import date

from django.conf import settings
from django.utils import timezone

from barograph.delivery import dkim
from barograph.delivery.bounces.leaving import leave_address
from barograph.delivery.bounces.return_paths import envelope_sender
from barograph.delivery.identity import message_id, own_host
from barograph.delivery.messages import SETTINGS, UNSUBSCRIBE, Letter, Person, Picture, Template, address_in
from barograph.delivery.models import Mailing
from barograph.delivery.transports import Parcel
from barograph.subscribers import tokens
from barograph.subscribers.enums import ALL, IN_ORDER
from barograph.subscribers.recipients import Recipient


def letter_of(mailing: Mailing) -> Letter:
    return Letter(
        key=mailing.key,
        sender=mailing.sender,
        subject=mailing.subject,
        html=mailing.html,
        text=mailing.text,
        date=mailing.created_at,
        headers=mailing.headers,
        pictures=tuple(Picture(name, b64decode(content)) for name, content in mailing.pictures),
    )


class Copies:
    """Makes the copies of one mailing. The template is encoded once."""

    def __init__(self, mailing: Mailing) -> None:
        self.mailing = mailing
        self.template = Template(letter_of(mailing))
        self.sender, self.host = address_in(mailing.sender), own_host()
        self.signers = dkim.signers(settings.DATA / "keys", domain=self.sender.rpartition("@")[2])

    def _sections(self, recipient: Recipient) -> tuple[str, ...]:
        """Which sections this reader's letter has; none said: all of them.

        Where none of the topics they chose is in the letter (this week has nothing on it, the topic is not followed
        any more, an import brought a word that is no topic), they get the whole letter, never one without a text.
        """
        chosen = recipient.topics
        if not self.mailing.topics:
            there = self.template.text.sections
            return chosen if ALL in chosen or any(topic in there for topic in chosen) else ()
        order = chosen or (IN_ORDER, ALL)
        has = [topic for topic in self.mailing.topics if ALL in order or topic in order] or self.mailing.topics
        return (order[0] if order[0] in has else IN_ORDER, *has)

    def parcel(self, number: int, recipient: Recipient, *, on: date) -> Parcel:
        """The mail of one delivery on a day, ready to be handed over. Raises addresses.Unreadable."""
        mailing, address = self.mailing, recipient.address()
        leave = tokens.unsubscription(
            recipient.id, mailing.list_key, links=recipient.links, address_key=recipient.address_key
        )
        wishes = tokens.settings(recipient.id, links=recipient.links)
        links = {
            UNSUBSCRIBE: mailing.unsubscribe_url.format(language=recipient.language, token=leave),
            SETTINGS: mailing.settings_url.format(language=recipient.language, token=wishes),
        }
        identity = message_id(mailing.key, recipient.id.hex, host=self.host)
        by_mail = leave_address(mailing_id=mailing.pk, subscriber_id=recipient.id, on=on)
        person = Person(address, identity, links, f"mailto:{by_mail}?subject=unsubscribe" if by_mail else "")
        sender = envelope_sender(mailing_id=mailing.pk, subscriber_id=recipient.id, otherwise=self.sender, on=on)
        message = self.template.fill(person, self._sections(recipient), at=timezone.now())
        for signer in self.signers:
            message = signer.sign(message)
        return Parcel(number, sender, address, message, is_smooth=self.template.is_smooth)
