# SPDX-License-Identifier: AGPL-3.0-or-later
"""Edgewise in the same jobs: two processes, two homes on the disk, acquainted, over QUIC at 127.0.0.1."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.peers.autobase import agreed, wait_until
from bench.peers.figures import OURS, DidNotRun, quantile
from bench.peers.process import Process, Talker, talkers
from bench.peers.stage import ENTRIES_EACH, FILE_BYTES, IDLE_S, LINES, POSTS, Peer, Stage, must_hold
from edgewise.bench.stage import meet, people

ROOT: Final = Path(__file__).parents[2]
PROGRAM: Final = (sys.executable, "-P", ROOT / "bench/peers/ours_program.py")


@contextmanager
def acquainted(stage: Stage) -> Iterator[tuple[Talker, Talker]]:
    """Alice's and bob's Edgewise, who met by files and are offline; each may read what the other writes."""
    homes = stage.folder / "homes"
    with people(homes, "alice", "bob") as (alice_at_home, bob_at_home):
        meet(alice_at_home, bob_at_home)
    with talkers(PROGRAM, stage.folder) as ends:
        yield ends


def replicate(stage: Stage) -> dict[str, float]:
    """Posts written by alice, fetched by bob; then bob's computer as `edgewise open` has it, at rest."""
    with acquainted(stage) as (alice, bob):
        written = alice.ask("write", file=str(stage.posts_file))
        alice.ask("start")
        fetched = bob.ask("fetch", count=POSTS)
        must_hold(bob.ask("check"), stage.texts)
        bob.ask("stop")
        return {
            "write": POSTS / written["seconds"],
            "replicate": POSTS / fetched["seconds"],
            "memory": opened_mib(stage.folder / "homes/bob", stage.folder / "open"),
        }


def opened_mib(home: Path, folder: Path) -> float:
    """What the whole program with its page holds, some seconds after it was opened for a home."""
    words = [sys.executable, "-m", "edgewise", "open", "--no-browser", "--home", home]
    with Process(words, folder, {"PYTHONPATH": str(ROOT / "src")}) as node:
        wait_until(lambda: "http://" in node.last_words() or not node.alive())
        time.sleep(IDLE_S)
        if not node.alive():
            raise DidNotRun(node.last_words())
        return node.memory_mib()


def writers(stage: Stage) -> dict[str, float]:
    """Two write into their conversation at once, until both read all lines in one order."""
    with acquainted(stage) as (alice, bob):
        ends = (alice, bob)
        for end in ends:
            end.ask("start")
        introduce(alice, bob)
        others = [end.ask("who")["identity"] for end in reversed(ends)]
        began = time.perf_counter()
        for number, end in enumerate(ends):
            first = number * ENTRIES_EACH
            end.send("say", identity=others[number], texts=stage.texts[first : first + ENTRIES_EACH])
        for end in ends:
            end.hear()
        wait_until(lambda: agreed(alice, bob, 2 * ENTRIES_EACH + 1))
        return {"writers": 2 * ENTRIES_EACH / (time.perf_counter() - began)}


def live(stage: Stage) -> dict[str, float]:
    """Lines from alice to bob, each written when the last one had been read; both connected."""
    with acquainted(stage) as (alice, bob):
        for end in (alice, bob):
            end.ask("start")
        introduce(alice, bob)
        to = bob.ask("who")["identity"]
        taken_ms = [one_line(alice, bob, to, text) for text in stage.texts[:LINES]]
        return {"live-p50": quantile(taken_ms, 0.5), "live-p99": quantile(taken_ms, 0.99)}


def file(stage: Stage) -> dict[str, float]:
    """A file that alice says to bob, from her choosing it until it is whole at his; both connected."""
    data = os.urandom(FILE_BYTES)
    path = stage.folder / "file.bin"
    path.write_bytes(data)
    with acquainted(stage) as (alice, bob):
        for end in (alice, bob):
            end.ask("start")
        introduce(alice, bob)
        to = bob.ask("who")["identity"]
        bob.send("fetch_file")
        shared = alice.ask("share", file=str(path), identity=to)
        fetched = bob.hear()
        if fetched["digest"] != hashlib.sha256(data).hexdigest():
            raise DidNotRun("what arrived is not what was there")
        return {"file": (fetched["at_ns"] - shared["at_ns"]) / 1e9}


def introduce(alice: Talker, bob: Talker) -> None:
    """A first line, so that what follows is not about finding each other."""
    one_line(alice, bob, bob.ask("who")["identity"], "Are you there?")


def one_line(alice: Talker, bob: Talker, to: str, text: str) -> float:
    """From writing to readable at the other's, in ms; both clocks are this computer's monotonic one."""
    bob.send("hear", text=text)
    said = alice.ask("say", identity=to, texts=[text])
    return float(bob.hear()["at_ns"] - said["at_ns"]) / 1e6


PEER: Final = Peer(
    OURS,
    "",
    {"replicate": replicate, "writers": writers, "live": live, "file": file},
    "Each post is sealed and signed; the reader checks, opens and indexes it. QUIC with TLS 1.3. The "
    "whole store is encrypted; SQLite with synchronous FULL: fsync at each commit, which is one post when "
    "written and a run of posts when received.",
)
