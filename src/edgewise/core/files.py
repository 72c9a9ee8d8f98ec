# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two computers that meet by file only.

What would go over a connection, sealed to the other's device (spec/bundle.md).
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping

from edgewise.core import accepting, carrying, erasing, gate, giving, ingest, meeting, returning
from edgewise.core.effects import BundleMade, FileTaken
from edgewise.core.library import PeerLibrary
from edgewise.core.turn import Turn
from edgewise.ground.errors import Refusal, Verdict
from edgewise.identity import invites
from edgewise.identity.person import resolve_chain
from edgewise.log.chain import verify_run
from edgewise.log.op import to_wire
from edgewise.store import agreements, chest, invitations, people, pieces, register, shelf
from edgewise.sync import bundle, frames
from edgewise.sync.events import EraseCame, ReceiptCame
from edgewise.sync.exchange import have_frames, read_run
from edgewise.sync.ranges import as_heads, pages, split_run


def make_bundle(turn: Turn, identity: bytes) -> BundleMade:
    """Seal for one acquaintance all that they lack, as far as is known here and as it fits."""
    if agreements.pair(turn.db, identity) is None:
        raise Refusal("not_found.person")
    receiver = newest_device(turn, identity)
    room = carrying.Room()
    given = list(_frames_for(turn, identity, receiver.sign))
    library = PeerLibrary(turn.db, turn.me.identity, identity, turn.now_ms)
    blobs = carrying.pieces_for(turn, identity, receiver.sign, library, room)
    chunks = bundle.seal_bundle(
        itertools.chain(room.counted(given), room.counted(blobs)),
        sender_device=turn.me.device,
        receiver_kem=receiver.kem,
        receiver_device=receiver.sign,
        entropy=turn.entropy,
    )
    data = b"".join(chunks)
    register.note_export(
        turn.db,
        "bundle",
        agreements.pair_space(turn.db, identity) or b"",
        identity.hex(),
        len(data),
        turn.now_ms,
    )
    return BundleMade(data, room.out_blobs, room.out_bytes)


def newest_device(turn: Turn, identity: bytes) -> people.DeviceRow:
    """The device of a person that joined last: the one that they came back with. Refusal "not_found.person".

    A file is for one device; another one of theirs gets what it lacks over a connection.
    """
    row = people.person(turn.db, identity)
    live = {device.sign: device for device in people.devices_of(turn.db, identity) if not device.revoked}
    listed = resolve_chain(row.chain).devices if row is not None else ()
    found = [live[device.keys.sign] for device in listed if device.keys.sign in live]
    if not found:
        raise Refusal("not_found.person")
    return found[-1]


def _frames_for(turn: Turn, identity: bytes, device: bytes) -> Iterator[frames.Frame]:
    """First what introduces us, then what we hold, then what they lack.

    The pair first, since it opens the rest.
    """
    library = PeerLibrary(turn.db, turn.me.identity, identity, turn.now_ms)
    if not returning.is_known(turn, identity):
        yield frames.Chain(turn.chain())
    row = invitations.by_identity(turn.db, identity)
    confirm = chest.secret(turn.db, f"confirm:{row.id.hex()}") if row is not None else None
    if confirm is not None:
        yield frames.Confirm(confirm)
    yield from erasing.held_back(turn, identity)
    yield from have_frames(library)
    for tag, space in library.shared():
        heads = library.heads(space)
        for page in pages(heads):
            yield frames.Heads(tag, page)
        if gate.is_open(turn.db, space, identity, turn.now_ms):
            yield from _runs(turn, library, tag, space, device, heads, identity)
    yield from erasing.waiting(turn, device)
    yield from carrying.notes_for(turn, identity, library)


def _runs(
    turn: Turn,
    library: PeerLibrary,
    tag: bytes,
    space: bytes,
    device: bytes,
    heads: Mapping[bytes, int],
    identity: bytes,
) -> Iterator[frames.Frame]:
    grant = gate.may_send(turn.db, space, identity, turn.now_ms)
    known = register.acked_heads(turn.db, device, space)
    genesis = shelf.op_row(turn.db, space)
    # The genesis goes first: before it, nothing of a space that is new to the receiver has a place there.
    for log in sorted(heads, key=lambda log: (genesis is None or log != genesis.log, log)):
        first, stop = known.get(log, 0), heads[log]
        while first < stop:
            runs = split_run(library.run(space, log, first, stop))
            if not runs:
                break
            for run in runs:
                frame = frames.Run(tag, tuple(to_wire(op) for op in run))
                note_run(turn, device, space, frame, grant)
                yield frame
            first = runs[-1][-1].seq + 1


