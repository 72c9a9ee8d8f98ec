# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetching pictures and files: whom to ask for which pieces, and how what comes gets on the disk.

Each piece is proved before a transaction opens. Pieces are written at once, and marked as here in batches:
the bytes are synced before the COMMIT that says so, so a crash costs a few pieces and never tells a lie.
Nothing of memory outlives the program but what was marked.
"""

from __future__ import annotations

from collections.abc import Iterable

from edgewise.core import blobs, giving, saying
from edgewise.core.effects import Notify
from edgewise.core.library import PeerLibrary
from edgewise.core.links import Fetch, Link, Peers
from edgewise.core.turn import Turn
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import MIB
from edgewise.keys.pieces import address
from edgewise.log.merkle import root_of
from edgewise.store import pieces, sealed
from edgewise.sync.events import PieceCame, PieceNoted, PiecesWanted
from edgewise.sync.frames import Piece, PieceNote
from edgewise.sync.pieces import REFILL_PIECES, STALLED_MS, WINDOW_PIECES, lowest, wants

BATCH_BYTES = 4 * MIB  # a crash costs at most these; one sync of the disk for each
BATCH_MS = 250  # on slow lines what came is kept this soon
TOLD_EVERY_MS = 300  # a page shows progress a few times a second, no more
LOOKED_AT_MAX = 1000  # blobs that are looked at for one who has come


def check(peers: Peers, link: Link, frame: Piece) -> None:
    """Before the transaction: was this piece asked for, and is it what was shared? (PIECE-5, PIECE-13)

    Verdict "piece.unasked" or "piece.bad"; who gave a bad one is not asked for that blob again.
    """
    link.asking.came(frame.blob, frame.index)
    fetch = peers.fetches.get(frame.blob)
    if fetch is None:
        return  # paused or gone meanwhile: it is dropped
    try:
        prove(fetch, frame)
    except Verdict:
        peers.patience.lied(link.device, frame.blob)
        raise


def prove(fetch: Fetch, frame: Piece) -> None:
    """Verdict "piece.bad" unless the piece is the one that the blob has at its place."""
    shape = fetch.shape
    if frame.index >= shape.total or len(frame.data) != shape.piece_sealed_bytes(frame.index):
        raise Verdict("piece.bad", reason="length")
    if root_of(frame.proof, address(frame.data), frame.index, shape.total) != fetch.root:
        raise Verdict("piece.bad", reason="proof")


def heard(turn: Turn, link: Link, event: PiecesWanted | PieceCame | PieceNoted) -> None:
    """What the other end asks for, gives or says of pieces."""
    if isinstance(event, PiecesWanted):
        giving.wanted(turn, link, event)
    elif isinstance(event, PieceCame):
        came(turn, link, event)
    elif event.state == "none":
        denied(turn, link, event.blob)
    else:
        giving.noted(turn, link, event)


def came(turn: Turn, link: Link, event: PieceCame) -> None:
    """A proved piece: write it, and mark it with others once they are on the disk."""
    link.asking.heard_ms = turn.now_ms
    turn.refill[link.conn] = None
    fetch = turn.peers.fetches.get(event.blob)
    if fetch is not None:
        keep(turn, fetch, event)


def keep(turn: Turn, fetch: Fetch, piece: PieceCame | Piece) -> None:
    """Write a proved piece; a full disk pauses this blob and nothing else."""
    if not fetch.missing >> piece.index & 1:
        return
    try:
        turn.db.pieces.write(fetch.blob, fetch.shape.offset(piece.index), piece.data)
    except Refusal as no:
        _give_up(turn, fetch, no)
        return
    fetch.tree.take(address(piece.data), piece.index, piece.proof)
    if not fetch.pending:
        fetch.pending_since_ms = turn.now_ms
    fetch.pending |= 1 << piece.index
    fetch.missing &= ~(1 << piece.index)
    fetch.pending_bytes += len(piece.data)
    if not fetch.missing or fetch.pending_bytes >= BATCH_BYTES or _is_due(turn, fetch):
        flush(turn, fetch)


def _is_due(turn: Turn, fetch: Fetch) -> bool:
    return bool(fetch.pending) and turn.now_ms - fetch.pending_since_ms >= BATCH_MS


def flush(turn: Turn, fetch: Fetch) -> None:
    """What came is brought to the disk, and only then marked as here."""
    if not fetch.pending:
        return
    files = turn.db.pieces
    try:
        files.write(fetch.blob, fetch.shape.sealed_bytes, bytes(fetch.tree.nodes))
        files.sync(fetch.blob)
    except Refusal as no:
        _give_up(turn, fetch, no)
        return
    pieces.mark(turn.db, fetch.blob, fetch.pending)
    fetch.pending = fetch.pending_bytes = 0
    found = pieces.blob_row(turn.db, fetch.blob)
    whole = found is not None and found.is_whole
    if whole:
        _whole(turn, fetch)
    elif not fetch.missing:  # the doctor took something back meanwhile: begin anew with what is here
        turn.peers.fetches.pop(fetch.blob, None)
        turn.named = True
    elif turn.now_ms - fetch.told_ms >= TOLD_EVERY_MS:
        fetch.told_ms = turn.now_ms
        turn.effects.append(Notify(blobs.TOPIC, fetch.blob))
    giving.arrived(turn, fetch.blob, whole=whole)


def _whole(turn: Turn, fetch: Fetch) -> None:
    """All is here: nothing more is wanted, and those who were asked hear it."""
    turn.peers.fetches.pop(fetch.blob, None)
    pieces.set_wish(turn.db, fetch.blob, "none")
    turn.effects.append(Notify(blobs.TOPIC, fetch.blob))
    names = pieces.names_of(turn.db, fetch.blob)
    for link in list(turn.peers.links.values()):
        library = saying.library_of(turn, link)
        if library is None:
            continue
        link.asking.called_off(fetch.blob)
        tags = [library.tag_of(name.space) for name in names if name.giver == link.identity]
        for tag in sorted({tag for tag in tags if tag is not None}):
            saying.wire(turn, link, PieceNote(tag, fetch.blob, "all"))


def _give_up(turn: Turn, fetch: Fetch, no: Refusal) -> None:
    """The disk takes no more: this blob is paused until there is room, and everything else goes on."""
    pieces.set_wish(turn.db, fetch.blob, "full" if no.code == "home.full" else "paused")
    turn.effects.append(Notify(blobs.TOPIC, fetch.blob))
    turn.peers.fetches.pop(fetch.blob, None)
    _call_off(turn, fetch.blob)


def _call_off(turn: Turn, blob: bytes) -> None:
    """Tell everybody who was asked for it to send no more."""
    names = pieces.names_of(turn.db, blob)
    for link in list(turn.peers.links.values()):
        if not link.asking.called_off(blob):
            continue
        library = saying.library_of(turn, link)
        tags = [] if library is None else [library.tag_of(name.space) for name in names]
        for tag in sorted({tag for tag in tags if tag is not None}):
            saying.wire(turn, link, PieceNote(tag, blob, "stop"))


def denied(turn: Turn, link: Link, blob: bytes) -> None:
    """Somebody who was asked has nothing, or no more, of a blob: others are asked, and they later."""
    if link.asking.denied(blob):
        turn.peers.patience.had_none(link.device, blob, turn.now_ms)
        rest(turn, blob)
        turn.named = True


def rest(turn: Turn, blob: bytes) -> None:
    """Nobody may be under way with it any more: then it only waits."""
    if any(link.asking.of(blob) for link in turn.peers.links.values()):
        return
    fetch = turn.peers.fetches.get(blob)
    if fetch is not None:
        flush(turn, fetch)
        turn.peers.fetches.pop(blob, None)
    pieces.set_coming(turn.db, blob, False)


def closed(turn: Turn, link: Link) -> None:
    """A connection is gone: what came over it is kept, what did not is asked of others."""
    for blob in link.asking.blobs:
        link.asking.denied(blob)
        rest(turn, blob)
        turn.named = True


def tick(turn: Turn) -> None:
    """Keep what came some time ago, and ask others where nothing comes."""
    for fetch in [fetch for fetch in turn.peers.fetches.values() if _is_due(turn, fetch)]:
        flush(turn, fetch)
    for link in list(turn.peers.links.values()):
        if link.asking.is_stalled(turn.now_ms):
            for blob in link.asking.blobs:
                link.asking.called_off(blob)
                turn.peers.patience.had_none(link.device, blob, turn.now_ms)
                rest(turn, blob)
    turn.named = True


def due_ms(turn: Turn) -> Iterable[int]:
    """When a tick has something to do for what is fetched."""
    yield from (each.pending_since_ms + BATCH_MS for each in turn.peers.fetches.values() if each.pending)
    for link in turn.peers.links.values():
        if link.asking.blobs:
            yield link.asking.heard_ms + STALLED_MS
    again_ms = turn.peers.patience.next_ms(turn.now_ms)
    if again_ms is not None:
        yield again_ms


def settle(turn: Turn) -> None:
    """At the end of each input: stop what was called off, ask for what is wanted."""
    for blob in turn.stopped:
        fetch = turn.peers.fetches.pop(blob, None)
        found = pieces.blob_row(turn.db, blob)
        if fetch is not None and found is not None and found.wish == "paused":
            flush(turn, fetch)
        turn.peers.trees.pop(blob, None)
        _call_off(turn, blob)
        for link in turn.peers.links.values():
            if found is None or found.wish == "erased":
                link.giving.forget(blob)
    for link in list(turn.peers.links.values()):
        if turn.named or link.conn in turn.refill:
            refill(turn, link)


def refill(turn: Turn, link: Link) -> None:
    """Ask one who is there for more, as far as the window allows (PIECE-12)."""
    library = saying.library_of(turn, link)
    if library is None or link.asking.count > REFILL_PIECES:
        return
    for found, name in pieces.wanted_from(turn.db, link.identity, link.device, LOOKED_AT_MAX):
        tag = library.tag_of(name.space)
        if tag is None or not turn.peers.patience.may_ask(link.device, found.id, turn.now_ms):
            continue
        if not blobs.has_room(turn, found):
            _no_room(turn, found)
        elif not _ask(turn, link, library, found, tag):
            return


def _no_room(turn: Turn, found: pieces.BlobRow) -> None:
    fetch = turn.peers.fetches.pop(found.id, None)
    if fetch is not None:
        flush(turn, fetch)
    pieces.set_wish(turn.db, found.id, "full")
    _call_off(turn, found.id)
    turn.effects.append(Notify(blobs.TOPIC, found.id))


def _ask(turn: Turn, link: Link, library: PeerLibrary, found: pieces.BlobRow, tag: bytes) -> bool:
    """Ask for the lowest pieces that nobody was asked for. False where the window is full."""
    fetch = begin(turn, found)
    taken = 0
    for each in turn.peers.links.values():
        taken |= each.asking.of(found.id)
    bits = lowest(fetch.missing & ~taken, WINDOW_PIECES - link.asking.count)
    if bits:
        link.asking.ask(found.id, bits, turn.now_ms)
        pieces.set_coming(turn.db, found.id, True)
        for frame in wants(tag, found.id, bits):
            saying.wire(turn, link, frame)
    return link.asking.count < WINDOW_PIECES


def begin(turn: Turn, found: pieces.BlobRow) -> Fetch:
    """The fetch of a blob, as it stood or from what is on the disk."""
    fetch = turn.peers.fetches.get(found.id)
    if fetch is None:
        tree = sealed.read_tree(turn.db.pieces, found)
        fetch = Fetch(found.id, found.root, found.shape, tree, found.missing)
        turn.peers.fetches[found.id] = fetch
    return fetch
