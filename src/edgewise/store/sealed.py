# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sealing a file into pieces on this disk, and opening it again; both from any thread."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import FILE_MAX_BYTES
from edgewise.keys.pieces import PieceCipher, Shape, address
from edgewise.keys.sealing import KEY_BYTES
from edgewise.log.blobs import BlobRef, make_ref
from edgewise.log.merkle import Tree, root_of
from edgewise.store.piece_files import PieceFiles
from edgewise.store.pieces import BlobRow

Progress = Callable[[int], None]


def seal_file(
    files: PieceFiles,
    source: BinaryIO,
    size_max_bytes: int,
    entropy: Entropy,
    progress: Progress = lambda done_bytes: None,
) -> BlobRef:
    """Seal a file into pieces on this disk, read once from its beginning; from any thread.

    Its row must follow (`add_kept`), else it is removed at the next opening. `source` must be seekable, since
    the pieces are bound to their number. Raises Refusal "file.too_big", "file.unreadable", "home.full".
    """
    size_bytes = source.seek(0, 2)
    source.seek(0)
    if size_bytes > min(size_max_bytes, FILE_MAX_BYTES):
        raise Refusal("file.too_big", path=getattr(source, "name", ""))
    shape = Shape(size_bytes)
    key = entropy.take(KEY_BYTES)
    cipher = PieceCipher(key, shape)
    leaves: list[bytes] = []
    fresh = files.fresh()
    try:
        for index in range(shape.total):
            wanted = max(0, min(shape.piece_bytes, size_bytes - index * shape.piece_bytes))
            sealed = cipher.seal(index, _exactly(source, wanted))
            leaves.append(address(sealed))
            fresh.put(sealed)
            progress(min(size_bytes, (index + 1) * shape.piece_bytes))
        tree = Tree(shape.total)
        ref = make_ref(tree.grow(leaves), key, size_bytes)
        fresh.put(bytes(tree.nodes))
        fresh.keep(ref.blob)
    finally:
        fresh.drop()
    return ref


def _exactly(source: BinaryIO, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = source.read(size)
        if not part:  # it has become shorter since it was measured
            raise Refusal("file.unreadable", path=getattr(source, "name", ""))
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def open_file(files: PieceFiles, found: BlobRow, first: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The bytes first ≤ at < stop of a file, piece by piece.

    Raises Refusal, at once "blob.not_here" where a piece of that stretch is not here; later "blob.damaged"
    where one has changed on this disk.
    """
    shape = found.shape
    stop = found.size_bytes if stop is None else min(stop, found.size_bytes)
    if found.wish == "erased":
        raise Refusal("blob.not_here")
    if first >= stop:
        return iter(())
    indices = range(first // shape.piece_bytes, (stop - 1) // shape.piece_bytes + 1)
    if any(not found.bitmap >> index & 1 for index in indices):
        raise Refusal("blob.not_here")
    return _opened(files, found, first, stop, indices)


def _opened(files: PieceFiles, found: BlobRow, first: int, stop: int, indices: range) -> Iterator[bytes]:
    shape = found.shape
    cipher = PieceCipher(found.key, shape)
    for index in indices:
        try:
            plain = cipher.open(index, read_piece(files, found, index))
        except Verdict as broken:
            raise Refusal("blob.damaged") from broken
        at = index * shape.piece_bytes
        yield plain[max(0, first - at) : stop - at]


def read_piece(files: PieceFiles, found: BlobRow, index: int) -> bytes:
    """One sealed piece as it stands on the disk."""
    return files.read(found.id, found.shape.offset(index), found.shape.piece_sealed_bytes(index))


def read_tree(files: PieceFiles, found: BlobRow) -> Tree:
    """The Merkle tree as far as it is known here."""
    size = Tree.size_bytes(found.total)
    return Tree(found.total, files.read(found.id, found.shape.sealed_bytes, size).ljust(size, b"\0"))


def damaged(files: PieceFiles, found: BlobRow) -> int:
    """The bits of the pieces that should be here and are not what was sealed; reads all of them.

    A tree beside them that has changed is made anew where the pieces themselves are all well.
    """
    tree, leaves, bad = read_tree(files, found), [], 0
    for index in range(found.total):
        leaf = address(read_piece(files, found, index)) if found.bitmap >> index & 1 else b""
        leaves.append(leaf)
        proof = tree.proof(index)
        proved = leaf and proof is not None and root_of(proof, leaf, index, found.total) == found.root
        if leaf and not proved:
            bad |= 1 << index
    whole = Tree(found.total)
    if bad and found.is_whole and whole.grow(leaves) == found.root:
        files.write(found.id, found.shape.sealed_bytes, bytes(whole.nodes))
        files.sync(found.id)
        return 0
    return bad
