# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ed25519 as this house takes it: libsodium's criteria, pinned by cases on which implementations differ."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.errors import Verdict
from edgewise.keys.labels import Label
from edgewise.keys.signing import new_signing, sign, signing_from_seed, verifies, verify
from tests.keys import curve

ALICE = new_signing(SeededEntropy(b"alice"))
SECRET = 12345678901234567890
NONCE = 98765432109876543210
MESSAGE = b"to bob"
SIGNED = Label.OP_SIG.prefix + MESSAGE
PUBLIC = curve.compress(curve.multiply(SECRET, curve.BASE))
SMALL = curve.small_order_points()
# Signatures (n times the base, n) hold for a key of order 8 wherever the challenge is a multiple of 8.
LURES = [(curve.compress(curve.multiply(n, curve.BASE)), n) for n in range(1, 33)]


def accepted(public: bytes, r: bytes, s: int) -> bool:
    """Whether (r, s) passes as a signature over MESSAGE."""
    return verifies(public, Label.OP_SIG, MESSAGE, r + s.to_bytes(32, "little"))


def spellings_beyond_p() -> list[bytes]:
    """Every encoding of a small-order point whose y is not reduced, or whose sign bit has no meaning."""
    beyond = [y | sign << 255 for y in (curve.P, curve.P + 1) for sign in (0, 1)]
    negative_zero = [1 | 1 << 255, (curve.P - 1) | 1 << 255]
    return [number.to_bytes(32, "little") for number in beyond + negative_zero]


def test_rfc_8032_vector() -> None:
    """The first vector of RFC 8032 gives its public key; labels keep its message signature out of reach."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = signing_from_seed(seed)
    assert key.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


@given(st.binary(max_size=300))
def test_what_alice_signs_verifies_and_is_the_same_each_time(message: bytes) -> None:
    """A signature is 64 bytes, repeatable, and holds for its message only."""
    signature = sign(ALICE, Label.OP_SIG, message)
    assert len(signature) == 64
    assert signature == sign(ALICE, Label.OP_SIG, message)
    verify(ALICE.public, Label.OP_SIG, message, signature)
    assert not verifies(ALICE.public, Label.OP_SIG, message + b"!", signature)


def test_a_signature_for_one_purpose_is_none_for_another() -> None:
    """The label is part of what is signed (attack: cross-protocol reuse of a key)."""
    signature = sign(ALICE, Label.OP_SIG, MESSAGE)
    assert not verifies(ALICE.public, Label.CHANNEL, MESSAGE, signature)


@given(st.integers(0, 511))
def test_each_flipped_bit_is_noticed(bit: int) -> None:
    """No bit of a signature is free."""
    signature = bytearray(sign(ALICE, Label.OP_SIG, MESSAGE))
    signature[bit // 8] ^= 1 << bit % 8
    assert not verifies(ALICE.public, Label.OP_SIG, MESSAGE, bytes(signature))


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_only_a_verdict_escapes(public: bytes, signature: bytes) -> None:
    """Keys and signatures of any length and content are a Verdict, nothing else."""
    with pytest.raises(Verdict) as caught:
        verify(public, Label.OP_SIG, MESSAGE, signature)
    assert caught.value.code == "signature.bad"


def test_the_plain_curve_makes_what_the_library_accepts() -> None:
    """The slow curve of these tests is right: its honest signature passes, so the dishonest ones count."""
    r = curve.compress(curve.multiply(NONCE, curve.BASE))
    assert accepted(PUBLIC, r, (NONCE + curve.challenge(r, PUBLIC, SIGNED) * SECRET) % curve.L)


def test_s_plus_l_is_rejected() -> None:
    """A second spelling of the same signature does not pass (malleability)."""
    r = curve.compress(curve.multiply(NONCE, curve.BASE))
    s = (NONCE + curve.challenge(r, PUBLIC, SIGNED) * SECRET) % curve.L
    assert accepted(PUBLIC, r, s)
    assert not accepted(PUBLIC, r, s + curve.L)
    assert not accepted(PUBLIC, r, s | 1 << 255)


def test_the_identity_as_key_is_rejected_where_openssl_accepts_it() -> None:
    """One signature of the identity point fits every message for OpenSSL; here it fits none."""
    identity = curve.compress(curve.IDENTITY)
    universal = identity + bytes(32)
    Ed25519PublicKey.from_public_bytes(identity).verify(universal, SIGNED)  # the trap: raises nothing
    assert not verifies(identity, Label.OP_SIG, MESSAGE, universal)


@pytest.mark.parametrize("order", range(8))
def test_small_order_keys_are_rejected(order: int) -> None:
    """A key in the small subgroup, with a nonce for which the equation holds, does not pass."""
    public = curve.compress(SMALL[order])
    assert any(curve.challenge(r, public, SIGNED) % 8 == 0 for r, _ in LURES)
    assert not any(accepted(public, r, s) for r, s in LURES)


@pytest.mark.parametrize("order", range(8))
def test_small_order_nonces_are_rejected(order: int) -> None:
    """An R in the small subgroup does not pass."""
    r = curve.compress(SMALL[order])
    assert not accepted(PUBLIC, r, curve.challenge(r, PUBLIC, SIGNED) * SECRET % curve.L)


@pytest.mark.parametrize("spelling", spellings_beyond_p())
def test_non_canonical_points_are_rejected(spelling: bytes) -> None:
    """A second spelling of a point passes neither as key nor as R."""
    assert not accepted(PUBLIC, spelling, curve.challenge(spelling, PUBLIC, SIGNED) * SECRET % curve.L)
    assert any(curve.challenge(r, spelling, SIGNED) % 4 == 0 for r, _ in LURES)
    assert not any(accepted(spelling, r, s) for r, s in LURES)


def test_the_equation_is_checked_without_the_cofactor() -> None:
    """R with a small-order part passes only a check that multiplies by eight; here it does not pass."""
    r = curve.compress(curve.add(curve.multiply(NONCE, curve.BASE), SMALL[1]))
    assert not accepted(PUBLIC, r, (NONCE + curve.challenge(r, PUBLIC, SIGNED) * SECRET) % curve.L)


def test_a_repr_does_not_show_the_secret() -> None:
    """What is printed by accident is not the seed."""
    assert ALICE.seed.hex() not in repr(ALICE)
    assert repr(ALICE.seed) not in repr(ALICE)
