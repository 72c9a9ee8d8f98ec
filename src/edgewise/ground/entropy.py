# SPDX-License-Identifier: AGPL-3.0-or-later
"""Chance as an argument: who needs unpredictable bytes is handed a source of them.

The node hands in the operating system's; simulations and tests a seeded one, so that a run can be repeated.
"""

import hashlib
from typing import Protocol


class Entropy(Protocol):
    """A source of bytes that nobody else can predict (or, in a simulation, that repeats)."""

    def take(self, n: int) -> bytes:
        """The next `n` bytes; never the same ones again."""
        ...


class SeededEntropy:
    """A repeatable source: SHA-256 over seed and counter. For simulations and tests, not for people."""

    def __init__(self, seed: bytes) -> None:
        self._seed = hashlib.sha256(b"edgewise/v1/seeded-entropy\0" + seed).digest()
        self._counter = 0
        self._rest = b""

    def take(self, n: int) -> bytes:
        """The next `n` bytes of the stream that the seed determines, however it is cut into pieces."""
        blocks = [self._rest]
        have = len(self._rest)
        while have < n:
            block = hashlib.sha256(self._seed + self._counter.to_bytes(8, "big")).digest()
            self._counter += 1
            blocks.append(block)
            have += len(block)
        stream = b"".join(blocks)
        self._rest = stream[n:]
        return stream[:n]
