# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identity chains: who may speak for whom, and which of two stories counts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.canon import decode, encode
from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.errors import Verdict
from edgewise.identity.person import (
    CHAIN_MAX_BYTES,
    Certificate,
    Chain,
    Profile,
    Relation,
    SignedEntry,
    certify,
    device_added,
    device_id,
    device_revoked,
    entry_id,
    extends,
    new_person,
    relation,
    renamed,
    resolve_chain,
    settle,
)
from edgewise.keys.labels import Label
from edgewise.keys.signing import sign
from tests.identity.friends import LATER_MS, NOW_MS, friend, gadget
from tests.vectors import chain_decoder, frozen

ALICE, BOB, MALLORY = friend("alice"), friend("bob"), friend("mallory")
ROOT = ALICE.secrets.root
PHONE = gadget("alice's phone")
CHAINS: dict[str, Chain] = {
    vector["name"]: tuple(vector["chain"]) for vector in frozen.named("meeting", "yay", "chain")
}


def with_phone(chain: Chain = ALICE.chain) -> Chain:
    """Alice's chain with her phone in it."""
    return device_added(chain, ROOT, certify(PHONE.sign, PHONE.keys, ALICE.person.anchor), LATER_MS)


@pytest.mark.parametrize("vector", frozen.named("meeting", "yay", "chain"), ids=frozen.title)
def test_a_good_chain_says_the_same_to_both_readers(vector: dict[str, Any]) -> None:
    """MEET-1, MEET-2, MEET-3, MEET-4, MEET-5, MEET-6: id, name and devices are those of the vectors."""
    person = resolve_chain(vector["chain"])
    said = chain_decoder.chain(vector["chain"])
    assert person.id == vector["id"] == said["id"]
    assert person.head == vector["head"] == said["head"]
    assert person.name == vector["person"] == said["person"]
    for word, revoked in (("live", False), ("revoked", True)):
        ids = [device.id for device in person.devices if device.revoked is revoked]
        assert ids == vector[word] == said[word]


@pytest.mark.parametrize("vector", frozen.named("meeting", "nay", "chain"), ids=frozen.title)
def test_a_bad_chain_is_refused_by_both_readers(vector: dict[str, Any]) -> None:
    """MEET-1 to MEET-6: unsigned, out of order, misbound or too long."""
    with pytest.raises(Verdict) as caught:
        resolve_chain(vector["chain"])
    assert caught.value.code == vector["verdict"]
    if not vector["needs"]:
        with pytest.raises(ValueError, match=r"OP-1|MEET"):
            chain_decoder.chain(vector["chain"])


@pytest.mark.parametrize("vector", frozen.named("meeting", "yay", "relation"), ids=frozen.title)
def test_two_chains_stand_as_frozen(vector: dict[str, Any]) -> None:
    """MEET-7: same, longer, older, forked, rotated, somebody else."""
    assert relation(CHAINS[vector["old"]], CHAINS[vector["new"]]).value == vector["relation"]


def test_a_new_person_is_one_device_that_speaks_for_them() -> None:
    """MEET-2: the id of a person is the id of their first entry; secrets fit what is public."""
    person, secrets = ALICE.person, ALICE.secrets
    assert person.id == person.head == entry_id(decode(SignedEntry, ALICE.chain[0]).entry)
    assert [device.keys for device in person.devices] == [secrets.keys]
    assert (person.root, person.name, person.length, person.frozen) == (ROOT.public, "Alice", 1, False)
    assert ROOT.seed.hex() not in repr(secrets)


def test_nobody_lists_a_device_that_belongs_to_somebody_else() -> None:
    """MEET-3 (misbinding): Mallory can't claim Bob's device, with his own signature or with hers."""
    bobs = BOB.secrets.keys
    his = certify(BOB.device, bobs, BOB.person.anchor)
    hers = Certificate(bobs, sign(MALLORY.device, Label.DEVICE_SIG, MALLORY.person.anchor + encode(bobs)))
    for certificate in (his, hers):
        with pytest.raises(Verdict, match=r"identity\.unsigned"):
            device_added(MALLORY.chain, MALLORY.secrets.root, certificate, NOW_MS)