def note_run(turn: Turn, device: bytes, space: bytes, run: frames.Run, grant: bytes) -> None:
    """The register learns what goes to whom, under which grant, before it goes."""
    ops = read_run(run.ops, space)
    register.note(turn.db, device, space, ops[0].log, ops[0].seq, ops[-1].seq + 1, grant, turn.now_ms, "sent")


def take_file(turn: Turn, data: bytes) -> FileTaken:
    """Take in whatever file an acquaintance, or the reader of a letter, gave back."""
    if data.startswith(bundle.MAGIC):
        return _take_bundle(turn, data)
    if invites.is_acceptance_file(data):
        identity, _confirm = meeting.take_acceptance_file(turn, data)
        return FileTaken("acceptance", identity, 0, make_bundle(turn, identity).data)
    raise Refusal("bundle.not_a_bundle")


def _take_bundle(turn: Turn, data: bytes) -> FileTaken:
    parts = bundle.open_bundle([data], turn.me.kem, turn.me.device.public)
    device = parts.device
    identity = b""
    kind, taken = "bundle", 0
    held: set[bytes] = set()
    blobs: dict[bytes, None] = {}
    for frame in parts.frames:
        if isinstance(frame, frames.Confirm):
            if accepting.is_awaited(turn, frame.confirm):
                kind = "confirmation"
            accepting.take_confirm(turn, frame.confirm)
            continue
        if isinstance(frame, frames.Chain):
            _take_chain(turn, frame.chain, device)
            continue
        identity = people.identity_of_device(turn.db, device) or b""
        if not identity or agreements.pair(turn.db, identity) is None:
            raise Verdict("bundle.stranger")
        if isinstance(frame, frames.Piece | frames.PieceNote):
            _take_of_blob(turn, frame, identity, device, blobs)
            continue
        if isinstance(frame, frames.Receipt):
            held |= {target.id for target in frame.targets if target.state == "held"}
        taken += _take_frame(turn, frame, identity, device, held)
    carrying.done(turn, blobs)
    return FileTaken(kind, identity or people.identity_of_device(turn.db, device) or b"", taken)


def _take_chain(turn: Turn, chain: tuple[bytes, ...], device: bytes) -> None:
    """A file from a new device of an acquaintance says first who that is. Verdict "identity.fork"."""
    identity = resolve_chain(chain).id
    if agreements.pair(turn.db, identity) is None:
        raise Verdict("bundle.stranger")
    if returning.introduced(turn, identity, chain, device):
        raise Verdict("identity.branch")


def _take_frame(
    turn: Turn, frame: frames.Frame, identity: bytes, device: bytes, held: Collection[bytes]
) -> int:
    library = PeerLibrary(turn.db, turn.me.identity, identity, turn.now_ms)
    spaces = {row.tag: row.space for row in library.shared()}
    if isinstance(frame, frames.Heads) and frame.tag in spaces:
        heads = as_heads(frame.heads)
        register.acked(turn.db, device, spaces[frame.tag], heads, turn.now_ms)
        erasing.note_held(turn, device, heads, held=held)
    elif isinstance(frame, frames.Run) and frame.tag in spaces:
        ops = read_run(frame.ops, spaces[frame.tag])
        return ingest.take_run(turn, spaces[frame.tag], ops, verify_run(ops), identity, device)
    elif isinstance(frame, frames.Erase):
        erasing.answer(turn, identity, _came(frame))
    elif isinstance(frame, frames.Receipt):
        erasing.note_receipt(turn, device, ReceiptCame(frame.request, frame.targets))
    return 0  # of a space that is not shared any more, or not yet: a stick may be older than an agreement


def _take_of_blob(
    turn: Turn,
    frame: frames.Piece | frames.PieceNote,
    identity: bytes,
    device: bytes,
    blobs: dict[bytes, None],
) -> None:
    space = PeerLibrary(turn.db, turn.me.identity, identity, turn.now_ms).space_of(frame.tag)
    if space is None:
        return
    if isinstance(frame, frames.Piece):
        blob = carrying.take(turn, frame, space, device)
        if blob is not None:
            blobs[blob] = None
    elif frame.state == "all":
        found = pieces.blob_row(turn.db, frame.blob)
        named = any(name.space == space for name in pieces.names_of(turn.db, frame.blob))
        if found is not None and named:
            giving.note_held(turn, device, space, found)


def _came(frame: frames.Erase) -> EraseCame:
    return EraseCame(frame.request, frame.space, frame.targets, frame.why)
