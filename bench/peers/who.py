# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everybody who is measured, ours first; and which jobs there are."""

from __future__ import annotations

from typing import Final

from bench.peers import autobase, automerge, hypercore, ours, pycrdt, ssb, synapse, syncthing
from bench.peers.stage import Peer

PEERS: Final[tuple[Peer, ...]] = (
    ours.PEER,
    ssb.PEER,
    hypercore.PEER,
    autobase.PEER,
    automerge.PEER,
    pycrdt.PEER,
    synapse.PEER,
    synapse.FEDERATED,
    syncthing.PEER,
)
JOBS: Final[tuple[str, ...]] = ("replicate", "writers", "document", "live", "file")
"""In the order in which they run."""
FIGURES: Final[dict[str, tuple[str, ...]]] = {
    "replicate": ("replicate", "write", "memory"),
    "writers": ("writers",),
    "document": ("edits", "document"),
    "live": ("live-p50", "live-p99"),
    "file": ("file",),
}
"""Which figures a job gives at least: those that say why not, where it did not run."""
