# SPDX-License-Identifier: AGPL-3.0-or-later
"""What others wrote: place it in its chain, admit it, open it, show it; or wait, park, or give a Verdict.

Signatures were checked before the transaction opened (sync.session, log.chain.verify_run). One rule per
stage, in order: placed (chain) → admitted (may this person write this here) → opened (is its key here) →
shown (views) → carried out (what a control record changes on this computer).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from edgewise.consent.erasure import TakenBack
from edgewise.consent.grants import (
    Addresses,
    End,
    Grant,
    IdentityUpdate,
    KeyGift,
    Keys,
    Renounce,
    Revoke,
    check_gift,
)
from edgewise.core import audience, clocks, opening, persons, publish, returning, runs, takeback
from edgewise.core.effects import Notify
from edgewise.core.turn import Turn
from edgewise.ground.canon import encode
from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.groups.epochs import (
    Genesis,
    LogOpen,
    Writer,
    check_log_open,
    subkeys,
)
from edgewise.identity.person import resolve_chain
from edgewise.log.chain import Head, Placement, place
from edgewise.log.kinds import Decoded, OpenedOp
from edgewise.log.op import Op
from edgewise.store import agreements, chest, mending, outbox, own, people, shelf

SEALED_PER_TURN = 256


def take_run(
    turn: Turn, space: bytes, ops: Sequence[Op], verified: Sequence[bool], sender: bytes, device: bytes
) -> int:
    """Take a verified run of one log from one person. Returns how many operations were new here.

    Verdict when an operation does not belong where it claims to; then nothing of this run is kept.
    """
    if shelf.space(turn.db, space) is None and ops[0].header.space != ZERO32:
        if _granted(turn, space, sender) is None:
            raise Verdict("op.not_allowed")
        return 0  # its genesis is still under way; when that is here, we ask again (`_meet_space`)
    if any(op.space != space for op in ops):
        raise Verdict("op.not_allowed")
    new, at = 0, 0
    while at < len(ops):
        taken = runs.take(turn, ops[at:], verified[at:], device)
        new, at = new + taken, at + taken
        if not taken:
            new += _take(turn, ops[at], verified[at], sender, device)
            at += 1
    return new


def _granted(turn: Turn, space: bytes, sender: bytes) -> agreements.GrantRow | None:
    """The grant, either way, that lets things of a space come from this sender before its genesis is here."""
    return agreements.grant_to_me(turn.db, space, sender) or agreements.read_grant(turn.db, space, sender)


def _take(turn: Turn, op: Op, signed: bool, sender: bytes, device: bytes) -> int:
    """Take one operation, and what waited for it, however long the row is."""
    taken = 0
    todo = deque([(op, signed)])
    while todo:
        each, checked = todo.popleft()
        if _take_one(turn, each, checked, sender, device):
            taken += 1
            todo.extend((waited, True) for waited in shelf.take_parked(turn.db, each.log, each.seq))
    return taken


def _take_one(turn: Turn, op: Op, signed: bool, sender: bytes, device: bytes) -> bool:
    log = shelf.log_row(turn.db, op.log)
    if log is not None and log.space != op.space:
        raise Verdict("op.not_allowed")
    head = Head(log.next_seq, log.head) if log is not None and log.next_seq else None
    held = shelf.op_at(turn.db, op.log, op.seq)
    if held is not None and held.state == "damaged":
        return _put_back(turn, op, signed, held, device)
    placement = place(head, op, held.id if held is not None else None)
    if placement is Placement.HELD:
        return False
    if placement is Placement.FORK:
        _note_fork(turn, op, log, device)
        return False
    if log is not None and log.closed and not log.mine:
        return False  # forked: what was here first stays, and nothing is built on either branch
    if placement is Placement.GAP:
        # A signature that nobody checked is left behind: for what waited, the chain alone vouches.
        shelf.park(turn.db, device, op if signed else replace(op, sig=None), op.log, op.seq - 1)
        return False
    _admit(turn, op, signed, log, sender, device)
    return True


def _put_back(turn: Turn, op: Op, signed: bool, held: shelf.OpRow, device: bytes) -> bool:
    """An operation that was damaged on this disk comes back from one who holds it, also one of one's own.

    Only the very same one is taken: by its id, or where that was lost too, by what it follows.
    """
    before = shelf.op_at(turn.db, op.log, op.seq - 1)
    follows = before is None or before.id in (ZERO32, op.header.prev)
    if held.id not in (ZERO32, op.id) or not follows:
        return False
    if not mending.put_back(turn.db, op, signed=signed):
        return True
    decoded, state = opening.try_open(turn, op, opening.subkey_of(turn.db, op), device)
    shelf.set_state(turn.db, op.id, state, None if decoded is None else decoded.wall_ms)
    log = shelf.log_row(turn.db, op.log)
    if state == "open" and log is not None and log.mine:
        opening.show(turn, op)
        turn.effects.append(Notify("item", op.id))
    elif state == "open":
        _carry_out(turn, op)
    return True


def _note_fork(turn: Turn, op: Op, log: shelf.LogRow | None, device: bytes) -> None:
    """Two different things at one place of a log: said in the doctor.

    One's own log is closed, a new one opens.
    """
    code = "chain.own_copy" if log is not None and log.mine else "chain.fork"
    if log is None or not log.closed:
        outbox.count_verdict(turn.db, code, device, turn.now_ms)
        shelf.close_log(turn.db, op.log)


def own_positions(turn: Turn, heads: Mapping[bytes, int], device: bytes) -> None:
    """A peer holds more of an own log than is here: this is an older copy of one's things (protocol.md C3).

    The log is closed for writing, its lost end comes back from the peer, and what is written now opens a new
    one.
    """
    for public, next_seq in sorted(heads.items()):
        log = shelf.log_row(turn.db, public)
        if log is not None and log.mine and not log.closed and next_seq > log.next_seq:
            outbox.count_verdict(turn.db, "chain.own_copy", device, turn.now_ms)
            shelf.close_log(turn.db, public)


def _admit(turn: Turn, op: Op, signed: bool, log: shelf.LogRow | None, sender: bytes, device: bytes) -> None:
    if log is None:
        _meet_log(turn, op, sender)
    decoded, state = opening.try_open(turn, op, opening.subkey_of(turn.db, op), device)
    if decoded is not None and _waits(turn, op, decoded):
        decoded, state = None, "sealed"
    if decoded is not None and decoded.record is not None:
        _check_admission(turn, op, decoded, sender)
    wall_ms = None if decoded is None else decoded.wall_ms
    shelf.add_op(turn.db, op, arrived_ms=turn.now_ms, state=state, signed=signed, wall_ms=wall_ms)
    turn.note_written(op.space, op.log, op.seq)
    if state == "open":
        clocks.compare(turn, op, wall_ms, turn.now_ms)
        _carry_out(turn, op)


def _waits(turn: Turn, op: Op, decoded: Decoded) -> bool:
    """Whether something that opens can't be judged yet, and so waits as if it were closed.

    The beginning of its log, which names its author, is still closed; or it brings keys under a permission
    that stands in another log of the giver's and is still on its way.
    """
    log = shelf.log_row(turn.db, op.log)
    if op.seq and log is not None and log.identity is None:
        first = shelf.op_at(turn.db, op.log, 0)
        return first is not None and first.state == "sealed"
    record = decoded.record
    return isinstance(record, Keys) and agreements.grant(turn.db, record.grant) is None


def _meet_log(turn: Turn, op: Op, sender: bytes) -> None:
    """The first operation of a log that is not known here.

    A genesis, or a `LogOpen` in a space that is shared.
    """
    if op.seq != 0:
        raise Verdict("chain.gap")
    if shelf.space(turn.db, op.space) is None:
        _meet_space(turn, op, sender)
    shelf.add_log(turn.db, publish.foreign_log(op.log, op.space, None, None))


def _meet_space(turn: Turn, op: Op, sender: bytes) -> None:
    """The genesis of a space that somebody granted: its kind and owner are what the grant said."""
    grant = agreements.grant_to_me(turn.db, op.id, sender)
    if op.header.space == ZERO32 and grant is None and returning.meet_own_space(turn, op.id, sender):
        return  # begun by this person after the safe copy that was brought back here
    if op.header.space != ZERO32 or grant is None:
        raise Verdict("op.not_allowed")
    peer = sender if grant.space_kind == "dm" else None
    shelf.add_space(turn.db, shelf.SpaceRow(op.id, grant.space_kind, sender, peer, None, turn.now_ms))
    turn.share_changed(sender)  # other logs of it may have come too early: compare once more


def _check_admission(turn: Turn, op: Op, decoded: Decoded, sender: bytes) -> None:
    """Was the author allowed to write this there? A log's first operation names its author for good."""
    space = shelf.space(turn.db, op.space)
    assert space is not None
    assert decoded.record is not None
    if op.seq == 0:
        _name_author(turn, op, decoded, space, sender)
    log = shelf.log_row(turn.db, op.log)
    if log is None or log.identity is None:
        raise Verdict("op.not_allowed")
    runs.check_author(turn, space, log.identity, op, decoded)


