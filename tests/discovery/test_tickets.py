# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses: parsed once, told with care, tried with more care."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.discovery.tickets import (
    DIALS_MAX,
    is_link_local,
    is_loopback,
    is_private,
    parse_addr,
    worth_dialing,
    worth_telling,
)
from edgewise.ground.errors import Verdict
from edgewise.ground.limits import ADDRS_MAX


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("192.0.2.7:4433", "192.0.2.7:4433"),
        ("[2001:DB8:0::7]:04433", "[2001:db8::7]:4433"),
        ("[::ffff:192.0.2.7]:1", "192.0.2.7:1"),
    ],
)
def test_an_address_has_one_spelling(text: str, tidy: str) -> None:
    """Capitals, zeros and IPv4 in IPv6 are told the same way."""
    assert parse_addr(text).text == tidy


@pytest.mark.parametrize(
    "text",
    [
        "",
        "192.0.2.7",
        "192.0.2.7:",
        "192.0.2.7:0",
        "192.0.2.7:65536",
        "192.0.2.7:-1",
        "192.0.2.7:４",
        "2001:db8::7:4433",
        "[fe80::1%eth0]:1",
        "example.org:80",
        "0.0.0.0:80",
        "[ff02::1]:80",
        "224.0.0.1:80",
        "1" * 100 + ":1",
    ],
)
def test_what_is_no_address_is_a_verdict(text: str) -> None:
    """Names are not looked up, and nobody is made to send to all."""
    with pytest.raises(Verdict, match=r"carrier\.address"):
        parse_addr(text)


def test_addresses_are_told_apart() -> None:
    """This computer, this cable, this house, and the world."""
    assert is_loopback(parse_addr("127.0.0.1:1"))
    assert is_loopback(parse_addr("[::1]:1"))
    assert is_link_local(parse_addr("169.254.1.1:1"))
    assert is_link_local(parse_addr("[fe80::1]:1"))
    assert is_private(parse_addr("192.168.1.1:1"))
    assert is_private(parse_addr("100.64.0.1:1"))
    assert is_private(parse_addr("[fd00::1]:1"))
    assert not is_private(parse_addr("9.9.9.9:1"))


def test_what_others_are_told_is_of_use_to_them() -> None:
    """Public addresses first, nothing that means this computer or cable, four at most."""
    own = ["127.0.0.1:1", "192.168.1.4:1", "[fe80::1]:1", "9.9.9.9:1", "9.9.9.9:1", "junk"]
    assert worth_telling(own) == ("9.9.9.9:1", "192.168.1.4:1")
    assert len(worth_telling(f"9.9.9.{n}:1" for n in range(1, 9))) == ADDRS_MAX


def test_a_letter_makes_this_computer_knock_at_nothing_of_its_own() -> None:
    """Loopback in somebody else's list is dropped; the list is bounded."""
    theirs = ["127.0.0.1:631", "[::1]:22", "192.168.1.4:1"]
    assert worth_dialing(theirs) == ("192.168.1.4:1",)
    assert worth_dialing(theirs, same_computer=True) == tuple(theirs)
    assert len(worth_dialing(f"9.9.9.{n}:1" for n in range(1, 99))) == DIALS_MAX


def is_sendable(ip: Any) -> bool:
    """Whether a packet to it reaches one computer."""
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return not (ip.is_unspecified or ip.is_multicast)


@given(st.ip_addresses().filter(is_sendable), st.integers(1, 65535))
def test_every_address_is_read_back(ip: Any, port: int) -> None:
    """What is told is read as the same address."""
    text = f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}"
    addr = parse_addr(text)
    assert parse_addr(addr.text) == addr


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_verdict(text: str) -> None:
    """Lists from outside never break a filter."""
    assert all(parse_addr(addr).text == addr for addr in worth_dialing([text]))
