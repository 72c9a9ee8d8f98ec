# SPDX-License-Identifier: AGPL-3.0-or-later
"""Others who lie about pieces, ask for what is not theirs, or ask for too much."""

import pytest
from msgspec.structs import replace

from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.core import effects as fx
from edgewise.core.inputs import FetchBlob, Place, Publish, Received, SetMember
from edgewise.core.library import PeerLibrary
from edgewise.features.posts.records import Post
from edgewise.log.blobs import BlobRef
from edgewise.store import outbox, pieces, shelf
from edgewise.sync import frames
from edgewise.sync.pieces import GIVING_BLOBS_MAX
from tests.core.party import Someone, World
from tests.core.test_blobs import kept, picture, state
from tests.core.test_meeting import meet
from tests.core.test_taking import FILE, given, say


def hears(one: Someone, frame: frames.Frame) -> list[fx.Effect]:
    """One receives a frame over the one line that they have."""
    conn = next(conn for conn, (who, _) in one.world.lines.items() if who is one and conn in links(one))
    return one.give(Received(conn, frames.encode_frame(frame)))


def links(one: Someone) -> set[int]:
    """The connections that somebody's core holds."""
    return set(one.core._peers.links)


def tag_of(one: Someone, other: Someone, space: bytes) -> bytes:
    """What the two call a space."""
    tag = PeerLibrary(one.db, one.identity, other.identity, one.world.now_ms).tag_of(space)
    assert tag is not None
    return tag


def codes(one: Someone) -> list[str]:
    """What was counted."""
    return sorted(row.code for row in outbox.verdicts(one.db))


def talk_space(one: Someone) -> bytes:
    """The one talk that somebody has."""
    (space,) = shelf.spaces(one.db, "dm")
    return space.id


def asked_for(alice: Someone, bob: Someone, world: World) -> tuple[BlobRef, list[frames.Piece]]:
    """Bob asks for Alice's file; what she would give is held back."""
    meet(alice, bob)
    ref = kept(alice, FILE)
    say(alice, bob, ref, "file")
    world.deliver()
    bob.do(FetchBlob(ref.blob))
    while not given(alice, frames.Piece):
        who, item = world.waiting.popleft()
        who.give(item)
    world.waiting.clear()
    held = [each for each in given(alice, frames.Piece) if isinstance(each, frames.Piece)]
    return ref, held


@pytest.mark.parametrize("lie", ["bytes", "short", "place", "proof", "no proof", "empty"])
def test_a_bad_piece_is_never_kept(alice: Someone, bob: Someone, world: World, lie: str) -> None:
    """PIECE-13: whatever is wrong with it, the connection ends, it counts, and nothing is stored."""
    ref, held = asked_for(alice, bob, world)
    good = held[0]
    bad = {
        "bytes": replace(good, data=bytes(len(good.data))),
        "short": replace(good, data=good.data[:-1]),
        "place": replace(good, index=1),
        "proof": replace(good, proof=tuple(reversed(good.proof))),
        "no proof": replace(good, proof=()),
        "empty": replace(good, data=b""),
    }[lie]
    effects = hears(bob, bad)
    assert any(isinstance(each, fx.HangUp) and each.reason == "piece.bad" for each in effects)
    assert codes(bob) == ["piece.bad"]
    assert bob.store.pieces.names() == []
    assert pieces.state(bob.db, ref.blob).have_bytes == 0
    assert not bob.core._peers.patience.may_ask(alice.me.device.public, ref.blob, world.now_ms + 10**12)


@pytest.mark.parametrize("what", ["twice", "another place", "another blob"])
def test_pieces_that_nobody_asked_for_end_the_connection(
    alice: Someone, bob: Someone, world: World, what: str
) -> None:
    """PIECE-13: a piece is taken once, and only where it was asked for."""
    ref, held = asked_for(alice, bob, world)
    good = held[0]
    assert not any(isinstance(each, fx.HangUp) for each in hears(bob, good))
    unasked = {
        "twice": good,
        "another place": replace(good, index=16_383),
        "another blob": replace(good, blob=b"?" * 32, index=1),
    }[what]
    effects = hears(bob, unasked)
    assert any(isinstance(each, fx.HangUp) and each.reason == "piece.unasked" for each in effects)
    assert codes(bob) == ["piece.unasked"]
    found = pieces.blob_row(bob.db, ref.blob)
    assert found is not None
    assert found.bitmap == 1


def test_blobs_of_other_spaces_are_refused_and_counted(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-14: knowing an id opens nothing: not in a space that does not name it, nor without one."""
    meet(alice, bob)
    secret = kept(alice)
    alice.do(Publish(Place("circle", ONLY_ME), Post("mine alone", attachments=(picture(secret),))))
    say(alice, bob, kept(alice, seed="other"))
    world.deliver()
    alice.sent.clear()
    tag = tag_of(alice, bob, talk_space(alice))
    hears(alice, frames.PieceWant(tag, secret.blob, 0, b"\x03"))
    assert given(alice, frames.Piece) == []
    assert given(alice, frames.PieceNote) == [frames.PieceNote(tag, secret.blob, "none")]
    assert codes(alice) == ["piece.elsewhere"]
    hears(alice, frames.PieceWant(b"?" * 16, secret.blob, 0, b"\x03"))
    hears(alice, frames.PieceWant(tag, b"?" * 32, 0, b"\x03"))
    hears(alice, frames.PieceNote(tag, secret.blob, "all"))
    hears(alice, frames.PieceNote(tag, secret.blob, "ask"))
    assert given(alice, frames.Piece) == []
    assert given(alice, frames.PieceNote)[1:] == [frames.PieceNote(tag, b"?" * 32, "none")]
    assert codes(alice) == ["piece.elsewhere"]


def test_who_asks_for_everything_is_bounded(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-12: wants for all places of many blobs make nobody remember more, nor send more at once."""
    meet(alice, bob)
    refs = [kept(alice, b"x" * 100, f"{n}") for n in range(GIVING_BLOBS_MAX + 3)]
    for ref in refs:
        say(alice, bob, ref, "file")
    world.deliver()
    world.waiting.clear()
    alice.sent.clear()
    tag = tag_of(alice, bob, talk_space(alice))
    for ref in refs:
        hears(alice, frames.PieceWant(tag, ref.blob, 0, b"\xff" * 32))
    assert 1 <= len(given(alice, frames.Piece)) <= 4
    assert 1 <= len(given(alice, frames.PieceNote)) <= 3
    assert codes(alice) == []


def test_a_hidden_answer_gives_no_pieces(alice: Someone, bob: Someone, carol: Someone, world: World) -> None:
    """PIECE-14: pieces of an answer go only to who may know its log."""
    meet(alice, bob)
    meet(alice, carol)
    for each in (bob, carol):
        alice.do(SetMember(PEOPLE, each.identity, True))
    item = alice.post("who has pictures?", PEOPLE)
    world.deliver()
    space = next(row.id for row in shelf.spaces(alice.db, "feed"))
    ref = kept(bob)
    bob.do(Publish(Place("space", space), Post("", "", item, (), (picture(ref),))))
    world.deliver()
    assert state(carol, ref) == "here"
    log = next(row for row in shelf.logs_of(alice.db, space) if row.identity == bob.identity)
    with alice.store.write() as db:
        shelf.set_listed(db, log.public, False)
    assert not PeerLibrary(alice.db, alice.identity, carol.identity, world.now_ms).may_have(space, ref.blob)
    assert PeerLibrary(alice.db, alice.identity, bob.identity, world.now_ms).may_have(space, ref.blob)