def _name_author(turn: Turn, op: Op, decoded: Decoded, space: shelf.SpaceRow, sender: bytes) -> None:
    record = decoded.record
    if isinstance(record, Genesis):
        if op.header.space != ZERO32 or record.policy.kind != space.kind:
            raise Verdict("op.not_allowed")
        person = check_log_open(record.open, op.log, ZERO32)
        device = record.open.device
        if person.id != space.owner:
            raise Verdict("op.not_allowed")
    elif isinstance(record, LogOpen):
        person = check_log_open(record, op.log, op.space)
        device = record.device
        owner_speaks = sender == space.owner
        if person.id not in (sender, turn.me.identity) and not owner_speaks:
            raise Verdict("op.not_allowed")
    else:
        raise Verdict("op.not_allowed")
    _know(turn, person.id, record.open.chain if isinstance(record, Genesis) else record.chain)
    shelf.name_log(turn.db, op.log, person.id, device)
    if person.id == turn.me.identity:
        own.take_home(turn.db, op.log)  # written on another computer of this person


def _know(turn: Turn, identity: bytes, chain: tuple[bytes, ...]) -> None:
    if identity == turn.me.identity:
        returning.learnt(turn, chain)
    else:
        persons.remember(turn, chain)


def _carry_out(turn: Turn, op: Op) -> None:
    """Show an admitted operation, and do on this computer what a control record asks."""
    item = opening.show(turn, op)
    if item is None:
        return
    record = item.record
    if isinstance(record, Grant | Keys):
        _take_keys(turn, item, record)
    elif isinstance(record, LogOpen):
        _list_writer(turn, item)
    elif isinstance(record, Writer):
        shelf.set_listed(turn.db, record.log, record.listed)
    elif isinstance(record, TakenBack):
        takeback.asked(turn, record.target, item.author, item.space)
    elif isinstance(record, Renounce):
        audience.respect_renounced(turn, record.grant, item.author)
    elif isinstance(record, Revoke) and item.mine:
        audience.respect_revoked(turn, record.grant)
    elif isinstance(record, IdentityUpdate):
        _update_person(turn, item.author, record.chain)
    elif isinstance(record, Addresses):
        people.put_addresses(turn.db, item.author, record.endpoint, record.addrs, turn.now_ms)
    elif isinstance(record, End):
        returning.ended(turn, item)
    if shelf.is_tombstoned(turn.db, item.id, item.author):
        takeback.erase_here(turn, item.id)
    turn.effects.append(runs.notice(item))


