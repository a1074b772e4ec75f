"""The variables about mail, typed: where it is handed over, where it comes back, whom it is from.

Each is a URL or an address that an operator writes, read strictly (given_urls.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from barograph.base import given_urls, hosts
from barograph.base.control_characters import CONTROLS
from barograph.base.given_urls import EnvironmentProblem

#: Providers of django-anymail that need no package of their own.
PROVIDERS = (
    "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postmark", "resend", "scaleway",
    "sendgrid", "sparkpost", "unisender_go",
)  # fmt: skip


#: This machine.
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")


@dataclass(frozen=True)
class Token:
    """An OAuth 2.0 access token for mailboxes that take no password: given, or in a file that others renew."""

    value: str = field(default="", repr=False)
    path: Path | None = None

    def read(self) -> str:
        """The token that holds now. Raises OSError where its file can't be read or is empty."""
        if self.path is None:
            return self.value
        if value := self.path.read_text(encoding="ascii", errors="replace").strip():
            return value
        raise OSError(f"{self.path} is empty")


@dataclass(frozen=True)
class Smtp:
    """Where mail is handed over: a relay's host, port, sign-in and kind of TLS ('', 'starttls', 'tls')."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: str
    token: Token | None = None


@dataclass(frozen=True)
class Provider:
    """Who takes mail by HTTP: anymail's name, its settings there, and the secret ('user:password') of its events."""

    name: str
    options: tuple[tuple[str, str], ...]
    webhook_secret: str = ""

    @property
    def settings(self) -> dict[str, str]:
        """anymail's setting."""
        secret = {"WEBHOOK_SECRET": self.webhook_secret} if self.webhook_secret else {}
        return {f"{self.name}_{name}".upper(): value for name, value in self.options} | secret


@dataclass(frozen=True)
class Listener:
    """Where the worker listens for mail that came back."""

    protocol: str  # lmtp or smtp
    host: str
    port: int


@dataclass(frozen=True)
class Imap:
    """A mailbox that is looked into: kind of TLS ('tls', 'starttls'; '' on this machine alone), folder, where to."""

    host: str
    port: int
    user: str
    password: str
    tls: str
    folder: str
    move_to: str = ""
    token: Token | None = None


def parse_smtp(url: str, token: Token | None = None) -> Smtp:
    """`smtp://user:password@host:587?tls=starttls` → Smtp. Raises EnvironmentProblem."""
    name, example = "BAROGRAPH_SMTP_URL", "smtp://user:password@host:587?tls=starttls (tls is starttls, tls or none)"
    given = given_urls.read(name, url, example=example, schemes={"smtp", "smtps"}, options={"tls"})
    tls = given.options.get("tls", "tls" if given.scheme == "smtps" else "")
    if tls not in {"", "none", "starttls", "tls"} or (given.scheme == "smtps" and tls != "tls") or not given.host:
        raise EnvironmentProblem(f"{name} must look like {example}. {given_urls.HINT}")
    _complete(name, given, token)
    tls = "" if tls == "none" else tls
    port = given.port or {"": 25, "starttls": 587, "tls": 465}[tls]
    return Smtp(given.host, port, given.user, given.password, tls, token)


def _complete(name: str, given: given_urls.GivenUrl, token: Token | None) -> None:
    """A user has a password or a token, and the other way round. Raises EnvironmentProblem."""
    is_safe = given.scheme[-1] == "s" or given.options.get("tls", "") in {"tls", "starttls"} or given.scheme == "imap"
    if token is not None and not is_safe and given.host not in LOOPBACK:
        raise EnvironmentProblem(
            f"{name} needs TLS where there is an access token: add ?tls=starttls, or use smtps://."
        )
    if token is not None and (given.password or not given.user):
        raise EnvironmentProblem(f"{name} needs the user and no password where there is an access token.")
    if token is None and bool(given.user) != bool(given.password):
        raise EnvironmentProblem(f"{name} must have both user and password, or neither. {given_urls.HINT}")


def parse_provider(url: str) -> Provider:
    """`postmark://?server_token=…&webhook_secret=user:password` → Provider. Raises EnvironmentProblem."""
    parts = urlsplit(url)
    name = parts.scheme.replace("-", "_")
    options = {key.lower(): values[0] for key, values in parse_qs(parts.query).items()}
    secret = options.pop("webhook_secret", "")
    if name not in PROVIDERS or parts.netloc or not options:
        raise EnvironmentProblem(
            "BAROGRAPH_MAIL_PROVIDER must look like postmark://?server_token=…&webhook_secret=user:password, with the "
            f"settings of django-anymail in small letters, for one of {', '.join(PROVIDERS)}."
        )
    if secret and (":" not in secret or len(secret) < 20):
        raise EnvironmentProblem("The webhook_secret in BAROGRAPH_MAIL_PROVIDER must be user:password, 20 characters.")
    return Provider(name, tuple(options.items()), secret)


def parse_listener(url: str) -> Listener:
    """`lmtp://127.0.0.1:8024` → Listener. Raises EnvironmentProblem."""
    name, example = "BAROGRAPH_BOUNCE_LISTEN", "lmtp://127.0.0.1:8024"
    given = given_urls.read(name, url, example=example, schemes={"lmtp", "smtp"})
    if not given.host or not given.port or given.user or given.password:
        raise EnvironmentProblem(f"{name} must look like {example}.")
    return Listener(given.scheme, given.host, given.port)


def parse_imap(url: str, token: Token | None = None) -> Imap:
    """`imaps://user:password@host:993/INBOX?move=Judged` → Imap. Raises EnvironmentProblem."""
    name, example = "BAROGRAPH_BOUNCE_IMAP", "imaps://user:password@host/INBOX, or imap://… for STARTTLS"
    given = given_urls.read(name, url, example=example, schemes={"imap", "imaps"}, options={"tls", "move"}, path=True)
    tls = given.options.get("tls", "tls" if given.scheme == "imaps" else "starttls")
    folder, move_to = given.path or "INBOX", given.options.get("move", "")
    fits = all(word.isascii() and word.isprintable() for word in (folder, move_to) if word)
    right = tls in {"tls", "starttls", "none"} and (given.scheme == "imap" or tls == "tls")
    if not (right and fits and given.host and given.user):
        raise EnvironmentProblem(f"{name} must look like {example}. {given_urls.HINT}")
    _complete(name, given, token)
    if tls == "none" and given.host not in LOOPBACK:
        raise EnvironmentProblem(f"{name} without TLS is for this machine alone: use imaps://.")
    port, tls = given.port or (993 if tls == "tls" else 143), "" if tls == "none" else tls
    return Imap(given.host, port, given.user, given.password, tls, folder, move_to, token)


def parse_mailbox(name: str, text: str) -> tuple[str, str]:
    """`Name <news@example.org>` or the address alone → (name, address in ASCII). Raises EnvironmentProblem."""
    words, bracket, rest = text.partition("<")
    address = rest.removesuffix(">") if bracket else text
    local, _at, domain = address.strip().rpartition("@")
    try:
        domain = hosts.to_ascii(domain)
    except ValueError:
        domain = ""
    fits = _MAILBOX.fullmatch(local) and ".." not in local and not local.startswith(".") and not local.endswith(".")
    if not fits or "." not in domain or CONTROLS.search(text) or (bracket and not rest.endswith(">")):
        raise EnvironmentProblem(f"{name} must be an e-mail address like news@example.org, or Name <news@example.org>.")
    return words.strip().strip('"') if bracket else "", f"{local}@{domain}"
