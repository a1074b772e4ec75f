"""The environment: every BAROGRAPH_… variable, typed, and nothing else.

Unknown names are refused with the nearest known one, so that a misspelt
setting is never silently ignored. Any variable may be given as NAME_FILE,
the path of a file that holds the value (for secrets).
"""

from __future__ import annotations

import difflib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from barograph.base import mail_rules, proxies
from barograph.base.mail_rules import MailRules

PREFIX = "BAROGRAPH_"
DEMO_ADDRESS = "demo-address"  # a file in the demo's data folder

ONION = re.compile(r"https?://(?:[a-z0-9-]+\.)?[a-z2-7]{56}\.onion")
_ADDRESS_KEY = re.compile(r"[0-9a-f]{64}")
HUB = re.compile(r"https?://[\w.:\[\]-]+(?:/[\w./~-]*)?")

KNOWN = {
    "BAROGRAPH_DATA": "folder that holds all that is to be backed up (default ./data)",
    "BAROGRAPH_DATABASE_URL": "sqlite:///path or postgres://user:password@host:port/name",
    "BAROGRAPH_SMTP_URL": "smtp://user:password@host:587?tls=starttls",
    "BAROGRAPH_MAIL_PROVIDER": "a provider's HTTP interface instead of a relay, through django-anymail, for example "
    "postmark://?server_token=…&webhook_secret=user:password",
    "BAROGRAPH_BASE_URL": "public address of the site, for example https://example.org",
    "BAROGRAPH_SECRET_KEY": "signs sessions and links; made on first start",
    "BAROGRAPH_ADDRESS_KEY": "encrypts subscribers' addresses; made on first start",
    "BAROGRAPH_SECOND_FACTOR": "who must confirm a sign-in with a code: off, publishers or everyone "
    "(default publishers; off on http)",
    "BAROGRAPH_ONION_URL": "the same site as an onion service, http://….onion; browsers that can are told of it",
    "BAROGRAPH_WEBSUB_URL": "a WebSub hub that tells feed readers at once, for example https://hub.example.org",
    "BAROGRAPH_BOUNCE_DOMAIN": "domain of the return paths, for example mail.example.org; its MX leads here",
    "BAROGRAPH_BOUNCE_MAILDIR": "Maildir in which mail that came back arrives",
    "BAROGRAPH_BOUNCE_IMAP": "imaps://user:password@host/INBOX: a mailbox in which mail that came back arrives; "
    "?move=Folder puts aside what was judged",
    "BAROGRAPH_BOUNCE_LISTEN": "lmtp://127.0.0.1:8024 or smtp://…: where the worker takes mail that came back",
    "BAROGRAPH_MAIL_OVERDUE": "a mailing so many hours late asks before it goes out (default 12)",
    "BAROGRAPH_MAIL_GRACE": "minutes before an issue's first mail, to hold it in (5 at the desk, 0 at a terminal)",
    "BAROGRAPH_MAIL_WINDOW": "hours in which mailings go out, for example 07:00-22:00, in the publication's time zone",
    "BAROGRAPH_MAIL_WARMUP": "a new sender's plan, for example 2026-11-25,200,1.5: first day, mails, growth a day",
    "BAROGRAPH_MACHINE_TRANSLATION": "a LibreTranslate-compatible service that drafts what is empty in a translation, "
    "https://translate.example.org/translate?api_key=…; texts go there before they are published (default: none)",
    "BAROGRAPH_BEHIND_PROXY": "1 lets `serve` listen for a proxy on another machine of a closed network",
    "BAROGRAPH_TRUSTED_PROXIES": "networks of the proxies before this server, or none (default: those on this machine)",
    "BAROGRAPH_DEMO": "1 switches on the demo mailbox; set by `barograph demo` only",
}


#: Those of django-anymail that need nothing but HTTP.
PROVIDERS = (
    "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postmark", "resend", "scaleway",
    "sendgrid", "sparkpost", "unisender_go",
)  # fmt: skip

