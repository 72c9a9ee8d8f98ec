# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and files as the core sees them: kept here, named by operations, wished for, erased.

What is fetched and given over a connection stands in `core.taking` and `core.giving`.
"""

from __future__ import annotations

from edgewise.core.effects import Notify
from edgewise.core.turn import Turn
from edgewise.ground.canon import Record
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import ATTACHMENTS_MAX, DISK_LEFT_MIN_BYTES, UNNAMED_MS_MAX
from edgewise.log.blobs import Attachment, BlobRef, check_attachments, check_ref
from edgewise.log.kinds import OpenedOp
from edgewise.log.merkle import Tree
from edgewise.store import outbox, pieces, shelf

TOPIC = "file"


def keep(turn: Turn, ref: BlobRef) -> None:
    """A blob was sealed on this computer: it is let go of after a day, unless something names it."""
    check_ref(ref)
    known = pieces.blob_row(turn.db, ref.blob)
    assert known is None, "a blob that was sealed twice"
    whole_bytes = ref.shape.sealed_bytes + Tree.size_bytes(ref.shape.total)
    if not turn.db.pieces.read(ref.blob, whole_bytes - 1, 1):
        raise Refusal("blob.not_here")
    pieces.add_kept(turn.db, ref, turn.now_ms)


def refuse_foreign(turn: Turn, space: bytes, record: Record) -> None:
    """What a person writes may name only what is whole here, and in one space only (PIECE-9).

    Refusal "blob.other_place". Shared into another space a file is sealed anew, under another key.
    """
    for ref in turn.registry.kind_of(record).blobs(record):
        found = pieces.blob_row(turn.db, ref.blob)
        if found is None or not found.is_whole:
            raise Refusal("blob.other_place")
        if any(name.space != space for name in pieces.names_of(turn.db, ref.blob)):
            raise Refusal("blob.other_place")


def named(turn: Turn, item: OpenedOp) -> None:
    """An operation opened here: whatever it names is known from now on, and may begin to come."""
    kind = turn.registry.kind_of(item.record)
    refs = kind.blobs(item.record)
    if not refs:
        return
    comes = {ref.blob for ref in kind.comes(item.record)}
    giver = _giver(turn, item)
    for ref in refs:
        name = pieces.NameRow(ref.blob, item.id, item.space, item.log, giver)
        wanted = ref.blob in comes
        if pieces.add_name(turn.db, ref, name, wanted=wanted, at_ms=turn.now_ms):
            turn.named = True


def _giver(turn: Turn, item: OpenedOp) -> bytes:
    """Whom to ask: the other one of a talk, the owner of a feed, in one's own feed who answered there."""
    space = shelf.space(turn.db, item.space)
    assert space is not None, "an opened operation without its space"
    me = turn.me.identity
    if space.kind == "dm":
        return space.owner if space.owner != me else space.peer or b""
    if space.owner != me:
        return space.owner
    return item.author if item.author != me else b""


def erased(turn: Turn, op: bytes) -> None:
    """An operation was erased: so is what it named, unless another living one here names it too."""
    for blob in pieces.drop_names(turn.db, op):
        _let_go(turn, blob)


def attach(turn: Turn, place: str, attachment: Attachment, removed: tuple[str, ...]) -> None:
    """Put what was kept here to a draft. Refusals "blob.not_here", "text.unreadable", "draft.full"."""
    try:
        check_attachments([attachment])
    except Verdict as bad:
        raise Refusal("text.unreadable") from bad
    found = pieces.blob_row(turn.db, attachment.ref.blob)
    if found is None or not found.is_whole or pieces.names_of(turn.db, found.id):
        raise Refusal("blob.not_here")
    outbox.enclose(turn.db, place, outbox.Enclosed(attachment, removed), turn.now_ms)


def give_back(turn: Turn, place: str, attachments: tuple[Attachment, ...]) -> None:
    """Put back to a draft what could not be sent with it; what it has no room for is let go of later."""
    found = outbox.draft(turn.db, place)
    room = ATTACHMENTS_MAX - len(found.enclosed if found is not None else ())
    for each in attachments[:room]:
        outbox.enclose(turn.db, place, outbox.Enclosed(each), turn.now_ms)


def detach(turn: Turn, place: str, blob: bytes) -> None:
    """Take one out of a draft; nothing else names it, so it goes."""
    outbox.disclose(turn.db, place, blob)
    _drop_if_unnamed(turn, blob)


def drop_draft(turn: Turn, place: str) -> None:
    """Forget a draft, and what was attached to it and went nowhere."""
    found = outbox.draft(turn.db, place)
    outbox.drop_draft(turn.db, place)
    for each in found.enclosed if found is not None else ():
        _drop_if_unnamed(turn, each.attachment.ref.blob)


def _drop_if_unnamed(turn: Turn, blob: bytes) -> None:
    for gone in pieces.drop_unnamed(turn.db, turn.now_ms + 1, blob):
        _let_go(turn, gone)


def fetch(turn: Turn, blob: bytes) -> None:
    """This person wants a file. Without room for it, it is paused, and says so."""
    found = _known(turn, blob)
    if not found.is_whole:
        pieces.set_wish(turn.db, blob, "wanted" if has_room(turn, found) else "full")
        turn.named = True
        turn.effects.append(Notify(TOPIC, blob))


def pause(turn: Turn, blob: bytes) -> None:
    """Not now: what came stays, nothing more is asked for."""
    found = _known(turn, blob)
    if not found.is_whole and found.wish in ("wanted", "full"):
        pieces.set_wish(turn.db, blob, "paused")
        turn.stopped.append(blob)
        turn.effects.append(Notify(TOPIC, blob))


def cancel(turn: Turn, blob: bytes) -> None:
    """Not at all: what came of it goes, and nothing more is asked for. What is whole stays."""
    found = _known(turn, blob)
    if not found.is_whole:
        pieces.unmark(turn.db, blob, found.bitmap, wanted=False)
        _let_go(turn, blob)


def tidy(turn: Turn) -> None:
    """Let go of what nothing named in a day, and go on with what waited for room on the disk."""
    for blob in pieces.drop_unnamed(turn.db, turn.now_ms - UNNAMED_MS_MAX):
        _let_go(turn, blob)
    for found in pieces.paused_by_disk(turn.db):
        if has_room(turn, found):
            pieces.set_wish(turn.db, found.id, "wanted")
            turn.named = True
            turn.effects.append(Notify(TOPIC, found.id))


def has_room(turn: Turn, found: pieces.BlobRow) -> bool:
    """Whether the disk takes what is missing, and something is left for everything else."""
    lacking_bytes = found.missing.bit_count() * found.shape.piece_bytes
    return turn.db.pieces.free_bytes() >= lacking_bytes + DISK_LEFT_MIN_BYTES


def _known(turn: Turn, blob: bytes) -> pieces.BlobRow:
    found = pieces.blob_row(turn.db, blob)
    if found is None or found.wish == "erased":
        raise Refusal("blob.unknown")
    return found


def _let_go(turn: Turn, blob: bytes) -> None:
    turn.let_go.append(blob)
    turn.stopped.append(blob)
    turn.effects.append(Notify(TOPIC, blob))
