# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recovery: a thief of the root is shut out by the key that the root can't replace."""

import pytest

from edgewise.ground.canon import decode, encode
from edgewise.ground.errors import Refusal, Verdict
from edgewise.identity.person import (
    Certificate,
    Chain,
    Relation,
    RootRotate,
    SignedEntry,
    certify,
    device_added,
    device_id,
    device_revoked,
    entry_id,
    extends,
    relation,
    renamed,
    resolve_chain,
    settle,
)
from edgewise.identity.recovery import opens, rotated
from edgewise.keys.labels import Label
from edgewise.keys.signing import sign
from tests.identity.friends import LATER_MS, friend, gadget, key

ALICE = friend("alice")
ROOT, RECOVERY = ALICE.secrets.root, ALICE.secrets.recovery
PHONE, LAPTOP = gadget("alice's phone"), gadget("thief's laptop")
NEW_ROOT, NEW_RECOVERY = key("new root"), key("new recovery")


def certificate(device: object) -> Certificate:
    """A device of Alice's."""
    assert isinstance(device, type(PHONE))
    return certify(device.sign, device.keys, ALICE.person.anchor)


def thiefs() -> Chain:
    """What somebody with the stolen root does: their laptop in, Alice's computer out."""
    chain = device_added(ALICE.chain, ROOT, certificate(LAPTOP), LATER_MS)
    return device_revoked(chain, ROOT, device_id(ALICE.secrets.keys), LATER_MS)


def recovered(chain: Chain = ALICE.chain, keep: int = 1) -> Chain:
    """Alice rotates from the last entry that is her own."""
    return rotated(chain, RECOVERY, NEW_ROOT, NEW_RECOVERY.public, (certificate(PHONE),), LATER_MS, keep=keep)


def test_recovery_beats_a_thief_of_the_root() -> None:
    """MEET-6, MEET-7 (root thief): the thief's longer chain loses against one rotation, for ever."""
    stolen, back = renamed(thiefs(), ROOT, "Alice!", LATER_MS), recovered()
    assert len(stolen) > len(back)
    assert extends(stolen, back)
    assert not extends(back, stolen)
    assert settle(stolen, back) == settle(back, stolen) == (back, False)
    person = resolve_chain(back)
    assert person.id == ALICE.person.id
    assert [d.keys for d in person.devices if not d.revoked] == [PHONE.keys]


def test_recovery_wins_also_where_the_owner_wrote_in_between() -> None:
    """MEET-7: the rotation need not stand at the very place of the fork."""
    own = renamed(ALICE.chain, ROOT, "Alice B.", LATER_MS)
    back = recovered(own, keep=2)
    assert relation(thiefs(), back) is Relation.EXTENDS
    assert relation(back, thiefs()) is Relation.OLDER


def test_recovery_undoes_a_thiefs_revocation() -> None:
    """MEET-6: the list of the rotation is complete: what it names lives, all else is given up."""
    mine = certify(ALICE.device, ALICE.secrets.keys, ALICE.person.anchor)
    chain = rotated(thiefs(), RECOVERY, NEW_ROOT, NEW_RECOVERY.public, (mine,), LATER_MS)
    live = {device.keys.sign: not device.revoked for device in resolve_chain(chain).devices}
    assert live == {ALICE.device.public: True, LAPTOP.sign.public: False}


def test_the_old_root_writes_nothing_after_a_rotation() -> None:
    """MEET-6: neither an entry nor another rotation with the used recovery key."""
    back = recovered()
    with pytest.raises(Verdict, match=r"identity\.unsigned"):
        renamed(back, ROOT, "Mallory", LATER_MS)
    with pytest.raises(Refusal, match=r"use\.bad"):
        rotated(back, RECOVERY, ROOT, RECOVERY.public, (certificate(LAPTOP),), LATER_MS)
    again = rotated(
        back, NEW_RECOVERY, key("third root"), key("third").public, (certificate(PHONE),), LATER_MS
    )
    assert extends(back, again)


def test_the_root_alone_never_rotates() -> None:
    """MEET-6: without the recovery key no rotation stands, whoever signs it and whatever key it shows."""
    for shown in (ROOT, LAPTOP.sign):
        entry = decode(SignedEntry, recovered()[-1]).entry
        assert isinstance(entry, RootRotate)
        forged = RootRotate(
            entry.n,
            entry.prev,
            entry.made_ms,
            shown.public,
            entry.root,
            entry.recovery_commit,
            entry.devices,
        )
        id_ = entry_id(forged)
        signed = SignedEntry(
            forged, sign(shown, Label.RECOVERY_SIG, id_), sign(NEW_ROOT, Label.IDENTITY_SIG, id_)
        )
        with pytest.raises(Verdict, match=r"identity\.unsigned"):
            resolve_chain((*ALICE.chain, encode(signed)))


def test_a_leaked_recovery_key_ends_an_identity() -> None:
    """MEET-7: two rotations from one commitment freeze for good."""
    one = recovered()
    other = rotated(
        ALICE.chain, RECOVERY, key("thief root"), key("thief").public, (certificate(LAPTOP),), LATER_MS
    )
    assert relation(one, other) is relation(other, one) is Relation.DEAD
    assert settle(one, other) == (one, True)


def test_a_recovery_key_is_used_once() -> None:
    """MEET-6: the new commitment is another one."""
    with pytest.raises(Verdict, match=r"identity\.malformed"):
        rotated(ALICE.chain, RECOVERY, NEW_ROOT, RECOVERY.public, (certificate(PHONE),), LATER_MS)


def test_the_right_key_is_known_before_it_is_used() -> None:
    """MEET-6: a wrong paper is told without writing anything."""
    assert opens(ALICE.person, RECOVERY.public)
    assert not opens(ALICE.person, ROOT.public)
