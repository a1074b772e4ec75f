"""What the sender's domain says in DNS, so that others trust its mail: SPF, DKIM, DMARC, MTA-STS, bounces, names.

Asks and changes nothing. Each finding names the exact record to add, in the form of a zone file. The large providers
refuse bulk mail without the first three (their sender guidelines of 2024). Knows no mailing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from barograph.delivery.dkim import Signer

#: (name, record type) → values as text; empty where there is none. Raises Unanswered.
Ask = Callable[[str, str], list[str]]


class Unanswered(Exception):
    """DNS gave no answer, neither yes nor no."""


class Finding(NamedTuple):
    name: str
    ok: bool
    message: str


def ask(name: str, kind: str) -> list[str]:
    """Ask the system's resolver, five seconds at most. Raises Unanswered."""
    import dns.exception
    import dns.resolver
    import dns.reversename

    place = dns.reversename.from_address(name) if kind == "PTR" else name
    try:
        answer = dns.resolver.resolve(place, kind, lifetime=5, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise Unanswered(str(error)) from error
    if kind == "TXT":
        return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]
    return [row.to_text() for row in answer]


def examine(
    *, sender: str, relay: str, site: str, bounces: str, signers: Iterable[Signer], ask: Ask = ask
) -> list[Finding]:
    """`sender`: domain of the From address; `relay`, `site`: host names; `bounces`: domain of return paths or ''.

    Mail leaves from two envelope domains: a mailing's return paths are at `bounces`, a confirmation's or password's
    sender is at `sender`. Both need SPF; DMARC takes it where it is aligned with From (RFC 7489, 3.1.2).
    """
    keys = list(signers)
    looks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
        ("SPF", lambda: _spf(bounces or sender, relay, ask)),
        ("SPF, sender", lambda: _spf(sender, relay, ask, name="SPF, sender") if bounces not in {"", sender} else ()),
        ("DKIM", lambda: _dkim(sender, keys, ask)),
        ("DMARC", lambda: _dmarc(sender, ask)),
        ("MTA-STS", lambda: _mta_sts(bounces or sender, ask)),
        ("bounces", lambda: _bounces(bounces, site, ask)),
        ("PTR", lambda: _ptr(site if _is_local(relay) else relay, ask)),
    ]
    findings = []
    if bounces and not _is_aligned(bounces, sender):
        message = f"{bounces} is not below {sender}: SPF counts for DMARC only where BAROGRAPH_BOUNCE_DOMAIN is."
        findings.append(Finding("DMARC", bool(keys), message))
    for name, look in looks:
        try:
            findings += look()
        except Unanswered as error:
            findings.append(Finding(name, False, f"DNS did not answer ({error}). Check the resolver, then try again."))
    return findings


def _is_aligned(domain: str, sender: str) -> bool:
    """Relaxed alignment, as far as it can be told without the list of registries: one lies in the other."""
    return domain == sender or domain.endswith(f".{sender}") or (sender.endswith(f".{domain}") and "." in domain)


def _record(name: str, kind: str, value: str) -> str:
    """A line of a zone file; a long text in pieces of at most 255 letters (RFC 7208, 3.3)."""
    if kind == "TXT":
        pieces = [value[start : start + 255] for start in range(0, len(value), 255)]
        value = " ".join(f'"{piece}"' for piece in pieces)
    return f"{name}. IN {kind} {value}"


def _spf(domain: str, relay: str, ask: Ask, *, name: str = "SPF") -> Iterator[Finding]:
    """The domain of the envelope says who may send for it (RFC 7208)."""
    records = [text for text in ask(domain, "TXT") if text.lower().split(" ")[0] == "v=spf1"]
    advice = _record(domain, "TXT", f"v=spf1 a:{relay} -all" if not _is_local(relay) else "v=spf1 a mx -all")
    if not records:
        message = f"{domain} does not say who may send for it. Add, or what the relay's manual gives: {advice}"
        yield Finding(name, False, message)
    elif len(records) > 1:
        yield Finding(name, False, f"{domain} has {len(records)} SPF records, which makes them void. Keep one.")
    elif records[0].lower().rstrip().endswith((" +all", " all", " ?all")):
        yield Finding(name, False, f"{domain} lets everybody send for it. End its record with -all.")
    else:
        yield Finding(name, True, f"{domain}: {records[0]}")