def test_devices_come_and_go() -> None:
    """MEET-4: added, given up, and then never back by the root."""
    both = with_phone()
    assert [device.revoked for device in resolve_chain(both).devices] == [False, False]
    gone = device_revoked(both, ROOT, device_id(PHONE.keys), LATER_MS)
    assert [device.revoked for device in resolve_chain(gone).devices] == [False, True]
    with pytest.raises(Verdict, match=r"identity\.malformed"):
        with_phone(gone)
    with pytest.raises(Verdict, match=r"identity\.malformed"):
        device_revoked(gone, ROOT, device_id(PHONE.keys), LATER_MS)


def test_a_device_is_certified_again_with_new_keys() -> None:
    """MEET-4: a live device changes its KEM key and stays the same device."""
    newer = type(PHONE)(PHONE.sign, PHONE.transport, gadget("a new half").kem)
    chain = device_added(with_phone(), ROOT, certify(newer.sign, newer.keys, ALICE.person.anchor), LATER_MS)
    assert [device.keys for device in resolve_chain(chain).devices] == [ALICE.secrets.keys, newer.keys]


def test_a_backdated_entry_takes_nobodys_place() -> None:
    """MEET-1, MEET-7 (backdating): what an entry claims about time, or slips in before others, is a fork."""
    held = with_phone(renamed(ALICE.chain, ROOT, "Alice B.", LATER_MS))
    thiefs = gadget("thief's laptop")
    backdated = device_added(
        held[:1], ROOT, certify(thiefs.sign, thiefs.keys, ALICE.person.anchor), NOW_MS - 10**9
    )
    assert relation(held, backdated) is relation(backdated, held) is Relation.FORK
    assert not extends(held, backdated)
    assert settle(held, backdated) == (held, True)


def test_entries_cannot_be_taken_out_or_moved() -> None:
    """MEET-1: each entry names all before it."""
    chain = renamed(with_phone(), ROOT, "Alicia", LATER_MS)
    for broken in (chain[1:], (chain[0], chain[2]), (chain[0], chain[2], chain[1])):
        with pytest.raises(Verdict, match=r"identity\.malformed"):
            resolve_chain(broken)


def test_only_the_root_writes() -> None:
    """MEET-2: a device of the person, and Mallory, can't rename them."""
    for signer in (ALICE.device, ALICE.secrets.recovery, MALLORY.secrets.root):
        with pytest.raises(Verdict, match=r"identity\.unsigned"):
            renamed(ALICE.chain, signer, "Mallory", NOW_MS)


def test_a_longer_chain_extends_a_shorter_one() -> None:
    """MEET-7: settling takes what is newer, keeps what is held, and refuses somebody else."""
    longer = with_phone()
    assert extends(ALICE.chain, longer)
    assert extends(ALICE.chain, ALICE.chain)
    assert not extends(longer, ALICE.chain)
    assert settle(ALICE.chain, longer) == settle(longer, ALICE.chain) == (longer, False)
    with pytest.raises(Verdict, match=r"identity\.other"):
        settle(ALICE.chain, BOB.chain)


def test_a_chain_stays_bounded() -> None:
    """MEET-5: nobody makes others check a thousand signatures, or a genesis that does not fit."""
    chain = ALICE.chain
    for number in range(63):
        entry = Profile(number + 1, resolve_chain(chain).head, NOW_MS, f"Alice {number}")
        chain = (*chain, encode(SignedEntry(entry, sign(ROOT, Label.IDENTITY_SIG, entry_id(entry)), b"")))
    assert resolve_chain(chain).name == "Alice 62"
    assert sum(map(len, chain)) <= CHAIN_MAX_BYTES
    with pytest.raises(Verdict, match=r"identity\.too_long"):
        renamed(chain, ROOT, "once more", NOW_MS)


def test_two_people_with_one_name_are_two() -> None:
    """A name is what somebody says; the id is over their keys."""
    other, _, _ = new_person(SeededEntropy(b"another alice"), "Alice", NOW_MS)
    assert other.name == ALICE.person.name
    assert other.id != ALICE.person.id


@given(st.binary(max_size=300), st.integers(0, 1545), st.integers(1, 255))
def test_any_bytes_in_a_chain_raise_a_verdict_only(data: bytes, at: int, change: int) -> None:
    """Foreign bytes, and any one byte of a good chain changed, are a Verdict identity.*."""
    bent = bytearray(ALICE.chain[0])
    bent[at % len(bent)] ^= change
    for chain in ([data], [ALICE.chain[0], data], [bytes(bent)]):
        with pytest.raises(Verdict, match=r"identity\."):
            resolve_chain(chain)
