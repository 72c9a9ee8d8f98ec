# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two nodes in two processes over the real carrier, on this computer's loopback."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from edgewise.bench import limits, programs
from edgewise.bench.figures import Figure, quantile
from edgewise.bench.jobs import Clock, Job
from edgewise.bench.machine import peak_rss_mb
from edgewise.bench.stage import Person, Writing, meet, people, run_frame, tag_between
from edgewise.consent.circles import PEOPLE
from edgewise.core.inputs import Place, Publish
from edgewise.features.posts.records import Post
from edgewise.ground.limits import MIB, RUN_OPS_MAX
from edgewise.log.op import CLS_CONTENT
from edgewise.store import chest, shelf

SYNC_POSTS: Final = 10_000
LIVE_LINES: Final = 500
LIVE_EVERY_S: Final = 0.02
PICTURE_BYTES: Final = 500_000
FILE_BYTES: Final = 100_000_000
LINK_WAIT_S: Final = 60.0
LOOK_EVERY_S: Final = 0.1
_READ_BYTES: Final = 1 << 40


def sync(job: Job) -> Iterator[Figure]:
    """Ten thousand posts from one process to another: asked for, sent, verified, opened, on the disk."""
    posts = job.count(SYNC_POSTS)
    with job.place() as folder:
        with people(folder, "alice", "bob") as (alice, bob):
            meet(alice, bob)
            _write(job, alice, posts)
            feed = alice.feed
            with alice.store.reading() as db:
                operations = sum(shelf.heads(db, feed).values())
            bare = _bare(folder, alice, bob)
        with programs.child(folder / "bob") as there:
            there.tell(do="await", space=feed.hex(), operations=operations)
            with programs.child(folder / "alice"):
                took = there.answer()
    yield Figure(
        "sync",
        "posts",
        posts / took["wall_s"],
        "posts/s",
        "higher",
        posts / bare.wall_s,
        "the receiver alone: SHA-256, verify, HKDF, AEAD, msgspec, insert of bytes and words, sync",
        6_000.0,
        cpu=posts / took["cpu_s"],
        whole=job.whole,
    )


def _write(job: Job, person: Person, posts: int) -> None:
    writing = Writing(3)
    for n in range(posts):
        if n % 2000 == 0:
            job.say(f"sync: {n} of {posts} posts are written")
        person.do(Publish(Place("circle", PEOPLE), Post(writing.text())))


def _bare(folder: Path, alice: Person, bob: Person) -> Clock:
    """What the receiver's primitives need for alice's posts, run by run."""
    bare = Clock()
    with alice.store.reading() as db:
        log = shelf.my_log(db, alice.feed)
        assert log is not None, "a feed without a log"
        ops = shelf.ops_range(db, log.public, 0, log.next_seq, _READ_BYTES)
        keys = {row.id: row.content for row in chest.epochs_of(db, alice.feed)}
    posts = [op for op in ops if op.cls == CLS_CONTENT and op.header.epoch == ops[-1].header.epoch]
    tag = tag_between(alice, bob, alice.feed)
    with limits.BareShelf(folder) as floor:
        for first in range(0, len(posts), RUN_OPS_MAX):
            run = posts[first : first + RUN_OPS_MAX]
            frame = run_frame(tag, run)
            with bare:
                limits.take_run(floor, frame, keys[run[0].header.epoch])
    return bare


def live(job: Job) -> Iterator[Figure]:
    """A line of talk while both are on: from the writer's commit to the reader's."""
    lines = job.count(LIVE_LINES)
    with job.place() as folder:
        with people(folder, "alice", "bob") as (alice, bob):
            meet(alice, bob)
            to = bob.identity.hex()
        with programs.child(folder / "bob") as there, programs.child(folder / "alice") as here:
            await_links(here, 1)
            here.ask(do="say", to=to, times=20, every_s=0.1)  # the talk's own first steps
            sent = here.ask(do="say", to=to, times=lines, every_s=LIVE_EVERY_S)["stamps"]
            time.sleep(1)
            came = there.ask(do="stamps")["stamps"]
        bare = _bare_lines(folder, lines)
    missing = [id for id in sent if id not in came]
    assert not missing, f"{len(missing)} lines did not arrive"
    took = [(came[id] - at_ns) / 1e6 for id, at_ns in sent.items()]
    of = "a datagram over loopback; hash, verify, open, insert and sync of one operation"
    for name, share, bar in (("p50", 0.5, 10.0), ("p99", 0.99, 50.0)):
        value, limit = quantile(took, share), 1000 * quantile(bare, share)
        yield Figure("live", name, value, "ms", "lower", limit, of, bar, whole=job.whole)


