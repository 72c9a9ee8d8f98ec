# SPDX-License-Identifier: AGPL-3.0-or-later
"""The conversations that are open now. They live in memory alone: what must outlive a crash is in the store.

"I want to reach Bo" is state (the pair, its addresses, the letters that wait); "I am connected to Bo" is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from edgewise.core import (
    accepting,
    dialling,
    erasing,
    files,
    gate,
    giving,
    ingest,
    meeting,
    returning,
    saying,
    takeback,
    taking,
)
from edgewise.core.effects import WIRE_FRAMES, HangUp, Notify
from edgewise.core.inputs import Received
from edgewise.core.library import may_share
from edgewise.core.links import DIAL_LAST_MS, Link, Peers
from edgewise.core.turn import Turn
from edgewise.ground.errors import EdgewiseError, Refusal, Verdict
from edgewise.identity.person import resolve_chain
from edgewise.keys.hashing import mac
from edgewise.keys.labels import Label
from edgewise.log.chain import verify_run
from edgewise.log.op import Op, from_wire
from edgewise.store import agreements, erasures, invitations, outbox, people, register
from edgewise.store.db import savepoint
from edgewise.sync import events, frames
from edgewise.sync.session import Session


def opened(turn: Turn, conn: int, endpoint: bytes, dialed: bool) -> None:
    """A connection stands: greet, and bring what waits for this endpoint."""
    me = turn.me
    # Who only reads a ticket's letter does not say who is reading (conversation.md "Meeting").
    brings = accepting.pending_for(turn, endpoint) if dialed else None
    link = Link(
        conn,
        endpoint,
        dialed,
        Session(
            device_key=me.device,
            own_endpoint=me.transport.public,
            peer_endpoint=endpoint,
            dialed=dialed,
            nonce16=turn.entropy.take(16),
            now_ms=turn.now_ms,
            proves=brings is None or bool(brings.acceptance),
            chain=returning.introduction(turn, endpoint) if dialed and brings is None else (),
        ),
        brings=b"" if brings is None else brings.invitation,
    )
    turn.peers.links[conn] = link
    turn.peers.next_dial_ms.pop(endpoint, None)
    route(turn, link, link.session.start())
    if brings is not None:
        bring_letter_answer(turn, link, brings)


def bring_letter_answer(turn: Turn, link: Link, row: invitations.LetterRow) -> None:
    """Ask for a ticket's letter, or bring an acceptance, to the endpoint that the letter names."""
    if row.acceptance:
        saying.send(turn, link, frames.Accept(row.acceptance), row.invitation)
    else:
        tag = mac_for_ask(row.secret, row.invitation, turn.me.transport.public, link.endpoint)
        saying.wire(turn, link, frames.InviteAsk(row.invitation, tag))


def mac_for_ask(secret: bytes, invitation: bytes, asker: bytes, inviter: bytes) -> bytes:
    """Shows knowledge of a ticket's secret on this very connection (its two endpoints are authenticated by
    the carrier).
    """
    return mac(secret.ljust(32, b"\0"), Label.INVITE_MAC, invitation + asker + inviter)


def closed(turn: Turn, conn: int) -> None:
    """A connection is gone."""
    link = turn.peers.links.pop(conn, None)
    if link is not None and link.identity:
        taking.closed(turn, link)
        turn.effects.append(Notify("people", link.identity))


@dataclass(slots=True)
class CheckedFrame:
    """A frame; of a run its parsed operations, and whose signatures were checked."""

    frame: frames.Frame
    ops: Sequence[Op] = ()
    signed: tuple[bool, ...] = ()


@dataclass(slots=True)
class Checked:
    """Frames cut from a peer's bytes, their signatures checked, and the Verdict that ended the reading, if
    any.
    """

    frames: list[CheckedFrame] = field(default_factory=list)
    verdict: Verdict | None = None


def check_before(peers: Peers, item: Received) -> Checked:
    """Cut frames and check signatures before a transaction opens: the slow part needs no table."""
    checked = Checked()
    link = peers.links.get(item.conn)
    if link is None:
        return checked
    try:
        for frame in link.session.reader.feed(item.data):
            each = CheckedFrame(frame)
            if isinstance(frame, frames.Run) and link.session.admitted:
                each.ops = [from_wire(op) for op in frame.ops]
                each.signed = verify_run(each.ops)
            elif isinstance(frame, frames.Piece):
                taking.check(peers, link, frame)
            checked.frames.append(each)
    except Verdict as bad:
        checked.verdict = bad
    return checked


def received(turn: Turn, conn: int, checked: Checked) -> None:
    """What a peer said. A Verdict ends the connection, is counted, and leaves nothing behind."""
    for each in checked.frames:
        link = turn.peers.links.get(conn)
        if link is None:
            return
        effects, written = len(turn.effects), len(turn.written)
        try:
            with savepoint(turn.db):  # what a bad frame began is undone, what came before it stays
                _one_frame(turn, link, each)
        except Verdict as bad:
            del turn.effects[effects:], turn.written[written:]
            turn.libraries.clear()
            _condemn(turn, link, bad)
            return
    link = turn.peers.links.get(conn)
    if link is not None and checked.verdict is not None:
        _condemn(turn, link, checked.verdict)
    elif link is not None and link.session.has_bulk:
        pump(turn, conn)
    elif link is not None:
        giving.pump(turn, link)


