# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tickets: what fits a QR code, and where to ask for the letter (spec/meeting.md, MEET-9 and MEET-10).

Text: "edgewise:1:" and base64 of secret 16, endpoint 32, until (seconds, 5), number of addresses 1, each
address as version 1 (4 or 6), IP 4 or 16, port 2; at the end a CRC-32 (4) against slips of pen and camera.
"""

import ipaddress
import zlib
from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground import canon
from edgewise.ground.canon import Bin16, Bin32, Instant, Record
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.ids import b64, unb64
from edgewise.ground.instant import SECOND_MS
from edgewise.ground.limits import (
    ADDR_MAX_CHARS,
    ADDRS_MAX,
    LETTER_MAX_BYTES,
    TICKET_MAX_BYTES,
    TOKEN_MAX_BYTES,
)
from edgewise.keys.hashing import digest
from edgewise.keys.labels import Label

SCHEME: Final = "edgewise:"
PREFIX: Final = "edgewise:1:"
LETTER_PREFIX: Final = "edgewise:1:letter:"

_SECONDS_BYTES: Final = 5
_FIXED_BYTES: Final = 16 + 32 + _SECONDS_BYTES + 1
_CRC_BYTES: Final = 4
_IP_BYTES: Final = {4: 4, 6: 16}

Addr = Annotated[str, Meta(min_length=1, max_length=ADDR_MAX_CHARS)]
Addrs = Annotated[tuple[Addr, ...], Meta(max_length=ADDRS_MAX)]


class Ticket(Record, frozen=True):
    """The secret of an invitation, the inviter's endpoint key and addresses ("ip:port"), and the end."""

    secret: Bin16
    endpoint: Bin32
    addrs: Addrs
    until_ms: Instant


class _Pasted(Record, frozen=True):
    ticket: Annotated[bytes, Meta(max_length=TICKET_MAX_BYTES)]
    letter: Annotated[bytes, Meta(max_length=LETTER_MAX_BYTES)]


def invitation_id(secret: bytes) -> bytes:
    """The 32-byte id of the invitation with this secret; it does not lead back to the secret."""
    return digest(Label.INVITE_ID, secret)


def ticket_text(ticket: Ticket) -> str:
    """The text of a ticket, at most 200 bytes; the end is cut to whole seconds.

    Raises Refusal "ticket.too_long", and Verdict "ticket.malformed" for an address that is no "ip:port".
    """
    text = PREFIX + b64(_packed(ticket))
    if len(text) > TICKET_MAX_BYTES:
        raise Refusal("ticket.too_long")
    return text


def parse_ticket(text: str) -> Ticket:
    """The ticket of a text; spaces around and inside it are ignored.

    Raises Verdict "ticket.malformed" or "ticket.other_version".
    """
    data = _token(text, PREFIX, "ticket", TICKET_MAX_BYTES)
    return _unpacked(data)


def letter_text(ticket: Ticket, letter: bytes) -> str:
    """A ticket and its letter in one text, to be pasted or carried in `letter.html`."""
    return LETTER_PREFIX + b64(canon.encode(_Pasted(_packed(ticket), letter)))


def is_letter_text(text: str) -> bool:
    """Whether a text claims to hold a letter, rather than a ticket only."""
    return "".join(text[: 4 * len(LETTER_PREFIX)].split()).startswith(LETTER_PREFIX)


def parse_letter_text(text: str) -> tuple[Ticket, bytes]:
    """The ticket and the letter of a text; the letter is not opened here.

    Raises Verdict "letter.not_a_letter", "letter.other_version" or "ticket.malformed".
    """
    data = _token(text, LETTER_PREFIX, "letter", TOKEN_MAX_BYTES)
    try:
        pasted = canon.decode(_Pasted, data)
    except Verdict as verdict:
        raise Verdict("letter.not_a_letter", reason=verdict.code) from verdict
    return _unpacked(pasted.ticket), pasted.letter


def _token(text: str, prefix: str, what: str, limit_bytes: int) -> bytes:
    malformed = "ticket.malformed" if what == "ticket" else "letter.not_a_letter"
    if len(text) > 2 * limit_bytes:
        raise Verdict(malformed, reason="length")
    tight = "".join(text.split())
    if not tight.startswith(prefix):
        version = tight.removeprefix(SCHEME).partition(":")[0]
        later = tight.startswith(SCHEME) and version.isdecimal() and version != "1"
        raise Verdict(f"{what}.other_version" if later else malformed)
    if len(tight) > limit_bytes:
        raise Verdict(malformed, reason="length")
    try:
        return unb64(tight.removeprefix(prefix))
    except Verdict as verdict:
        raise Verdict(malformed, reason=verdict.code) from verdict


def _packed(ticket: Ticket) -> bytes:
    seconds = ticket.until_ms // SECOND_MS
    if seconds >= 1 << (8 * _SECONDS_BYTES) or len(ticket.addrs) > ADDRS_MAX:
        raise Refusal("ticket.too_long")
    data = b"".join(
        (
            ticket.secret,
            ticket.endpoint,
            seconds.to_bytes(_SECONDS_BYTES, "big"),
            bytes((len(ticket.addrs),)),
            *(_packed_addr(addr) for addr in ticket.addrs),
        )
    )
    return data + zlib.crc32(data).to_bytes(_CRC_BYTES, "big")


def _unpacked(data: bytes) -> Ticket:
    body, crc = data[:-_CRC_BYTES], data[-_CRC_BYTES:]
    if len(body) < _FIXED_BYTES or zlib.crc32(body).to_bytes(_CRC_BYTES, "big") != crc:
        raise Verdict("ticket.malformed", reason="checksum")
    seconds = int.from_bytes(body[48 : 48 + _SECONDS_BYTES], "big")
    addrs: list[str] = []
    at = _FIXED_BYTES
    for _ in range(body[_FIXED_BYTES - 1]):
        size_bytes = _IP_BYTES.get(body[at] if at < len(body) else 0, 0)
        raw = body[at + 1 : at + 1 + size_bytes + 2]
        if not size_bytes or len(raw) != size_bytes + 2:
            raise Verdict("ticket.malformed", reason="address")
        addrs.append(_addr_text(raw[:size_bytes], int.from_bytes(raw[size_bytes:], "big")))
        at += 1 + len(raw)
    if at != len(body) or len(addrs) > ADDRS_MAX:
        raise Verdict("ticket.malformed", reason="length")
    return Ticket(body[:16], body[16:48], tuple(addrs), seconds * SECOND_MS)


def _addr_text(raw: bytes, port: int) -> str:
    ip = ipaddress.ip_address(raw)
    return f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}"


def _packed_addr(addr: str) -> bytes:
    host, _, port = addr.rpartition(":")
    try:
        ip = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        return bytes((ip.version,)) + ip.packed + int(port).to_bytes(2, "big")
    except (ValueError, OverflowError) as error:
        raise Verdict("ticket.malformed", reason="address") from error