#: This machine.
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

SECOND_FACTOR = ("off", "publishers", "everyone")


class EnvironmentProblem(Exception):
    """A variable is unknown or has a value that cannot be used. The message says what to do."""


@dataclass(frozen=True)
class Smtp:
    """Where mail is handed over: a relay's host, port, sign-in and kind of TLS ('', 'starttls', 'tls')."""

    host: str
    port: int
    user: str
    password: str
    tls: str


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


@dataclass(frozen=True)
class Bounces:
    """How mail comes back: the domain of return paths ('' for none), and where it arrives."""

    domain: str
    maildir: Path | None
    listener: Listener | None
    imap: Imap | None = None


@dataclass(frozen=True)
class MachineTranslation:
    """Who drafts translations: the address that takes LibreTranslate's requests, and the key it asks for ('')."""

    url: str
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True)
class Environment:
    data: Path
    database_url: str
    smtp: Smtp | None
    base_url: str
    secret_key: str
    address_key: str
    second_factor: str
    demo: bool
    later_address_keys: tuple[str, ...] = ()
    address_key_is_kept: bool = False  # in the data folder, by us
    onion_url: str = ""
    websub_url: str = ""
    bounces: Bounces = Bounces("", None, None)
    provider: Provider | None = None
    mail_rules: MailRules = field(default_factory=MailRules)
    machine_translation: MachineTranslation | None = None
    trusted_proxies: tuple[proxies.Network, ...] = proxies.ON_THIS_MACHINE


def parse_smtp(url: str) -> Smtp:
    """`smtp://user:password@host:587?tls=starttls` → Smtp. Raises EnvironmentProblem."""
    parts = urlsplit(url)
    tls = parse_qs(parts.query).get("tls", [""])[0]
    try:
        port = parts.port
    except ValueError:
        port = -1
    if (
        port == -1
        or parts.scheme not in {"smtp", "smtps"}
        or not parts.hostname
        or tls not in {"", "none", "starttls", "tls"}
    ):
        raise EnvironmentProblem(
            "BAROGRAPH_SMTP_URL must look like smtp://user:password@host:587?tls=starttls "
            "(tls is starttls, tls or none)."
        )
    if parts.scheme == "smtps":
        tls = "tls"
    tls = "" if tls == "none" else tls
    return Smtp(
        host=parts.hostname,
        port=port or {"": 25, "starttls": 587, "tls": 465}[tls],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
    )


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
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme not in {"lmtp", "smtp"} or not parts.hostname or not port:
        raise EnvironmentProblem("BAROGRAPH_BOUNCE_LISTEN must look like lmtp://127.0.0.1:8024.")
    return Listener(parts.scheme, parts.hostname, port)


