# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and files that are carried across in a bundle, behind everything else (PIECE-17)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edgewise.core import gate, giving, taking
from edgewise.core.library import PeerLibrary
from edgewise.core.turn import Turn
from edgewise.ground.errors import Verdict
from edgewise.ground.limits import BUNDLE_FRAMES_MAX, PROOF_MAX
from edgewise.store import outbox, pieces, register_blobs
from edgewise.sync import frames
from edgewise.sync.bundle import PADDED_MIN_BYTES, PLAIN_MAX_BYTES
from edgewise.sync.frames import Piece, PieceNote, encode_frame

NOTES_MAX = 1000  # what the receiver is told that we have of theirs: the latest
PIECE_OVERHEAD_BYTES = PROOF_MAX * 34 + 100


@dataclass(slots=True)
class Room:
    """What a bundle still takes, and what found no place in it."""

    left_bytes: int = PLAIN_MAX_BYTES - PADDED_MIN_BYTES
    left_frames: int = BUNDLE_FRAMES_MAX
    out_blobs: int = 0
    out_bytes: int = 0

    def counted(self, given: Iterable[frames.Frame]) -> Iterator[bytes]:
        """The frames as they go in."""
        for frame in given:
            data = encode_frame(frame)
            self.left_bytes -= len(data)
            self.left_frames -= 1
            yield data

    def takes(self, found: pieces.BlobRow) -> bool:
        """Whether all of a blob fits; if not, it is counted as left out."""
        needed_bytes = found.shape.sealed_bytes + found.total * PIECE_OVERHEAD_BYTES
        if needed_bytes <= self.left_bytes and found.total <= self.left_frames:
            return True
        self.out_blobs += 1
        self.out_bytes += found.size_bytes
        return False


def notes_for(turn: Turn, identity: bytes, library: PeerLibrary) -> Iterator[PieceNote]:
    """What we have all of that came from them."""
    for blob, space in pieces.whole_from(turn.db, identity, NOTES_MAX):
        tag = library.tag_of(space)
        if tag is not None:
            yield PieceNote(tag, blob, "all")


def pieces_for(
    turn: Turn, identity: bytes, device: bytes, library: PeerLibrary, room: Room
) -> Iterator[frames.Frame]:
    """Whole blobs that they are not known to have, the smallest first, as far as there is room."""
    seen: set[bytes] = set()
    lacking: list[tuple[pieces.BlobRow, bytes]] = []
    for _, space in library.shared():
        for name, found in pieces.named_in(turn.db, space):
            theirs = name.giver == identity and not found.kept
            if found.id in seen or not found.is_whole or theirs:
                continue
            if library.may_have(space, found.id) and not register_blobs.is_acked(turn.db, device, found.id):
                seen.add(found.id)
                lacking.append((found, space))
    for found, space in sorted(lacking, key=lambda each: (each[0].size_bytes, each[0].id)):
        if room.takes(found):
            yield from _all_of(turn, identity, device, library, found, space)


def _all_of(
    turn: Turn, identity: bytes, device: bytes, library: PeerLibrary, found: pieces.BlobRow, space: bytes
) -> Iterator[Piece]:
    grant = gate.may_send(turn.db, space, identity, turn.now_ms)
    tag = library.tag_of(space)
    assert tag is not None
    register_blobs.note(turn.db, device, space, found.id, 0, found.total, grant, turn.now_ms)
    for index in range(found.total):
        frame = giving.piece_frame(turn, found, tag, index)
        if frame is None:
            giving.damaged(turn, found, 1 << index)
            return
        yield frame


def take(turn: Turn, frame: Piece, space: bytes, device: bytes) -> bytes | None:
    """A piece from a bundle. Returns the blob, whose pieces `done` keeps; None where it is of no use here."""
    found = pieces.blob_row(turn.db, frame.blob)
    if found is None or found.is_whole or found.wish in ("paused", "erased"):
        return None
    if not any(name.space == space for name in pieces.names_of(turn.db, frame.blob)):
        return None
    fetch = taking.begin(turn, found)
    try:
        taking.prove(fetch, frame)
    except Verdict as bad:
        outbox.count_verdict(turn.db, bad.code, device, turn.now_ms)
        return None
    taking.keep(turn, fetch, frame)
    return frame.blob


def done(turn: Turn, blobs: Iterable[bytes]) -> None:
    """The bundle is read: what came of these is kept."""
    for blob in blobs:
        taking.rest(turn, blob)
