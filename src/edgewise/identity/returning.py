# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming back from a safe copy: another device, and what to do where two branches of one chain came about.

A copy may be older than the chain that others hold (a name was changed after it; it was brought back twice).
The new device then writes a second branch without knowing it. As soon as it is shown the other, it rotates
with the recovery key, which beats both (MEET-6, MEET-7). The keys after a rotation are derived from the
recovery key, so that each copy that holds it can follow, however often the same copy is brought back.
"""

from collections.abc import Sequence
from typing import Final

from edgewise.identity.person import (
    Certificate,
    Chain,
    DeviceAdd,
    Inception,
    RootRotate,
    device_added,
    device_id,
    device_revoked,
    entries,
    renamed,
    resolve_chain,
)
from edgewise.identity.recovery import opens, rotated
from edgewise.keys.hashing import expand
from edgewise.keys.labels import Label
from edgewise.keys.signing import SigningKey, signing_from_seed

ROTATIONS_MAX: Final = 8
"""How many rotations a copy follows: each is a restore of a copy that was older than what others knew."""


def next_keys(recovery: SigningKey) -> tuple[SigningKey, SigningKey]:
    """The root and the recovery key that come after a rotation by this recovery key."""
    root = expand(recovery.seed, Label.RECOVERY_NEXT, b"root")
    return signing_from_seed(root), signing_from_seed(expand(recovery.seed, Label.RECOVERY_NEXT, b"recovery"))


def keys_of(chain: Chain, root: SigningKey, recovery: SigningKey) -> tuple[SigningKey, SigningKey] | None:
    """The root and recovery key that count in this chain, starting from known ones; None: not ours to use."""
    person = resolve_chain(chain)
    for _ in range(ROTATIONS_MAX + 1):
        if root.public == person.root and opens(person, recovery.public):
            return root, recovery
        root, recovery = next_keys(recovery)
    return None


def with_device(chain: Chain, root: SigningKey, certificate: Certificate, lost: bool, now_ms: int) -> Chain:
    """The chain with this device as well; with `lost`, as the only one that still speaks."""
    longer = device_added(chain, root, certificate, now_ms)
    mine = device_id(certificate.keys)
    for device in resolve_chain(longer).devices:
        if lost and device.id != mine and not device.revoked:
            longer = device_revoked(longer, root, device.id, now_ms)
    return longer


def rejoined(
    held: Chain, came: Chain, recovery: SigningKey, certificate: Certificate, lost: bool, now_ms: int
) -> Chain:
    """One chain after two branches, rotated from where they part; its root is `next_keys(recovery)`.

    It lists this device, and without `lost` the others that either branch lets speak; the name is that of
    `came`, which others know. Refusal "use.bad"
    where `recovery` is not the key that both branches are committed to.
    """
    keep = next(n for n, (mine, theirs) in enumerate(zip(held, came, strict=False)) if mine != theirs)
    listed = {certificate.keys.sign: certificate}
    if not lost:
        for chain in (held, came):
            listed.update({each.keys.sign: each for each in _speaking(chain) if each.keys.sign not in listed})
    root, after = next_keys(recovery)
    chain = rotated(held, recovery, root, after.public, tuple(listed.values()), now_ms, keep=keep)
    name = resolve_chain(came).name
    return chain if name == resolve_chain(chain).name else renamed(chain, root, name, now_ms)


def is_first(chain: Chain, device: bytes) -> bool:
    """Whether the device with this signing key has stood in the chain from its first entry."""
    return any(each.keys.sign == device for each in resolve_chain(chain[:1]).devices)


def _speaking(chain: Chain) -> Sequence[Certificate]:
    live = {device.id for device in resolve_chain(chain).devices if not device.revoked}
    found: dict[bytes, Certificate] = {}
    for entry in entries(chain):
        added = entry.devices if isinstance(entry, Inception | RootRotate) else ()
        for each in (entry.device,) if isinstance(entry, DeviceAdd) else added:
            found[device_id(each.keys)] = each
    return [each for id, each in found.items() if id in live]
