# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hypercore 11."""

from __future__ import annotations

from typing import Final

from bench.peers import ssb
from bench.peers.stage import Peer, Stage


def replicate(stage: Stage) -> dict[str, float]:
    """Blocks appended by one process and fetched by another."""
    return ssb.replicate(stage, "hypercore")


PEER: Final = Peer(
    "hypercore",
    "hypercore",
    {"replicate": replicate},
    "One signature over a tree covers all blocks, and each block is checked by its path in it. TCP with "
    "its Noise stream. A log without index or view. Nothing is encrypted on disk; RocksDB, blocks are not "
    "fsynced.",
)
