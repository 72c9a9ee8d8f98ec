# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and files over connections: asked for, given, proved, kept; and all the ways that go wrong."""

import io

import pytest

from edgewise.consent.circles import PEOPLE
from edgewise.core import effects as fx
from edgewise.core.inputs import (
    CancelBlob,
    EndAcquaintance,
    FetchBlob,
    PauseBlob,
    Place,
    Publish,
    Received,
    SetMember,
    TakeBack,
)
from edgewise.features.posts.records import Post
from edgewise.features.talk.records import Say
from edgewise.log.blobs import BlobRef
from edgewise.store import checkup, outbox, pieces, register_blobs, sealed
from edgewise.store.piece_files import MemoryPieces
from edgewise.sync import frames
from tests.core.party import Someone, World
from tests.core.test_blobs import kept, picture, state
from tests.core.test_meeting import meet

FILE = bytes(range(249)) * 20_000  # 5 MB: 38 pieces


def whole(one: Someone, ref: BlobRef) -> bytes:
    """All bytes of a file, as one sees it."""
    found = pieces.blob_row(one.db, ref.blob)
    assert found is not None
    return b"".join(sealed.open_file(one.store.pieces, found))


def say(by: Someone, to: Someone, ref: BlobRef, kind: str = "picture") -> bytes:
    """One says something with an attachment to the other."""
    line: bytes = by.do(Publish(Place("talk", to.identity), Say("", attachments=(picture(ref, kind),))))
    return line


def given(by: Someone, kind: type[frames.Frame]) -> list[frames.Frame]:
    """The frames of a kind that one has sent."""
    found: list[frames.Frame] = []
    for effect in by.sent:
        if isinstance(effect, fx.Send | fx.Wire):
            found += [each for each in frames.FrameReader().feed(effect.data) if isinstance(each, kind)]
    return found


