# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and files in a bundle: behind everything else, as far as they fit, proved one by one."""

import pytest

from edgewise.core import carrying
from edgewise.core.effects import BundleMade
from edgewise.core.inputs import MakeBundle, PauseBlob, TakeFile
from edgewise.store import outbox, pieces, register_blobs
from edgewise.sync import frames
from tests.core.party import Someone, World
from tests.core.test_blobs import kept, state
from tests.core.test_meeting import meet
from tests.core.test_taking import FILE, say, whole


def carry(giver: Someone, taker: Someone) -> BundleMade:
    """A bundle from one to the other."""
    made: BundleMade = giver.do(MakeBundle(taker.identity))
    taker.do(TakeFile(made.data))
    return made


def test_a_stick_carries_pictures_and_files(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-17: all that is lacking comes in the file; once the answer says that it is there, not again."""
    meet(alice, bob)
    world.cut_all()
    small, large = kept(alice), kept(alice, FILE, "film")
    say(alice, bob, small)
    say(alice, bob, large, "file")
    first = carry(alice, bob)
    assert (first.left_out, first.left_out_bytes) == (0, 0)
    assert whole(bob, large) == FILE
    assert state(bob, small) == "here"
    assert register_blobs.unacked(alice.db, bob.me.device.public, 9) != []
    carry(bob, alice)
    assert register_blobs.unacked(alice.db, bob.me.device.public, 9) == []
    assert len(carry(alice, bob).data) < len(first.data) // 4


def test_what_does_not_fit_is_said(
    alice: Someone, bob: Someone, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PIECE-17: the smallest first; what found no place is counted, and goes another time."""
    meet(alice, bob)
    world.cut_all()
    small, large = kept(alice), kept(alice, FILE, "film")
    say(alice, bob, large, "file")
    say(alice, bob, small)
    monkeypatch.setattr(carrying.Room.__init__, "__defaults__", (1_000_000, 65_536, 0, 0))
    made = carry(alice, bob)
    assert (made.left_out, made.left_out_bytes) == (1, len(FILE))
    assert state(bob, small) == "here"
    assert state(bob, large) == "elsewhere"


def test_a_paused_file_is_not_taken_from_a_stick(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-17: what this person stopped stays stopped, whoever brings it."""
    meet(alice, bob)
    ref = kept(alice, FILE)
    say(alice, bob, ref)
    for _ in range(6):
        who, item = world.waiting.popleft()
        who.give(item)
    bob.do(PauseBlob(ref.blob))
    world.cut_all()
    assert state(bob, ref) == "paused"
    carry(alice, bob)
    assert state(bob, ref) == "paused"


def test_a_bad_piece_in_a_bundle_is_left_out(
    alice: Someone, bob: Someone, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PIECE-17: it is counted against who made the file; everything else of the file counts."""
    meet(alice, bob)
    world.cut_all()
    ref = kept(alice, FILE)
    say(alice, bob, ref)
    true = carrying.giving.piece_frame

    def lying(*args: object) -> frames.Piece | None:
        """The first piece is another one."""
        piece = true(*args)  # type: ignore[arg-type]  # handed on as it came
        assert piece is not None
        if piece.index:
            return piece
        return frames.Piece(piece.tag, piece.blob, 0, piece.proof, bytes(len(piece.data)))

    monkeypatch.setattr(carrying.giving, "piece_frame", lying)
    carry(alice, bob)
    assert [(row.code, row.source) for row in outbox.verdicts(bob.db)] == [
        ("piece.bad", alice.me.device.public)
    ]
    found = pieces.blob_row(bob.db, ref.blob)
    assert found is not None
    assert found.missing == 1
