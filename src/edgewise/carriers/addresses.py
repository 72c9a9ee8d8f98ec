# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one form in which carriers speak of network addresses: "192.0.2.7:4433" and "[2001:db8::7]:4433"."""

import ipaddress
from collections.abc import Iterable
from typing import Final

from edgewise.ground.limits import ADDR_MAX_CHARS

DIAL_ADDRS_MAX: Final = 16  # addresses of one person that are tried at once; bounds what a false list can hit

_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def tidy(addr: str) -> str | None:
    """The same address in its one form; None for what isn't a numeric ip:port that a packet can be sent to.

    Names are not looked up. IPv4 inside IPv6 becomes plain IPv4. Scopes ("%eth0") mean nothing elsewhere.
    """
    if len(addr) > ADDR_MAX_CHARS:
        return None
    host, colon, port_text = addr.rpartition(":")
    if not colon or not (port_text.isascii() and port_text.isdigit()):
        return None
    port = int(port_text)
    ip = _ip(host)
    if ip is None or not 1 <= port <= 65535 or ip.is_unspecified or ip.is_multicast:
        return None
    return f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}"


def _ip(host: str) -> _IPAddress | None:
    """The address inside brackets (IPv6) or without (IPv4)."""
    try:
        if not (host.startswith("[") and host.endswith("]")):
            return ipaddress.IPv4Address(host)
        six = ipaddress.IPv6Address(host[1:-1])
    except ValueError:
        return None
    if six.scope_id is not None:
        return None
    return six.ipv4_mapped or six


def dialable(addrs: Iterable[str]) -> list[str]:
    """The first DIAL_ADDRS_MAX different addresses of a list that somebody else wrote, in its order."""
    tidied = (tidy(addr) for addr in addrs)
    return list(dict.fromkeys(addr for addr in tidied if addr is not None))[:DIAL_ADDRS_MAX]
