# SPDX-License-Identifier: AGPL-3.0-or-later
"""Autobase 7: several writers, one view."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from bench.peers.figures import DidNotRun
from bench.peers.process import Talker, talkers
from bench.peers.stage import ENTRIES_EACH, IDLE_S, Peer, Stage

SETTLE_S: Final = 120.0
LOOK_EVERY_S: Final = 0.05


def writers(stage: Stage) -> dict[str, float]:
    """Two connected processes append at the same time, until both views have all in one order."""
    with talkers(["node", stage.into / "autobase.js"], stage.folder) as (alice, bob):
        base = alice.ask("begin")["key"]
        alice.ask("admit", writer=bob.ask("join", key=base, port=alice.port)["writer"])
        wait_until(lambda: bool(bob.ask("look", whole=False)["writable"]))
        began = time.perf_counter()
        for number, end in enumerate((alice, bob)):
            first = number * ENTRIES_EACH
            end.send("write", file=str(stage.posts_file), **{"from": first, "to": first + ENTRIES_EACH})
        for end in (alice, bob):
            end.hear()
        wait_until(lambda: agreed(alice, bob, 2 * ENTRIES_EACH))
        took = time.perf_counter() - began
        time.sleep(IDLE_S)
        return {"writers": 2 * ENTRIES_EACH / took, "memory": bob.memory_mib()}


def agreed(one: Talker, other: Talker, entries: int) -> bool:
    """Whether both see so many entries, in the same order."""
    if any(end.ask("look", whole=False)["length"] != entries for end in (one, other)):
        return False
    first, second = (end.ask("look", whole=True) for end in (one, other))
    return bool(first["digest"] == second["digest"] and first["length"] == second["length"] == entries)


def wait_until(true: Callable[[], bool]) -> None:
    """Look again and again. DidNotRun where it does not come true."""
    until = time.monotonic() + SETTLE_S
    while not true():
        if time.monotonic() > until:
            raise DidNotRun(f"not done within {SETTLE_S:.0f} s")
        time.sleep(LOOK_EVERY_S)


PEER: Final = Peer(
    "autobase",
    "autobase",
    {"writers": writers},
    "Both are indexers and append one by one. Here the order itself is agreed, and rewound until it is; "
    "ours follows from the entries. TCP with its Noise stream; RocksDB, entries are not fsynced.",
)
