# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of a person into their home, and out of it: the half of a desk that moves many bytes.

It runs in the thread that asks, never in the core's: the core is only told what was sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from edgewise.core.inputs import Command, KeepBlob
from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import Refusal
from edgewise.log.blobs import BlobRef
from edgewise.store import pieces, sealed
from edgewise.store.db import Store


def keep_file(
    store: Store,
    do: Callable[[Command], object],
    source: BinaryIO,
    size_max_bytes: int,
    entropy: Entropy,
    progress: sealed.Progress,
) -> BlobRef:
    """See `faces.kit.desk.Desk.keep_file`."""
    ref = sealed.seal_file(store.pieces, source, size_max_bytes, entropy, progress)
    try:
        do(KeepBlob(ref))
    except Refusal:
        store.pieces.remove(ref.blob)
        raise
    return ref


def file_bytes(store: Store, blob: bytes, first: int, stop: int | None) -> Iterator[bytes]:
    """See `faces.kit.desk.Desk.file_bytes`."""
    with store.reading() as db:
        found = pieces.blob_row(db, blob)
    if found is None:
        raise Refusal("blob.unknown")
    return sealed.open_file(store.pieces, found, first, stop)
