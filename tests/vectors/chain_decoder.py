# SPDX-License-Identifier: AGPL-3.0-or-later
"""The second reader of identity chains and tickets (spec/meeting.md), beside `decoder`: no signatures."""

import base64
import zlib
from typing import Any

from tests.vectors.decoder import ZERO, digest, need, unpack

# How many bytes the canonical array of an entry without its frame begins with is of no matter here: an
# entry's own bytes are cut out of the signed entry, since they are hashed as they came.
SIGNATURE_HEADS = {64: 2, 0: 2}
TAGS = ("inception", "device_add", "device_revoke", "profile", "root_rotate")


def _entry_bytes(data: bytes, sig: bytes, cosig: bytes) -> bytes:
    """The bytes of the entry: behind the array's one byte, before the two signatures with their heads."""
    return data[1 : len(data) - len(sig) - len(cosig) - SIGNATURE_HEADS[64] - SIGNATURE_HEADS[0]]


def chain(entries: list[bytes]) -> dict[str, Any]:
    """id, head, name, live and revoked devices of a chain that keeps MEET-1 to MEET-6 without signatures."""
    need(1 <= len(entries) <= 64 and sum(map(len, entries)) <= 24_576, "MEET-5: length")
    said: dict[str, Any] = {"head": ZERO, "devices": {}}
    for place, data in enumerate(entries):
        signed = unpack(data)
        need(isinstance(signed, list) and len(signed) == 3, "MEET-1: shape")
        entry, sig, cosig = signed
        tag, number, prev, _made_ms, *rest = entry
        need(number == place and prev == said["head"] and tag in TAGS, "MEET-1: order")
        need((tag == "inception") == (place == 0), "MEET-2: inception")
        need(len(sig) == 64 and len(cosig) == (64 if tag == "root_rotate" else 0), "MEET-1: signatures")
        said["head"] = digest("identity", _entry_bytes(data, sig, cosig))
        said.setdefault("id", said["head"])
        _apply(said, tag, rest)
    devices = said.pop("devices")
    said["live"] = [device for device, live in devices.items() if live]
    said["revoked"] = [device for device, live in devices.items() if not live]
    return said


def _apply(said: dict[str, Any], tag: str, rest: list[Any]) -> None:
    devices = said["devices"]
    if tag == "inception":
        _root, said["commit"], said["person"], certificates = rest
        devices.update(_devices(certificates))
    elif tag == "device_add":
        (device,) = _devices([rest[0]])
        need(devices.get(device, True), "MEET-4: a revoked device")
        devices[device] = True
    elif tag == "device_revoke":
        need(devices.get(rest[0], False), "MEET-4: no live device")
        devices[rest[0]] = False
    elif tag == "profile":
        (said["person"],) = rest
    else:
        recovery, _root, commit, certificates = rest
        need(digest("recovery-commit", recovery) == said["commit"] != commit, "MEET-6: commitment")
        said["commit"] = commit
        listed = _devices(certificates)
        kept = {device: False for device in devices if device not in listed}
        said["devices"] = kept | listed


def _devices(certificates: list[Any]) -> dict[bytes, bool]:
    """The ids of certified devices (MEET-3)."""
    for (sign, _kem, transport), _sig in certificates:
        need(sign != transport, "MEET-3: one key for two jobs")
    return {digest("device-id", keys[0]): True for keys, _sig in certificates}


def ticket(text: str) -> dict[str, Any]:
    """What a ticket says (MEET-9, MEET-10)."""
    need(len(text) <= 200 and text.startswith("edgewise:1:"), "MEET-9: form")
    token = text.removeprefix("edgewise:1:")
    need(token.rstrip("=") == token, "MEET-9: one spelling")
    data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    body, crc = data[:-4], data[-4:]
    need(len(body) >= 54 and zlib.crc32(body).to_bytes(4, "big") == crc, "MEET-9: checksum")
    return {
        "secret": body[:16],
        "invitation": digest("invite-id", body[:16]),
        "endpoint": body[16:48],
        "until_ms": 1000 * int.from_bytes(body[48:53], "big"),
        "addrs": body[53],
    }