def parse_imap(url: str) -> Imap:
    """`imaps://user:password@host:993/INBOX?move=Judged` → Imap. Raises EnvironmentProblem."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    tls = "tls" if parts.scheme == "imaps" else query.get("tls", ["starttls"])[0]
    folder, move_to = unquote(parts.path.lstrip("/")) or "INBOX", query.get("move", [""])[0]
    try:
        port = parts.port or (993 if tls == "tls" else 143)
    except ValueError:
        port = 0
    fits = all(name.isascii() and name.isprintable() for name in (folder, move_to) if name)
    known = parts.scheme in {"imap", "imaps"} and tls in {"tls", "starttls", "none"} and query.keys() <= {"tls", "move"}
    if not (known and fits and port and parts.hostname and parts.username and parts.password):
        raise EnvironmentProblem(
            "BAROGRAPH_BOUNCE_IMAP must look like imaps://user:password@host/INBOX, or imap://… for STARTTLS "
            "(characters such as @ or / in user and password as %40, %2F)."
        )
    if tls == "none" and parts.hostname not in LOOPBACK:
        raise EnvironmentProblem("BAROGRAPH_BOUNCE_IMAP without TLS is for this machine alone: use imaps://.")
    user, password = unquote(parts.username), unquote(parts.password)
    return Imap(parts.hostname, port, user, password, "" if tls == "none" else tls, folder, move_to)


def parse_machine(url: str) -> MachineTranslation:
    """`https://host/translate?api_key=…` → MachineTranslation. Raises EnvironmentProblem."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    try:
        right = parts.port != 0 and bool(parts.hostname) and len(parts.path) > 1
    except ValueError:
        right = False
    if not right or parts.scheme not in {"http", "https"} or parts.username or query.keys() - {"api_key"}:
        raise EnvironmentProblem(
            "BAROGRAPH_MACHINE_TRANSLATION must look like https://translate.example.org/translate?api_key=…."
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise EnvironmentProblem("BAROGRAPH_MACHINE_TRANSLATION without TLS is for this machine alone: use https://.")
    return MachineTranslation(f"{parts.scheme}://{parts.netloc}{parts.path}", query.get("api_key", [""])[0])


def _bounces(variables: Mapping[str, str]) -> Bounces:
    domain = _value(variables, "BAROGRAPH_BOUNCE_DOMAIN").lower()
    if domain and (not domain.isascii() or "." not in domain or "@" in domain or "/" in domain):
        raise EnvironmentProblem("BAROGRAPH_BOUNCE_DOMAIN must be a domain, like mail.example.org.")
    maildir = _value(variables, "BAROGRAPH_BOUNCE_MAILDIR")
    listen = _value(variables, "BAROGRAPH_BOUNCE_LISTEN")
    imap = _value(variables, "BAROGRAPH_BOUNCE_IMAP")
    return Bounces(
        domain,
        Path(maildir).absolute() if maildir else None,
        parse_listener(listen) if listen else None,
        parse_imap(imap) if imap else None,
    )


def _rules(variables: Mapping[str, str]) -> tuple[MailRules, tuple[proxies.Network, ...]]:
    try:
        return mail_rules.read(
            overdue=_value(variables, "BAROGRAPH_MAIL_OVERDUE"),
            window=_value(variables, "BAROGRAPH_MAIL_WINDOW"),
            grace=_value(variables, "BAROGRAPH_MAIL_GRACE"),
            warm_up=_value(variables, "BAROGRAPH_MAIL_WARMUP"),
        ), proxies.parse(_value(variables, "BAROGRAPH_TRUSTED_PROXIES"))
    except (mail_rules.MailRuleProblem, proxies.ProxyProblem) as problem:
        raise EnvironmentProblem(str(problem)) from None


def _value(variables: Mapping[str, str], name: str) -> str:
    path = variables.get(f"{name}_FILE", "")
    if path and variables.get(name):
        raise EnvironmentProblem(f"Give {name} or {name}_FILE, not both.")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise EnvironmentProblem(f"{name}_FILE cannot be read: {error.strerror} ({path}).") from error
    return variables.get(name, "").strip()


def _kept_key(folder: Path, name: str) -> str:
    """The key in `folder/name`, made on first use; readable by the owner only."""
    path = folder / name
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = folder / f".{name}.{os.getpid()}"
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)  # fails where another process was first: its key holds
    except FileExistsError:
        pass
    finally:
        partial.unlink()
    return path.read_text(encoding="ascii").strip()


