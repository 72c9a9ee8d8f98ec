# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of people: the chain that counts, the devices that speak for them, whether to trust new ones.

Two stories told with one root freeze a person: nothing new is granted until the recovery key has spoken
(protocol.md C1, spec/meeting.md). Which story counts is decided in identity.person.settle alone.
"""

from __future__ import annotations

from edgewise.core.effects import Notify
from edgewise.core.turn import Turn
from edgewise.identity.person import Person, resolve_chain, settle
from edgewise.store import outbox, people, settings
from edgewise.store.db import Connection


def remember(turn: Turn, chain: tuple[bytes, ...]) -> Person:
    """Take in what a chain tells of a person; returns the person as they count from now on."""
    came = resolve_chain(chain)
    known = people.person(turn.db, came.id)
    if known is not None and known.chain == chain:
        return came
    held, frozen = (chain, False) if known is None else settle(known.chain, chain)
    person = resolve_chain(held)
    if frozen:
        _freeze(turn, person.id)
    elif known is not None and person.root != resolve_chain(known.chain).root:
        settings.put(turn.db, _frozen(person.id), "")
    _keep(turn, person, held)
    return person


def is_frozen(db: Connection, identity: bytes) -> bool:
    """Whether two stories of this person are about, so that nothing new is granted."""
    return settings.get(db, _frozen(identity)) == "yes"


def _freeze(turn: Turn, identity: bytes) -> None:
    if not is_frozen(turn.db, identity):
        settings.put(turn.db, _frozen(identity), "yes")
        outbox.count_verdict(turn.db, "identity.fork", identity, turn.now_ms)
        turn.effects.append(Notify("people", identity))


def _keep(turn: Turn, person: Person, chain: tuple[bytes, ...]) -> None:
    people.put_person(turn.db, person.id, chain, person.name)
    listed = {device.keys.sign for device in person.devices}
    for device in person.devices:
        people.put_device(
            turn.db, device.keys.sign, person.id, device.keys.kem, device.keys.transport, device.revoked
        )
    for row in people.devices_of(turn.db, person.id):
        if row.sign not in listed:  # of a story that a rotation has beaten
            people.put_device(turn.db, row.sign, person.id, row.kem, row.transport, True)


def _frozen(identity: bytes) -> str:
    return f"frozen:{identity.hex()}"
