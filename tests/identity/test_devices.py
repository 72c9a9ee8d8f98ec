# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who speaks for whom."""

from dataclasses import replace

import pytest

from edgewise.ground.errors import Verdict
from edgewise.identity.devices import check_not_frozen, device_at, live_device, live_devices
from edgewise.identity.person import certify, device_added, device_id, device_revoked, resolve_chain
from tests.identity.friends import LATER_MS, friend, gadget

ALICE, BOB = friend("alice"), friend("bob")
PHONE = gadget("alice's phone")


def test_a_live_device_speaks() -> None:
    """MEET-8: found by its signing key, or by the key of the connection."""
    (device,) = ALICE.person.devices
    assert live_device(ALICE.person, ALICE.device.public) == device
    assert device_at(ALICE.person, ALICE.secrets.transport.public) == device
    assert live_devices(ALICE.person) == (device,)


def test_a_strangers_device_does_not_speak() -> None:
    """MEET-8: not by its signing key, not by its connection."""
    for find, public in ((live_device, BOB.device.public), (device_at, BOB.secrets.transport.public)):
        with pytest.raises(Verdict, match=r"identity\.unknown_device"):
            find(ALICE.person, public)


def test_a_revoked_device_speaks_no_more() -> None:
    """MEET-8: a stolen phone that was given up is told apart from a stranger's."""
    root = ALICE.secrets.root
    chain = device_added(ALICE.chain, root, certify(PHONE.sign, PHONE.keys, ALICE.person.anchor), LATER_MS)
    person = resolve_chain(device_revoked(chain, root, device_id(PHONE.keys), LATER_MS))
    with pytest.raises(Verdict, match=r"identity\.revoked_device"):
        live_device(person, PHONE.sign.public)
    with pytest.raises(Verdict, match=r"identity\.unknown_device"):
        device_at(person, PHONE.transport.public)
    assert len(live_devices(person)) == 1


def test_somebody_in_doubt_is_given_nothing_new() -> None:
    """MEET-7: frozen people are told apart before anything is given."""
    assert check_not_frozen(ALICE.person) is None
    with pytest.raises(Verdict, match=r"identity\.frozen"):
        check_not_frozen(replace(ALICE.person, frozen=True))
