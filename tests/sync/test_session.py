# SPDX-License-Identifier: AGPL-3.0-or-later
"""One conversation: what may come when, how silence ends it, and that noise never breaks it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.errors import Verdict
from edgewise.ground.limits import PEER_DEAD_MS, PING_EVERY_MS
from edgewise.log.op import to_wire
from edgewise.sync import events, frames
from edgewise.sync.events import Gone, Out
from edgewise.sync.frames import Bye, FrameReader, Hello, Ping, Pong, Proof, Unknown, encode_frame
from edgewise.sync.ranges import space_tag
from edgewise.sync.session import LEGAL, TRANSITIONS, State
from tests.sync.party import (
    GARDEN,
    NONCE,
    PAIR_SECRET,
    alone,
    brought_to,
    garden,
    log_key,
    proof_to,
    sent,
    written,
)
from tests.sync.some_frames import BY_KIND, FRAMES, mutated

LIVE = [State.NEW, State.MET, State.PROVED, State.ADMITTED]
# What a frame that may come can still be found to be.
LAWFUL_FAULTS = ("", "signature.bad", "session.other_version", "session.stranger")
MEETING = (
    frames.InviteAsk,
    frames.InviteIs,
    frames.Accept,
    frames.Confirm,
    frames.Chain,
    frames.Refuse,
    frames.Ping,
    frames.Pong,
)


# --- the table ------------------------------------------------------------------------------------


def test_the_table_is_the_one_of_the_page() -> None:
    """FRAME-7: what may come in each state, written here a second time."""
    every = {*frames.KINDS, Unknown}
    expected = {
        State.NEW: {Hello, Bye},
        State.MET: {Proof, Bye, *MEETING},
        State.PROVED: {Bye, *MEETING},
        State.ADMITTED: every - {Hello, Proof},
        State.CLOSED: set(),
    }

    assert {state: set(legal) for state, legal in LEGAL.items()} == expected
    assert TRANSITIONS[State.NEW][Hello] is State.MET
    assert TRANSITIONS[State.MET][Proof] is State.PROVED
    assert all(row[Bye] is State.CLOSED for state, row in TRANSITIONS.items() if state is not State.CLOSED)


@given(st.data())
def test_each_frame_in_each_state_leads_where_the_table_says(data: Any) -> None:
    """FRAME-7: a legal frame leads on, any other one is a Verdict that closes; never anything else."""
    state = data.draw(st.sampled_from(LIVE))
    bob = brought_to(state, dialed=data.draw(st.booleans()))
    frame = data.draw(st.one_of(*BY_KIND.values(), st.builds(Unknown, st.just(99), st.integers(0, 100))))
    library = data.draw(st.sampled_from([None, garden(alice=2)]))
    expected = TRANSITIONS[state].get(type(frame), State.CLOSED)
    code = ""
    try:
        bob.receive(frame, 1, library)
    except Verdict as verdict:
        code, expected = verdict.code, State.CLOSED

    assert bob.state is expected
    assert type(frame) not in LEGAL[state] or code in LAWFUL_FAULTS
    assert type(frame) in LEGAL[state] or code in ("session.early", "session.out_of_turn")


@pytest.mark.parametrize("state", LIVE)
@pytest.mark.parametrize("kind", [*frames.KINDS, Unknown], ids=lambda kind: kind.__name__)
def test_every_pair_of_state_and_frame_is_covered(state: State, kind: type[frames.Frame]) -> None:
    """FRAME-7: all pairs, one example each; what may not come closes with the code of its fault."""
    bob = brought_to(state)
    example = proof_to(bob) if kind is Proof else EXAMPLES[kind]
    code = ""
    try:
        bob.receive(example, 1, garden())
    except Verdict as verdict:
        code = verdict.code
    fault = "session.out_of_turn" if kind in (Hello, Proof) else "session.early"

    assert code == ("" if kind in LEGAL[state] else fault)
    assert bob.state is TRANSITIONS[state].get(kind, State.CLOSED)


OPS = written("alice", GARDEN.id, 1)
TAG = space_tag(PAIR_SECRET, GARDEN.id)
EXAMPLES: dict[type[frames.Frame], frames.Frame] = {
    Hello: Hello(1, NONCE),
    Proof: Proof(bytes(32), bytes(64)),
    frames.Have: frames.Have(()),
    frames.Heads: frames.Heads(TAG, ()),
    frames.Want: frames.Want(TAG, GARDEN.log, 0, 1),
    frames.Run: frames.Run(TAG, (to_wire(OPS[0]),)),
    frames.Ack: frames.Ack(TAG, ()),
    frames.InviteAsk: frames.InviteAsk(bytes(32), bytes(32)),
    frames.InviteIs: frames.InviteIs(b"letter"),
    frames.Accept: frames.Accept(b"yes"),
    frames.Confirm: frames.Confirm(b"yes"),
    frames.Refuse: frames.Refuse("letter.used"),
    frames.Chain: frames.Chain((b"an entry",)),
    frames.End: frames.End(TAG, bytes(64)),
    frames.Erase: frames.Erase(bytes(16), GARDEN.id, (), ""),
    frames.Receipt: frames.Receipt(bytes(16), ()),
    frames.PieceWant: frames.PieceWant(TAG, bytes(32), 0, b"\1"),
    frames.Piece: frames.Piece(TAG, bytes(32), 0, (), b"sealed"),
    frames.PieceNote: frames.PieceNote(TAG, bytes(32), "all"),
    Ping: Ping(3),
    Pong: Pong(3),
    Bye: Bye("over"),
    Unknown: Unknown(99, 3),
}


# --- alive ----------------------------------------------------------------------------------------


def test_silence_is_answered_with_a_ping_and_longer_silence_with_an_end() -> None:
    """FRAME-14: a ping after 5 s, gone after 10 s."""
    bob = brought_to(State.ADMITTED)

    assert bob.wake_at_ms == PING_EVERY_MS
    assert bob.tick(PING_EVERY_MS - 1) == []
    assert bob.tick(PING_EVERY_MS) == [Out(Ping(1), urgent=True)]
    assert bob.tick(PING_EVERY_MS + 1) == []
    assert bob.wake_at_ms == PEER_DEAD_MS
    assert bob.tick(PEER_DEAD_MS) == [Out(Bye("session.silent"), urgent=True), Gone("session.silent")]
    assert bob.tick(PEER_DEAD_MS + 1) == []


def test_a_pong_is_a_sign_of_life() -> None:
    """FRAME-14: any frame is; the count of silence begins anew."""
    bob = brought_to(State.ADMITTED)
    bob.tick(PING_EVERY_MS)
    bob.receive(Pong(1), PING_EVERY_MS + 200)

    assert bob.tick(PEER_DEAD_MS) == []
    assert bob.tick(2 * PING_EVERY_MS + 200) == [Out(Ping(2), urgent=True)]


def test_a_computer_that_slept_finds_the_other_gone() -> None:
    """FRAME-14: after hours there is no ping to wait for."""
    bob = brought_to(State.ADMITTED)

    assert bob.tick(3_600_000)[-1] == Gone("session.silent")


def test_a_ping_is_answered_with_its_number() -> None:
    """FRAME-14: so that the asker knows which one."""
    assert brought_to(State.ADMITTED).receive(Ping(77), 0) == [Out(Pong(77), urgent=True)]


def test_waking_when_asked_is_enough() -> None:
    """FRAME-14: who ticks at `wake_at_ms` misses nothing, and never spins."""
    bob = brought_to(State.ADMITTED)
    said: list[Any] = []
    for _ in range(5):
        at_ms = bob.wake_at_ms
        said += bob.tick(at_ms)
        if not bob.admitted:
            break

    assert sent(said) == [Ping(1), Bye("session.silent")]


# --- the end --------------------------------------------------------------------------------------


def test_goodbye_is_said_once() -> None:
    """FRAME-7: after it nothing is said, and nothing heard."""
    bob = brought_to(State.ADMITTED)
    held = garden(alice=2)

    assert sent(list(bob.bye("over"))) == [Bye("over")]
    assert bob.bye("over") == bob.offer(held) == bob.pump(held) == bob.stored(held, GARDEN.id) == []
    assert bob.committed(held, GARDEN.id, GARDEN.log, 0, 1) == []
    assert bob.receive(Ping(1), 0) == []


def test_asking_to_erase_needs_no_shared_space() -> None:
    """FRAME-7: after an end, both still take requests to erase and their receipts."""
    bob = brought_to(State.ADMITTED)
    erase = frames.Erase(bytes(16), GARDEN.id, (frames.Target(GARDEN.log, 0, GARDEN.id),), "please")

    assert bob.receive(erase, 0) == [events.EraseCame(bytes(16), GARDEN.id, erase.targets, "please")]
    assert bob.receive(EXAMPLES[frames.Receipt], 0) == [events.ReceiptCame(bytes(16), ())]
    assert bob.receive(frames.End(TAG, bytes(64)), 0) == [events.EndCame(TAG, bytes(64))]


def test_without_a_library_nothing_of_spaces_is_heard() -> None:
    """FRAME-9: to somebody who shares nothing, everything is unknown."""
    bob = brought_to(State.ADMITTED)

    assert [bob.receive(EXAMPLES[kind], 0) for kind in (frames.Have, frames.Heads, frames.Run)] == [[]] * 3
    assert bob.admitted


def test_bulk_is_announced_to_the_carrier() -> None:
    """FRAME-11: the carrier knows whether there is something to pump."""
    bob = brought_to(State.ADMITTED)
    held = garden(alice=2)
    bob.receive(frames.Want(TAG, log_key("alice").public, 0, 2), 0, held)
    before = bob.has_bulk
    bob.pump(held)

    assert (before, bob.has_bulk) == (True, False)


# --- noise ----------------------------------------------------------------------------------------


@given(st.lists(FRAMES, max_size=8), st.booleans())
def test_no_order_of_frames_breaks_a_session(said: list[frames.Frame], dialed: bool) -> None:
    """FRAME-7: whatever comes, there is an answer or a Verdict that closes."""
    bob = alone(dialed=dialed)
    held = garden(alice=2)
    code = ""
    for frame in said:
        try:
            bob.receive(frame, 1, held)
        except Verdict as verdict:
            code = verdict.code

    assert not code or bob.state is State.CLOSED


@given(st.lists(FRAMES, max_size=12))
def test_no_order_of_frames_breaks_an_admitted_session(said: list[frames.Frame]) -> None:
    """FRAME-16: an acquaintance may send anything: what is remembered stays small."""
    bob = brought_to(State.ADMITTED)
    held = garden(alice=2)
    for frame in said:
        try:
            bob.receive(frame, 1, held)
        except Verdict:
            break

    assert len(bob._exchange._wanted) <= 2
    assert len(bob._exchange._theirs) <= 1


CONVERSATION = b"".join(
    encode_frame(frame) for frame in (EXAMPLES[Ping], EXAMPLES[frames.Run], EXAMPLES[frames.Want], Ping(4))
)


@given(mutated(st.just(CONVERSATION)))
def test_damaged_bytes_never_come_out_as_anything_but_a_verdict(data: bytes) -> None:
    """FRAME-4: flips, cuts and doublings of a real conversation, through reader and session."""
    bob = brought_to(State.ADMITTED)
    held = garden(alice=2)
    code = ""
    try:
        for frame in FrameReader().feed(data):
            bob.receive(frame, 1, held)
    except Verdict as verdict:
        code = verdict.code

    assert not code or code.startswith(("frame.", "session.", "run.", "op.", "canon."))
