# SPDX-License-Identifier: AGPL-3.0-or-later
"""Epochs: a secret that opens what is written from an operation on, and the commitment to it (spec/epoch.md).

The id of an epoch is a hash over commitments to its four sub-keys and over the place (space, log, seq) of the
operation that carries it; so one id fits one secret, and one sub-key alone can be checked. In a genesis the
space of that place is 32 zeros, since the space's id is not known before.
"""

from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from msgspec import Meta

from edgewise.ground.canon import Bin16, Bin32, Bin64, Instant, Record, Uint
from edgewise.ground.errors import Verdict
from edgewise.ground.limits import CHAIN_ENTRIES_MAX, CHEADS_MAX, PURPOSE_MAX_CHARS
from edgewise.identity.devices import live_device
from edgewise.identity.person import Person, resolve_chain
from edgewise.keys.hashing import digest, expand, mac, same
from edgewise.keys.labels import Label
from edgewise.keys.signing import SigningKey, sign, verify
from edgewise.log.kinds import Kind
from edgewise.log.op import CLS_CONTROL, SEQ_BYTES

SECRET_BYTES: Final = 32
SPACE_KINDS: Final = frozenset({"self", "pair", "dm", "feed"})
ACCEPTANCE_EMBEDDED_MAX_BYTES: Final = 32 * 1024  # a chain of 24 KiB, signatures, addresses

Word = Annotated[str, Meta(pattern=r"^[a-z_]{1,20}\Z")]


class Commitments(Record, frozen=True):
    """What an epoch says of its four sub-keys without showing them."""

    content: Bin32
    control: Bin32
    access: Bin32
    tag: Bin32


@dataclass(frozen=True, slots=True)
class Subkeys:
    """The four keys of an epoch, independent of each other; 32 bytes each."""

    content: bytes = field(repr=False)
    control: bytes = field(repr=False)
    access: bytes = field(repr=False)
    tag: bytes = field(repr=False)


def subkeys(secret: bytes) -> Subkeys:
    """The sub-keys of a 32-byte epoch secret; none of them leads back to it or to another."""
    assert len(secret) == SECRET_BYTES, len(secret)
    return Subkeys(
        content=expand(secret, Label.CONTENT),
        control=expand(secret, Label.CONTROL),
        access=expand(secret, Label.ACCESS),
        tag=expand(secret, Label.TAG),
    )


def commitment_of(subkey: bytes) -> bytes:
    """The commitment to one sub-key."""
    return mac(subkey, Label.COMMIT, b"")


def commitments(secret: bytes) -> Commitments:
    """The commitments to the four sub-keys of a secret."""
    keys = subkeys(secret)
    return Commitments(
        content=commitment_of(keys.content),
        control=commitment_of(keys.control),
        access=commitment_of(keys.access),
        tag=commitment_of(keys.tag),
    )


def epoch_id(space: bytes, log: bytes, seq: int, commits: Commitments) -> bytes:
    """The id of the epoch with these commitments that the operation at (space, log, seq) carries."""
    return digest(
        Label.EPOCH_ID,
        space,
        log,
        seq.to_bytes(SEQ_BYTES, "big"),
        commits.content,
        commits.control,
        commits.access,
        commits.tag,
    )


def check_secret(epoch: bytes, space: bytes, log: bytes, seq: int, secret: bytes) -> None:
    """Raises Verdict "epoch.mismatch" unless `secret` is the one secret of this epoch."""
    if len(secret) != SECRET_BYTES or not same(epoch_id(space, log, seq, commitments(secret)), epoch):
        raise Verdict("epoch.mismatch")


def check_commitments(epoch: bytes, space: bytes, log: bytes, seq: int, commits: Commitments) -> None:
    """Raises Verdict "epoch.mismatch" unless these are the commitments of this epoch."""
    if not same(epoch_id(space, log, seq, commits), epoch):
        raise Verdict("epoch.mismatch")


def check_control(
    epoch: bytes, space: bytes, log: bytes, seq: int, control: bytes, commits: Commitments
) -> None:
    """Raises Verdict "epoch.mismatch" unless `control` alone is the control sub-key of this epoch."""
    check_commitments(epoch, space, log, seq, commits)
    if not same(commitment_of(control), commits.control):
        raise Verdict("epoch.mismatch")


def check_content(
    epoch: bytes, space: bytes, log: bytes, seq: int, content: bytes, commits: Commitments
) -> None:
    """Raises Verdict "epoch.mismatch" unless `content` alone is the content sub-key of this epoch."""
    check_commitments(epoch, space, log, seq, commits)
    if not same(commitment_of(content), commits.content):
        raise Verdict("epoch.mismatch")


