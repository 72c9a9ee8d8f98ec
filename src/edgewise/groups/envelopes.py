# SPDX-License-Identifier: AGPL-3.0-or-later
"""Envelopes: an epoch's secret sealed to one device, found by a tag that only members can compute.

An envelope is unsigned and never hashed into an id: who opens one checks the secret against the epoch's id,
so a wrong envelope can withhold, never deceive (spec/epoch.md, EPOCH-8 to EPOCH-10).
"""

from collections.abc import Sequence
from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground.canon import Bin16, Bin32, Record
from edgewise.ground.ids import ZERO32
from edgewise.groups.epochs import SECRET_BYTES, check_secret
from edgewise.keys.hashing import digest, mac
from edgewise.keys.labels import Label
from edgewise.keys.sealing import HPKE_OVERHEAD_BYTES, KemKey, hpke_open, hpke_seal

TAG_BYTES: Final = 16
WRAPPED_BYTES: Final = SECRET_BYTES + HPKE_OVERHEAD_BYTES


class Envelope(Record, frozen=True):
    """One wrapped secret: `epoch` and `tag` say for whom, to those who can compute the tag."""

    epoch: Bin32
    tag: Bin16
    sealed: Annotated[bytes, Meta(min_length=WRAPPED_BYTES, max_length=WRAPPED_BYTES)]


def kem_id(kem_public: bytes) -> bytes:
    """The 32-byte id of a KEM key."""
    return digest(Label.KEM_ID, kem_public)


def recipients_root(recipients: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The Merkle root (RFC 6962, section 2.1) over the sorted (device id, KEM key id); none: zeros."""
    leaves = [digest(Label.MERKLE_LEAF, device, key) for device, key in sorted(frozenset(recipients))]
    return _root(leaves) if leaves else ZERO32


def _root(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return digest(Label.MERKLE_NODE, _root(hashes[:split]), _root(hashes[split:]))


def envelope_tag(parent_tag_subkey: bytes, device: bytes, epoch: bytes) -> bytes:
    """The 16 bytes under which a device finds its envelope of an epoch."""
    return mac(parent_tag_subkey, Label.ENVELOPE_TAG, device + epoch)[:TAG_BYTES]


def wrap(secret: bytes, *, kem_public: bytes, device: bytes, space: bytes, epoch: bytes) -> bytes:
    """The secret sealed to one device for one epoch; different bytes each time.

    Raises Verdict "seal.bad_recipient".
    """
    return hpke_seal(kem_public, secret, Label.WRAP, space + epoch + device + kem_id(kem_public))


def unwrap(
    sealed: bytes, key: KemKey, *, device: bytes, space: bytes, epoch: bytes, log: bytes, seq: int
) -> bytes:
    """The secret of the epoch that the operation at (space, log, seq) carries.

    Raises Verdict "seal.bad", and "epoch.mismatch" where something else was wrapped: ask another member.
    """
    secret = hpke_open(key, sealed, Label.WRAP, space + epoch + device + kem_id(key.public))
    check_secret(epoch, space, log, seq, secret)
    return secret
