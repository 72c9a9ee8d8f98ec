# SPDX-License-Identifier: AGPL-3.0-or-later
"""A conversation in a file, sealed to one device (spec/bundle.md).

    magic ‖ HPKE-sealed key ‖ STREAM chunks of (u32 length ‖ sender's record ‖ frames ‖ padding frames)

The sender's record names a device and signs this very bundle for this very receiver, so that nobody can
pass it on as meant for another. Nothing but the size class is readable without the receiver's device.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from edgewise.ground import padding
from edgewise.ground.canon import Bin32, Bin64, Record, decode, encode
from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.limits import BUNDLE_FRAMES_MAX, BUNDLE_MAX_BYTES, FRAME_MAX_BYTES, STREAM_CHUNK_BYTES
from edgewise.keys.hashing import digest, expand
from edgewise.keys.labels import Label
from edgewise.keys.sealing import HPKE_OVERHEAD_BYTES, KemKey, hpke_open, hpke_seal
from edgewise.keys.signing import SigningKey, sign, verify
from edgewise.keys.stream import open_chunks, seal_chunks
from edgewise.sync.frames import LENGTH_BYTES, Frame, FrameReader, Unknown

MAGIC_STEM: Final = b"edgewise-bundle/"
MAGIC: Final = MAGIC_STEM + b"1\n"
KEY_BYTES: Final = 32
HEAD_BYTES: Final = len(MAGIC) + HPKE_OVERHEAD_BYTES + KEY_BYTES
# The smallest bundle: one acceptance or a few notes look like an empty one.
PADDED_MIN_BYTES: Final = 4096
# What fits inside before sealing, so that the padded and sealed file stays below BUNDLE_MAX_BYTES: padding
# adds up to 12 %, sealing one tag for each chunk.
PLAIN_MAX_BYTES: Final = BUNDLE_MAX_BYTES * 7 // 8 - STREAM_CHUNK_BYTES
# The number of frames that hold nothing but zeros; readers skip them like any unknown number.
PADDING: Final = 0
PADDING_MIN_BYTES: Final = LENGTH_BYTES + 1
PADDING_FRAMES_MAX: Final = BUNDLE_MAX_BYTES // FRAME_MAX_BYTES


class Sender(Record, frozen=True):
    """The first thing inside: whose device made this bundle, and its signature (BUNDLE-4)."""

    device: Bin32
    sig: Bin64


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle whose sender is proved.

    `id` is 32 bytes, the same for each copy. `frames` reads on as it is iterated: each frame it yields is
    genuine, but only its end without a Verdict tells that the bundle was whole.
    """

    id: bytes
    device: bytes
    frames: Iterator[Frame]


def padded_bytes(size_bytes: int) -> int:
    """The size class of what is inside: Padmé, at least PADDED_MIN_BYTES; at most 12 % more than needed."""
    return max(PADDED_MIN_BYTES, padding.padded_bytes(size_bytes))


def seal_bundle(
    frames: Iterable[bytes],
    *,
    sender_device: SigningKey,
    receiver_kem: bytes,
    receiver_device: bytes,
    entropy: Entropy,
) -> Iterator[bytes]:
    """The bytes of a bundle, piece by piece; `frames` are encoded frames, read as they are needed.

    `receiver_kem` is the device's KEM key (1,216 bytes), `receiver_device` its signing key (32 bytes).
    Raises Refusal "bundle.too_big" when the frames don't fit: what was yielded by then is no bundle.
    Verdict "seal.bad_recipient" for a KEM key that is none.
    """
    key = entropy.take(KEY_BYTES)
    head = MAGIC + hpke_seal(receiver_kem, key, Label.BUNDLE_KEY, receiver_device)
    signature = sign(
        sender_device, Label.BUNDLE_SIG, _signed(head, key, sender_device.public, receiver_device)
    )
    yield head
    plain = _plain(encode(Sender(sender_device.public, signature)), frames)
    yield from seal_chunks(expand(key, Label.BUNDLE_CHUNK), head, plain)


