# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ed25519 signatures by libsodium's criteria (RFC 8032, stricter: no small-order points; canonical S, A, R).

OpenSSL accepts the identity point as a public key, for which one signature fits every message; libsodium does
not. Every signature here is over the label's prefix and the message.
"""

from dataclasses import dataclass, field
from typing import Final

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import CryptoError

from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import Verdict
from edgewise.keys.labels import Label

SEED_BYTES: Final = 32
PUBLIC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A pair of keys: the secret 32-byte seed (not shown in a repr) and the 32-byte public key."""

    seed: bytes = field(repr=False)
    public: bytes


def signing_from_seed(seed: bytes) -> SigningKey:
    """The pair of keys that a 32-byte seed determines."""
    assert len(seed) == SEED_BYTES, len(seed)
    public, _ = crypto_sign_seed_keypair(seed)
    return SigningKey(seed, public)


def new_signing(entropy: Entropy) -> SigningKey:
    """A new pair of keys from 32 bytes of entropy."""
    return signing_from_seed(entropy.take(SEED_BYTES))


def sign(key: SigningKey, label: Label, message: bytes) -> bytes:
    """The 64-byte signature over label and message; the same each time."""
    return crypto_sign(label.prefix + message, key.seed + key.public)[:SIGNATURE_BYTES]


def verifies(public: bytes, label: Label, message: bytes, signature: bytes) -> bool:
    """Whether the signature is the holder's of `public` over label and message. Never raises."""
    if len(public) != PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        crypto_sign_open(signature + label.prefix + message, public)
    except CryptoError:
        return False
    return True


def verify(public: bytes, label: Label, message: bytes, signature: bytes) -> None:
    """Raises Verdict "signature.bad" unless `verifies`."""
    if not verifies(public, label, message, signature):
        raise Verdict("signature.bad", purpose=label.purpose)