def _bare_lines(folder: Path, lines: int) -> list[float]:
    """Seconds for a datagram, and for the primitives of one message (to open one costs what sealing does)."""
    secret = limits.new_secret()
    found = []
    with limits.BareShelf(folder) as floor:
        for n, over in enumerate(limits.loopback_s(lines)):
            begun = time.perf_counter()
            limits.write_one(floor, secret, n, b"Are you still there?", "Are you still there?")
            found.append(over + time.perf_counter() - begun)
            time.sleep(LIVE_EVERY_S / 4)
    return found


def await_links(child: programs.Child, links: int) -> None:
    """Wait until so many connections stand in a process."""
    until = time.monotonic() + LINK_WAIT_S
    while child.ask(do="links")["links"] < links:
        assert time.monotonic() < until, "the nodes did not find each other"
        time.sleep(LOOK_EVERY_S)


def blob(job: Job) -> Iterator[Figure]:
    """A picture that comes by itself, and a file of 100 MB that is asked for: sealed, sent, opened."""
    sizes = {"picture": job.count(PICTURE_BYTES), "file": job.count(FILE_BYTES)}
    with job.place() as folder:
        with people(folder, "alice", "bob") as (alice, bob):
            meet(alice, bob)
        for name, size_bytes in sizes.items():
            with (folder / name).open("wb") as file:
                for at in range(0, size_bytes, limits.PIECE_BYTES):
                    file.write(os.urandom(min(limits.PIECE_BYTES, size_bytes - at)))
        with programs.child(folder / "bob") as there, programs.child(folder / "alice") as here:
            await_links(here, 1)
            resting = {each.process.pid: peak_rss_mb(each.process.pid) for each in (here, there)}
            took = {name: _carry(here, there, folder / name, name) for name in sizes}
            grown = [peak_rss_mb(pid) - before_mb for pid, before_mb in resting.items()]
        bare_s = sum(limits.carry_file(folder, sizes["file"]))
    mib, whole_s = sizes["file"] / MIB, sum(took["file"].values())
    for name, seconds in took["file"].items():
        yield Figure("blob", f"file {name}", mib / seconds, "MiB/s", "higher", whole=job.whole)
    of = "AEAD, SHA-256, write and sync at both ends, read; no network"
    yield Figure(
        "blob", "file in all", mib / whole_s, "MiB/s", "higher", mib / bare_s, of, 60.0, whole=job.whole
    )
    yield Figure("blob", "memory", max(grown), "MB more", "lower", bar=64.0, whole=job.whole)
    yield Figure("blob", "picture", 1000 * sum(took["picture"].values()), "ms", "lower", whole=job.whole)


def _carry(here: programs.Child, there: programs.Child, path: Path, kind: str) -> dict[str, float]:
    """Seconds to seal a file at one end, to bring it to the other, and to open it there."""
    kept = here.ask(do="keep", path=str(path), kind=kind)
    came = there.ask(do="fetch", blob=kept["blob"])
    opened = there.ask(do="read", blob=kept["blob"])
    assert opened["size_bytes"] == path.stat().st_size, "the file came in another size"
    return {
        "sealed": kept["wall_s"],
        "sent": (came["here_ns"] - kept["shared_ns"]) / 1e9,
        "opened": opened["wall_s"],
    }


JOBS: Final[dict[str, Any]] = {"sync": sync, "live": live, "blob": blob}
