# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another device of the same person, and one chain of two branches."""

import pytest

from edgewise.ground.errors import Refusal
from edgewise.identity.person import Relation, certify, device_added, relation, renamed, resolve_chain
from edgewise.identity.returning import is_first, keys_of, next_keys, rejoined, with_device
from tests.identity.friends import LATER_MS, Gadget, friend, gadget, key

ALICE = friend("alice")
ROOT, RECOVERY = ALICE.secrets.root, ALICE.secrets.recovery
NEW, OTHER = gadget("alice's new one"), gadget("alice's other one")


def certificate(device: Gadget) -> object:
    """A device of Alice's."""
    return certify(device.sign, device.keys, ALICE.person.anchor)


def added(device: Gadget, lost: bool = True) -> tuple[bytes, ...]:
    """Alice's chain with this device."""
    return with_device(ALICE.chain, ROOT, certificate(device), lost, LATER_MS)  # type: ignore[arg-type]


def live(chain: tuple[bytes, ...]) -> set[bytes]:
    """The signing keys that speak for her."""
    return {each.keys.sign for each in resolve_chain(chain).devices if not each.revoked}


def test_new_device_speaks_and_lost_ones_do_not() -> None:
    """COPY-8: with the choice "gone" it is the only one; else the others stay."""
    assert live(added(NEW)) == {NEW.sign.public}
    assert live(added(NEW, lost=False)) == {NEW.sign.public, ALICE.device.public}
    assert is_first(added(NEW), ALICE.device.public)
    assert not is_first(added(NEW), NEW.sign.public)


def test_one_chain_of_two_branches_takes_the_place_of_both() -> None:
    """MEET-21: rotated where they part; the name that others know stays."""
    known = renamed(ALICE.chain, ROOT, "Alicia", LATER_MS)
    own = added(NEW)
    assert relation(known, own) is Relation.FORK
    one = rejoined(own, known, RECOVERY, certificate(NEW), True, LATER_MS)  # type: ignore[arg-type]
    for branch in (known, own, ALICE.chain):
        assert relation(branch, one) is Relation.EXTENDS
    assert live(one) == {NEW.sign.public}
    assert resolve_chain(one).name == "Alicia"


def test_devices_of_both_branches_stay_where_none_is_lost() -> None:
    """MEET-21: what either branch lets speak, speaks on."""
    known = device_added(ALICE.chain, ROOT, certificate(OTHER), LATER_MS)  # type: ignore[arg-type]
    one = rejoined(added(NEW, False), known, RECOVERY, certificate(NEW), False, LATER_MS)  # type: ignore[arg-type]
    assert live(one) == {NEW.sign.public, OTHER.sign.public, ALICE.device.public}


def test_every_copy_of_the_recovery_key_can_follow() -> None:
    """MEET-21: from the first keys to those after two rotations; a stranger's keys lead nowhere."""
    known = renamed(ALICE.chain, ROOT, "Alicia", LATER_MS)
    one = rejoined(added(NEW), known, RECOVERY, certificate(NEW), True, LATER_MS)  # type: ignore[arg-type]
    assert keys_of(ALICE.chain, ROOT, RECOVERY) == (ROOT, RECOVERY)
    found = keys_of(one, ROOT, RECOVERY)
    assert found is not None
    assert (found[0].seed, found[1].seed) == tuple(each.seed for each in next_keys(RECOVERY))
    mine = device_added(one, found[0], certificate(OTHER), LATER_MS)  # type: ignore[arg-type]
    assert OTHER.sign.public in live(mine)
    assert keys_of(one, key("root"), key("recovery")) is None
    assert keys_of(one, ROOT, key("recovery")) is None


def test_branches_without_the_recovery_key_stay_two() -> None:
    """MEET-21: the root alone can't make one of them."""
    known = renamed(ALICE.chain, ROOT, "Alicia", LATER_MS)
    with pytest.raises(Refusal):
        rejoined(added(NEW), known, key("other"), certificate(NEW), True, LATER_MS)  # type: ignore[arg-type]


def test_derived_keys_are_frozen() -> None:
    """MEET-21: another program derives the same ones."""
    root, recovery = next_keys(key("a recovery key"))
    assert (root.public.hex()[:16], recovery.public.hex()[:16]) == ("e66d379c33c7900f", "129e92ce165692f9")