def open_bundle(chunks: Iterable[bytes], kem_key: KemKey, own_device: bytes) -> Opened:
    """The sender and the frames of a bundle whose bytes come cut anyhow; `own_device` is our signing key.

    Raises Verdict, here or while the frames are read: "bundle.not_a_bundle", "bundle.other_version",
    "bundle.malformed" (cut short, or wrong inside), "bundle.not_for_you", "stream.bad", "stream.too_big",
    "signature.bad", "frame.*".
    """
    source = iter(chunks)
    head, rest = _head(source)
    try:
        key = hpke_open(kem_key, head[len(MAGIC) :], Label.BUNDLE_KEY, own_device)
    except Verdict:
        raise Verdict("bundle.not_for_you") from None
    plain = open_chunks(expand(key, Label.BUNDLE_CHUNK), head, _chained(rest, source))
    sender, begun = _sender(plain)
    verify(sender.device, Label.BUNDLE_SIG, _signed(head, key, sender.device, own_device), sender.sig)
    return Opened(digest(Label.BUNDLE_ID, head), sender.device, _frames(begun, plain))


def _signed(head: bytes, key: bytes, sender: bytes, receiver: bytes) -> bytes:
    """What the sender signs: the sealed key and the key itself, and both devices (all of fixed length)."""
    return digest(Label.BUNDLE_ID, head) + digest(Label.BUNDLE_ID, key) + sender + receiver


def _plain(sender: bytes, frames: Iterable[bytes]) -> Iterator[bytes]:
    """Everything inside, filled up to the size class (BUNDLE-6)."""
    first = len(sender).to_bytes(LENGTH_BYTES, "big") + sender
    total_bytes = len(first)
    yield first
    for count, frame in enumerate(frames):
        total_bytes += len(frame)
        if total_bytes > PLAIN_MAX_BYTES or count >= BUNDLE_FRAMES_MAX:
            raise Refusal("bundle.too_big", limit_bytes=PLAIN_MAX_BYTES)
        yield frame
    yield from _padding(padded_bytes(total_bytes + PADDING_MIN_BYTES) - total_bytes)


def _padding(left_bytes: int) -> Iterator[bytes]:
    """Padding frames of exactly `left_bytes` (at least PADDING_MIN_BYTES) together."""
    while left_bytes > 0:
        take = min(left_bytes, LENGTH_BYTES + FRAME_MAX_BYTES)
        if 0 < left_bytes - take < PADDING_MIN_BYTES:
            take -= PADDING_MIN_BYTES
        yield (
            (take - LENGTH_BYTES).to_bytes(LENGTH_BYTES, "big")
            + bytes((PADDING,))
            + bytes(take - PADDING_MIN_BYTES)
        )
        left_bytes -= take


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _head(source: Iterator[bytes]) -> tuple[bytes, bytes]:
    """Magic and sealed key, and what else came with them."""
    got = b""
    for piece in source:
        got += piece
        if len(got) >= HEAD_BYTES:
            break
    if not got.startswith(MAGIC):
        newer = got.startswith(MAGIC_STEM) and got[len(MAGIC_STEM) : len(MAGIC)] != MAGIC[len(MAGIC_STEM) :]
        raise Verdict("bundle.other_version" if newer else "bundle.not_a_bundle")
    if len(got) < HEAD_BYTES:
        raise Verdict("bundle.malformed", reason="short")
    return got[:HEAD_BYTES], got[HEAD_BYTES:]


def _sender(plain: Iterator[bytes]) -> tuple[Sender, bytes]:
    """The sender's record, and what else was in the first chunk (which always holds it whole)."""
    first = next(plain, b"")
    length = int.from_bytes(first[:LENGTH_BYTES], "big")
    stop = LENGTH_BYTES + length
    if not LENGTH_BYTES < stop <= len(first):
        raise Verdict("bundle.malformed", reason="sender")
    return decode(Sender, first[LENGTH_BYTES:stop]), first[stop:]


def _frames(begun: bytes, plain: Iterator[bytes]) -> Iterator[Frame]:
    """The frames, one chunk at a time; padding and frames of later versions are left out."""
    reader = FrameReader()
    count = 0
    for chunk in _chained(begun, plain):
        for frame in reader.feed(chunk):
            count += 1
            if count > BUNDLE_FRAMES_MAX + PADDING_FRAMES_MAX:
                raise Verdict("bundle.malformed", reason="too many frames")
            if not isinstance(frame, Unknown):
                yield frame
    if reader.pending_bytes:
        raise Verdict("bundle.malformed", reason="ends inside a frame")
