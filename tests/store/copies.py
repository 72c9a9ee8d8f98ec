# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small safe copy for tests: its key comes from words by the cheapest stretching."""

from functools import lru_cache

from edgewise.keys.stretch import StretchParams, stretch
from edgewise.store.safecopy import CopyKey, Head, Manifest, Part, Piece, Rows, Secret, Table, seal_copy
from edgewise.store.safecopy import File as CopyFile

WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"
OTHERS = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
CHEAP = StretchParams(8, 1, 1)
SALT, NONCE = b"s" * 16, b"n" * 32
PARTS: tuple[Part, ...] = (
    Manifest(1_800_000_000_000, 1, b"i" * 32, "Alice", (b"an entry",)),
    Table("settings", ("name", "value")),
    Rows((("language", "de"), ("zone", "UTC"))),
    Table("tombstones", ("target", "author", "space")),
    Rows(((b"t" * 32, b"a" * 32, b"s" * 32),)),
    Secret("root", b"r" * 32),
    CopyFile("pieces/ab/cd.blob", 5),
    Piece(b"hel"),
    Piece(b"lo"),
)


@lru_cache
def key(words: str = WORDS) -> CopyKey:
    """What these words are stretched to."""
    return CopyKey(CHEAP, SALT, stretch(words, SALT, CHEAP))


def key_of(words: str) -> object:
    """Stretches words as a head asks for it."""

    def of(head: Head) -> CopyKey:
        return CopyKey(head.params, head.salt, stretch(words, head.salt, head.params))

    return of


def sealed(parts: tuple[Part, ...] = PARTS) -> bytes:
    """The bytes of a copy."""
    return b"".join(seal_copy(parts, key(), NONCE))
