# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a passphrase to a key: Argon2id (RFC 9106), with the parameters kept beside what the key seals."""

import unicodedata
from typing import Annotated, Final

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from msgspec import Meta

from edgewise.ground.canon import Record
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import (
    PASSPHRASE_MAX_CHARS,
    STRETCH_ITERATIONS_MAX,
    STRETCH_LANES_MAX,
    STRETCH_MEMORY_KIB_MAX,
    STRETCH_MEMORY_KIB_MIN,
)

SALT_BYTES: Final = 16
STRETCHED_BYTES: Final = 32

_ROOMY_MEMORY_BYTES: Final = 2 * 1024**3
_ROOMY_KIB: Final = 256 * 1024


class StretchParams(Record, frozen=True):
    """What one stretching costs; bounded, since a file from outside may name it."""

    memory_kib: Annotated[int, Meta(ge=8, le=STRETCH_MEMORY_KIB_MAX)]
    iterations: Annotated[int, Meta(ge=1, le=STRETCH_ITERATIONS_MAX)]
    lanes: Annotated[int, Meta(ge=1, le=STRETCH_LANES_MAX)]


def params_for(memory_total_bytes: int) -> StretchParams:
    """The parameters for a computer: 256 MiB where it has 2 GiB or more, else 64 MiB; 3 passes, 1 lane."""
    roomy = memory_total_bytes >= _ROOMY_MEMORY_BYTES
    return StretchParams(_ROOMY_KIB if roomy else STRETCH_MEMORY_KIB_MIN, 3, 1)


def stretch(passphrase: str, salt: bytes, params: StretchParams) -> bytes:
    """The 32 bytes that passphrase (NFKC, so that each keyboard gives the same) and 16-byte salt determine.

    Raises Refusal "passphrase.empty", "passphrase.too_long", "passphrase.unreadable" or "passphrase.memory".
    """
    assert len(salt) == SALT_BYTES, len(salt)
    if not passphrase:
        raise Refusal("passphrase.empty")
    if len(passphrase) > PASSPHRASE_MAX_CHARS:
        raise Refusal("passphrase.too_long", limit_chars=PASSPHRASE_MAX_CHARS)
    try:
        secret = unicodedata.normalize("NFKC", passphrase).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refusal("passphrase.unreadable") from error
    try:
        return hash_secret_raw(
            secret, salt, params.iterations, params.memory_kib, params.lanes, STRETCHED_BYTES, Type.ID
        )
    except (HashingError, MemoryError) as error:
        raise Refusal("passphrase.memory", memory_mib=params.memory_kib // 1024) from error
