# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long an Opus packet lasts (RFC 6716 section 3.1 and 3.2), and the head that names its channels."""

from __future__ import annotations

from typing import Final

from edgewise.media.cleaned import broken

PER_MS: Final = 48
"""Samples in a millisecond, as Opus counts them."""
PACKET_MAX: Final = 48 * 120
_SILK: Final = (480, 960, 1920, 2880)
_HYBRID: Final = (480, 960)
_CELT: Final = (120, 240, 480, 960)


def samples(packet: bytes) -> int:
    """The samples that a packet holds, by its first two bytes. Verdict media.voice."""
    if not packet:
        raise broken("an empty packet")
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        frame = _SILK[config % 4]
    elif config < 16:
        frame = _HYBRID[config % 2]
    else:
        frame = _CELT[config % 4]
    if code == 3:
        if len(packet) < 2:
            raise broken("a packet without its count")
        count = packet[1] & 0x3F
    else:
        count = 1 if code == 0 else 2
    if not 0 < frame * count <= PACKET_MAX:
        raise broken("a packet longer than 120 ms")
    return frame * count


def head(body: bytes) -> bytes:
    """The identification header, if it is a plain one: one or two channels (RFC 7845 section 5.1)."""
    if len(body) != 19 or not body.startswith(b"OpusHead\x01") or body[9] not in (1, 2) or body[18] != 0:
        raise broken("no plain head of one or two channels")
    return body
