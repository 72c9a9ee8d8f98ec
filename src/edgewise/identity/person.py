# SPDX-License-Identifier: AGPL-3.0-or-later
"""The identity chain: who a person is and which devices speak for them (spec/meeting.md, MEET-1 to MEET-8).

A chain is a tuple of canonical signed entries, each naming the one before. The root key writes it; only the
recovery key, to which the chain is committed from its first entry, can replace the root. What entries claim
about time orders nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground import canon
from edgewise.ground.canon import Bin32, Bin64, Instant, KemPublic, Name, Record, Uint
from edgewise.ground.entropy import Entropy
from edgewise.ground.errors import Verdict
from edgewise.ground.ids import ZERO32
from edgewise.ground.limits import CHAIN_ENTRIES_MAX, CHAIN_ENTRY_MAX_BYTES, DEVICES_MAX
from edgewise.keys.hashing import digest
from edgewise.keys.labels import Label
from edgewise.keys.sealing import KemKey, new_kem
from edgewise.keys.signing import SigningKey, new_signing, sign, verifies

# A genesis embeds two chains and must stay below the 64 KiB of a body: room for about 16 device entries.
CHAIN_MAX_BYTES: Final = 24 * 1024


class DeviceKeys(Record, frozen=True):
    """The three public keys of a device: each has one job."""

    sign: Bin32
    kem: KemPublic
    transport: Bin32


class Certificate(Record, frozen=True):
    """A device's keys, and its own signature that it belongs to this root and recovery commitment."""

    keys: DeviceKeys
    sig: Bin64


Certificates = Annotated[tuple[Certificate, ...], Meta(min_length=1, max_length=DEVICES_MAX)]


class Inception(Record, frozen=True, tag="inception"):
    """The first entry; its id is the id of the person."""

    n: Uint
    prev: Bin32
    made_ms: Instant
    root: Bin32
    recovery_commit: Bin32
    name: Name
    devices: Certificates


class DeviceAdd(Record, frozen=True, tag="device_add"):
    """Another device; or a live one again, with new KEM and transport keys."""

    n: Uint
    prev: Bin32
    made_ms: Instant
    device: Certificate


class DeviceRevoke(Record, frozen=True, tag="device_revoke"):
    """This device speaks for the person no more. It names no log: that would link what is kept apart."""

    n: Uint
    prev: Bin32
    made_ms: Instant
    device: Bin32


class Profile(Record, frozen=True, tag="profile"):
    """Another name."""

    n: Uint
    prev: Bin32
    made_ms: Instant
    name: Name


class RootRotate(Record, frozen=True, tag="root_rotate"):
    """A new root and recovery commitment, and the complete list of devices; signed with the recovery key."""

    n: Uint
    prev: Bin32
    made_ms: Instant
    recovery: Bin32
    root: Bin32
    recovery_commit: Bin32
    devices: Certificates


Entry = Inception | DeviceAdd | DeviceRevoke | Profile | RootRotate


class SignedEntry(Record, frozen=True):
    """An entry and its signature: by the root; a rotation by the recovery key, and the new root as well."""

    entry: Inception | DeviceAdd | DeviceRevoke | Profile | RootRotate
    sig: Bin64
    new_root_sig: Annotated[bytes, Meta(max_length=64)]


@dataclass(frozen=True, slots=True)
class Device:
    """A device of a person: id, keys, and whether it was given up."""

    id: bytes
    keys: DeviceKeys
    revoked: bool


@dataclass(frozen=True, slots=True)
class Person:
    """What a chain says. `anchor` is what devices sign; `frozen`: two stories are known, so give no more."""

    id: bytes
    root: bytes
    recovery_commit: bytes
    name: str
    devices: tuple[Device, ...]
    length: int
    head: bytes
    anchor: bytes
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class PersonSecrets:
    """The secret keys of a new person and their first device; root and recovery are for the chest."""

    root: SigningKey = field(repr=False)
    recovery: SigningKey = field(repr=False)
    sign: SigningKey = field(repr=False)
    transport: SigningKey = field(repr=False)
    kem: KemKey = field(repr=False)

    @property
    def keys(self) -> DeviceKeys:
        """The public half of the first device."""
        return DeviceKeys(self.sign.public, self.kem.public, self.transport.public)


Chain = tuple[bytes, ...]


def device_id(keys: DeviceKeys) -> bytes:
    """The 32-byte id of a device: over its signing key, so that new KEM keys don't change it."""
    return digest(Label.DEVICE_ID, keys.sign)


def entry_id(entry: Entry) -> bytes:
    """The 32-byte id of an entry, over what is signed."""
    return digest(Label.IDENTITY, canon.encode(entry))


def recovery_commitment(recovery_public: bytes) -> bytes:
    """What a chain says of the recovery key until it is used."""
    return digest(Label.RECOVERY_COMMIT, recovery_public)


def anchor_of(inception: Inception) -> bytes:
    """What each device of the person signs, together with its keys: first root and first commitment."""
    return inception.root + inception.recovery_commit


