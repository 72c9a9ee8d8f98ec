# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giving pieces of pictures and files to who asks, under the gate of a space that names them.

Pieces are bulk: a few wait in the carrier at any time, so that what people write overtakes them. The register
notes what goes before it goes. A piece is checked once more as it leaves: a disk that changes bytes must not
make others think badly of this person.
"""

from __future__ import annotations

from functools import cache

from edgewise.core import gate, saying
from edgewise.core.effects import Notify
from edgewise.core.library import PeerLibrary
from edgewise.core.links import Link
from edgewise.core.turn import Turn
from edgewise.ground.errors import Refusal
from edgewise.keys.pieces import address
from edgewise.log.merkle import Tree, root_of
from edgewise.store import outbox, pieces, register_blobs, sealed
from edgewise.sync.events import PieceNoted, PiecesWanted
from edgewise.sync.frames import Piece, PieceNote
from edgewise.sync.pieces import bits_of, runs

PIECES_OUT = 4  # half a MiB at most: two writes of the carrier
TREES_KEPT = 4  # a MiB each at most
ASKED_AT_ONCE = 256  # what a device is asked about when it comes


def wanted(turn: Turn, link: Link, event: PiecesWanted) -> None:
    """Somebody asks for pieces. What they may not have and what is not here look alike to them (PIECE-14)."""
    library = saying.library_of(turn, link)
    space = None if library is None else library.space_of(event.tag)
    if library is None or space is None:
        return
    found = pieces.blob_row(turn.db, event.blob)
    if found is None or not library.may_have(space, event.blob):
        named = pieces.names_of(turn.db, event.blob)
        if named and all(name.space != space for name in named):
            outbox.count_verdict(turn.db, "piece.elsewhere", link.device, turn.now_ms)
        saying.wire(turn, link, PieceNote(event.tag, event.blob, "none"))
    elif not found.is_whole and found.wish != "wanted":
        link.giving.refused(space, event.blob)
        saying.wire(turn, link, PieceNote(event.tag, event.blob, "none"))
    elif link.giving.want(space, event.blob, _bits(event, found)):
        pump(turn, link)
    else:
        saying.wire(turn, link, PieceNote(event.tag, event.blob, "none"))


def _bits(event: PiecesWanted, found: pieces.BlobRow) -> int:
    return bits_of(event.first, event.bits) & ((1 << found.total) - 1)


def pump(turn: Turn, link: Link) -> None:
    """Give the next few pieces, if none wait in the carrier and no operations do."""
    library = saying.library_of(turn, link)
    if library is None or link.bulk_out or not link.giving.waits or link.session.has_bulk:
        return

    @cache
    def here(space: bytes, blob: bytes) -> int:
        may = library.tag_of(space) is not None and library.may_have(space, blob)
        found = pieces.blob_row(turn.db, blob) if may else None
        if found is None or found.wish == "erased":
            link.giving.stop(space, blob)
            return 0
        return found.bitmap

    for _ in range(PIECES_OUT):
        following = link.giving.next(here)
        if following is None:
            break
        space, blob, index = following
        _note(turn, link, space, blob, index, here(space, blob))
        _give(turn, link, library, space, blob, index)


def _note(turn: Turn, link: Link, space: bytes, blob: bytes, index: int, here: int) -> None:
    """The register learns what will go, a whole window at once: each note is a wait for the disk."""
    if link.noted.get(blob, 0) >> index & 1:
        return
    grant = gate.may_send(turn.db, space, link.identity, turn.now_ms)
    coming = (link.giving.wanted(space, blob) & here) | 1 << index
    for first, stop in runs(coming):
        register_blobs.note(turn.db, link.device, space, blob, first, stop, grant, turn.now_ms)
    link.noted[blob] = link.noted.get(blob, 0) | coming


def _give(turn: Turn, link: Link, library: PeerLibrary, space: bytes, blob: bytes, index: int) -> None:
    found, tag = pieces.blob_row(turn.db, blob), library.tag_of(space)
    assert found is not None
    assert tag is not None
    frame = piece_frame(turn, found, tag, index)
    if frame is None:
        damaged(turn, found, 1 << index)
        saying.wire(turn, link, PieceNote(tag, blob, "none"))
        return
    grant = gate.may_send(turn.db, space, link.identity, turn.now_ms)
    saying.send(turn, link, frame, grant, urgent=False)
    link.bulk_out = True


def piece_frame(turn: Turn, found: pieces.BlobRow, tag: bytes, index: int) -> Piece | None:
    """A piece with its proof, as they stand on the disk; None where they have changed there."""
    tree = _tree(turn, found)
    proof = tree.proof(index)
    if proof is None:
        return None
    try:
        data = sealed.read_piece(turn.db.pieces, found, index)
    except Refusal:
        return None
    if root_of(proof, address(data), index, found.total) != found.root:
        return None
    return Piece(tag, found.id, index, proof, data)


def _tree(turn: Turn, found: pieces.BlobRow) -> Tree:
    fetch = turn.peers.fetches.get(found.id)
    if fetch is not None:
        return fetch.tree
    trees = turn.peers.trees
    tree = trees.pop(found.id, None) or sealed.read_tree(turn.db.pieces, found)
    if found.is_whole:
        trees[found.id] = tree
        while len(trees) > TREES_KEPT:
            del trees[next(iter(trees))]
    return tree


def damaged(turn: Turn, found: pieces.BlobRow, bits: int) -> None:
    """Pieces have changed on this disk: they are not here any more, and are fetched again from elsewhere."""
    pieces.unmark(turn.db, found.id, bits, wanted=True)
    turn.peers.trees.pop(found.id, None)
    turn.named = True
    turn.effects.append(Notify("file", found.id))


def noted(turn: Turn, link: Link, event: PieceNoted) -> None:
    """The other end says that it has all of a blob, asks whether we have, or wants no more of it."""
    library = saying.library_of(turn, link)
    space = None if library is None else library.space_of(event.tag)
    if library is None or space is None:
        return
    if event.state == "stop":
        link.giving.stop(space, event.blob)
        return
    found = pieces.blob_row(turn.db, event.blob)
    if found is None or not any(name.space == space for name in pieces.names_of(turn.db, event.blob)):
        return
    if event.state == "ask" and found.is_whole:
        saying.wire(turn, link, PieceNote(event.tag, event.blob, "all"))
    elif event.state == "all":
        note_held(turn, link.device, space, found)
        turn.peers.patience.has_some(link.device, event.blob)
        turn.named = True


def note_held(turn: Turn, device: bytes, space: bytes, found: pieces.BlobRow) -> None:
    """A device says that it has all of a blob: that is what the register calls acknowledged."""
    if register_blobs.acked(turn.db, device, space, found.id, found.total, turn.now_ms):
        turn.effects.append(Notify("held_there", space))


def ask_about(turn: Turn, link: Link, library: PeerLibrary) -> None:
    """A device has come: ask whether it has what it was given before and did not say (PIECE-15)."""
    for space, blob in register_blobs.unacked(turn.db, link.device, ASKED_AT_ONCE):
        tag = library.tag_of(space)
        if tag is not None and library.may_have(space, blob):
            saying.wire(turn, link, PieceNote(tag, blob, "ask"))


def arrived(turn: Turn, blob: bytes, *, whole: bool) -> None:
    """Pieces of a blob are here now: give them to who waits, and tell who asked in vain."""
    for link in list(turn.peers.links.values()):
        if link.giving.waits_for(blob):
            pump(turn, link)
        library = saying.library_of(turn, link)
        if not whole or library is None:
            continue
        for space in link.giving.take_later(blob):
            tag = library.tag_of(space)
            if tag is not None:
                saying.wire(turn, link, PieceNote(tag, blob, "all"))
