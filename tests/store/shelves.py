# SPDX-License-Identifier: AGPL-3.0-or-later
"""A store with a space, and writers who put signed operations into it."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.ids import ZERO32
from edgewise.keys.signing import SigningKey, new_signing
from edgewise.log.op import CLS_CONTENT, CLS_CONTROL, Op, compose
from edgewise.store import shelf
from edgewise.store.db import Connection, Store

ALICE, BOB, CAROL = (sha256(name).digest() for name in (b"alice", b"bob", b"carol"))
SPACE = sha256(b"a space").digest()
EPOCH = sha256(b"an epoch").digest()
NOW_MS = 1_800_000_000_000


class Writer:
    """Writes one log of a space; payloads are made up, since the shelf never opens one."""

    def __init__(self, name: str, space: bytes = SPACE) -> None:
        self.name = name
        self.identity = sha256(name.encode()).digest()
        self.key: SigningKey = new_signing(SeededEntropy(b"log of " + name.encode()))
        self.space = space
        self.ops: list[Op] = []

    @property
    def log(self) -> bytes:
        """The public key of the log."""
        return self.key.public

    def write(
        self,
        *deps: bytes,
        cls: int = CLS_CONTENT,
        cheads: tuple[bytes, ...] = (),
        payload: bytes | None = None,
        epoch: bytes = EPOCH,
    ) -> Op:
        """Append an operation that names these."""
        op = compose(
            self.key,
            space=self.space,
            seq=len(self.ops),
            prev=self.ops[-1].id if self.ops else ZERO32,
            deps=deps,
            cheads=cheads,
            epoch=epoch,
            cls=cls,
            payload=payload or f"sealed text {len(self.ops)} of {self.name}".encode() * 8,
        )
        self.ops.append(op)
        return op

    def control(self, *cheads: bytes) -> Op:
        """Append an operation of class control."""
        return self.write(cls=CLS_CONTROL, cheads=cheads)


def space_row(id: bytes = SPACE, kind: str = "feed", peer: bytes | None = None) -> shelf.SpaceRow:
    """A space of Alice's."""
    return shelf.SpaceRow(id, kind, ALICE, peer, None, NOW_MS)


def log_row(writer: Writer, *, mine: bool = False) -> shelf.LogRow:
    """The row of a log of which nothing is held yet."""
    return shelf.LogRow(
        writer.log, writer.space, writer.identity, writer.identity, 0, ZERO32, 0, mine, False, False
    )


@contextmanager
def shelf_of(*writers: Writer) -> Iterator[Connection]:
    """A store in memory with the space and these empty logs, inside a write transaction."""
    store = Store.in_memory(())
    with store.write() as db:
        shelf.add_space(db, space_row())
        for writer in writers:
            shelf.add_log(db, log_row(writer, mine=writer.name == "alice"))
        yield db
    store.close()


def put(
    db: Connection,
    op: Op,
    arrived_ms: int = NOW_MS,
    *,
    state: str = "open",
    signed: bool = True,
    wall_ms: int | None = None,
) -> int:
    """Put an operation on the shelf; the time of arrival only where a test is about it."""
    return shelf.add_op(db, op, arrived_ms=arrived_ms, state=state, signed=signed, wall_ms=wall_ms)