def _take_keys(turn: Turn, item: OpenedOp, record: Grant | Keys) -> None:
    if isinstance(record, Grant):
        space = record.space
    else:
        grant = agreements.grant(turn.db, record.grant)
        giver = None if grant is None else turn.me.identity if grant.mine else grant.identity
        if grant is None or giver != item.author:
            raise Verdict("grant.malformed")
        space = grant.space
    known = shelf.space(turn.db, space)
    if known is not None and known.owner != item.author:
        raise Verdict("grant.wider")
    for gift in record.gifts:
        _keep_gift(turn, space, gift)
    turn.share_changed(returning.other_of(turn, item))
    open_sealed(turn, space)
    if isinstance(record, Grant):
        open_sealed(turn, item.space)  # keys under it may have come first


def _keep_gift(turn: Turn, space: bytes, gift: KeyGift) -> None:
    check_gift(gift, space)
    content = subkeys(gift.secret).content if gift.secret else b""
    chest.put_epoch(
        turn.db,
        chest.EpochRow(
            id=gift.epoch,
            space=space,
            log=gift.log,
            seq=gift.seq,
            secret=gift.secret,
            control=gift.control,
            content=content,
            commits=encode(gift.commits),
            made_ms=turn.now_ms,
        ),
    )


def open_sealed(turn: Turn, space: bytes) -> None:
    """Open what waited for a key, in log order, a bounded number at a time.

    The rest follows with the next tick.
    """
    opened = True
    while opened:  # what opens may be what something of an earlier epoch waited for
        opened = False
        for epoch in chest.epochs_of(turn.db, space):
            for op in shelf.sealed_ops(turn.db, space, epoch.id, SEALED_PER_TURN):
                opened = _open_late(turn, op) or opened


def _open_late(turn: Turn, op: Op) -> bool:
    """Open one that waited; False where it waits on."""
    space = shelf.space(turn.db, op.space)
    decoded, state = opening.try_open(turn, op, opening.subkey_of(turn.db, op), b"")
    if (decoded is None and state == "sealed") or (decoded is not None and _waits(turn, op, decoded)):
        return False
    if decoded is not None and decoded.record is not None and space is not None:
        try:
            _check_admission(turn, op, decoded, space.owner)
        except Verdict as bad:
            outbox.count_verdict(turn.db, bad.code, b"", turn.now_ms)
            state = "bad"
    wall_ms = None if decoded is None else decoded.wall_ms
    shelf.set_state(turn.db, op.id, state, wall_ms)
    if state == "open":
        row = shelf.op_row(turn.db, op.id)
        assert row is not None
        clocks.compare(turn, op, wall_ms, row.arrived_ms)
        _carry_out(turn, op)
    return True


def _list_writer(turn: Turn, item: OpenedOp) -> None:
    """In one's own feed an answerer's log counts for others once it is listed.

    Listing is automatic (conversation.md).
    """
    space = shelf.space(turn.db, item.space)
    if space is None or space.kind != "feed" or space.owner != turn.me.identity or item.mine:
        return
    publish.write(turn, item.space, Writer(item.log, True))
    shelf.set_listed(turn.db, item.log, True)


def _update_person(turn: Turn, author: bytes, chain: tuple[bytes, ...]) -> None:
    if resolve_chain(chain).id != author:
        raise Verdict("identity.other")
    _know(turn, author, chain)