def certify(device_key: SigningKey, keys: DeviceKeys, anchor: bytes) -> Certificate:
    """The device's own part of its certificate: nobody can list a device that did not sign for them."""
    assert device_key.public == keys.sign
    return Certificate(keys, sign(device_key, Label.DEVICE_SIG, anchor + canon.encode(keys)))


def resolve_chain(chain: Sequence[bytes], *, frozen: bool = False) -> Person:
    """The person that a chain says, every signature checked.

    Raises Verdict "identity.too_long", "identity.malformed" (bytes, order, links, devices) or
    "identity.unsigned" (a signature that is not the root's, the recovery key's or the device's).
    """
    if len(chain) > CHAIN_ENTRIES_MAX or sum(map(len, chain)) > CHAIN_MAX_BYTES:
        raise Verdict("identity.too_long", entries=len(chain))
    person: Person | None = None
    for data in chain:
        person = _begun(_decoded(data)) if person is None else _continued(person, _decoded(data))
    if person is None:
        raise Verdict("identity.malformed", reason="empty")
    return replace(person, frozen=frozen)


def _decoded(data: bytes) -> SignedEntry:
    try:
        return canon.decode(SignedEntry, data, max_bytes=CHAIN_ENTRY_MAX_BYTES)
    except Verdict as verdict:
        raise Verdict("identity.malformed", reason=verdict.code) from verdict


def _require(held: bool, reason: str) -> None:
    if not held:
        raise Verdict("identity.malformed", reason=reason)


def _require_signed(public: bytes, label: Label, message: bytes, sig: bytes) -> None:
    if not verifies(public, label, message, sig):
        raise Verdict("identity.unsigned", purpose=label.purpose)


def _begun(signed: SignedEntry) -> Person:
    entry = signed.entry
    if not isinstance(entry, Inception):
        raise Verdict("identity.malformed", reason="no inception")
    _require(entry.n == 0 and entry.prev == ZERO32, "inception with a past")
    _require(signed.new_root_sig == b"", "signatures")
    id_ = entry_id(entry)
    _require_signed(entry.root, Label.IDENTITY_SIG, id_, signed.sig)
    anchor = anchor_of(entry)
    return Person(
        id=id_,
        root=entry.root,
        recovery_commit=entry.recovery_commit,
        name=entry.name,
        devices=_certified(entry.devices, anchor),
        length=1,
        head=id_,
        anchor=anchor,
    )


def _continued(person: Person, signed: SignedEntry) -> Person:
    entry = signed.entry
    _require(not isinstance(entry, Inception), "second inception")
    _require(entry.n == person.length and entry.prev == person.head, "order")
    id_ = entry_id(entry)
    after = replace(person, length=person.length + 1, head=id_)
    if isinstance(entry, RootRotate):
        return _rotated(after, entry, id_, signed)
    _require(signed.new_root_sig == b"", "signatures")
    _require_signed(person.root, Label.IDENTITY_SIG, id_, signed.sig)
    if isinstance(entry, DeviceAdd):
        return replace(after, devices=_added(person, entry))
    if isinstance(entry, DeviceRevoke):
        return replace(after, devices=_revoked(person, entry))
    assert isinstance(entry, Profile)
    return replace(after, name=entry.name)


def _rotated(after: Person, entry: RootRotate, id_: bytes, signed: SignedEntry) -> Person:
    if recovery_commitment(entry.recovery) != after.recovery_commit:
        raise Verdict("identity.unsigned", purpose=Label.RECOVERY_COMMIT.purpose)
    _require(entry.recovery_commit != after.recovery_commit, "recovery key used twice")
    _require_signed(entry.recovery, Label.RECOVERY_SIG, id_, signed.sig)
    _require_signed(entry.root, Label.IDENTITY_SIG, id_, signed.new_root_sig)
    listed = _certified(entry.devices, after.anchor)
    live = {device.id for device in listed}
    given_up = tuple(replace(device, revoked=True) for device in after.devices if device.id not in live)
    return replace(
        after, root=entry.root, recovery_commit=entry.recovery_commit, devices=_bounded(given_up + listed)
    )


def _certified(certificates: Sequence[Certificate], anchor: bytes) -> tuple[Device, ...]:
    devices = tuple(_checked(certificate, anchor) for certificate in certificates)
    _require(len({device.id for device in devices}) == len(devices), "device twice")
    return devices


def _checked(certificate: Certificate, anchor: bytes) -> Device:
    keys = certificate.keys
    _require(keys.sign != keys.transport, "one key for two jobs")
    _require_signed(keys.sign, Label.DEVICE_SIG, anchor + canon.encode(keys), certificate.sig)
    return Device(device_id(keys), keys, revoked=False)


def _bounded(devices: tuple[Device, ...]) -> tuple[Device, ...]:
    _require(len(devices) <= DEVICES_MAX, "too many devices")
    return devices


def _added(person: Person, entry: DeviceAdd) -> tuple[Device, ...]:
    new = _checked(entry.device, person.anchor)
    if all(device.id != new.id for device in person.devices):
        return _bounded((*person.devices, new))
    _require(any(device.id == new.id and not device.revoked for device in person.devices), "revoked device")
    return tuple(new if device.id == new.id else device for device in person.devices)


