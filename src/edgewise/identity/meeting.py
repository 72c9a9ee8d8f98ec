# SPDX-License-Identifier: AGPL-3.0-or-later
"""Acceptance and confirmation: both yeses, signed (spec/meeting.md, MEET-15 to MEET-20)."""

from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground import canon
from edgewise.ground.canon import Bin16, Bin32, Bin64, Instant, Record, Uint
from edgewise.ground.errors import Verdict
from edgewise.ground.ids import lp
from edgewise.identity.devices import live_device
from edgewise.identity.letters import ChainBytes, check_commit, check_reveal, parse_letter
from edgewise.identity.person import Person, resolve_chain
from edgewise.identity.tickets import Addrs, invitation_id
from edgewise.keys.hashing import digest, mac, same
from edgewise.keys.labels import Label
from edgewise.keys.sealing import HPKE_OVERHEAD_BYTES, KemKey, hpke_open, hpke_seal
from edgewise.keys.signing import SigningKey, sign, verifies
from edgewise.log.op import WireOp

ACCEPT_VERSION: Final = 1
CONFIRM_VERSION: Final = 1
ACCEPTANCE_MAX_BYTES: Final = 32 * 1024  # a chain of 24 KiB, signatures, addresses
CONFIRM_MAX_BYTES: Final = 128 * 1024  # a genesis with two chains, padded; and the sealed secret
ACCEPTANCE_MAGIC: Final = b"edgewise-acceptance/1\n"
SEALED_SECRET_BYTES: Final = 32 + HPKE_OVERHEAD_BYTES


class AcceptanceBody(Record, frozen=True):
    """The yes of who was invited: to which terms, who they are, and the log in which they will write."""

    invitation: Bin32
    policy: Bin32
    chain: ChainBytes
    device: Bin32
    log: Bin32
    addrs: Addrs
    nonce: Bin16
    made_ms: Instant


class SignedAcceptance(Record, frozen=True):
    """An acceptance's bytes: signed by the device, authenticated by the secret of the invitation."""

    v: Uint
    body: Annotated[bytes, Meta(max_length=ACCEPTANCE_MAX_BYTES)]
    sig: Bin64
    mac: Bin32


class ConfirmBody(Record, frozen=True):
    """The inviter's answer: the genesis of the pair, which holds the acceptance, and its sealed secret."""

    invitation: Bin32
    acceptance: Bin32
    genesis: WireOp
    sealed_secret: Annotated[bytes, Meta(min_length=SEALED_SECRET_BYTES, max_length=SEALED_SECRET_BYTES)]


class SignedConfirm(Record, frozen=True):
    """A confirmation's bytes; `reveal` is what the letter's `check` commits to."""

    v: Uint
    device: Bin32
    body: Annotated[bytes, Meta(max_length=CONFIRM_MAX_BYTES)]
    reveal: Bin64
    sig: Bin64


def make_acceptance(body: AcceptanceBody, device_key: SigningKey, secret: bytes) -> bytes:
    """The signed bytes of an acceptance, of 1.6 KiB and more."""
    assert device_key.public == body.device
    data = canon.encode(body)
    sig = sign(device_key, Label.ACCEPT_SIG, data)
    return canon.encode(
        SignedAcceptance(ACCEPT_VERSION, data, sig, mac(secret, Label.ACCEPT_MAC, data + sig))
    )


def _parse_acceptance(acceptance: bytes) -> tuple[SignedAcceptance, AcceptanceBody]:
    try:
        outer = canon.decode(SignedAcceptance, acceptance, max_bytes=ACCEPTANCE_MAX_BYTES)
        body = canon.decode(AcceptanceBody, outer.body)
    except Verdict as verdict:
        raise Verdict("accept.malformed", reason=verdict.code) from verdict
    if outer.v != ACCEPT_VERSION:
        raise Verdict("accept.malformed", reason="version")
    return outer, body


def acceptance_invitation(acceptance: bytes) -> bytes:
    """The invitation that an acceptance names, unproven. Raises Verdict "accept.malformed"."""
    return _parse_acceptance(acceptance)[1].invitation


def open_acceptance(acceptance: bytes, secret: bytes) -> AcceptanceBody:
    """What an acceptance says, made by a holder of the secret and signed by a live device of its person.

    Raises Verdict "accept.malformed", "accept.bad_proof" or "identity.*".
    """
    outer, body = _parse_acceptance(acceptance)
    proof = mac(secret, Label.ACCEPT_MAC, outer.body + outer.sig)
    if not same(proof, outer.mac) or body.invitation != invitation_id(secret):
        raise Verdict("accept.bad_proof", reason="secret")
    live_device(resolve_chain(body.chain), body.device)
    if not verifies(body.device, Label.ACCEPT_SIG, outer.body, outer.sig):
        raise Verdict("accept.bad_proof", reason="signature")
    return body


