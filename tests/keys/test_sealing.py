# SPDX-License-Identifier: AGPL-3.0-or-later
"""AEAD with one-use keys, and HPKE to a device, checked against the standards by a second implementation."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.errors import Verdict
from edgewise.keys.hashing import mac
from edgewise.keys.labels import Label
from edgewise.keys.sealing import (
    HPKE_OVERHEAD_BYTES,
    check_kem_public,
    hpke_open,
    hpke_seal,
    kem_from_seeds,
    new_kem,
    seal,
    unseal,
)

KEY = bytes(range(32))
BOB = new_kem(SeededEntropy(b"bob"))
CAROL = new_kem(SeededEntropy(b"carol"))
SECRET = b"s" * 32
XWING = json.loads((Path(__file__).parent / "xwing.json").read_text("utf-8"))

# RFC 9180, appendix A.2.1: X25519, HKDF-SHA256, ChaCha20-Poly1305, base mode, first message
RFC = {
    "info": "4f6465206f6e2061204772656369616e2055726e",
    "private": "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
    "enc": "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
    "aad": "436f756e742d30",
    "sealed": "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
    "plain": "4265617574792069732074727574682c20747275746820626561757479",
}


# --- a second reading of RFC 9180 and of X-Wing, for these tests only ---------------------------------


def extract(suite: bytes, salt: bytes, name: bytes, material: bytes) -> bytes:
    """LabeledExtract of RFC 9180, section 4."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + name + material, "sha256")


def labeled_expand(suite: bytes, key: bytes, name: bytes, info: bytes, n: int) -> bytes:
    """LabeledExpand of RFC 9180, section 4, for up to 32 bytes."""
    labeled = n.to_bytes(2, "big") + b"HPKE-v1" + suite + name + info
    return hmac.digest(key, labeled + b"\x01", "sha256")[:n]


def x25519_shared(private: X25519PrivateKey, enc: bytes) -> bytes:
    """Decap of DHKEM(X25519, HKDF-SHA256)."""
    suite = b"KEM" + (0x20).to_bytes(2, "big")
    dh = private.exchange(X25519PublicKey.from_public_bytes(enc))
    prk = extract(suite, b"", b"eae_prk", dh)
    return labeled_expand(suite, prk, b"shared_secret", enc + private.public_key().public_bytes_raw(), 32)


def xwing_shared(seeds: bytes, enc: bytes) -> bytes:
    """Decapsulate of X-Wing, from the expanded private key."""
    x25519 = X25519PrivateKey.from_private_bytes(seeds[64:])
    of_mlkem = MLKEM768PrivateKey.from_seed_bytes(seeds[:64]).decapsulate(enc[:1088])
    of_x25519 = x25519.exchange(X25519PublicKey.from_public_bytes(enc[1088:]))
    public = x25519.public_key().public_bytes_raw()
    return hashlib.sha3_256(of_mlkem + of_x25519 + enc[1088:] + public + b"\\.//^\\").digest()


def open_base(kem_id: int, shared: bytes, info: bytes, aad: bytes, sealed: bytes) -> bytes:
    """KeySchedule of base mode with HKDF-SHA256 and ChaCha20-Poly1305, then Open of the first message."""
    suite = b"HPKE" + kem_id.to_bytes(2, "big") + b"\0\x01" + b"\0\x03"
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    secret = extract(suite, shared, b"secret", b"")
    key = labeled_expand(suite, secret, b"key", context, 32)
    nonce = labeled_expand(suite, secret, b"base_nonce", context, 12)
    return ChaCha20Poly1305(key).decrypt(nonce, sealed, aad)


def test_the_second_reading_opens_the_vector_of_rfc_9180() -> None:
    """The key schedule of these tests is the one of RFC 9180, A.2.1."""
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(RFC["private"]))
    shared = x25519_shared(private, bytes.fromhex(RFC["enc"]))
    info, aad, sealed = (bytes.fromhex(RFC[name]) for name in ("info", "aad", "sealed"))
    assert open_base(0x0020, shared, info, aad, sealed) == bytes.fromhex(RFC["plain"])


def test_the_second_reading_opens_the_vector_of_x_wing() -> None:
    """Our two seeds are X-Wing's expanded private key: its vector gives the same keys."""
    seeds = hashlib.shake_256(bytes.fromhex(XWING["seed"])).digest(96)
    assert hashlib.sha256(kem_from_seeds(seeds).public).hexdigest() == XWING["public_sha256"]
    shared = xwing_shared(seeds, bytes.fromhex("".join(XWING["ciphertext"])))
    assert shared.hex() == XWING["shared_secret"]


def test_the_second_reading_opens_what_is_sealed_here() -> None:
    """What the library seals is HPKE base mode with X-Wing (KEM 0x647A), as two documents say."""
    sealed = hpke_seal(BOB.public, SECRET, Label.WRAP, b"space")
    shared = xwing_shared(BOB.seeds, sealed[:1120])
    assert open_base(0x647A, shared, Label.WRAP.prefix + b"space", b"", sealed[1120:]) == SECRET


# --- HPKE ---------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_bob_opens_what_was_sealed_to_him(plaintext: bytes, context: bytes) -> None:
    """Sealing and opening with the same label and context gives the plaintext; sealed it is 1,136 B more."""
    sealed = hpke_seal(BOB.public, plaintext, Label.WRAP, context)
    assert len(sealed) == len(plaintext) + HPKE_OVERHEAD_BYTES
    assert hpke_open(BOB, sealed, Label.WRAP, context) == plaintext