def _revoked(person: Person, entry: DeviceRevoke) -> tuple[Device, ...]:
    _require(any(device.id == entry.device and not device.revoked for device in person.devices), "no device")
    return tuple(
        replace(device, revoked=True) if device.id == entry.device else device for device in person.devices
    )


class Relation(Enum):
    """How a chain that came stands to the one that is held."""

    SAME = "same"
    EXTENDS = "extends"  # the held one and more, or a rotation that beats what stood after its place
    OLDER = "older"  # less than is held, or what a held rotation has beaten
    FORK = "fork"  # two stories of one root: frozen until a rotation
    DEAD = "dead"  # two stories of one recovery key, for ever in doubt: meet again in person
    OTHER = "other"  # somebody else


def relation(old_chain: Sequence[bytes], new_chain: Sequence[bytes]) -> Relation:
    """How `new_chain` stands to `old_chain`. Raises the Verdicts of `resolve_chain` for either of them."""
    old, new = resolve_chain(old_chain), resolve_chain(new_chain)
    if old.id != new.id:
        return Relation.OTHER
    old_entries, new_entries = entries(old_chain), entries(new_chain)
    for place, (mine, theirs) in enumerate(zip(old_entries, new_entries, strict=False)):
        if mine != theirs:
            return _forked(_rotates(old_entries[place:]), _rotates(new_entries[place:]))
    if old.length == new.length:
        return Relation.SAME
    return Relation.EXTENDS if new.length > old.length else Relation.OLDER


def entries(chain: Sequence[bytes]) -> list[Entry]:
    """What stands in a chain, unproven. Raises Verdict "identity.malformed"."""
    return [_decoded(data).entry for data in chain]


def _rotates(branch: Sequence[Entry]) -> bool:
    return any(isinstance(entry, RootRotate) for entry in branch)


def _forked(old_rotates: bool, new_rotates: bool) -> Relation:
    """What a fork means: a branch with a rotation beats one without, wherever in it the rotation stands."""
    if old_rotates and new_rotates:
        return Relation.DEAD
    if old_rotates:
        return Relation.OLDER
    return Relation.EXTENDS if new_rotates else Relation.FORK


def extends(old_chain: Sequence[bytes], new_chain: Sequence[bytes]) -> bool:
    """Whether `new_chain` may take the place of `old_chain`: the same, longer, or rightfully rotated."""
    return relation(old_chain, new_chain) in (Relation.SAME, Relation.EXTENDS)


def settle(held_chain: Chain, came_chain: Chain) -> tuple[Chain, bool]:
    """Which of two chains counts from now on, and whether the person is to be frozen.

    Raises Verdict "identity.other" for somebody else's chain, and those of `resolve_chain`.
    """
    found = relation(held_chain, came_chain)
    if found is Relation.OTHER:
        raise Verdict("identity.other")
    chain = came_chain if found is Relation.EXTENDS else held_chain
    return chain, found in (Relation.FORK, Relation.DEAD)


def new_person(entropy: Entropy, name: str, now_ms: int) -> tuple[Person, Chain, PersonSecrets]:
    """A new person with one device. Takes root, recovery, device, transport and KEM keys from `entropy`."""
    root, recovery, device, transport = (new_signing(entropy) for _ in range(4))
    secrets = PersonSecrets(root, recovery, device, transport, new_kem(entropy))
    commit = recovery_commitment(recovery.public)
    certificate = certify(device, secrets.keys, root.public + commit)
    entry = Inception(0, ZERO32, now_ms, root.public, commit, name, (certificate,))
    chain = (_signed(entry, root),)
    return resolve_chain(chain), chain, secrets


def _signed(entry: Entry, root_key: SigningKey) -> bytes:
    return canon.encode(SignedEntry(entry, sign(root_key, Label.IDENTITY_SIG, entry_id(entry)), b""))


def _longer(chain: Chain, data: bytes) -> Chain:
    """The chain with one more entry, which must stand (our own mistake is a Verdict against ourselves)."""
    longer = (*chain, data)
    resolve_chain(longer)
    return longer


def renamed(chain: Chain, root_key: SigningKey, name: str, now_ms: int) -> Chain:
    """The chain with another name."""
    person = resolve_chain(chain)
    return _longer(chain, _signed(Profile(person.length, person.head, now_ms, name), root_key))


def device_added(chain: Chain, root_key: SigningKey, certificate: Certificate, now_ms: int) -> Chain:
    """The chain with another device, whose own half is `certify(device_key, keys, person.anchor)`."""
    person = resolve_chain(chain)
    return _longer(chain, _signed(DeviceAdd(person.length, person.head, now_ms, certificate), root_key))


def device_revoked(chain: Chain, root_key: SigningKey, device: bytes, now_ms: int) -> Chain:
    """The chain in which the device of this id speaks no more."""
    person = resolve_chain(chain)
    return _longer(chain, _signed(DeviceRevoke(person.length, person.head, now_ms, device), root_key))
