# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a job is given, and how one core alone is measured: a post to disk, and what others wrote."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from edgewise.bench import limits
from edgewise.bench.figures import Figure, quantile
from edgewise.bench.stage import CONN, Cable, Pen, Person, Writing, meet, people, run_frame, tag_between
from edgewise.consent.circles import PEOPLE
from edgewise.core.inputs import Place, Publish, Received
from edgewise.features.posts.records import Post
from edgewise.ground.limits import RUN_OPS_MAX
from edgewise.node.running import now_ms
from edgewise.store import shelf

POSTS: Final = 2_000
INGEST_OPS: Final = 100_000
SINGLE_OPS: Final = 10_000
FRAMES_SINGLE: Final = 64  # frames of one operation each that arrive in one piece, as a busy line brings them


@dataclass(frozen=True)
class Job:
    """Where a job may keep files, how much of the full size is measured, how it tells its progress."""

    folder: Path
    scale: float
    say: Callable[[str], None]

    @property
    def whole(self) -> bool:
        """Whether it is measured in full size: bars hold for that."""
        return self.scale >= 1

    @contextlib.contextmanager
    def place(self) -> Iterator[Path]:
        """A fresh folder, gone at the end."""
        where = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            yield where
        finally:
            shutil.rmtree(where, ignore_errors=True)

    def count(self, full: int) -> int:
        """So many of the full number; never none."""
        return max(8, int(full * self.scale))


class Clock:
    """Adds up wall time and processor time of what runs inside `with`."""

    def __init__(self) -> None:
        self.wall_s = self.cpu_s = 0.0

    def __enter__(self) -> None:
        self._begun = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall_s += time.perf_counter() - self._begun[0]
        self.cpu_s += time.process_time() - self._begun[1]


def post(job: Job) -> Iterator[Figure]:
    """A post until it is on the disk: built, sealed, signed, shown in one's own Home, committed."""
    count = job.count(POSTS)
    secret = limits.new_secret()
    writing = Writing(1)
    taken: list[float] = []
    bare: list[float] = []
    with (
        job.place() as folder,
        people(folder, "alice", "bob") as (alice, bob),
        limits.BareShelf(folder) as floor,
    ):
        meet(alice, bob)
        for seq in range(count):
            text = writing.text()
            command = Publish(Place("circle", PEOPLE), Post(text))
            begun = time.perf_counter()
            alice.do(command)
            between = time.perf_counter()
            limits.write_one(floor, secret, seq, text.encode(), text)
            taken.append(between - begun)
            bare.append(time.perf_counter() - between)
    of = "seal, 2 SHA-256, sign, insert and sync of the same bytes and words, sealed file"
    for name, share, bar in (("p50", 0.5, None), ("p99", 0.99, 2.0)):
        value, limit = (1000 * quantile(each, share) for each in (taken, bare))
        yield Figure("post", name, value, "ms", "lower", limit, of, bar_ratio=bar, whole=job.whole)


def ingest(job: Job) -> Iterator[Figure]:
    """What others wrote, from bytes of the wire to the page: verified, opened, on the disk, in the views."""
    of = "SHA-256, verify, HKDF, AEAD, msgspec, insert of the same bytes and words, sync, sealed file"
    bars = {"run": (10_000.0, 0.5), "singly": (None, None)}
    for name, ops in (("run", job.count(INGEST_OPS)), ("singly", job.count(SINGLE_OPS))):
        taken, bare, done = _ingest(job, ops, singly=name == "singly")
        bar, bar_ratio = bars[name]
        yield Figure(
            "ingest",
            name,
            done / taken.wall_s,
            "operations/s",
            "higher",
            done / bare.wall_s,
            of,
            bar,
            bar_ratio,
            cpu=done / taken.cpu_s,
            whole=job.whole,
        )


def _ingest(job: Job, ops: int, *, singly: bool) -> tuple[Clock, Clock, int]:
    """So many operations of alice's for bob's core, and the same bytes for the bare shelf, turn by turn."""
    taken, bare = Clock(), Clock()
    with (
        job.place() as folder,
        people(folder, "alice", "bob") as (alice, bob),
        limits.BareShelf(folder) as floor,
    ):
        meet(alice, bob)
        Cable(alice, bob)
        before = held(bob, alice.feed)
        for data, frame, key in _stream(alice, bob, ops, singly=singly):
            with taken:
                bob.handle(Received(CONN, data))
            with bare:
                limits.take_run(floor, frame, key, singly=singly)
        done = held(bob, alice.feed) - before
        assert done == ops, f"{done} of {ops} operations are here"
    return taken, bare, done


def _stream(alice: Person, bob: Person, ops: int, *, singly: bool) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Bytes for the core; one frame with the same operations, and the key that opens them, for the limit."""
    pen, writing = Pen(alice, alice.feed), Writing(2)
    tag = tag_between(alice, bob, alice.feed)
    per_piece = FRAMES_SINGLE if singly else RUN_OPS_MAX
    tops: list[bytes] = []
    for first in range(0, ops, per_piece):
        run = [pen.write(writing.record(tops[-64:]), now_ms()) for _ in range(min(per_piece, ops - first))]
        tops.append(run[0].id)
        frame = run_frame(tag, run)
        yield b"".join(run_frame(tag, [op]) for op in run) if singly else frame, frame, pen.content_key


def held(person: Person, space: bytes) -> int:
    """How many operations of a space are on a person's shelf."""
    with person.store.reading() as db:
        return sum(shelf.heads(db, space).values())


JOBS: Final[dict[str, Any]] = {"post": post, "ingest": ingest}
