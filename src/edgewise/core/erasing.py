# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking back: gone here at once, and every computer that holds it is asked.

What each answered is kept (protocol.md C11).
"""

from __future__ import annotations

from collections.abc import Mapping

from edgewise.consent.erasure import TakenBack
from edgewise.core import ingest, publish
from edgewise.core.effects import Notify
from edgewise.core.turn import Turn
from edgewise.ground.errors import Refusal
from edgewise.store import outbox, people, register, shelf
from edgewise.sync import frames
from edgewise.sync.events import EraseCame, ReceiptCame


def take_back(turn: Turn, item: bytes, why: str) -> int:
    """Take back an item of one's own. Returns how many computers are asked."""
    row = shelf.op_row(turn.db, item)
    log = shelf.log_row(turn.db, row.log) if row is not None else None
    if row is None or log is None or row.cls == 0:
        raise Refusal("not_found.item")
    if log.identity != turn.me.identity:
        raise Refusal("edit.not_yours")
    if row.state == "erased":
        raise Refusal("edit.gone")
    tombstone = publish.write(turn, row.space, TakenBack(item, why))
    ingest.take_back(turn, item, turn.me.identity, row.space)
    holders = register.holders(turn.db, row.space, row.log, row.seq)
    for device, _state in holders:
        outbox.put_erasure(
            turn.db,
            outbox.ErasureRow(
                request=turn.entropy.take(16),
                holder_device=device,
                holder_identity=people.identity_of_device(turn.db, device) or b"",
                space=row.space,
                target=item,
                log=tombstone.log,
                seq=tombstone.seq,
                state="asked",
                asked_ms=turn.now_ms,
                answered_ms=0,
                tries=0,
            ),
        )
    turn.effects.append(Notify("item", item))
    return len(holders)


def waiting(turn: Turn, device: bytes) -> list[frames.Erase]:
    """The requests to erase that one computer has not answered yet."""
    found = []
    for row in outbox.erasures(turn.db, device=device, state="asked"):
        target = shelf.op_row(turn.db, row.target)
        if target is not None:
            named = frames.Target(target.log, target.seq, target.id)
            found.append(frames.Erase(row.request, row.space, (named,), ""))
            outbox.tried(turn.db, row.request)
    return found


def answer(turn: Turn, identity: bytes, asked: EraseCame) -> frames.Receipt:
    """Do what an author asks about their own items, and say truthfully what became of each."""
    states = []
    for target in asked.targets:
        state = ingest.take_back(turn, target.id, identity, asked.space)
        states.append(frames.TargetState(target.id, state))
    return frames.Receipt(asked.request, tuple(states))


def note_receipt(turn: Turn, device: bytes, receipt: ReceiptCame) -> None:
    """What a holder says it did: its own word, not a proof."""
    for target in receipt.targets:
        state = {"erased": "done", "kept": "kept"}.get(target.state, "never_had")
        outbox.answered(turn.db, receipt.request, device, target.id, state, turn.now_ms)
        turn.effects.append(Notify("item", target.id))


def note_held(turn: Turn, device: bytes, heads: Mapping[bytes, int]) -> None:
    """Who has the request itself on disk has carried it out: that is how the answer comes by stick."""
    for row in outbox.erasures(turn.db, device=device, state="asked"):
        if heads.get(row.log, 0) > row.seq:
            outbox.answered(turn.db, row.request, device, row.target, "done", turn.now_ms)
            turn.effects.append(Notify("item", row.target))
