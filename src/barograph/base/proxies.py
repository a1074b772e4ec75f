"""Where a request comes from, when proxies stand before the server: which of them are believed is a setting.

Each proxy adds to X-Forwarded-For the address that it was asked from. Read from
the right, the list is true as long as it was written by proxies that are
trusted; the first address that is none of theirs is the client.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Where nothing is set: a proxy on this machine.
ON_THIS_MACHINE: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
NONE = "none"
_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+")


class ProxyProblem(ValueError):
    """The setting can't be used. The message says what it must look like."""

    def __init__(self, entry: str) -> None:
        super().__init__(
            "BAROGRAPH_TRUSTED_PROXIES must be the addresses or networks of your proxies, like 172.18.0.0/16, "
            f"2001:db8::1, a comma between, or none. This is none of these: {entry[:60]}"
        )


def parse(value: str) -> tuple[Network, ...]:
    """'10.0.0.0/8, 172.18.0.1' → networks; '' → this machine; 'none' → none. Raises ProxyProblem."""
    if not value:
        return ON_THIS_MACHINE
    if value.lower() == NONE:
        return ()
    networks = []
    for entry in value.replace(",", " ").split():
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            raise ProxyProblem(entry) from None
        if network.prefixlen == 0:  # whoever asks could then claim to be anybody
            raise ProxyProblem(entry)
        networks.append(network)
    if not networks:
        raise ProxyProblem(value)
    return tuple(networks)


def address_of(text: str) -> Address | None:
    """An IP address, with or without a port, brackets or zone; None where it is none."""
    text = text.strip().strip('"')
    if within := _WITH_PORT.fullmatch(text):
        text = within[1] or within[2]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def client(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> Address | None:
    """Who asked: `peer` is the other end of the connection ('' for a local socket, which counts as this machine).

    None where a proxy on this machine, or a local socket, names nobody.
    """
    here = address_of(peer) or ipaddress.ip_address("127.0.0.1")
    hops = [hop for hop in forwarded_for.split(",") if hop.strip()]
    while hops and _is_trusted(here, trusted):
        before = address_of(hops.pop())
        if before is None:  # "unknown", or garbled: no more can be known
            break
        here = before
    return None if here.is_loopback else here


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in trusted)


def network_of(address: Address) -> str:
    """What counts as one network: the /24 of an IPv4 address, the /48 of an IPv6 address."""
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))
