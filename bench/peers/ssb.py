# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secure Scuttlebutt: ssb-db2 with ssb-ebt."""

from __future__ import annotations

import time
from typing import Final

from bench.peers.process import talkers
from bench.peers.stage import IDLE_S, POSTS, Peer, Stage, must_hold


def replicate(stage: Stage, name: str = "ssb") -> dict[str, float]:
    """Posts written by one process and fetched by another over TCP; the same for each log in JavaScript."""
    with talkers(["node", stage.into / f"{name}.js"], stage.folder) as (alice, bob):
        written = alice.ask("write", file=str(stage.posts_file))
        fetched = bob.ask("fetch", key=written["key"], port=alice.port, count=POSTS)
        must_hold(bob.ask("check"), stage.texts)
        time.sleep(IDLE_S)
        return {
            "write": POSTS / written["seconds"],
            "replicate": POSTS / fetched["seconds"],
            "memory": bob.memory_mib(),
        }


PEER: Final = Peer(
    "ssb-db2",
    "ssb",
    {"replicate": replicate},
    "With ssb-ebt. Each post is signed and checked singly, as JSON of about 490 bytes. TCP with the "
    "secret handshake. Indexed by author and type. Nothing is encrypted on disk; written behind, posts "
    "are not fsynced.",
)
