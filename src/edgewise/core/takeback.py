# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes here of a thing that was taken back: erased at once, when it comes, or after a day.

Many at once, and old ones, wait for 24 hours: who has stolen a computer must not empty those of its owner's
friends before anybody notices (protocol.md C11). Nobody decides anything then; it only takes its time.
"""

from __future__ import annotations

from typing import Literal

from edgewise.core import blobs, opening
from edgewise.core.effects import Notify
from edgewise.core.turn import Turn
from edgewise.ground.limits import ERASE_AT_ONCE_MAX, ERASE_OLD_MS, ERASE_WAIT_MS
from edgewise.log.op import CLS_CONTENT
from edgewise.store import erasures, shelf

Became = Literal["erased", "held", "kept", "never_had"]


def asked(turn: Turn, target: bytes, author: bytes, space: bytes) -> Became:
    """Do what an author asks about something of their own, now or in a day. Says what became of it."""
    row = shelf.op_row(turn.db, target)
    log = shelf.log_row(turn.db, row.log) if row is not None else None
    if row is None or log is None or log.identity != author or row.space != space or log.mine:
        return take_back(turn, target, author, space)
    if row.cls != CLS_CONTENT or row.state == "erased":
        return take_back(turn, target, author, space)
    if _due_ms(turn, row, author) > 0:
        return "held"
    return take_back(turn, target, author, space)


def _due_ms(turn: Turn, row: shelf.OpRow, author: bytes) -> int:
    """When a request may be carried out; 0 for now. All wordings of one item go the same way."""
    known = erasures.find(turn.db, row.id, author)
    if known is not None:
        return known.due_ms
    item = _item(turn, row)
    same = erasures.of_item(turn.db, item, author)
    lately = erasures.items_since(turn.db, author, turn.now_ms - ERASE_WAIT_MS)
    due_ms = 0
    if same is not None:
        due_ms = same.due_ms
    elif _is_old(turn, item) or _is_old(turn, row.id) or lately >= ERASE_AT_ONCE_MAX:
        due_ms = turn.now_ms + ERASE_WAIT_MS
    erasures.put(turn.db, erasures.WaitingRow(row.id, author, row.space, item, turn.now_ms, due_ms))
    if due_ms:
        turn.effects.append(Notify("agreements", author))
    return due_ms


def _is_old(turn: Turn, id: bytes) -> bool:
    """Whether something has been on this computer for a month: by its own clock, which nobody else sets."""
    row = shelf.op_row(turn.db, id)
    return row is not None and turn.now_ms - row.arrived_ms > ERASE_OLD_MS


def _item(turn: Turn, row: shelf.OpRow) -> bytes:
    """What an operation is a wording of; itself where it is none, or can't be read here."""
    op = shelf.load_op(turn.db, row.id)
    item = opening.reopen(turn.db, turn.registry, op, turn.me.identity) if op is not None else None
    if item is None:
        return row.id
    part_of = turn.registry.kind_of(item.record).part_of
    return row.id if part_of is None else part_of(item.record)


def carry_due(turn: Turn) -> list[erasures.WaitingRow]:
    """Erase what has waited for its day. Returns what that was."""
    due = erasures.take_due(turn.db, turn.now_ms)
    for row in due:
        take_back(turn, row.target, row.author, row.space)
        turn.effects.append(Notify("agreements", row.author))
    return due


def take_back(turn: Turn, target: bytes, author: bytes, space: bytes) -> Became:
    """Erase what its own author took back: now, or when it comes. Returns "erased", "kept" or "never_had"."""
    row = shelf.op_row(turn.db, target)
    if row is None:
        shelf.add_tombstone(turn.db, target, author, space)
        return "never_had"
    log = shelf.log_row(turn.db, row.log)
    if log is None or log.identity != author or row.space != space:
        return "kept"
    shelf.add_tombstone(turn.db, target, author, space)
    erase_here(turn, target)
    return "erased"


def erase_here(turn: Turn, target: bytes) -> None:
    """Let go of a payload and of every trace of it in the views.

    The header stays, so that the chain still verifies.
    """
    row = shelf.op_row(turn.db, target)
    if row is None or row.cls == 0:
        return
    op = shelf.load_op(turn.db, target)
    assert op is not None, "an operation that is here has its header"
    opening.keep_remains(turn.db, turn.registry, op)
    shelf.erase_payload(turn.db, target)
    turn.erased = True
    for view in {id(view): view for views in turn.views.values() for view in views}.values():
        view.erase(turn.db, target)
    blobs.erased(turn, target)
    turn.effects.append(Notify("item", target))
