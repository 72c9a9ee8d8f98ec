# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing.

A record of the person of this home becomes a sealed, signed, linked operation in one of their logs.
"""

from __future__ import annotations

from edgewise.core import blobs, opening
from edgewise.core.turn import Turn
from edgewise.ground.canon import Record, encode
from edgewise.ground.errors import Refusal
from edgewise.ground.ids import ZERO32
from edgewise.ground.limits import CHEADS_MAX, DEPS_MAX
from edgewise.groups.epochs import (
    EpochRecord,
    Genesis,
    Policy,
    commitments,
    epoch_id,
    make_log_open,
    subkeys,
)
from edgewise.keys.signing import SigningKey, new_signing, signing_from_seed
from edgewise.log.op import CLS_CONTENT, CLS_CONTROL, Op, compose, seal_body
from edgewise.store import chest, shelf


def make_space(
    turn: Turn,
    kind: str,
    *,
    peer: bytes | None = None,
    circle: bytes | None = None,
    until_ms: int = 0,
    purpose: str = "",
    acceptance: bytes = b"",
) -> tuple[Op, bytes]:
    """Write the genesis of a new space.

    Returns its operation (its id is the space's id) and its epoch secret.
    """
    me = turn.me
    secret = turn.entropy.take(32)
    key = new_signing(turn.entropy)
    commits = commitments(secret)
    epoch = epoch_id(ZERO32, key.public, 0, commits)
    record = Genesis(
        policy=Policy(kind, "archive", 1, "from_join", 1, 0, until_ms, purpose),
        commits=commits,
        open=make_log_open(turn.chain(), me.device, key.public, ZERO32),
        acceptance=acceptance,
        nonce=turn.entropy.take(16),
    )
    op = _compose(
        turn, record, key, space=ZERO32, seq=0, prev=ZERO32, subkey=subkeys(secret).control, epoch=epoch
    )
    shelf.add_space(turn.db, shelf.SpaceRow(op.id, kind, me.identity, peer, circle, turn.now_ms))
    chest.put_epoch(turn.db, epoch_row(epoch, op.id, key.public, 0, secret, turn.now_ms))
    _add_own_log(turn, key, op.id)
    keep(turn, op)
    return op, secret


def write(turn: Turn, space: bytes, record: Record) -> Op:
    """Write a record into a space, opening an own log there if there is none yet.

    Refusal "gate.closed" when nothing may be written there (no epoch of it is readable here).
    """
    row = shelf.space(turn.db, space)
    if row is None:
        raise Refusal("not_found.item")
    kind = turn.registry.kind_of(record)
    assert row.kind in kind.spaces, (row.kind, kind.name)
    blobs.refuse_foreign(turn, space, record)
    log = shelf.my_log(turn.db, space) or _open_log(turn, space)
    epoch = sending_epoch(turn, space, content=kind.cls == CLS_CONTENT)
    subkey = epoch.content if kind.cls == CLS_CONTENT else epoch.control
    op = _compose(
        turn,
        record,
        _log_key(turn, log.public),
        space=space,
        seq=log.next_seq,
        prev=log.head,
        subkey=subkey,
        epoch=epoch.id,
        cls=kind.cls,
    )
    keep(turn, op)
    return op


def sending_epoch(turn: Turn, space: bytes, *, content: bool) -> chest.EpochRow:
    """The epoch of a space that came last, of those under which this device can write."""
    usable = [row for row in chest.epochs_of(turn.db, space) if row.content or not content]
    if not usable:
        raise Refusal("gate.closed")
    return usable[-1]


def fresh_epoch(turn: Turn, space: bytes) -> chest.EpochRow:
    """Start a new epoch in an own space.

    What is written from now on opens only with the new secret (protocol C7).
    """
    parent = sending_epoch(turn, space, content=False)
    secret = turn.entropy.take(32)
    commits = commitments(secret)
    record = EpochRecord(parents=(parent.id,), recipients_root=ZERO32, mode="fresh", commits=commits)
    op = write(turn, space, record)
    row = epoch_row(epoch_id(space, op.log, op.seq, commits), space, op.log, op.seq, secret, turn.now_ms)
    chest.put_epoch(turn.db, row)
    return row


def prepare_log(turn: Turn, key: SigningKey, space: bytes) -> None:
    """Keep a log key that was named to the other side before the space existed here (the acceptance of a
    letter).
    """
    _add_own_log(turn, key, space)


def open_log(turn: Turn, space: bytes) -> shelf.LogRow:
    """Make sure that an own log stands open in a space."""
    return shelf.my_log(turn.db, space) or _open_log(turn, space)


def _open_log(turn: Turn, space: bytes) -> shelf.LogRow:
    key = new_signing(turn.entropy)
    _add_own_log(turn, key, space)
    write_log_open(turn, space, key)
    row = shelf.my_log(turn.db, space)
    assert row is not None
    return row


def write_log_open(turn: Turn, space: bytes, key: SigningKey) -> Op:
    """Write operation 0 of an own log: who writes here, proven inside the encryption."""
    epoch = sending_epoch(turn, space, content=False)
    record = make_log_open(turn.chain(), turn.me.device, key.public, space)
    op = _compose(turn, record, key, space=space, seq=0, prev=ZERO32, subkey=epoch.control, epoch=epoch.id)
    keep(turn, op)
    return op


def _compose(
    turn: Turn,
    record: Record,
    key: SigningKey,
    *,
    space: bytes,
    seq: int,
    prev: bytes,
    subkey: bytes,
    epoch: bytes,
    cls: int = CLS_CONTROL,
) -> Op:
    body = turn.registry.encode(record, turn.now_ms)
    salt = turn.entropy.take(16)
    payload = seal_body(subkey, space=space, log=key.public, seq=seq, salt16=salt, body=body)
    deps: list[bytes] = []
    cheads: list[bytes] = []
    if space != ZERO32:
        deps = sorted(shelf.other_heads(turn.db, space, key.public)[:DEPS_MAX])
        cheads = sorted(shelf.control_heads(turn.db, space)[:CHEADS_MAX])
    return compose(
        key,
        space=space,
        seq=seq,
        prev=prev,
        deps=tuple(deps),
        cheads=tuple(cheads),
        epoch=epoch,
        cls=cls,
        payload=payload,
    )


def keep(turn: Turn, op: Op, *, signed: bool = True, wall_ms: int | None = None) -> None:
    """Put an operation that opens here on the shelf and into the views, in the same transaction."""
    shelf.add_op(
        turn.db,
        op,
        arrived_ms=turn.now_ms,
        state="open",
        signed=signed,
        wall_ms=turn.now_ms if wall_ms is None else wall_ms,
    )
    opening.show(turn, op)
    turn.note_written(op.space, op.log, op.seq)


def _add_own_log(turn: Turn, key: SigningKey, space: bytes) -> None:
    chest.put_secret(turn.db, f"log:{key.public.hex()}", key.seed)
    shelf.add_log(
        turn.db,
        shelf.LogRow(
            public=key.public,
            space=space,
            identity=turn.me.identity,
            device=turn.me.device.public,
            next_seq=0,
            head=ZERO32,
            head_order_ms=0,
            mine=True,
            listed=True,
            closed=False,
        ),
    )


def _log_key(turn: Turn, public: bytes) -> SigningKey:
    seed = chest.secret(turn.db, f"log:{public.hex()}")
    assert seed is not None, "an own log without its key"
    return signing_from_seed(seed)


def foreign_log(public: bytes, space: bytes, identity: bytes | None, device: bytes | None) -> shelf.LogRow:
    """The row of somebody else's log before its first operation is here."""
    return shelf.LogRow(
        public=public,
        space=space,
        identity=identity,
        device=device,
        next_seq=0,
        head=ZERO32,
        head_order_ms=0,
        mine=False,
        listed=False,
        closed=False,
    )


def epoch_row(epoch: bytes, space: bytes, log: bytes, seq: int, secret: bytes, now_ms: int) -> chest.EpochRow:
    """A whole epoch key as the chest keeps it; (log, seq) is the operation that started the epoch."""
    keys = subkeys(secret)
    return chest.EpochRow(
        id=epoch,
        space=space,
        log=log,
        seq=seq,
        secret=secret,
        control=keys.control,
        content=keys.content,
        commits=encode(commitments(secret)),
        made_ms=now_ms,
    )
