# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sealing: ChaCha20-Poly1305 (RFC 8439) with keys that are used once, and HPKE (RFC 9180) to a device.

HPKE is base mode with the hybrid KEM ML-KEM-768 + X25519 (X-Wing; KEM id 0x647A), HKDF-SHA256 and
ChaCha20-Poly1305. It takes its randomness from the library, not from an Entropy; so nothing that is hashed
into an id may be made of it. ChaCha20-Poly1305 does not commit to its key: where two people could hold
different keys for one ciphertext, the key needs a commitment of its own (epoch ids do that).
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import Verdict
from edgewise.ground.limits import KEM_PUBLIC_BYTES
from edgewise.keys.labels import Label

KEY_BYTES: Final = 32
TAG_BYTES: Final = 16
MLKEM_SEED_BYTES: Final = 64
MLKEM_PUBLIC_BYTES: Final = 1184
MLKEM_CIPHERTEXT_BYTES: Final = 1088
X25519_BYTES: Final = 32
KEM_SEEDS_BYTES: Final = MLKEM_SEED_BYTES + X25519_BYTES
HPKE_OVERHEAD_BYTES: Final = MLKEM_CIPHERTEXT_BYTES + X25519_BYTES + TAG_BYTES

_ZERO_NONCE: Final = bytes(12)
_SUITE: Final = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


def seal(key: bytes, plaintext: bytes, ad: bytes) -> bytes:
    """The ciphertext and its 16-byte tag, bound to `ad`.

    The nonce is zero: each 32-byte key seals one plaintext only, so derive it (`hashing.expand`) with a salt.
    """
    return ChaCha20Poly1305(key).encrypt(_ZERO_NONCE, plaintext, ad)


def unseal(key: bytes, sealed: bytes, ad: bytes) -> bytes:
    """What `seal` sealed with this key and `ad`. Raises Verdict "seal.bad"."""
    try:
        return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, sealed, ad)
    except InvalidTag as error:
        raise Verdict("seal.bad") from error


@dataclass(frozen=True)
class KemKey:
    """A hybrid pair of keys: 96 bytes of seeds (ML-KEM 64, X25519 32; not in a repr), 1,216 public bytes."""

    seeds: bytes = field(repr=False)
    public: bytes

    @cached_property
    def _private(self) -> hpke.MLKEM768X25519PrivateKey:
        return _private(self.seeds)[0]


def _private(seeds: bytes) -> tuple[hpke.MLKEM768X25519PrivateKey, bytes]:
    """The library's private key, which has no serialisation of its own, and the public bytes."""
    mlkem = MLKEM768PrivateKey.from_seed_bytes(seeds[:MLKEM_SEED_BYTES])
    x25519 = X25519PrivateKey.from_private_bytes(seeds[MLKEM_SEED_BYTES:])
    public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    return hpke.MLKEM768X25519PrivateKey(mlkem, x25519), public


def kem_from_seeds(seeds: bytes) -> KemKey:
    """The pair of keys that 96 bytes of seeds determine."""
    assert len(seeds) == KEM_SEEDS_BYTES, len(seeds)
    return KemKey(seeds, _private(seeds)[1])


def new_kem(entropy: Entropy) -> KemKey:
    """A new pair of keys from 96 bytes of entropy."""
    return kem_from_seeds(entropy.take(KEM_SEEDS_BYTES))


def check_kem_public(public: bytes) -> None:
    """Raises Verdict "seal.bad_recipient" unless something can be sealed to these 1,216 bytes."""
    hpke_seal(public, b"", Label.WRAP, b"")


def hpke_seal(public: bytes, plaintext: bytes, label: Label, context: bytes) -> bytes:
    """Plaintext sealed to the holder of `public`, 1,136 bytes longer; different bytes each time.

    It says nothing about who sealed it. Raises Verdict "seal.bad_recipient" for a public key that is none.
    """
    if len(public) != KEM_PUBLIC_BYTES:
        raise Verdict("seal.bad_recipient")
    try:
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_BYTES:]),
        )
        return _SUITE.encrypt(plaintext, key, label.prefix + context)
    except ValueError as error:  # not a point or not reduced; also a point that contributes nothing
        raise Verdict("seal.bad_recipient") from error


def hpke_open(key: KemKey, sealed: bytes, label: Label, context: bytes) -> bytes:
    """What was sealed to this key under this label and context. Raises Verdict "seal.bad"."""
    try:
        return _SUITE.decrypt(sealed, key._private, label.prefix + context)
    except (InvalidTag, ValueError) as error:
        raise Verdict("seal.bad") from error
