# SPDX-License-Identifier: AGPL-3.0-or-later
"""A thief with somebody's root: two stories freeze a person, and the recovery key decides."""

from edgewise.consent.circles import PEOPLE
from edgewise.consent.grants import IdentityUpdate
from edgewise.core import inputs, persons, publish
from edgewise.core.turn import Turn
from edgewise.identity.person import DeviceKeys, certify, renamed, resolve_chain
from edgewise.identity.recovery import rotated
from edgewise.keys.signing import new_signing, signing_from_seed
from edgewise.store import agreements, chest, people
from tests.core.party import Someone, World
from tests.core.test_ingest import texts, tick_people
from tests.core.test_meeting import meet


def tell_chain(by: Someone, to: Someone, chain: tuple[bytes, ...]) -> None:
    """Put a chain into the pair, as somebody with this person's computer could."""
    with by.store.write() as db:
        turn = Turn(db, by.world.now_ms, by.entropy, by.core.registry, {}, by.core._peers, by.me)
        publish.write(turn, agreements.pair(db, to.identity).space, IdentityUpdate(chain))
    by.world.cut_all()
    by.world.connect(by, to)
    by.world.deliver()


def test_two_stories_freeze_until_the_recovery_key_speaks(alice: Someone, bob: Someone, world: World) -> None:
    """A fork of the root gets no new grants; a rotation by the recovery key thaws, and beats it."""
    meet(alice, bob)
    tick_people(bob, alice)
    base = people.person(alice.db, alice.identity).chain
    root = signing_from_seed(chest.secret(alice.db, "root"))
    recovery = signing_from_seed(chest.secret(alice.db, "recovery"))
    alice.do(inputs.RenameMe("Alice"))
    world.deliver()
    tell_chain(alice, bob, renamed(base, root, "Mallory", world.now_ms))
    assert persons.is_frozen(bob.db, alice.identity)
    bob.post("not for a doubtful reader", PEOPLE)
    world.deliver()
    assert texts(alice) == []

    device = people.devices_of(alice.db, alice.identity)[0]
    certificate = certify(
        alice.me.device, DeviceKeys(device.sign, device.kem, device.transport), resolve_chain(base).anchor
    )
    new_root, new_recovery = new_signing(alice.entropy), new_signing(alice.entropy)
    chain = rotated(base, recovery, new_root, new_recovery.public, (certificate,), world.now_ms)
    tell_chain(alice, bob, chain)
    assert not persons.is_frozen(bob.db, alice.identity)
    assert people.person(bob.db, alice.identity).chain == chain
    bob.post("for alice again", PEOPLE)
    world.deliver()
    assert texts(alice) == ["for alice again"]