def _dkim(domain: str, signers: list[Signer], ask: Ask) -> Iterator[Finding]:
    """Each key we sign with can be found (RFC 6376)."""
    if not signers:
        message = f"No key lies in keys/dkim.SELECTOR.pem: the relay has to sign for {domain}."
        yield Finding("DKIM", True, message)
    for signer in signers:
        name = f"{signer.selector}._domainkey.{domain}"
        expected = _tags(signer.dns)
        if any(_tags(text).get("p") == expected["p"] for text in ask(name, "TXT")):
            yield Finding("DKIM", True, f"{name} has the key we sign with")
        else:
            message = f"{name} does not have the key we sign with. Add: {_record(name, 'TXT', signer.dns)}"
            yield Finding("DKIM", False, message)


def _dmarc(domain: str, ask: Ask) -> Iterator[Finding]:
    """What receivers do with mail that only claims to be ours (RFC 7489)."""
    records = [_tags(text) for text in ask(f"_dmarc.{domain}", "TXT") if text.lower().startswith("v=dmarc1")]
    advice = _record(f"_dmarc.{domain}", "TXT", "v=DMARC1; p=quarantine")
    if len(records) != 1 or records[0].get("p") not in {"none", "quarantine", "reject"}:
        yield Finding("DMARC", False, f"{domain} has no valid DMARC policy. Add: {advice}")
    elif records[0]["p"] == "none":
        yield Finding("DMARC", True, f"{domain} only watches (p=none). When SPF and DKIM hold, set: {advice}")
    else:
        yield Finding("DMARC", True, f"{domain}: p={records[0]['p']}")


def _mta_sts(domain: str, ask: Ask) -> Iterator[Finding]:
    """Mail that comes to us is asked to come encrypted (RFC 8461): good to have, so never a failure."""
    if any(text.startswith("v=STSv1") for text in ask(f"_mta-sts.{domain}", "TXT")):
        yield Finding("MTA-STS", True, f"{domain} asks for encrypted mail")
    elif ask(domain, "MX"):
        yield Finding("MTA-STS", True, f"{domain} does not ask for encrypted mail (MTA-STS): advisable, not needed")


def _bounces(domain: str, site: str, ask: Ask) -> Iterator[Finding]:
    """What comes back finds its way."""
    if not domain:
        message = "No return path is set (BAROGRAPH_BOUNCE_DOMAIN): addresses that refuse mail are not noticed."
        yield Finding("bounces", True, message)
    elif hosts := ask(domain, "MX"):
        yield Finding("bounces", True, f"{domain}: MX {', '.join(hosts)}")
    else:
        message = f"Mail to {domain} has nowhere to go. Add: {_record(domain, 'MX', f'10 {site}.')}"
        yield Finding("bounces", False, message)


def _ptr(host: str, ask: Ask) -> Iterator[Finding]:
    """The sending machine's address leads to a name, and the name back to the address."""
    for address in [*ask(host, "A"), *ask(host, "AAAA")]:
        names = [name.rstrip(".") for name in ask(address, "PTR")]
        if not names:
            yield Finding("PTR", False, f"{address} has no name. Ask its provider to set: PTR {host}.")
        elif not any(address in ask(name, "AAAA" if ":" in address else "A") for name in names):
            message = f"{address} is called {names[0]}, which leads elsewhere. Ask its provider to set: PTR {host}."
            yield Finding("PTR", False, message)
        else:
            yield Finding("PTR", True, f"{address} is {names[0]}")


def _tags(text: str) -> dict[str, str]:
    """'v=DKIM1; k=rsa; p=…' → {tag: value}, without the spaces a zone file may bring in."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {tag.strip().lower(): "".join(value.split()) for tag, _sign, value in pairs}


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host