def demo_address(data: Path) -> str:
    """Where the demo of this data folder was started last, so that every command beside it makes the same links."""
    try:
        return (data / DEMO_ADDRESS).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def read(variables: Mapping[str, str] | None = None) -> Environment:
    """Read and check the environment. Raises EnvironmentProblem with one clear sentence."""
    variables = os.environ if variables is None else variables
    for name in variables:
        if name.startswith(PREFIX) and name.removesuffix("_FILE") not in KNOWN:
            near = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0.0)
            raise EnvironmentProblem(f"{name} is not a setting of Barograph. Did you mean {near[0]}?")
    data = Path(_value(variables, "BAROGRAPH_DATA") or "data").absolute()
    smtp_url = _value(variables, "BAROGRAPH_SMTP_URL")
    base_url = (_value(variables, "BAROGRAPH_BASE_URL") or demo_address(data) or "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise EnvironmentProblem("BAROGRAPH_BASE_URL must be a site's address, like https://example.org.")
    onion_url = _value(variables, "BAROGRAPH_ONION_URL").rstrip("/")
    if onion_url and not ONION.fullmatch(onion_url):
        raise EnvironmentProblem("BAROGRAPH_ONION_URL must look like http:// and 56 letters or digits and .onion.")
    websub_url = _value(variables, "BAROGRAPH_WEBSUB_URL")
    if websub_url and not HUB.fullmatch(websub_url):
        raise EnvironmentProblem("BAROGRAPH_WEBSUB_URL must be a hub's address, like https://hub.example.org.")
    given = _value(variables, "BAROGRAPH_ADDRESS_KEY")
    address_keys = tuple((given or _kept_key(data / "keys", "address.key")).lower().replace(",", " ").split())
    if any(not _ADDRESS_KEY.fullmatch(key) for key in address_keys) or not address_keys:
        raise EnvironmentProblem(
            "BAROGRAPH_ADDRESS_KEY must be 64 hexadecimal digits (32 bytes), or several such keys, oldest first."
        )
    secret_key = _value(variables, "BAROGRAPH_SECRET_KEY") or _kept_key(data / "keys", "secret.key")
    if len(secret_key) < 32:
        raise EnvironmentProblem("BAROGRAPH_SECRET_KEY must have at least 32 characters.")
    second_factor = _value(variables, "BAROGRAPH_SECOND_FACTOR") or ("publishers" if parts.scheme == "https" else "off")
    if second_factor not in SECOND_FACTOR:
        raise EnvironmentProblem(f"BAROGRAPH_SECOND_FACTOR must be one of {', '.join(SECOND_FACTOR)}.")
    rules, trusted_proxies = _rules(variables)
    machine = _value(variables, "BAROGRAPH_MACHINE_TRANSLATION")
    provider_url = _value(variables, "BAROGRAPH_MAIL_PROVIDER")
    if provider_url and smtp_url:
        raise EnvironmentProblem("Give BAROGRAPH_SMTP_URL or BAROGRAPH_MAIL_PROVIDER, not both.")
    return Environment(
        data=data,
        database_url=_value(variables, "BAROGRAPH_DATABASE_URL") or f"sqlite:///{data / 'barograph.sqlite3'}",
        smtp=parse_smtp(smtp_url) if smtp_url else None,
        base_url=base_url,
        secret_key=secret_key,
        address_key=address_keys[0],
        later_address_keys=address_keys[1:],
        address_key_is_kept=not given,
        second_factor=second_factor,
        demo=_value(variables, "BAROGRAPH_DEMO") == "1",
        onion_url=onion_url,
        websub_url=websub_url,
        bounces=_bounces(variables),
        provider=parse_provider(provider_url) if provider_url else None,
        mail_rules=rules,
        trusted_proxies=trusted_proxies,
        machine_translation=parse_machine(machine) if machine else None,
    )


def database_files(url: str) -> list[Path]:
    """The files of an SQLite database, with those that WAL keeps beside it; none of another database."""
    if not url.startswith("sqlite:///"):
        return []
    path = url.removeprefix("sqlite:///")
    return [Path(path + ending) for ending in ("", "-wal", "-shm", "-journal")]


def database(url: str) -> dict[str, object]:
    """A database address → Django's settings for it. Raises EnvironmentProblem.

    SQLite runs in WAL with immediate transactions, so that readers never wait
    for a writer and two writers queue instead of failing.
    """
    if url.startswith("sqlite:///"):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.removeprefix("sqlite:///"),
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise EnvironmentProblem("BAROGRAPH_DATABASE_URL must begin with sqlite:/// or postgres://.")
    options = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.pop("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }
