# SPDX-License-Identifier: AGPL-3.0-or-later
"""References to pictures and files, as they stand in sealed operations (spec/pieces.md)."""

import unicodedata
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta

from edgewise.ground.canon import Bin32, Record, decode_open, encode
from edgewise.ground.errors import Verdict
from edgewise.ground.limits import (
    ALT_MAX_CHARS,
    ATTACHMENTS_MAX,
    DURATION_MS_MAX,
    FILE_MAX_BYTES,
    FILE_NAME_MAX_CHARS,
    MIME_MAX_CHARS,
    PICTURE_COMES_BYTES,
    PIXELS_MAX,
    VOICE_COMES_BYTES,
)
from edgewise.keys.hashing import same
from edgewise.keys.pieces import Shape, blob_id

Pixels = Annotated[int, Meta(ge=0, le=PIXELS_MAX)]
_COMES_BYTES: Final = {"picture": PICTURE_COMES_BYTES, "voice": VOICE_COMES_BYTES, "file": -1}


class BlobRef(Record, frozen=True):
    """What finds, proves and opens a blob.

    blob: its id; key: random, for this blob only; root: Merkle root over its sealed pieces (RFC 6962);
    size_bytes: of the file. The id is a hash over the other three, so that each blob has one reference.
    """

    blob: Bin32
    key: Bin32
    root: Bin32
    size_bytes: Annotated[int, Meta(ge=0, le=FILE_MAX_BYTES)]

    @property
    def shape(self) -> Shape:
        """How the file is cut."""
        return Shape(self.size_bytes)


class Attachment(Record, frozen=True):
    """A picture, a voice note or a file with an item. Width, height, duration: 0 where there is none."""

    ref: BlobRef
    kind: Literal["picture", "voice", "file"]
    mime: Annotated[str, Meta(min_length=1, max_length=MIME_MAX_CHARS, pattern=r"^[a-z0-9!#$&^_.+/-]+\Z")]
    name: Annotated[str, Meta(max_length=FILE_NAME_MAX_CHARS)]
    alt: Annotated[str, Meta(max_length=ALT_MAX_CHARS)] = ""
    width: Pixels = 0
    height: Pixels = 0
    duration_ms: Annotated[int, Meta(ge=0, le=DURATION_MS_MAX)] = 0

    @property
    def comes(self) -> bool:
        """Whether it comes by itself: pictures and voice notes of a modest size do, files only when asked."""
        return self.ref.size_bytes <= _COMES_BYTES[self.kind]


Attachments = Annotated[tuple[Attachment, ...], Meta(max_length=ATTACHMENTS_MAX)]


def make_ref(root: bytes, key: bytes, size_bytes: int) -> BlobRef:
    """The reference of a blob that was sealed here."""
    return BlobRef(blob_id(root, key, size_bytes), key, root, size_bytes)


def check_ref(ref: BlobRef) -> None:
    """Rule PIECE-6: the id fits to key, root and size. Verdict "op.bad_body"."""
    if not same(ref.blob, blob_id(ref.root, ref.key, ref.size_bytes)):
        raise Verdict("op.bad_body", reason="the id of a blob does not fit its key")


def is_plain_name(name: str) -> bool:
    """Whether a file's name leads nowhere: no separators, no control or turning marks, not "." or ".."."""
    if name in (".", "..") or any(char in "/\\" for char in name):
        return False
    return all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in name)


def check_attachments(attachments: Sequence[Attachment]) -> None:
    """Rules PIECE-6, PIECE-7 and PIECE-8: names, references, each blob once. Verdict "op.bad_body"."""
    for each in attachments:
        check_ref(each.ref)
        if not is_plain_name(each.name):
            raise Verdict("op.bad_body", reason="a name of a file that leads elsewhere")
        if each.mime.count("/") != 1 or each.mime.startswith("/") or each.mime.endswith("/"):
            raise Verdict("op.bad_body", reason="no media type")
        if any(unicodedata.category(char) in ("Cc", "Cs") and char != "\n" for char in each.alt):
            raise Verdict("op.bad_body", reason="control characters in a description")
    if len({each.ref.blob for each in attachments}) != len(attachments):
        raise Verdict("op.bad_body", reason="one blob twice")


def packed(attachments: tuple[Attachment, ...]) -> bytes:
    """Attachments as one column of a view: canonical bytes, none: empty."""
    return encode(attachments) if attachments else b""


def unpacked(held: bytes) -> tuple[Attachment, ...]:
    """The attachments of such a column."""
    return decode_open(tuple[Attachment, ...], held) if held else ()
