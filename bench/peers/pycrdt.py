# SPDX-License-Identifier: AGPL-3.0-or-later
"""Yjs by pycrdt: the library alone, over a plain socket."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bench.peers import automerge, install
from bench.peers.stage import Peer, Stage

PROGRAM: Final = Path(__file__).parent / "pycrdt_program.py"


def document(stage: Stage) -> dict[str, float]:
    """A document edited by one process, fetched whole by another one."""
    return automerge.document(stage, [install.python_of(stage.into), "-P", PROGRAM])


PEER: Final = Peer(
    "pycrdt (Yjs)",
    "pycrdt",
    {"document": document},
    "The library alone: nothing signed, nothing encrypted, nothing on disk. Plain TCP.",
)
