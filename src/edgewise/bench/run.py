# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command: the jobs that were named, one after another; their figures kept in a file, and compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from edgewise import __version__
from edgewise.bench import jobs, paged, wired
from edgewise.bench.figures import Figure, compared, read_earlier, table
from edgewise.bench.jobs import Job
from edgewise.bench.machine import machine
from edgewise.faces.cli.house import BenchAsked, Measured
from edgewise.ground.errors import Refusal

JobOf = Callable[[Job], Iterator[Figure]]
JOBS: Final[dict[str, JobOf]] = {**jobs.JOBS, **wired.JOBS, **paged.JOBS}


def run_bench(asked: BenchAsked, say: Callable[[str], None]) -> Measured:
    """Measure, keep the figures in a file of the folder, and compare them with those of an earlier file.

    Refusals "use.bad" for a job that is none, "file.missing", "file.unreadable", "home.unwritable".
    """
    unknown = [name for name in asked.jobs if name not in JOBS]
    if unknown:
        raise Refusal("use.bad", reason=f"{unknown[0]} is none of: {', '.join(JOBS)}")
    before = read_earlier(asked.against) if asked.against is not None else None
    _make(asked.folder)
    job = Job(asked.folder, asked.scale, say)
    where, begun = machine(asked.folder), datetime.now(UTC)
    figures: list[Figure] = []
    for name in asked.jobs or tuple(JOBS):
        started = time.monotonic()
        figures += JOBS[name](job)
        say(f"{name}: {time.monotonic() - started:.0f} s")
    kept = _keep(asked, figures, where, begun)
    tables = [table(figures)] if before is None else [table(figures), compared(figures, before)]
    return Measured([each.plain() for each in figures], tables, kept)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("home.unwritable", path=folder) from error


def _keep(asked: BenchAsked, figures: Sequence[Figure], where: dict[str, object], begun: datetime) -> Path:
    """The file of this run: figures, date, computer; no names of computers and no paths."""
    record = {
        "version": __version__,
        "date": begun.isoformat(timespec="seconds"),
        "machine": where,
        "scale": asked.scale,
        "figures": [each.plain() for each in figures],
    }
    path = asked.folder / f"{begun:%Y%m%dT%H%M%S}.json"
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    except OSError as error:
        raise Refusal("home.unwritable", path=path) from error
    return path
