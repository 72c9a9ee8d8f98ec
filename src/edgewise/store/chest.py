# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secrets: long-term keys sealed once more inside the sealed file, and the keys of epochs.

A secret's own key comes from the chest key and its name; its salt is a MAC over the secret itself, so that
one key never seals two different secrets, and the same MAC commits to the key (spec: at rest).
"""

from dataclasses import dataclass, field
from typing import Any, Final

import apsw

from edgewise.ground.errors import Refusal, Verdict
from edgewise.keys.hashing import expand, mac, same
from edgewise.keys.labels import Label
from edgewise.keys.sealing import seal, unseal
from edgewise.store.db import Connection


def _key_of(db: Connection, name: str) -> bytes:
    assert db.chest_key, "a connection without a chest key"
    return expand(db.chest_key, Label.CHEST, b"name\0" + name.encode("utf-8"))


def put_secret(db: Connection, name: str, value: bytes) -> None:
    """Seal a secret under a name; the one before is overwritten."""
    key = _key_of(db, name)
    salt = mac(key, Label.CHEST_COMMIT, value)
    sealed = seal(expand(key, Label.CHEST, b"salt\0" + salt), value, Label.CHEST.prefix)
    db.execute("INSERT OR REPLACE INTO secrets (name, salt, sealed) VALUES (?, ?, ?)", (name, salt, sealed))


def secret(db: Connection, name: str) -> bytes | None:
    """The secret under a name, or None. Raises Refusal "store.damaged" where it does not open."""
    row = db.execute("SELECT salt, sealed FROM secrets WHERE name = ?", (name,)).fetchone()
    if row is None:
        return None
    salt, sealed = row
    key = _key_of(db, name)
    try:
        value = unseal(expand(key, Label.CHEST, b"salt\0" + salt), sealed, Label.CHEST.prefix)
    except Verdict as verdict:
        raise Refusal("store.damaged") from verdict
    if not same(mac(key, Label.CHEST_COMMIT, value), salt):
        raise Refusal("store.damaged")
    return value


def drop_secret(db: apsw.Connection, name: str) -> None:
    """Forget a secret, if there is one."""
    db.execute("DELETE FROM secrets WHERE name = ?", (name,))


def secret_names(db: apsw.Connection) -> list[str]:
    """The names of all secrets, sorted."""
    return [str(name) for (name,) in db.execute("SELECT name FROM secrets ORDER BY name")]


@dataclass(frozen=True, slots=True)
class EpochRow:
    """The keys of an epoch as far as they are here: `secret` and `content` may be empty.

    (log, seq) is the operation that carries the epoch; `commits` its encoded commitments.
    """

    id: bytes
    space: bytes
    log: bytes
    seq: int
    secret: bytes = field(repr=False)
    control: bytes = field(repr=False)
    content: bytes = field(repr=False)
    commits: bytes
    made_ms: int


_EPOCH: Final = "SELECT id, space, log, seq, secret, control, content, commits, made_ms FROM epochs "


def _epoch(row: tuple[Any, ...]) -> EpochRow:
    return EpochRow(*row)


def put_epoch(db: apsw.Connection, row: EpochRow) -> None:
    """Keep the keys of an epoch. What is here already is never lost: an empty key overwrites nothing."""
    db.execute(
        "INSERT INTO epochs (id, space, log, seq, secret, control, content, commits, made_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "secret = iif(length(secret), secret, excluded.secret), "
        "control = iif(length(control), control, excluded.control), "
        "content = iif(length(content), content, excluded.content), "
        "commits = iif(length(commits), commits, excluded.commits)",
        (
            *(row.id, row.space, row.log, row.seq, row.secret, row.control, row.content),
            *(row.commits, row.made_ms),
        ),
    )


def epoch(db: apsw.Connection, id: bytes) -> EpochRow | None:
    """The keys of one epoch, or None."""
    row = db.execute(_EPOCH + "WHERE id = ?", (id,)).fetchone()
    return None if row is None else _epoch(row)


def epochs_of(db: apsw.Connection, space: bytes) -> list[EpochRow]:
    """The epochs of a space whose keys are here, in the order in which they came."""
    return [_epoch(row) for row in db.execute(_EPOCH + "WHERE space = ? ORDER BY n", (space,))]