def _one_frame(turn: Turn, link: Link, each: CheckedFrame) -> None:
    library = saying.library_of(turn, link)
    link.signed = each.signed
    for step in link.session.receive(each.frame, turn.now_ms, library, each.ops):
        if isinstance(step, events.Out):
            route(turn, link, [step])
        else:
            _happened(turn, link, step)


def _condemn(turn: Turn, link: Link, bad: EdgewiseError) -> None:
    source = link.device or link.endpoint
    outbox.count_verdict(turn.db, bad.code, source, turn.now_ms)
    saying.wire(turn, link, frames.Bye(bad.code))
    hang_up(turn, link, bad.code)


def hang_up(turn: Turn, link: Link, reason: str) -> None:
    """Forget a connection and close it."""
    if turn.peers.links.pop(link.conn, None) is not None and link.identity:
        taking.closed(turn, link)
    turn.effects.append(HangUp(link.conn, reason))


def _happened(turn: Turn, link: Link, event: events.Event) -> None:
    """One thing that a peer did."""
    match event:
        case events.PeerProved():
            _proved(turn, link, event.device)
        case events.RunCame():
            _run_came(turn, link, event)
        case events.HeadsCame():
            ingest.own_positions(turn, event.heads, link.device)
        case events.Acked():
            note_held(turn, link.device, event.space, event.heads)
        case events.EraseCame():
            saying.wire(turn, link, erasing.answer(turn, link.identity, event))
        case events.ReceiptCame():
            erasing.note_receipt(turn, link.device, event)
        case events.PiecesWanted() | events.PieceCame() | events.PieceNoted():
            taking.heard(turn, link, event)
        case events.EndCame():
            pass  # the ending itself stands in the pair, which both sides sync; the frame only hurries
        case events.ChainCame():
            _chain_came(turn, link, event.chain)
        case events.Gone():
            hang_up(turn, link, event.reason)
        case _:
            _met(turn, link, event)


def _met(turn: Turn, link: Link, event: events.Event) -> None:
    """The frames of a first meeting: they are legal before the other side is known."""
    try:
        match event:
            case events.InviteAsked():
                row = invitations.get(turn.db, event.invitation)
                expected = (
                    b""
                    if row is None
                    else mac_for_ask(row.secret, event.invitation, link.endpoint, turn.me.transport.public)
                )
                letter = meeting.letter_for(turn, event.invitation, event.mac, expected)
                saying.send(turn, link, frames.InviteIs(letter), event.invitation)
            case events.LetterCame():
                accepting.take_letter(turn, event.letter, link.endpoint)
            case events.AcceptCame():
                identity, confirm = meeting.take_acceptance(turn, event.acceptance)
                saying.send(turn, link, frames.Confirm(confirm), identity)
                _proved(turn, link, link.proved)
            case events.ConfirmCame():
                accepting.take_confirm(turn, event.confirm)
                _prove_again(turn, link)
            case events.Refused():
                accepting.refused(turn, link.brings, event.code)
            case _:
                raise AssertionError(f"an event without a place: {event}")
    except Refusal as no:
        saying.wire(turn, link, frames.Refuse(no.code))
        if isinstance(event, events.AcceptCame) and not link.identity:
            # Another yes of theirs may have made a pair here that they don't have yet, and its confirmation
            # goes only to who brings that one. So nothing of a pair is said on this connection.
            hang_up(turn, link, "again")


def _chain_came(turn: Turn, link: Link, chain: tuple[bytes, ...]) -> None:
    """A new device of an acquaintance says who it is; or somebody says what they know of this person."""
    identity = resolve_chain(chain).id
    if identity == turn.me.identity:
        if returning.told(turn, chain):
            hang_up(turn, link, "again")  # with what was learnt, over a new connection
    elif link.proved and not link.identity and agreements.pair(turn.db, identity) is not None:
        known = returning.introduced(turn, identity, chain, link.proved)
        if known:
            saying.send(turn, link, frames.Chain(known), identity)
        else:
            _proved(turn, link, link.proved)


def _prove_again(turn: Turn, link: Link) -> None:
    if link.proved:
        _proved(turn, link, link.proved)


def _proved(turn: Turn, link: Link, device: bytes) -> None:
    """A device has proved itself. It is let in when it belongs to an acquaintance, living or ended."""
    link.proved = device
    identity = people.identity_of_device(turn.db, device) if device else None
    if identity is None or agreements.pair(turn.db, identity) is None or link.identity:
        return
    twin = turn.peers.link_of(device)
    link.identity, link.device = identity, device
    route(turn, link, link.session.admit())
    people.met(turn.db, identity, turn.now_ms)
    if twin is not None:
        _keep_one(turn, twin, link)
        if link.conn not in turn.peers.links:
            return
    library = saying.library_of(turn, link)
    assert library is not None
    for receipt in erasing.held_back(turn, identity):
        saying.wire(turn, link, receipt)
    route(turn, link, link.session.offer(library))
    for tag, log, seq in library.awaited():
        saying.wire(turn, link, frames.Want(tag, log, seq, seq + 1))
    for erase in erasing.waiting(turn, device):
        saying.send(turn, link, erase, identity)
    giving.ask_about(turn, link, library)
    turn.refill[link.conn] = None
    turn.effects.append(Notify("people", identity))


