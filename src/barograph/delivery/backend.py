"""Django's mails (forgotten passwords, Wagtail's notices) go the way all our mail goes: EMAIL_BACKEND names it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone, translation
from django.utils.html import linebreaks, urlize

from barograph.base.control_characters import plain_line
from barograph.delivery import senders
from barograph.delivery.messages import Letter
from barograph.delivery.system_mail import send_system_mail
from barograph.delivery.transports import Unreachable


class Refused(OSError):
    """The mail server took a mail neither now nor for later. Names no address."""


class EmailBackend(BaseEmailBackend):
    """Sends each mail as a letter of its own to each recipient. One with files is refused: the product makes none."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many left. Raises Unreachable or Refused, unless it is to fail silently."""
        number = 0
        for mail in email_messages:
            try:
                for address in mail.recipients():
                    self._send(mail, address)
                number += 1
            except (Unreachable, Refused):
                if not self.fail_silently:
                    raise
        return number

    def _send(self, mail: EmailMessage, address: str) -> None:
        answer = send_system_mail(letter=as_letter(mail), address=address, recipient=f"address:{address}")
        if answer.is_for_later:
            raise Unreachable(f"{answer.code} {answer.text}")
        if not answer.is_accepted:
            raise Refused(f"the mail server refused a mail: {answer.code} {answer.text}")


def as_letter(mail: EmailMessage) -> Letter:
    """Django's mail as a letter, from our sender. Raises ValueError for one with files."""
    if mail.attachments:
        raise ValueError("a mail with attached files is not sent")
    alternatives = mail.alternatives if isinstance(mail, EmailMultiAlternatives) else []
    html = next((str(content) for content, kind in alternatives if kind == "text/html"), "")
    text, now = str(mail.body), timezone.now()
    language = translation.get_language() or "en"
    html = (
        html
        or f'<!doctype html><html lang="{language}"><body>{urlize(linebreaks(text, autoescape=True))}</body></html>'
    )
    digest = hashlib.sha256(f"{mail.subject}\n{text}".encode()).hexdigest()
    subject = plain_line(str(mail.subject))
    sender = senders.chosen()
    key = f"django:{digest}:{now.isoformat()}"
    return Letter(key, sender.written(), subject, html, text, now, sender.answers())