def acceptance_hash(acceptance: bytes) -> bytes:
    """The 32 bytes by which a confirmation names the acceptance that it answers."""
    return digest(Label.ACCEPTANCE, acceptance)


def acceptance_file(acceptance: bytes, inviter_kem_public: bytes) -> bytes:
    """The acceptance sealed to the inviter's device: its carrier learns nothing of who meets whom."""
    return ACCEPTANCE_MAGIC + hpke_seal(inviter_kem_public, acceptance, Label.ACCEPT_SEAL, b"")


def is_acceptance_file(data: bytes) -> bool:
    """Whether these bytes claim to be a sealed acceptance."""
    return data.startswith(ACCEPTANCE_MAGIC)


def open_acceptance_file(data: bytes, kem_key: KemKey) -> bytes:
    """The acceptance of a file; not checked any further.

    Raises Verdict "accept.malformed", and "bundle.not_for_you" where another device is meant.
    """
    if not is_acceptance_file(data) or len(data) > 2 * ACCEPTANCE_MAX_BYTES:
        raise Verdict("accept.malformed", reason="file")
    try:
        return hpke_open(kem_key, data.removeprefix(ACCEPTANCE_MAGIC), Label.ACCEPT_SEAL, b"")
    except Verdict as verdict:
        raise Verdict("bundle.not_for_you") from verdict


def pair_wrap(kem_public: bytes, secret: bytes, genesis_id: bytes) -> bytes:
    """The pair's epoch secret sealed to the acceptor's device, for this genesis only."""
    return hpke_seal(kem_public, secret, Label.PAIR_WRAP, genesis_id)


def pair_unwrap(kem_key: KemKey, sealed_secret: bytes, genesis_id: bytes) -> bytes:
    """The pair's epoch secret; check it against the genesis. Raises Verdict "seal.bad"."""
    return hpke_open(kem_key, sealed_secret, Label.PAIR_WRAP, genesis_id)


def make_confirm(body: ConfirmBody, device_key: SigningKey) -> bytes:
    """The signed bytes of a confirmation, by the device that wrote the letter."""
    data = canon.encode(body)
    reveal = check_reveal(device_key, body.invitation)
    sig = sign(device_key, Label.CONFIRM_SIG, reveal + data)
    return canon.encode(SignedConfirm(CONFIRM_VERSION, device_key.public, data, reveal, sig))


def _parse_confirm(confirm: bytes) -> tuple[SignedConfirm, ConfirmBody]:
    try:
        outer = canon.decode(SignedConfirm, confirm, max_bytes=CONFIRM_MAX_BYTES)
        body = canon.decode(ConfirmBody, outer.body)
    except Verdict as verdict:
        raise Verdict("confirm.malformed", reason=verdict.code) from verdict
    if outer.v != CONFIRM_VERSION:
        raise Verdict("confirm.malformed", reason="version")
    return outer, body


def confirm_invitation(confirm: bytes) -> bytes:
    """The invitation that a confirmation names, unproven. Raises Verdict "confirm.malformed"."""
    return _parse_confirm(confirm)[1].invitation


def open_confirm(confirm: bytes, inviter: Person) -> ConfirmBody:
    """What a confirmation says, signed by a live device of the inviter.

    Raises Verdict "confirm.malformed", "confirm.other" or "identity.*".
    """
    outer, body = _parse_confirm(confirm)
    live_device(inviter, outer.device)
    if not verifies(outer.device, Label.CONFIRM_SIG, outer.reveal + outer.body, outer.sig):
        raise Verdict("confirm.other", reason="signature")
    return body


def transcript(letter: bytes, acceptance: bytes, confirm: bytes) -> bytes:
    """The 32 bytes whose check words both screens show: letter, acceptance, and what the letter commits to.

    The inviter's part is fixed by the letter's commitment before the acceptance exists, the acceptor's
    before the reveal; so nobody in between can vary one side until four words fit. (The id of the genesis is
    left out for this reason: who makes it could vary it. The letter's device signs for it.)
    Raises Verdict "confirm.other" where the reveal or the acceptance is another one.
    """
    outer, body = _parse_confirm(confirm)
    if check_commit(outer.reveal) != parse_letter(letter).check:
        raise Verdict("confirm.other", reason="check")
    if body.acceptance != acceptance_hash(acceptance):
        raise Verdict("confirm.other", reason="acceptance")
    return digest(Label.CHECKWORDS, lp(letter, acceptance, outer.reveal))
