# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole program with its page: how soon it is there, what it costs at rest, Home over a full shelf."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from edgewise import features
from edgewise.bench import limits, programs
from edgewise.bench.figures import Figure, quantile
from edgewise.bench.jobs import Job
from edgewise.bench.machine import has_proc, usage
from edgewise.bench.stage import CONN, Cable, Pen, Writing, meet, people, run_frame, tag_between
from edgewise.bench.wired import await_links
from edgewise.core.door import all_views
from edgewise.core.inputs import Received
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import RUN_OPS_MAX
from edgewise.node.running import now_ms
from edgewise.store import migrations

OPEN_POSTS: Final = 100_000
SHELF_OPS: Final = 1_000_000
ACQUAINTANCES: Final = 20
STARTS: Final = 7
PAGES: Final = 200
REST_S: Final = 60.0
SETTLE_S: Final = 15.0
READER: Final = "bob"


def start(job: Job) -> Iterator[Figure]:
    """From the start of the program to the first page, with 100,000 posts; the file not in memory."""
    home = shelf_of(job, job.count(OPEN_POSTS))
    took, bare = [], []
    with programs.program(home) as (program, _begun):
        program.enter()  # the first start of all compiles the sources; a package comes compiled
    for _ in range(STARTS if job.whole else 2):
        limits.forget_pages(home / "store")
        with programs.libraries(job.folder) as (_pid, needed_s):
            bare.append(needed_s)
        with programs.program(home) as (program, begun):
            program.enter()
            program.get()
            took.append(time.perf_counter() - begun)
    of = "Python with the libraries of the program"
    for name, found, limit, bar in (
        ("median", quantile(took, 0.5), quantile(bare, 0.5), 1.0),
        ("best", min(took), min(bare), None),
    ):
        yield Figure("open", name, found, "s", "lower", limit, of, bar, whole=job.whole)


def idle(job: Job) -> Iterator[Figure]:
    """The whole program at rest with its page open and 20 acquaintances on: memory, processor, network."""
    if not has_proc():
        raise Refusal("use.bad", reason="this system does not tell what a process costs")
    rest_s = max(5.0, REST_S * min(1.0, job.scale))
    names = [f"friend{n}" for n in range(ACQUAINTANCES)]
    with job.place() as folder:
        with people(folder, READER, *names) as (reader, *friends):
            for friend in friends:
                meet(friend, reader)
        with programs.libraries(folder) as (pid, _needed_s):
            alone = usage(pid)
        homes_of_friends = [folder / name for name in names]
        with (
            programs.child(*homes_of_friends) as there,
            programs.program(folder / READER) as (program, _begun),
        ):
            program.enter()
            program.get()
            listening = program.listen()
            await_links(there, ACQUAINTANCES)
            time.sleep(SETTLE_S)
            before, heard = usage(program.pid), there.ask(do="heard")["bytes"]
            time.sleep(rest_s)
            after, heard_after = usage(program.pid), there.ask(do="heard")["bytes"]
            listening.close()
    share = 100 * (after.cpu_s - before.cpu_s) / rest_s
    of = "Python with the libraries of the program"
    yield Figure("idle", "resident", after.rss_mb, "MB", "lower", alone.rss_mb, of, 90.0, whole=job.whole)
    yield Figure("idle", "own share", after.pss_mb, "MB", "lower", alone.pss_mb, of, whole=job.whole)
    yield Figure("idle", "processor", share, "% of a core", "lower", bar=1.0, whole=job.whole)
    sent_mb = (heard_after - heard) / rest_s * 3600 / 1e6
    yield Figure("idle", "sent", sent_mb, "MB an hour", "lower", whole=job.whole)


def home(job: Job) -> Iterator[Figure]:
    """Home over a million operations: the whole page, asked for by HTTP."""
    where = shelf_of(job, job.count(SHELF_OPS))
    took: list[float] = []
    earlier: list[float] = []
    with programs.program(where) as (program, _begun):
        program.enter()
        path = ""
        for n in range(PAGES):
            begun = time.perf_counter()
            body = program.get()
            took.append(time.perf_counter() - begun)
            path = next_page(body) if n % 20 == 0 else path
            begun = time.perf_counter()
            body = program.get(path)
            earlier.append(time.perf_counter() - begun)
            path = next_page(body)
    for name, found, bar in (("page", took, 20.0), ("earlier page", earlier, None)):
        yield Figure("home", f"{name} p50", 1000 * quantile(found, 0.5), "ms", "lower", whole=job.whole)
        yield Figure(
            "home", f"{name} p95", 1000 * quantile(found, 0.95), "ms", "lower", bar=bar, whole=job.whole
        )


def search(job: Job) -> Iterator[Figure]:
    """What a person looks for among a million operations, the whole page of what was found, by HTTP."""
    where = shelf_of(job, job.count(SHELF_OPS))
    words = Writing(0).words
    typed = [words[rank] for rank in (0, 3, 20, 150, 900, 2_500, 4_990)]
    typed += [
        f"{words[0]} {words[40]}",
        f"{words[7]} {words[300]} {words[1_000]}",
        f'"{words[0]} {words[1]}"',
    ]
    typed += [words[rank][:2] for rank in (2, 77)]
    took = []
    with programs.program(where) as (program, _begun):
        program.enter()
        for n in range(PAGES):
            begun = time.perf_counter()
            body = program.get("find?q=" + quote(typed[n % len(typed)]))
            took.append(time.perf_counter() - begun)
            assert len(body) > 1_000, "an empty page"
    for name, share, bar in (("p50", 0.5, None), ("p95", 0.95, 50.0)):
        yield Figure("search", name, 1000 * quantile(took, share), "ms", "lower", bar=bar, whole=job.whole)


def next_page(body: bytes) -> str:
    """Where an earlier page of Home lies; "" at the end."""
    at = body.find(b"?before=")
    if at < 0:
        return ""
    return body[at : body.index(b'"', at)].decode("ascii")


def shelf_of(job: Job, operations: int) -> Path:
    """The home of somebody with twenty acquaintances and so many operations; kept for the next run.

    It is made anew where the tables of this version of the program are others.
    """
    script = "".join((*migrations.SCRIPTS, *(view.tables for view in all_views(features.load()))))
    version = hashlib.sha256(script.encode()).hexdigest()[:12]
    kept = job.folder / f"shelf-{operations}-{version}"
    if not kept.exists():
        with job.place() as folder:
            _fill(job, folder, operations)
            (folder / READER).rename(kept)
    return kept


def _fill(job: Job, folder: Path, operations: int) -> None:
    """Let everybody meet the reader, and hand him what they write, in turns of one run each."""
    names = [f"friend{n}" for n in range(ACQUAINTANCES)]
    with people(folder, READER, *names) as (reader, *friends):
        for number, friend in enumerate(friends):
            meet(friend, reader)
            Cable(friend, reader, CONN + number)
        pens = [(Pen(each, each.feed), tag_between(each, reader, each.feed)) for each in friends]
        tops: list[list[bytes]] = [[] for _ in pens]
        writing, done = Writing(4), 0
        while done < operations:
            for number, (pen, tag) in enumerate(pens):
                count = min(RUN_OPS_MAX, operations - done)
                if count <= 0:
                    break
                run = [pen.write(writing.record(tops[number][-64:]), now_ms()) for _ in range(count)]
                tops[number].append(run[0].id)
                reader.handle(Received(CONN + number, run_frame(tag, run)))
                done += count
            job.say(f"a shelf of {operations}: {done} operations are here")


JOBS: Final[dict[str, Any]] = {"open": start, "idle": idle, "home": home, "search": search}
