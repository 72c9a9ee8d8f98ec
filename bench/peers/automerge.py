# SPDX-License-Identifier: AGPL-3.0-or-later
"""Automerge by automerge-repo, with its WebSocket and its store of files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from bench.peers.process import talkers
from bench.peers.stage import EDITS, IDLE_S, Peer, Stage, must_hold


def document(stage: Stage, words: Sequence[object] = ()) -> dict[str, float]:
    """A document edited by one process, fetched whole by another; words: what starts another program."""
    with talkers(words or ["node", stage.into / "automerge.js"], stage.folder) as (alice, bob):
        made = alice.ask("write", count=EDITS)
        fetched = bob.ask("fetch", key=made["key"], port=alice.port, count=EDITS)
        must_hold(bob.ask("check"), [edited()])
        time.sleep(IDLE_S)
        return {
            "edits": EDITS / made["seconds"],
            "document": 1000 * fetched["seconds"],
            "memory": bob.memory_mib(),
        }


def edited() -> str:
    """The text of the document in the end: edit n puts the n-th letter, over and over, at its end."""
    return "".join(chr(ord("a") + number % 26) for number in range(EDITS))


PEER: Final = Peer(
    "automerge-repo",
    "automerge",
    {"document": document},
    "Nothing is signed. WebSocket over TCP, no encryption. Its own store of files, edits are not fsynced. "
    "Starting the repository is in the time of the document.",
)
