# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who speaks for whom: a device counts where its person lists it and it signed for that person (MEET-3)."""

from edgewise.ground.errors import Verdict
from edgewise.identity.person import Device, Person


def live_device(person: Person, sign_public: bytes) -> Device:
    """The live device with this signing key.

    Raises Verdict "identity.unknown_device" or "identity.revoked_device".
    """
    for device in person.devices:
        if device.keys.sign == sign_public:
            if device.revoked:
                raise Verdict("identity.revoked_device")
            return device
    raise Verdict("identity.unknown_device")


def live_devices(person: Person) -> tuple[Device, ...]:
    """All devices that speak for the person now, in the order of the chain."""
    return tuple(device for device in person.devices if not device.revoked)


def device_at(person: Person, transport_public: bytes) -> Device:
    """The live device behind a transport key. Raises Verdict "identity.unknown_device"."""
    for device in live_devices(person):
        if device.keys.transport == transport_public:
            return device
    raise Verdict("identity.unknown_device")


def check_not_frozen(person: Person) -> None:
    """Raises Verdict "identity.frozen" where two stories of a person are known: give them nothing new."""
    if person.frozen:
        raise Verdict("identity.frozen")
