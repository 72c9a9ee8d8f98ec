# SPDX-License-Identifier: AGPL-3.0-or-later
"""People and their devices as their identity chains say; where their computers are; when one last met."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

import apsw
from msgspec import Meta

from edgewise.ground import canon
from edgewise.ground.limits import CHAIN_ENTRIES_MAX, CHAIN_ENTRY_MAX_BYTES
from edgewise.store import settings

_Chain = Annotated[tuple[bytes, ...], Meta(max_length=CHAIN_ENTRIES_MAX)]
_CHAIN_MAX_BYTES: Final = CHAIN_ENTRIES_MAX * CHAIN_ENTRY_MAX_BYTES


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person: id, encoded signed entries of the identity chain, the name they give themselves."""

    id: bytes
    chain: tuple[bytes, ...]
    name: str


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device: its public keys, and whether its person has given it up."""

    sign: bytes
    identity: bytes
    kem: bytes
    transport: bytes
    revoked: bool


def put_person(db: apsw.Connection, id: bytes, chain: tuple[bytes, ...], name: str) -> None:
    """Keep a person's chain and name; the caller has checked that the chain goes on from the one before."""
    db.execute(
        "INSERT INTO people (id, name, chain) VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, chain = excluded.chain",
        (id, name, canon.encode(chain)),
    )


def person(db: apsw.Connection, id: bytes) -> PersonRow | None:
    """One person, or None."""
    row = db.execute("SELECT id, chain, name FROM people WHERE id = ?", (id,)).fetchone()
    if row is None:
        return None
    chain = canon.decode_open(tuple[bytes, ...], row[1], max_bytes=_CHAIN_MAX_BYTES)
    return PersonRow(row[0], chain, row[2])


def me(db: apsw.Connection) -> PersonRow | None:
    """The person of this home, or None before they began."""
    who = settings.get(db, "me")
    return None if who is None else person(db, bytes.fromhex(who))


_DEVICE: Final = "SELECT sign, identity, kem, transport, revoked FROM devices "


def _device(row: tuple[Any, ...]) -> DeviceRow:
    sign, identity, kem, transport, revoked = row
    return DeviceRow(sign, identity, kem, transport, bool(revoked))


def put_device(
    db: apsw.Connection, sign: bytes, identity: bytes, kem: bytes, transport: bytes, revoked: bool
) -> None:
    """Keep a device of a person. A device never changes its person; given up once, it stays so."""
    db.execute(
        "INSERT INTO devices (sign, identity, kem, transport, revoked) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (sign) DO UPDATE SET kem = excluded.kem, transport = excluded.transport, "
        "revoked = max(revoked, excluded.revoked) WHERE identity = excluded.identity",
        (sign, identity, kem, transport, revoked),
    )


def identity_of_device(db: apsw.Connection, sign: bytes, *, revoked: bool = False) -> bytes | None:
    """Whose device it is, or None; one that was given up speaks for nobody, unless `revoked` asks for it."""
    row = db.execute(
        "SELECT identity FROM devices WHERE sign = ? AND (revoked = 0 OR ?)", (sign, revoked)
    ).fetchone()
    return None if row is None else bytes(row[0])


def device_by_transport(db: apsw.Connection, transport: bytes) -> DeviceRow | None:
    """The device behind an endpoint, living before given up; or None."""
    row = db.execute(_DEVICE + "WHERE transport = ? ORDER BY revoked, sign LIMIT 1", (transport,)).fetchone()
    return None if row is None else _device(row)


def devices_of(db: apsw.Connection, identity: bytes) -> list[DeviceRow]:
    """All devices of a person, those given up too, by their key."""
    return [_device(row) for row in db.execute(_DEVICE + "WHERE identity = ? ORDER BY sign", (identity,))]


def put_addresses(
    db: apsw.Connection, identity: bytes, endpoint: bytes, addrs: tuple[str, ...], at_ms: int
) -> None:
    """Keep where an endpoint of a person is reachable; what was learned later counts."""
    db.execute(
        "INSERT INTO addresses (identity, endpoint, addrs, at_ms) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (identity, endpoint) DO UPDATE SET addrs = excluded.addrs, at_ms = excluded.at_ms "
        "WHERE excluded.at_ms >= at_ms",
        (identity, endpoint, "\n".join(addrs), at_ms),
    )


def addresses(db: apsw.Connection, identity: bytes) -> list[tuple[bytes, tuple[str, ...]]]:
    """The endpoints of a person with their addresses; the one learned last is first."""
    rows = db.execute(
        "SELECT endpoint, addrs FROM addresses WHERE identity = ? ORDER BY at_ms DESC, endpoint", (identity,)
    )
    return [(endpoint, tuple(addrs.split("\n")) if addrs else ()) for endpoint, addrs in rows]


def met(db: apsw.Connection, identity: bytes, at_ms: int) -> None:
    """Note that a device of this person was there."""
    db.execute("UPDATE people SET met_ms = max(met_ms, ?) WHERE id = ?", (at_ms, identity))


def last_met(db: apsw.Connection, identity: bytes) -> int | None:
    """When a device of this person was last there, or None."""
    row = db.execute("SELECT met_ms FROM people WHERE id = ?", (identity,)).fetchone()
    return None if row is None or row[0] == 0 else int(row[0])


def pair_spaces(db: apsw.Connection, identity: bytes) -> list[bytes]:
    """The spaces of all acquaintances with a person, living or ended, sorted."""
    rows = db.execute("SELECT id FROM spaces WHERE kind = 'pair' AND peer = ? ORDER BY id", (identity,))
    return [space for (space,) in rows]
