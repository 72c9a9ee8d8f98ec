# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking back: gone here at once, and every computer that holds it is asked.

What each answered is kept (protocol.md C11).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, Literal

from edgewise.consent.erasure import TakenBack
from edgewise.core import publish, takeback
from edgewise.core.effects import Notify
from edgewise.core.turn import Turn
from edgewise.ground.errors import Refusal
from edgewise.store import erasures, outbox, people, register, shelf
from edgewise.sync import frames
from edgewise.sync.events import EraseCame, ReceiptCame

OPEN: Final = ("asked", "held")
BY_TOMBSTONE: Final = bytes(16)
"""The request that a receipt names which answers none, but tombstones that came with their log."""


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
    takeback.take_back(turn, item, turn.me.identity, row.space)
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
    """The requests to erase that one computer has not answered yet, or holds back."""
    found = []
    for row in _asked_of(turn, device, *OPEN):
        target = shelf.op_row(turn.db, row.target)
        if target is not None:
            named = frames.Target(target.log, target.seq, target.id)
            found.append(frames.Erase(row.request, row.space, (named,), ""))
            outbox.tried(turn.db, row.request)
    return found


def _asked_of(turn: Turn, device: bytes, *states: str) -> list[outbox.ErasureRow]:
    """What one computer was asked, and those that its person lost: what it has came from their copy."""
    identity = people.identity_of_device(turn.db, device)
    lost = [row.sign for row in people.devices_of(turn.db, identity) if row.revoked] if identity else []
    return [
        row
        for each in (device, *lost)
        for state in states
        for row in outbox.erasures(turn.db, device=each, state=state)
    ]


def answer(turn: Turn, identity: bytes, asked: EraseCame) -> frames.Receipt:
    """Do what an author asks about their own items, and say truthfully what became of each."""
    states = []
    for target in asked.targets:
        state = takeback.asked(turn, target.id, identity, asked.space)
        states.append(frames.TargetState(target.id, state))
    return frames.Receipt(asked.request, tuple(states))


def note_receipt(turn: Turn, device: bytes, receipt: ReceiptCame) -> None:
    """What a holder says it did: its own word, not a proof."""
    lost: dict[bytes, list[bytes]] = {}
    for row in _asked_of(turn, device, *OPEN):
        lost.setdefault(row.target, []).append(row.holder_device)
    for target in receipt.targets:
        state = {"erased": "done"}.get(target.state, target.state)
        for holder in {device: None, **dict.fromkeys(lost.get(target.id, ()))}:
            outbox.answered(turn.db, receipt.request, holder, target.id, state, turn.now_ms)
        turn.effects.append(Notify("item", target.id))


def held_back(turn: Turn, author: bytes) -> Iterator[frames.Receipt]:
    """What of this author's waits here for its day.

    It is said before anything of how far their logs are held: else they took the request for carried out.
    """
    yield from _receipts(erasures.of_author(turn.db, author), "held")


def carried_out(rows: Iterable[erasures.WaitingRow], author: bytes) -> Iterator[frames.Receipt]:
    """The answer to an author whose requests were carried out just now."""
    yield from _receipts([row for row in rows if row.author == author], "erased")


def _receipts(rows: list[erasures.WaitingRow], state: Literal["erased", "held"]) -> Iterator[frames.Receipt]:
    for at in range(0, len(rows), frames.TARGETS_MAX):
        page = rows[at : at + frames.TARGETS_MAX]
        yield frames.Receipt(BY_TOMBSTONE, tuple(frames.TargetState(row.target, state) for row in page))


def note_held(
    turn: Turn, device: bytes, heads: Mapping[bytes, int], *, held: Collection[bytes] | None = None
) -> None:
    """Who has the request itself on disk and does not hold it back has carried it out.

    That is how the answer comes by stick; `held` are the targets that this stick says wait. Over a
    connection what was held back is asked for once more with the next one.
    """
    rows = _asked_of(turn, device, "asked")
    if held is not None:
        rows += [row for row in _asked_of(turn, device, "held") if row.target not in held]
    for row in rows:
        if heads.get(row.log, 0) > row.seq:
            outbox.answered(turn.db, row.request, row.holder_device, row.target, "done", turn.now_ms)
            turn.effects.append(Notify("item", row.target))
