# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tickets: short enough for a QR code, and told apart from slips."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.ids import b64
from edgewise.ground.limits import TICKET_MAX_BYTES
from edgewise.identity.tickets import (
    Ticket,
    invitation_id,
    is_letter_text,
    letter_text,
    parse_letter_text,
    parse_ticket,
    ticket_text,
)
from tests.identity import meetings
from tests.vectors import chain_decoder, frozen

TEXT = ticket_text(meetings.ticket())


@pytest.mark.parametrize("vector", frozen.named("meeting", "yay", "ticket"), ids=frozen.title)
def test_a_good_ticket_says_the_same_to_both_readers(vector: dict[str, Any]) -> None:
    """MEET-9, MEET-10: secret, endpoint, addresses, end and the id of the invitation."""
    ticket = parse_ticket(vector["text"])
    said = chain_decoder.ticket(vector["text"])
    assert ticket == Ticket(vector["secret"], vector["endpoint"], tuple(vector["addrs"]), vector["until_ms"])
    assert ticket_text(ticket) == vector["text"]
    assert invitation_id(ticket.secret) == vector["invitation"] == said["invitation"]
    assert (said["secret"], said["endpoint"], said["until_ms"], said["addrs"]) == (
        ticket.secret,
        ticket.endpoint,
        ticket.until_ms,
        len(ticket.addrs),
    )


@pytest.mark.parametrize("vector", frozen.named("meeting", "nay", "ticket"), ids=frozen.title)
def test_a_bad_ticket_is_refused_by_both_readers(vector: dict[str, Any]) -> None:
    """MEET-9, MEET-14: cut off, mistyped, too long, from a newer version, or no ticket at all."""
    with pytest.raises(Verdict) as caught:
        parse_ticket(vector["text"])
    assert caught.value.code == vector["verdict"]
    with pytest.raises(ValueError, match=r"MEET-9|ascii|[Pp]adding|base64"):
        chain_decoder.ticket(vector["text"])


@pytest.mark.parametrize("vector", frozen.named("meeting", "yay", "letter_text"), ids=frozen.title)
def test_ticket_and_letter_travel_in_one_text(vector: dict[str, Any]) -> None:
    """MEET-14: what is pasted gives both parts, with line breaks of a mail program in it."""
    assert is_letter_text(vector["text"])
    assert not is_letter_text(TEXT)
    broken = "\n> ".join(vector["text"][at : at + 70] for at in range(0, len(vector["text"]), 70))
    assert parse_letter_text(broken.replace("> ", " ")) == (meetings.ticket(), vector["letter"])


@pytest.mark.parametrize("vector", frozen.named("meeting", "nay", "letter_text"), ids=frozen.title)
def test_a_bad_letter_text_is_refused(vector: dict[str, Any]) -> None:
    """MEET-14: half a letter is no letter, and a later one is told as such."""
    with pytest.raises(Verdict) as caught:
        parse_letter_text(vector["text"])
    assert caught.value.code == vector["verdict"]


def test_the_fullest_ticket_still_fits() -> None:
    """MEET-9: four IPv6 addresses stay below 200 bytes; a fifth is refused."""
    addrs = tuple(f"[2001:db8:1111:2222:3333:4444:5555:{n:x}]:65535" for n in range(0xAAA0, 0xAAA5))
    assert len(ticket_text(Ticket(b"s" * 16, b"e" * 32, addrs[:4], 2**41))) <= TICKET_MAX_BYTES
    with pytest.raises(Refusal, match=r"ticket\.too_long"):
        ticket_text(Ticket(b"s" * 16, b"e" * 32, addrs, 2**41))


@pytest.mark.parametrize("addr", ["", "192.0.2.7", "example.org:80", "192.0.2.7:70000", "192.0.2.7:x"])
def test_an_address_that_is_none_is_not_packed(addr: str) -> None:
    """MEET-9: numbers only; nobody is made to look up a name."""
    with pytest.raises(Verdict, match=r"ticket\.malformed"):
        ticket_text(Ticket(b"s" * 16, b"e" * 32, (addr,), 1000))


@given(
    st.binary(min_size=16, max_size=16),
    st.lists(st.ip_addresses(), max_size=4),
    st.integers(1, 65535),
    st.integers(0, 2**40 - 1),
)
def test_every_ticket_is_read_back(secret: bytes, ips: list[Any], port: int, seconds: int) -> None:
    """MEET-9: whatever fits the record survives the text."""
    addrs = tuple(f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}" for ip in ips)
    ticket = Ticket(secret, b"e" * 32, addrs, seconds * 1000)
    text = ticket_text(ticket)
    assert len(text) <= TICKET_MAX_BYTES
    assert parse_ticket(text) == ticket
    assert parse_letter_text(letter_text(ticket, b"a letter")) == (ticket, b"a letter")


@given(st.text(max_size=220), st.binary(max_size=150))
def test_any_text_raises_a_verdict_only(text: str, data: bytes) -> None:
    """What people paste is a ticket, or a Verdict."""
    for pasted in (text, "edgewise:1:" + text, "edgewise:1:" + b64(data), "edgewise:1:letter:" + b64(data)):
        with pytest.raises(Verdict):
            parse_ticket(pasted)
        with pytest.raises(Verdict):
            parse_letter_text(pasted)
