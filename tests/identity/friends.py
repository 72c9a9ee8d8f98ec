# SPDX-License-Identifier: AGPL-3.0-or-later
"""Alice, Bob, Carol and Mallory: the same people, with the same keys, in every test."""

from dataclasses import dataclass
from functools import lru_cache

from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.instant import DAY_MS
from edgewise.identity.person import Chain, DeviceKeys, Person, PersonSecrets, new_person
from edgewise.keys.sealing import KemKey, new_kem
from edgewise.keys.signing import SigningKey, new_signing

NOW_MS = 1_800_000_000_000
LATER_MS = NOW_MS + DAY_MS


@dataclass(frozen=True)
class Friend:
    """A person with all their secrets."""

    person: Person
    chain: Chain
    secrets: PersonSecrets

    @property
    def device(self) -> SigningKey:
        """The signing key of their first device."""
        return self.secrets.sign


@dataclass(frozen=True)
class Gadget:
    """Another device with its secret keys."""

    sign: SigningKey
    transport: SigningKey
    kem: KemKey

    @property
    def keys(self) -> DeviceKeys:
        """Its public keys."""
        return DeviceKeys(self.sign.public, self.kem.public, self.transport.public)


@lru_cache
def friend(name: str) -> Friend:
    """The person of this name."""
    return Friend(*new_person(SeededEntropy(name.encode()), name.capitalize(), NOW_MS))


@lru_cache
def gadget(name: str) -> Gadget:
    """The device of this name."""
    entropy = SeededEntropy(b"gadget " + name.encode())
    return Gadget(new_signing(entropy), new_signing(entropy), new_kem(entropy))


@lru_cache
def key(name: str) -> SigningKey:
    """A signing key of this name."""
    return new_signing(SeededEntropy(b"key " + name.encode()))
