# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recovery: the second pair of keys, which a chain is committed to from the start, replaces a stolen root.

A thief who holds the root can write entries, but can't rotate; the rightful owner rotates from the last entry
that is their own, and the rotation beats whatever the thief wrote after it (MEET-6).
"""

from collections.abc import Sequence

from edgewise.ground import canon
from edgewise.ground.errors import Refusal
from edgewise.identity.person import (
    Certificate,
    Chain,
    Person,
    RootRotate,
    SignedEntry,
    entry_id,
    recovery_commitment,
    resolve_chain,
)
from edgewise.keys.labels import Label
from edgewise.keys.signing import SigningKey, sign


def opens(person: Person, recovery_public: bytes) -> bool:
    """Whether this is the key to which the person's chain is committed now."""
    return recovery_commitment(recovery_public) == person.recovery_commit


def rotated(
    chain: Chain,
    recovery_key: SigningKey,
    new_root: SigningKey,
    new_recovery_public: bytes,
    devices: Sequence[Certificate],
    now_ms: int,
    *,
    keep: int | None = None,
) -> Chain:
    """The chain with a new root, a new recovery commitment, and these devices as the only live ones.

    `keep` names how many entries of `chain` are the owner's own; what a thief wrote after them is dropped.
    Raises Refusal "use.bad" where `recovery_key` is not the one that the chain is committed to.
    """
    kept = chain if keep is None else chain[:keep]
    person = resolve_chain(kept)
    if not opens(person, recovery_key.public):
        raise Refusal("use.bad", reason="that is not the recovery key of this person")
    entry = RootRotate(
        n=person.length,
        prev=person.head,
        made_ms=now_ms,
        recovery=recovery_key.public,
        root=new_root.public,
        recovery_commit=recovery_commitment(new_recovery_public),
        devices=tuple(devices),
    )
    id_ = entry_id(entry)
    signed = SignedEntry(
        entry, sign(recovery_key, Label.RECOVERY_SIG, id_), sign(new_root, Label.IDENTITY_SIG, id_)
    )
    longer = (*kept, canon.encode(signed))
    resolve_chain(longer)
    return longer