def _keep_one(turn: Turn, first: Link, second: Link) -> None:
    """Of two connections to one device, both sides keep the one dialled by the smaller endpoint."""
    mine = turn.me.transport.public
    ours_wins = mine < first.endpoint
    keep_dialed = ours_wins
    loser = first if first.dialed != keep_dialed else second
    if first.dialed == second.dialed:
        loser = first  # the older of two alike is the stale one
    hang_up(turn, loser, "twin")


def _run_came(turn: Turn, link: Link, event: events.RunCame) -> None:
    held = len(erasures.of_author(turn.db, link.identity))
    ingest.take_run(turn, event.space, event.ops, link.signed, link.identity, link.device)
    if len(erasures.of_author(turn.db, link.identity)) > held:
        for receipt in erasing.held_back(turn, link.identity):
            saying.wire(turn, link, receipt)
    library = saying.library_of(turn, link)
    assert library is not None
    route(turn, link, link.session.stored(library, event.space))


def note_held(turn: Turn, device: bytes, space: bytes, heads: Mapping[bytes, int]) -> None:
    """A peer says how far it holds some logs: that is what the register calls acknowledged."""
    if register.acked(turn.db, device, space, heads, turn.now_ms):
        turn.effects.append(Notify("held_there", space))
    erasing.note_held(turn, device, heads)


def push(turn: Turn) -> None:
    """Offer what this transaction added to everybody connected who may have it."""
    if not turn.written and not turn.newly_shared:
        return
    sharers = {item.space: may_share(turn.db, turn.me.identity, item.space) for item in turn.written}
    for link in list(turn.peers.links.values()):
        library = saying.library_of(turn, link)
        if library is None:
            continue
        if link.identity in turn.newly_shared:
            route(turn, link, link.session.offer(library))
        for item in turn.written:
            among = sharers[item.space]
            if (among is None or link.identity in among) and library.shares(item.space):
                route(
                    turn, link, link.session.committed(library, item.space, item.log, item.first, item.stop)
                )


def pump(turn: Turn, conn: int) -> None:
    """The carrier has room: send the next run of what this peer still wants, else the next pieces."""
    link = turn.peers.links.get(conn)
    library = saying.library_of(turn, link) if link is not None else None
    if link is not None and library is not None:
        route(turn, link, link.session.pump(library))
        giving.pump(turn, link)


def drained(turn: Turn, conn: int) -> None:
    """The carrier has sent what it had."""
    link = turn.peers.links.get(conn)
    if link is not None:
        link.bulk_out = False
        pump(turn, conn)


def tick(turn: Turn) -> None:
    """What others asked to erase and is due; pings, the dead, and whom to try to reach."""
    erased = takeback.carry_due(turn)
    for link in turn.peers.links.values() if erased else ():
        for receipt in erasing.carried_out(erased, link.identity):
            saying.wire(turn, link, receipt)
    for link in list(turn.peers.links.values()):
        for step in link.session.tick(turn.now_ms):
            if isinstance(step, events.Out):
                route(turn, link, [step])
            else:
                _happened(turn, link, step)
    dialling.dial(turn)


def route(turn: Turn, link: Link, steps: Iterable[events.Out]) -> None:
    """Turn what a session wants to say into effects: wire frames as they are, all else through the gate."""
    for out in steps:
        if isinstance(out.frame, frames.Chain):
            saying.send(turn, link, out.frame, turn.me.identity)
            continue
        if isinstance(out.frame, WIRE_FRAMES):
            saying.wire(turn, link, out.frame, urgent=out.urgent)
            continue
        assert isinstance(out.frame, frames.Run)
        assert out.space is not None
        try:
            grant = gate.may_send(turn.db, out.space, link.identity, turn.now_ms)
        except Refusal:
            continue
        files.note_run(turn, link.device, out.space, out.frame, grant)
        saying.send(turn, link, out.frame, grant, urgent=out.urgent)


def next_wake_ms(turn: Turn) -> int:
    """When the next Tick is due: pings, what is held, and whom to dial again."""
    due = [turn.now_ms + DIAL_LAST_MS]
    due += [link.session.wake_at_ms for link in turn.peers.links.values()]
    due += [row.due_ms for row in outbox.all_held(turn.db)]
    due += [row.due_ms for row in erasures.every(turn.db)[:1]]
    due += [due_ms for due_ms, _wait in turn.peers.next_dial_ms.values()]
    due += taking.due_ms(turn)
    return max(min(due), turn.now_ms + 1)