def test_wrong_context_label_or_person_do_not_open() -> None:
    """An envelope moved to another space, purpose or person stays shut."""
    sealed = hpke_seal(BOB.public, SECRET, Label.WRAP, b"space one")
    for key, label, context in (
        (BOB, Label.WRAP, b"space two"),
        (BOB, Label.BUNDLE_KEY, b"space one"),
        (CAROL, Label.WRAP, b"space one"),
    ):
        with pytest.raises(Verdict) as caught:
            hpke_open(key, sealed, label, context)
        assert caught.value.code == "seal.bad"


@settings(max_examples=50)
@given(st.binary(max_size=1300))
def test_only_a_verdict_escapes_from_foreign_envelopes(sealed: bytes) -> None:
    """Bytes of any length that are no envelope are a Verdict."""
    with pytest.raises(Verdict):
        hpke_open(BOB, sealed, Label.WRAP, b"")


@settings(max_examples=50)
@given(st.integers(0, (HPKE_OVERHEAD_BYTES + 32) * 8 - 1))
def test_each_flipped_bit_of_an_envelope_is_noticed(bit: int) -> None:
    """No bit of an envelope is free."""
    sealed = bytearray(hpke_seal(BOB.public, SECRET, Label.WRAP, b""))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Verdict):
        hpke_open(BOB, bytes(sealed), Label.WRAP, b"")


@pytest.mark.parametrize(
    "public",
    [
        b"",
        BOB.public[:-1],
        BOB.public + b"\0",
        BOB.public[:1184] + bytes(32),  # a point that contributes nothing
        BOB.public[:1184] + b"\x01" + bytes(31),  # of small order
        b"\xff" * 1184 + BOB.public[1184:],  # not reduced
    ],
)
def test_nothing_is_sealed_to_what_is_no_key(public: bytes) -> None:
    """A public key that is malformed, or with which anybody could open, is a Verdict."""
    with pytest.raises(Verdict) as caught:
        hpke_seal(public, SECRET, Label.WRAP, b"")
    assert caught.value.code == "seal.bad_recipient"
    with pytest.raises(Verdict):
        check_kem_public(public)


def test_a_key_comes_back_from_its_seeds() -> None:
    """96 bytes of seeds are all there is to keep; a real public key passes; no repr shows seeds."""
    again = kem_from_seeds(BOB.seeds)
    assert again.public == BOB.public
    assert len(BOB.public) == 1216
    check_kem_public(BOB.public)
    assert hpke_open(again, hpke_seal(BOB.public, SECRET, Label.WRAP, b""), Label.WRAP, b"") == SECRET
    assert repr(BOB.seeds) not in repr(BOB)


# --- AEAD ---------------------------------------------------------------------------------------------


@given(st.binary(max_size=300), st.binary(max_size=64))
def test_what_is_sealed_opens_with_key_and_context_only(plaintext: bytes, ad: bytes) -> None:
    """Another key, another context and each cut are a Verdict (attack: republished ciphertext)."""
    sealed = seal(KEY, plaintext, ad)
    assert unseal(KEY, sealed, ad) == plaintext
    for key, data, context in ((bytes(32), sealed, ad), (KEY, sealed, ad + b"!"), (KEY, sealed[:-1], ad)):
        with pytest.raises(Verdict) as caught:
            unseal(key, data, context)
        assert caught.value.code == "seal.bad"


@given(st.binary(max_size=80))
def test_only_a_verdict_escapes_from_foreign_ciphertext(sealed: bytes) -> None:
    """Bytes of any length that nobody sealed are a Verdict."""
    with pytest.raises(Verdict):
        unseal(KEY, sealed, b"")


def poly1305_parts(key: bytes) -> tuple[int, int]:
    """The one-time r and s of RFC 8439, section 2.6, for the zero nonce."""
    stream = Cipher(ChaCha20(key, bytes(16)), mode=None).encryptor().update(bytes(32))
    r = int.from_bytes(stream[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    return r, int.from_bytes(stream[16:], "little")


def salamander(one: bytes, two: bytes) -> bytes:
    """A ciphertext with its tag that opens under both keys (attack 8: invisible salamanders)."""
    prime = 2**130 - 5
    (r1, s1), (r2, s2) = poly1305_parts(one), poly1305_parts(two)
    lengths = (0).to_bytes(8, "little") + (32).to_bytes(8, "little")

    def accumulate(r: int, blocks: list[bytes]) -> int:
        total = 0
        for block in blocks:
            total = (total + int.from_bytes(block + b"\x01", "little")) * r % prime
        return total

    for attempt in range(1, 200):
        first = attempt.to_bytes(16, "little")
        # tag = (first*r^3 + free*r^2 + lengths*r) + s, equal for both: solve for the free block
        known1, known2 = (accumulate(r, [first, bytes(16), lengths]) for r in (r1, r2))
        slope = (r1 * r1 - r2 * r2) % prime
        free = ((known2 + s2) - (known1 + s1)) * pow(slope, prime - 2, prime) % prime
        if free >= 2**128:
            continue
        body = [first, free.to_bytes(16, "little"), lengths]
        tags = [(accumulate(r, body) + s) % 2**128 for r, s in ((r1, s1), (r2, s2))]
        if tags[0] == tags[1]:
            return body[0] + body[1] + tags[0].to_bytes(16, "little")
    raise AssertionError("no salamander in 200 attempts")


def test_a_salamander_opens_twice_so_keys_need_commitments() -> None:
    """ChaCha20-Poly1305 does not commit to its key; a commitment beside it tells the two keys apart."""
    alices, mallorys = b"a" * 32, b"m" * 32
    sealed = salamander(alices, mallorys)
    assert unseal(alices, sealed, b"") != unseal(mallorys, sealed, b"")
    assert mac(alices, Label.COMMIT, b"") != mac(mallorys, Label.COMMIT, b"")
