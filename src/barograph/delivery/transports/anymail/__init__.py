"""Mail handed over to a provider's HTTP interface, through django-anymail, several requests at a time.

The finished mail is taken apart again, since providers want text, HTML and
headers by themselves. Its return path goes along as metadata, so that what the
provider reports later is known as ours (delivery/bounces/events.py). The threads
know no database.
"""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from email.mime.image import MIMEImage
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from barograph.delivery.bounces.return_paths import PREFIX
from barograph.delivery.transports import Answer, Outcome, Parcel, Unannounced, Unreachable, without_addresses

#: Requests at a time.
WIDTH = 8
#: The metadata's name for a mail's return path.
RETURN_PATH = "return_path"
#: Headers that the provider writes itself, or that have fields of their own.
_NOT_HEADERS = frozenset({"from", "to", "subject", "date", "mime-version", "dkim-signature"})


class AnymailTransport(Unannounced):
    """A transport and a carrier over the backend that PROVIDER_BACKEND names."""

    def __init__(self, *, width: int = WIDTH) -> None:
        self.width = width
        self.flying: dict[Future[Answer], Parcel] = {}
        self.pool: ThreadPoolExecutor | None = None
        self.own = threading.local()  # a thread's backend, with its kept connection
        self.backends: list[Any] = []

    @property
    def carrying(self) -> int:
        return len(self.flying)

    @property
    def room(self) -> int:
        return self.width - self.carrying

    def give(self, parcel: Parcel) -> None:
        self.pool = self.pool or ThreadPoolExecutor(self.width, thread_name_prefix="provider")
        self.flying[self.pool.submit(self._hand_over, parcel)] = parcel

    def wait(self, seconds: float) -> list[Outcome]:
        done = wait(self.flying, timeout=seconds, return_when=FIRST_COMPLETED).done if self.flying else ()
        outcomes = []
        for future in done:
            parcel = self.flying.pop(future)
            try:
                outcomes.append(Outcome(parcel, future.result()))
            except Unreachable as trouble:
                outcomes.append(Outcome(parcel, trouble))
        return outcomes

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hand over one mail and wait. Raises Unreachable."""
        return self._hand_over(Parcel(0, sender, recipient, message))

    def _hand_over(self, parcel: Parcel) -> Answer:
        mail = taken_apart(parcel)
        try:
            self._backend().send_messages([mail])
        except AnymailRecipientsRefused:
            pass  # the status says how
        except AnymailAPIError as error:
            return _refused(error)
        except (AnymailError, ImproperlyConfigured) as error:  # its words may quote the mail
            raise Unreachable(f"the provider cannot be used as it is set up ({type(error).__name__})") from None
        status = next(iter(mail.anymail_status.recipients.values()), None)
        return _answer(status.status if status else None)

    def _backend(self) -> Any:
        if not hasattr(self.own, "backend"):
            self.own.backend = get_connection(settings.PROVIDER_BACKEND or settings.EMAIL_BACKEND)
            self.backends.append(self.own.backend)
            self.own.backend.open()
        return self.own.backend

    def watch(self, file: int) -> bool:
        return False

    def close(self) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)
        while self.backends:
            self.backends.pop().close()
        self.pool, self.own = None, threading.local()
        self.flying.clear()


def taken_apart(parcel: Parcel) -> EmailMultiAlternatives:
    """A finished mail as text, HTML, pictures and headers, with its return path as metadata."""
    parsed = message_from_bytes(parcel.message, policy=policy.default)
    text, html = (parsed.get_body((kind,)) for kind in ("plain", "html"))
    headers = {
        name: str(value)
        for name, value in parsed.items()
        if name.lower() not in _NOT_HEADERS and not name.lower().startswith("content-")
    }
    mail = EmailMultiAlternatives(
        subject=str(parsed["Subject"] or ""),
        body=text.get_content() if text else "",
        from_email=str(parsed["From"]),
        to=[parcel.recipient],
        headers=headers,
        attachments=[_picture(part) for part in parsed.walk() if part.get_content_maintype() == "image"],
    )
    if html:
        mail.attach_alternative(html.get_content(), "text/html")
    local = parcel.sender.partition("@")[0]
    if local.startswith(PREFIX):
        mail.metadata = {RETURN_PATH: local}  # type: ignore[attr-defined]
    return mail


def _picture(part: Parsed) -> MIMEImage:
    picture = MIMEImage(part.get_payload(decode=True), _subtype=part.get_content_subtype())
    for name in ("Content-ID", "Content-Disposition"):
        picture[name] = str(part[name])
    return picture


def _answer(status: str | None) -> Answer:
    """What a provider's word for a recipient (anymail's ANYMAIL_STATUSES) is in SMTP's terms."""
    if status in {"sent", "queued"}:
        return Answer(250, f"2.0.0 {status} by the provider")
    if status == "invalid":
        return Answer(553, "5.1.3 the provider finds the address not well-formed")
    if status == "rejected":  # it is on a list of the provider's: an event said why, or will
        return Answer(550, "5.7.1 the provider does not write to this address")
    return Answer(451, f"4.3.0 the provider says {status or 'nothing'}")


def _refused(error: AnymailAPIError) -> Answer:
    """A request that failed: an answer where it is about this mail, else Unreachable."""
    code = error.status_code
    words = without_addresses(getattr(error.response, "text", "") or "")[:200]
    if code is None:
        cause = error.__cause__
        reason = getattr(cause.args[0], "reason", None) if cause is not None and cause.args else None
        begun = not isinstance(reason, NewConnectionError | ConnectTimeoutError)
        raise Unreachable("the provider does not answer", in_doubt=begun) from None
    if code >= 500:
        raise Unreachable(f"the provider: {code} {words}", in_doubt=True) from None
    if code in {401, 402, 403, 404, 408, 425, 429}:  # our account, its means, or too much at once
        raise Unreachable(f"the provider: {code} {words}") from None
    return Answer(554, f"5.6.0 the provider: {code} {words}")