def derive(parent_secret: bytes, context: bytes) -> bytes:
    """The secret of a derived epoch: whoever holds the parent's has it, and it does not lead back.

    `context` is the 32-byte hash of what admitted the newcomer.
    """
    return expand(parent_secret, Label.ADVANCE, context)


class Policy(Record, frozen=True):
    """What holds in a space from its first operation to its last."""

    kind: Word
    profile: Word
    q: Uint
    history: Word
    suite_min: Uint
    retention_ms: Instant
    until_ms: Instant
    purpose: Annotated[str, Meta(max_length=PURPOSE_MAX_CHARS)]


class LogOpen(Record, frozen=True):
    """The first record of a log: whose it is, certificate chain by value, signed with the device key."""

    chain: Annotated[tuple[bytes, ...], Meta(min_length=1, max_length=CHAIN_ENTRIES_MAX)]
    device: Bin32
    sig: Bin64


class LogClose(Record, frozen=True):
    """A log ends at `last_seq`; `proof` is empty for one's own device, else what revokes the device."""

    log: Bin32
    last_seq: Uint
    reason: Word
    proof: Annotated[tuple[bytes, ...], Meta(max_length=CHAIN_ENTRIES_MAX)]


class Writer(Record, frozen=True):
    """The owner of a feed lists or hides a log in which somebody answers."""

    log: Bin32
    listed: bool


class EpochRecord(Record, frozen=True):
    """A further epoch; its id comes from the place of the operation that carries it."""

    parents: Annotated[tuple[Bin32, ...], Meta(min_length=1, max_length=CHEADS_MAX)]
    recipients_root: Bin32
    mode: Literal["fresh", "derived"]
    commits: Commitments


class Genesis(Record, frozen=True):
    """The first record of a space: its policy, its first epoch, its writer, for a pair the other's yes."""

    policy: Policy
    commits: Commitments
    open: LogOpen
    acceptance: Annotated[bytes, Meta(max_length=ACCEPTANCE_EMBEDDED_MAX_BYTES)]
    nonce: Bin16


def make_log_open(
    chain: tuple[bytes, ...], device_key: SigningKey, log_public: bytes, space: bytes
) -> LogOpen:
    """The device's word that the log is its own in this space (32 zeros in a genesis)."""
    return LogOpen(chain, device_key.public, sign(device_key, Label.LOG_OPEN_SIG, log_public + space))


def check_log_open(open: LogOpen, log_public: bytes, space: bytes) -> Person:
    """The person whose log it is. Raises Verdict "identity.*" or "signature.bad"."""
    person = resolve_chain(open.chain)
    live_device(person, open.device)
    verify(open.device, Label.LOG_OPEN_SIG, log_public + space, open.sig)
    return person


def check_log_close(close: LogClose, *, closer_device: bytes, log_identity: bytes, log_device: bytes) -> None:
    """Raises Verdict "op.not_allowed" unless the log may be closed so.

    It may be closed by its own device, or by whoever shows a chain of its person that revokes that device.
    """
    if closer_device == log_device:
        return
    person = resolve_chain(close.proof)
    shown = person.id == log_identity and any(
        device.keys.sign == log_device and device.revoked for device in person.devices
    )
    if not shown:
        raise Verdict("op.not_allowed", kind="log.close")


def _check_epoch(record: EpochRecord) -> None:
    if len(set(record.parents)) != len(record.parents):
        raise Verdict("epoch.malformed", reason="parent twice")
    if record.mode == "derived" and len(record.parents) != 1:
        raise Verdict("epoch.malformed", reason="derived from several")


def _check_genesis(record: Genesis) -> None:
    policy = record.policy
    if policy.kind not in SPACE_KINDS or policy.q < 1 or policy.suite_min < 1:
        raise Verdict("op.bad_body", why="policy")
    if (policy.kind == "pair") != bool(record.acceptance):
        raise Verdict("op.bad_body", why="acceptance")


KINDS: Final = (
    Kind("genesis", 1, CLS_CONTROL, Genesis, SPACE_KINDS, _check_genesis),
    Kind("epoch", 1, CLS_CONTROL, EpochRecord, SPACE_KINDS, _check_epoch),
    Kind("log.open", 1, CLS_CONTROL, LogOpen, SPACE_KINDS),
    Kind("log.close", 1, CLS_CONTROL, LogClose, SPACE_KINDS),
    Kind("writer", 1, CLS_CONTROL, Writer, frozenset({"feed"})),
)
