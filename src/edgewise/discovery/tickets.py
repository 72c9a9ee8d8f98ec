# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses as they are told and as they are tried: which ones are worth telling to whom, as pure functions.

Addresses travel in tickets and in signed `Addresses` records. They are hints: who answers there must prove
the endpoint key, so a false one costs a dial and nothing else.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import ADDR_MAX_CHARS, ADDRS_MAX

IP = ipaddress.IPv4Address | ipaddress.IPv6Address

PORT_MAX: Final = 65535
# Where a false list could make this computer knock: a few dials, never a scan.
DIALS_MAX: Final = 2 * ADDRS_MAX


@dataclass(frozen=True, slots=True)
class Addr:
    """A numeric address and a port."""

    ip: IP
    port: int

    @property
    def text(self) -> str:
        """ "192.0.2.7:4433" or "[2001:db8::7]:4433"."""
        return f"[{self.ip}]:{self.port}" if self.ip.version == 6 else f"{self.ip}:{self.port}"


def parse_addr(text: str) -> Addr:
    """The address of "ip:port" or "[ip6]:port"; names are not looked up, IPv4 in IPv6 becomes plain IPv4.

    Raises Verdict "carrier.address", also for a scope ("%eth0"), port 0, "any" and multicast.
    """
    host, colon, port_text = text.rpartition(":")
    if not colon or len(text) > ADDR_MAX_CHARS or not (port_text.isascii() and port_text.isdigit()):
        raise Verdict("carrier.address")
    port, ip = int(port_text), _parse_ip(host)
    if not 1 <= port <= PORT_MAX or ip.is_unspecified or ip.is_multicast:
        raise Verdict("carrier.address")
    return Addr(ip, port)


def _parse_ip(host: str) -> IP:
    try:
        if not (host.startswith("[") and host.endswith("]")):
            return ipaddress.IPv4Address(host)
        six = ipaddress.IPv6Address(host[1:-1])
    except ValueError as error:
        raise Verdict("carrier.address") from error
    if six.scope_id is not None:
        raise Verdict("carrier.address")
    return six.ipv4_mapped or six


def is_loopback(addr: Addr) -> bool:
    """Whether it leads back to the same computer."""
    return addr.ip.is_loopback


def is_link_local(addr: Addr) -> bool:
    """Whether it means something on one cable only."""
    return addr.ip.is_link_local


def is_private(addr: Addr) -> bool:
    """Whether it means something in one house or provider's net only."""
    return addr.ip.is_private or addr.ip in _SHARED


_SHARED: Final = ipaddress.IPv4Network("100.64.0.0/10")


def _parsed(texts: Iterable[str]) -> list[Addr]:
    """Those that are addresses, each once, in their order."""
    found: dict[Addr, None] = {}
    for text in texts:
        try:
            found.setdefault(parse_addr(text))
        except Verdict:
            continue
    return list(found)


def worth_telling(texts: Iterable[str]) -> tuple[str, ...]:
    """At most four of one's own addresses for others: public ones first, no loopback or link-local."""
    addrs = [addr for addr in _parsed(texts) if not (is_loopback(addr) or is_link_local(addr))]
    return tuple(addr.text for addr in sorted(addrs, key=is_private)[:ADDRS_MAX])


def worth_dialing(texts: Iterable[str], *, same_computer: bool = False) -> tuple[str, ...]:
    """The addresses of a list by somebody else that are tried: no loopback (but in tests of one computer).

    Loopback would let a letter knock at other programs of this computer.
    """
    addrs = [addr for addr in _parsed(texts) if same_computer or not is_loopback(addr)]
    return tuple(addr.text for addr in addrs[:DIALS_MAX])