def test_a_picture_comes_with_its_line(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-10, PIECE-12: with the line comes the picture, byte for byte; both registers know it."""
    meet(alice, bob)
    ref = kept(alice)
    say(alice, bob, ref)
    world.deliver()
    assert state(bob, ref) == "here"
    assert whole(bob, ref) == whole(alice, ref)
    (row,) = register_blobs.holdings(alice.db)
    assert (row.holder, row.log, row.first_seq, row.last_seq) == (bob.me.device.public, ref.blob, 0, 1)
    assert row.state == "acked"
    assert row.grant
    assert register_blobs.holders(alice.db, ref.blob) == [(bob.me.device.public, "acked")]
    assert register_blobs.unacked(alice.db, bob.me.device.public, 9) == []


def test_a_file_comes_when_it_is_asked_for(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-10: nothing of a file moves before its reader asks; then all of it does."""
    meet(alice, bob)
    ref = kept(alice, FILE)
    say(alice, bob, ref, "file")
    world.deliver()
    assert state(bob, ref) == "elsewhere"
    assert given(alice, frames.Piece) == []
    bob.do(FetchBlob(ref.blob))
    world.deliver()
    assert state(bob, ref) == "here"
    assert whole(bob, ref) == FILE
    assert len(given(alice, frames.Piece)) == ref.shape.total


def test_the_owner_of_a_feed_passes_pictures_of_answers_on(
    alice: Someone, bob: Someone, carol: Someone, world: World
) -> None:
    """Bob answers in Alice's feed with a picture; Carol, who does not know him, gets it from Alice."""
    meet(alice, bob)
    meet(alice, carol)
    for each in (bob, carol):
        alice.do(SetMember(PEOPLE, each.identity, True))
    item = alice.post("who has pictures?", PEOPLE)
    world.deliver()
    space = pieces_space(bob)
    ref = kept(bob)
    bob.do(Publish(Place("space", space), Post("", "", item, (), (picture(ref),))))
    world.deliver()
    assert [state(each, ref) for each in (alice, bob, carol)] == ["here", "here", "here"]
    assert whole(carol, ref) == whole(bob, ref)


def pieces_space(one: Someone) -> bytes:
    """The one foreign feed that somebody reads."""
    found = one.db.execute("SELECT id FROM spaces WHERE kind = 'feed'").fetchall()
    assert len(found) == 1
    space: bytes = found[0][0]
    return space


def test_a_broken_line_costs_what_was_under_way(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-16: resumed after a break and after a crash: what was marked is not asked for again."""
    meet(alice, bob)
    ref = kept(alice, FILE)
    say(alice, bob, ref, "file")
    world.deliver()
    bob.do(FetchBlob(ref.blob))
    for _ in range(25):
        who, item = world.waiting.popleft()
        who.give(item)
    world.cut_all()
    before = pieces.state(bob.db, ref.blob)
    assert before.state == "wanted"
    assert 0 < before.have_bytes < len(FILE)
    bob.restart()
    alice.sent.clear()
    world.online = True
    world.pass_ms(10 * 60_000)
    assert state(bob, ref) == "here"
    assert whole(bob, ref) == FILE
    assert len(given(alice, frames.Piece)) < ref.shape.total


def test_pause_stops_the_stream_and_cancel_takes_it_back(alice: Someone, bob: Someone, world: World) -> None:
    """Paused, what came stays and nothing follows; cancelled, nothing of it stays."""
    meet(alice, bob)
    ref = kept(alice, FILE)
    say(alice, bob, ref, "file")
    world.deliver()
    bob.do(FetchBlob(ref.blob))
    for _ in range(25):
        who, item = world.waiting.popleft()
        who.give(item)
    bob.do(PauseBlob(ref.blob))
    world.deliver()
    half = pieces.state(bob.db, ref.blob)
    assert half.state == "paused"
    assert 0 < half.have_bytes < len(FILE)
    bob.do(FetchBlob(ref.blob))
    assert pieces.state(bob.db, ref.blob).state == "coming"
    bob.do(CancelBlob(ref.blob))
    world.deliver()
    assert pieces.state(bob.db, ref.blob) == pieces.BlobState("elsewhere", 0, len(FILE))
    assert bob.store.pieces.names() == []
    assert outbox.verdicts(bob.db) == []


def test_taking_back_half_way_leaves_nothing(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-11: erased while it comes: the pieces go, those under way are dropped, nobody is blamed."""
    meet(alice, bob)
    ref = kept(alice, FILE)
    line = say(alice, bob, ref, "file")
    world.deliver()
    bob.do(FetchBlob(ref.blob))
    for _ in range(25):
        who, item = world.waiting.popleft()
        who.give(item)
    assert bob.store.pieces.names() == [ref.blob]
    alice.do(TakeBack(line))
    world.deliver()
    for one in (alice, bob):
        assert state(one, ref) == "erased"
        assert one.store.pieces.names() == []
        assert outbox.verdicts(one.db) == []
    assert [row.state for row in outbox.erasures(alice.db)] == ["done"]


def test_a_full_disk_pauses_the_file_and_nothing_else(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-16: a disk that fills up while a piece is written: the fetch pauses and says why; texts go on."""
    meet(alice, bob)
    ref = kept(alice, FILE)
    say(alice, bob, ref, "file")
    world.deliver()
    bob.do(FetchBlob(ref.blob))
    files = bob.store.pieces
    assert isinstance(files, MemoryPieces)
    files.leave_free(10)
    world.deliver()
    assert pieces.state(bob.db, ref.blob).full
    alice.do(Publish(Place("talk", bob.identity), Say("still here?")))
    world.deliver()
    assert bob.db.execute("SELECT count(*) FROM talk_lines").get == 2
    files.leave_free(1 << 40)
    world.pass_ms(5000)
    assert whole(bob, ref) == FILE


def test_a_line_overtakes_a_file(alice: Someone, bob: Someone, world: World) -> None:
    """Pieces are bulk, a few at a time: what is said meanwhile is urgent, and not behind the file."""
    meet(alice, bob)
    ref = kept(alice, FILE)
    say(alice, bob, ref, "file")
    world.deliver()
    bob.do(FetchBlob(ref.blob))
    waiting = 0
    for _ in range(12):
        who, item = world.waiting.popleft()
        who.give(item)
        queued = [each for by, each in world.waiting if by is bob and isinstance(each, Received)]
        waiting = max(waiting, sum(len(each.data) > 100_000 for each in queued))
    assert 0 < waiting <= 5
    alice.sent.clear()
    alice.do(Publish(Place("talk", bob.identity), Say("quick word")))
    sends = [each for each in alice.sent if isinstance(each, fx.Send)]
    assert [each.urgent for each in sends] == [True]


def test_who_may_read_no_more_gets_no_more(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-14: the gate is asked for each few pieces: an ending stops a file in its middle."""
    meet(alice, bob)
    ref = kept(alice, FILE)
    say(alice, bob, ref, "file")
    world.deliver()
    bob.do(FetchBlob(ref.blob))
    for _ in range(12):
        who, item = world.waiting.popleft()
        who.give(item)
    alice.do(EndAcquaintance(bob.identity))
    alice.sent.clear()
    world.deliver()
    assert given(alice, frames.Piece) == []
    assert state(bob, ref) != "here"


@pytest.mark.parametrize("where", ["piece", "tree"])
def test_a_damaged_piece_is_not_given_out(alice: Someone, bob: Someone, world: World, where: str) -> None:
    """A disk that changed a byte: it is noticed before it goes; it comes back from who has it whole."""
    meet(alice, bob)
    ref = kept(alice)
    line = say(alice, bob, ref)
    world.deliver()
    at = 70_000 if where == "piece" else ref.shape.sealed_bytes + 5
    alice.store.pieces.write(ref.blob, at, b"?!?")
    alice.restart()
    with bob.store.write() as db:
        pieces.unmark(db, ref.blob, 0b10, wanted=True)
    world.cut_all()
    world.online = True
    bob.restart()
    world.pass_ms(10 * 60_000)
    assert line
    assert outbox.verdicts(bob.db) == []
    assert state(bob, ref) != "here"


def test_a_lost_piece_comes_back_from_a_reader(alice: Someone, bob: Someone, world: World) -> None:
    """What the doctor marked as damaged in one's own file is fetched from somebody who said they have it."""
    meet(alice, bob)
    ref = kept(alice)
    say(alice, bob, ref)
    world.deliver()
    before = whole(alice, ref)
    alice.store.pieces.write(ref.blob, 100, b"?")
    with alice.store.write() as db:
        pieces.unmark(db, ref.blob, 1, wanted=True)
    world.pass_ms(5000)
    assert state(alice, ref) == "here"
    assert whole(alice, ref) == before


def test_an_acknowledgement_that_was_lost_is_asked_for(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-15: who gave a picture and never heard that it is there, asks when the other comes again."""
    meet(alice, bob)
    ref = kept(alice)
    say(alice, bob, ref)
    world.deliver()
    with alice.store.write() as db:
        db.execute("UPDATE register_blobs SET state = 'sent'")
    world.cut_all()
    world.online = True
    world.pass_ms(10 * 60_000)
    assert register_blobs.is_acked(alice.db, bob.me.device.public, ref.blob)


def test_progress_is_told_a_few_times(alice: Someone, bob: Someone, world: World) -> None:
    """A page hears how a file gets on: not for each piece, and surely at its end."""
    meet(alice, bob)
    ref = kept(alice, FILE)
    say(alice, bob, ref, "file")
    world.deliver()
    bob.sent.clear()
    bob.do(FetchBlob(ref.blob))
    world.deliver()
    told = [each for each in bob.sent if isinstance(each, fx.Notify) and each.topic == "file"]
    assert 2 <= len(told) <= 6
    assert io.BytesIO(FILE).getbuffer().nbytes == pieces.state(bob.db, ref.blob).have_bytes


def test_the_doctor_names_what_is_damaged_and_it_comes_back(
    alice: Someone, bob: Someone, world: World
) -> None:
    """A picture that changed on the disk is named by its person and day, and fetched again."""
    meet(alice, bob)
    ref = kept(alice)
    say(alice, bob, ref)
    world.deliver()
    before = whole(bob, ref)
    bob.store.pieces.write(ref.blob, 70_000, b"?")
    with bob.store.write() as db:
        found = checkup.deep(db, lambda op: bob.core.open_op(db, op), bob.core.views)
    assert [each.sentence for each in found] == [
        "A picture or file of alice's of 15 January 2027 has changed on this disk."
    ]
    assert state(bob, ref) == "wanted"
    world.pass_ms(1000)
    assert whole(bob, ref) == before
    with bob.store.write() as db:
        assert checkup.deep(db, lambda op: bob.core.open_op(db, op), bob.core.views) == []
