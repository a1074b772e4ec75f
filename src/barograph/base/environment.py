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
from urllib.parse import parse_qs, urlsplit

from barograph.base import given_urls, hosts, key_files, mail_rules, proxies
from barograph.base.given_urls import EnvironmentProblem
from barograph.base.mail_environment import (
    LOOPBACK,
    Imap,
    Listener,
    Provider,
    Smtp,
    Token,
    parse_imap,
    parse_listener,
    parse_mailbox,
    parse_provider,
    parse_smtp,
)
from barograph.base.mail_rules import MailRules

PREFIX = "BAROGRAPH_"
DEMO_ADDRESS = "demo-address"  # a file in the demo's data folder
SERVED_ADDRESS = "served-address"  # a file in the data folder, written by `serve`

ONION = re.compile(r"https?://(?:[a-z0-9-]+\.)?[a-z2-7]{56}\.onion")
_ADDRESS_KEY = re.compile(r"[0-9a-f]{64}")
HUB = re.compile(r"https?://[\w.:\[\]-]+(?:/[\w./~-]*)?")

KNOWN = {
    "BAROGRAPH_DATA": "folder that holds all that is to be backed up (default ./data)",
    "BAROGRAPH_DATABASE_URL": "sqlite:///path or postgres://user:password@host:port/name",
    "BAROGRAPH_SMTP_URL": "smtp://user:password@host:587?tls=starttls",
    "BAROGRAPH_SMTP_TOKEN": "an OAuth 2.0 access token instead of a password; from _FILE, read anew at each sign-in",
    "BAROGRAPH_IMAP_TOKEN": "the same for BAROGRAPH_BOUNCE_IMAP",
    "BAROGRAPH_MAIL_FROM": "whom mail comes from: news@example.org, or Name <news@example.org> "
    "(default bulletin@ and the site's host)",
    "BAROGRAPH_MAIL_REPLY_TO": "where answers to our mail go, for example office@example.org (default: the sender)",
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


SECOND_FACTOR = ("off", "publishers", "everyone")


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
    address_key_is_new: bool = False  # nowhere yet: made up for this process, written down by whoever may make one
    secret_key_is_new: bool = False  # the same
    onion_url: str = ""
    websub_url: str = ""
    bounces: Bounces = Bounces("", None, None)
    provider: Provider | None = None
    mail_rules: MailRules = field(default_factory=MailRules)
    machine_translation: MachineTranslation | None = None
    trusted_proxies: tuple[proxies.Network, ...] = proxies.ON_THIS_MACHINE
    mail_from: tuple[str, str] = ("", "")  # name and address, '' where they follow from the rest
    mail_reply_to: str = ""


def parse_base(url: str) -> str:
    """The site's address with its host in ASCII: 'https://xn--…'. Raises EnvironmentProblem."""
    name, example = "BAROGRAPH_BASE_URL", "https://example.org, the address of the site and nothing behind it"
    given = given_urls.read(name, url, example=example, schemes={"http", "https"})
    if not given.host or given.user or given.password or "@" in url or "?" in url:
        raise EnvironmentProblem(f"{name} must look like {example}.")
    port = f":{given.port}" if given.port else ""
    return f"{given.scheme}://{hosts.in_brackets(given.host)}{port}"


def _token(variables: Mapping[str, str], name: str) -> Token | None:
    """From NAME or the file that NAME_FILE names, which is read at each sign-in. Raises EnvironmentProblem."""
    value = _value(variables, name)
    if not value:
        return None
    path = variables.get(f"{name}_FILE", "")
    return Token(path=Path(path).absolute()) if path else Token(value=value)


def _sender(variables: Mapping[str, str]) -> tuple[tuple[str, str], str]:
    """Who mail comes from and where answers go. Raises EnvironmentProblem."""
    given, answers = (_value(variables, f"BAROGRAPH_MAIL_{name}") for name in ("FROM", "REPLY_TO"))
    return (
        parse_mailbox("BAROGRAPH_MAIL_FROM", given) if given else ("", ""),
        parse_mailbox("BAROGRAPH_MAIL_REPLY_TO", answers)[1] if answers else "",
    )


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
    domain = _value(variables, "BAROGRAPH_BOUNCE_DOMAIN")
    if domain:
        try:
            domain = hosts.to_ascii(domain)
        except ValueError:
            domain = ""
        if "." not in domain or hosts.is_address(domain):
            raise EnvironmentProblem("BAROGRAPH_BOUNCE_DOMAIN must be a domain, like mail.example.org.")
    maildir = _value(variables, "BAROGRAPH_BOUNCE_MAILDIR")
    listen = _value(variables, "BAROGRAPH_BOUNCE_LISTEN")
    imap = _value(variables, "BAROGRAPH_BOUNCE_IMAP")
    return Bounces(
        domain,
        Path(maildir).absolute() if maildir else None,
        parse_listener(listen) if listen else None,
        parse_imap(imap, _token(variables, "BAROGRAPH_IMAP_TOKEN")) if imap else None,
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


def _stored_key(data: Path, name: str) -> str | None:
    """A key in the data folder; None where there is no such file. Raises EnvironmentProblem."""
    path = data / "keys" / name
    try:
        text = key_files.read(data / "keys", name)
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentProblem(f"{path} cannot be read: {getattr(error, 'strerror', '') or 'no key'}.") from error
    if text == "":
        raise EnvironmentProblem(f"{path} is empty. Bring the key back from a backup.")
    return text


def local_address(data: Path) -> str:
    """The address under which the demo or `serve` last served this folder, so that every command makes the same links.

    '' where neither was. Only asked for where BAROGRAPH_BASE_URL is not set.
    """
    for name in (DEMO_ADDRESS, SERVED_ADDRESS):
        try:
            address = (data / name).read_text(encoding="ascii").strip()
            return parse_base(address) if address else ""
        except (FileNotFoundError, UnicodeDecodeError, EnvironmentProblem):
            continue  # not there, or cut off: `serve` writes it again
    return ""


def read(variables: Mapping[str, str] | None = None) -> Environment:
    """Read and check the environment. Raises EnvironmentProblem with one clear sentence."""
    variables = os.environ if variables is None else variables
    for name in variables:
        if name != name.upper() and name.upper().startswith(PREFIX):
            raise EnvironmentProblem(f"{name} is not read: write its name in capitals, {name.upper()}.")
        if name.startswith(PREFIX) and name.removesuffix("_FILE") not in KNOWN:
            near = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0.0)
            raise EnvironmentProblem(f"{name} is not a setting of Barograph. Did you mean {near[0]}?")
    data = Path(_value(variables, "BAROGRAPH_DATA") or "data").absolute()
    smtp_url = _value(variables, "BAROGRAPH_SMTP_URL")
    base_url = (_value(variables, "BAROGRAPH_BASE_URL") or local_address(data) or "http://127.0.0.1:8000").rstrip("/")
    base_url = parse_base(base_url)
    onion_url = _value(variables, "BAROGRAPH_ONION_URL").rstrip("/")
    if onion_url and not ONION.fullmatch(onion_url):
        raise EnvironmentProblem("BAROGRAPH_ONION_URL must look like http:// and 56 letters or digits and .onion.")
    websub_url = _value(variables, "BAROGRAPH_WEBSUB_URL")
    if websub_url and not HUB.fullmatch(websub_url):
        raise EnvironmentProblem("BAROGRAPH_WEBSUB_URL must be a hub's address, like https://hub.example.org.")
    given = _value(variables, "BAROGRAPH_ADDRESS_KEY")
    stored = None if given else _stored_key(data, "address.key")
    address_keys = tuple((given or stored or secrets.token_hex(32)).lower().replace(",", " ").split())
    if any(not _ADDRESS_KEY.fullmatch(key) for key in address_keys) or not address_keys:
        raise EnvironmentProblem(
            f"{'BAROGRAPH_ADDRESS_KEY' if given else data / 'keys' / 'address.key'} must be 64 hexadecimal digits "
            "(32 bytes), or several such keys, oldest first."
        )
    given_secret = _value(variables, "BAROGRAPH_SECRET_KEY")
    stored_secret = None if given_secret else _stored_key(data, "secret.key")
    secret_key = given_secret or stored_secret or secrets.token_hex(32)
    if len(secret_key) < 32:
        raise EnvironmentProblem("BAROGRAPH_SECRET_KEY must have at least 32 characters.")
    second_factor = _value(variables, "BAROGRAPH_SECOND_FACTOR") or (
        "publishers" if base_url.startswith("https:") else "off"
    )
    if second_factor not in SECOND_FACTOR:
        raise EnvironmentProblem(f"BAROGRAPH_SECOND_FACTOR must be one of {', '.join(SECOND_FACTOR)}.")
    rules, trusted_proxies = _rules(variables)
    machine = _value(variables, "BAROGRAPH_MACHINE_TRANSLATION")
    provider_url = _value(variables, "BAROGRAPH_MAIL_PROVIDER")
    if provider_url and smtp_url:
        raise EnvironmentProblem("Give BAROGRAPH_SMTP_URL or BAROGRAPH_MAIL_PROVIDER, not both.")
    mail_from, mail_reply_to = _sender(variables)
    return Environment(
        data=data,
        database_url=_value(variables, "BAROGRAPH_DATABASE_URL") or f"sqlite:///{data / 'barograph.sqlite3'}",
        smtp=parse_smtp(smtp_url, _token(variables, "BAROGRAPH_SMTP_TOKEN")) if smtp_url else None,
        base_url=base_url,
        secret_key=secret_key,
        address_key=address_keys[0],
        later_address_keys=address_keys[1:],
        address_key_is_kept=not given,
        address_key_is_new=not given and stored is None,
        secret_key_is_new=not given_secret and stored_secret is None,
        second_factor=second_factor,
        demo=_value(variables, "BAROGRAPH_DEMO") == "1",
        onion_url=onion_url,
        websub_url=websub_url,
        bounces=_bounces(variables),
        provider=parse_provider(provider_url) if provider_url else None,
        mail_rules=rules,
        trusted_proxies=trusted_proxies,
        machine_translation=parse_machine(machine) if machine else None,
        mail_from=mail_from,
        mail_reply_to=mail_reply_to,
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
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.removeprefix("sqlite:///"),
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
            },
        }
    name, example = "BAROGRAPH_DATABASE_URL", "sqlite:///path or postgres://user:password@host:port/name"
    given = given_urls.read(name, url, example=example, schemes={"postgres", "postgresql"}, options=None, path=True)
    options = dict(given.options)
    if not given.path or "/" in urlsplit(url).path[1:]:
        raise EnvironmentProblem(f"{name} must look like {example}. {given_urls.HINT}")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given.path,
        "USER": given.user,
        "PASSWORD": given.password,
        "HOST": options.pop("host", "") or given.host,
        "PORT": str(given.port or ""),
        "OPTIONS": options,
    }
