"""SMTP (RFC 5321) over one kept connection, with STARTTLS or TLS and a sign-in where they are set."""

from __future__ import annotations

import smtplib
import ssl

from django.conf import settings

from barograph.base.environment import Smtp
from barograph.delivery.transports import Answer, Unreachable, without_addresses

TIMEOUT = 60.0
#: After so many mails a fresh connection: many relays set such a limit.
PER_CONNECTION = 500


class SmtpTransport:
    def __init__(self, relay: Smtp | None = None) -> None:
        self.relay = relay or settings.SMTP
        self.connection: smtplib.SMTP | None = None
        self.used = 0

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hand over one mail. A 5xx to MAIL or a 421 is about us or the relay, so it is Unreachable."""
        try:
            connection = self._connected()
            code, text = connection.mail(sender)
            if code != 250:
                raise Unreachable(f"the relay does not take our sender: {code} {_words(text)}")
            code, text = connection.rcpt(recipient)
            if code in (250, 251):
                code, text = connection.data(message)
        except smtplib.SMTPDataError as error:
            code, text = error.smtp_code, error.smtp_error
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Unreachable(_reason(error)) from None
        except Unreachable:
            self._drop()
            raise
        self.used += 1
        if code == 421:
            self._drop()
            raise Unreachable(f"the relay closed the connection: {_words(text)}")
        if code not in (250, 251):
            self._reset()
        return Answer(code, _words(text))

    def close(self) -> None:
        if self.connection is not None:
            try:
                self.connection.quit()
            except (smtplib.SMTPException, OSError):
                self.connection.close()
            self.connection = None

    def _connected(self) -> smtplib.SMTP:
        if self.connection is not None and self.used >= PER_CONNECTION:
            self.close()
        if self.connection is None:
            self.connection, self.used = self._open(), 0
        return self.connection

    def _open(self) -> smtplib.SMTP:
        relay = self.relay
        if relay is None:
            raise Unreachable("no relay is set (BAROGRAPH_SMTP_URL)")
        context = ssl.create_default_context()
        if relay.tls == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(relay.host, relay.port, timeout=TIMEOUT, context=context)
        else:
            connection = smtplib.SMTP(relay.host, relay.port, timeout=TIMEOUT)
        try:
            connection.ehlo_or_helo_if_needed()
            if relay.tls == "starttls":
                connection.starttls(context=context)
                connection.ehlo()
            if relay.user:
                connection.login(relay.user, relay.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _reset(self) -> None:
        try:
            if self.connection is not None:
                self.connection.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def _words(text: bytes | str) -> str:
    return without_addresses(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_words(error.smtp_error)}"
    return without_addresses(str(getattr(error, "strerror", None) or error) or type(error).__name__)
