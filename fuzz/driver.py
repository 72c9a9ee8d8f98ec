# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trying cases one after another, within bounds of time and memory, and telling what was found.

A case passes when its target returns, or raises an EdgewiseError. Anything else is a crasher: another
exception, a panic of a foreign library, more than CASE_SECONDS_MAX of this process's own time, or more than
CASE_GROWTH_MAX_BYTES of new memory. It is kept beside the samples, and named by its target.
"""

from __future__ import annotations

import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from edgewise.ground.errors import EdgewiseError
from fuzz import live, readers
from fuzz.corpus import keep, samples
from fuzz.mutate import mutate
from fuzz.targets import Target

CASE_SECONDS_MAX: Final = 2.0
CASE_GROWTH_MAX_BYTES: Final = 96 * 1024 * 1024
"""More than any bound of the house lets one input take: a frame, and what is decoded of it, many times."""
ADDRESS_SPACE_BYTES: Final = 4 * 1024 * 1024 * 1024
_WALL_SECONDS_MAX: Final = 60
_SAY_EVERY_S: Final = 20.0


class TooSlow(Exception):
    """A case took too long."""


class TooBig(Exception):
    """A case took too much memory."""


@dataclass
class Tried:
    """What came of one target's cases. `codes`: how often it said no with which code; "": it said yes."""

    target: str
    cases: int = 0
    seconds: float = 0.0
    slowest_seconds: float = 0.0
    codes: Counter[str] = field(default_factory=Counter)
    crashers: list[Path] = field(default_factory=list)


Say = Callable[[str], None]


def fuzz(targets: Sequence[Target], count: int, seed: int, say: Say, seconds: float = 0) -> list[Tried]:
    """Try `count` cases over all targets by their shares; with `seconds`, as many as fit in that time."""
    total_share = sum(target.share for target in targets)
    until = time.monotonic() + seconds if seconds else float("inf")
    found = []
    with _bounded():
        for target in targets:
            cases = max(1, count * target.share // total_share)
            limit = min(until, time.monotonic() + seconds / len(targets)) if seconds else until
            tried = _try(target, cases, random.Random(f"{seed} {target.name}"), limit, say)
            found.append(tried)
    live.check()
    readers.leave_workshop()
    return found


def _try(target: Target, cases: int, chance: random.Random, until: float, say: Say) -> Tried:
    kept = samples(target.name)
    assert kept, f"no samples for {target.name}: python -m fuzz --gather"
    tried = Tried(target.name)
    began = said = time.monotonic()
    for data in kept:
        _one(target, data, tried)
    while tried.cases < cases and time.monotonic() < until:
        _one(target, mutate(chance.choice(kept), chance, kept, target.shape), tried)
        if time.monotonic() - said > _SAY_EVERY_S:
            said = time.monotonic()
            say(f"{target.name}: {tried.cases} of {cases}")
    tried.seconds = time.monotonic() - began
    return tried


def _one(target: Target, data: bytes, tried: Tried) -> None:
    tried.cases += 1
    began, size_kib = time.process_time(), _size_kib()
    signal.setitimer(signal.ITIMER_REAL, _WALL_SECONDS_MAX)
    try:
        try:
            answer = target.run(data)
        except EdgewiseError as no:
            tried.codes[no.code] += 1
        else:
            tried.codes[answer if isinstance(answer, str) else ""] += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        took = time.process_time() - began
        tried.slowest_seconds = max(tried.slowest_seconds, took)
        if took > CASE_SECONDS_MAX:
            raise TooSlow(f"{took:.1f} s")
        if (_size_kib() - size_kib) * 1024 > CASE_GROWTH_MAX_BYTES:
            raise TooBig(f"{_size_kib() - size_kib} KiB")
    except KeyboardInterrupt:
        raise
    except BaseException as crash:  # noqa: BLE001 (a panic of a foreign library is a BaseException, and a finding)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _found(target, data, crash, tried)


def _found(target: Target, data: bytes, crash: BaseException, tried: Tried) -> None:
    """Keep a crasher once per place in the source; a thousand like it say nothing more."""
    place = traceback.extract_tb(crash.__traceback__)[-1]
    mark = f"crash-{type(crash).__name__}-{Path(place.filename).stem}-{place.lineno}-"
    tried.codes[mark] += 1
    if tried.codes[mark] == 1:
        path = keep(target.name, data, mark)
        tried.crashers.append(path)
        sys.stderr.write(f"{target.name}: {type(crash).__name__}: {crash} ({path.name})\n")
        traceback.print_exception(crash, limit=-6)
    if target.drop is not None:
        target.drop()


def _size_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@contextmanager
def _bounded() -> Iterator[None]:
    """A bound on this process's memory, and an alarm for what never ends."""

    def too_slow(number: int, frame: object) -> None:
        raise TooSlow(f"{_WALL_SECONDS_MAX} s on the clock")

    before = resource.getrlimit(resource.RLIMIT_AS)
    handler = signal.signal(signal.SIGALRM, too_slow)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
        signal.signal(signal.SIGALRM, handler)


def table(found: Sequence[Tried]) -> str:
    """One line per target: cases, how many were said yes to, codes, the slowest, crashers."""
    lines = [
        f"{'target':18} {'cases':>8} {'yes':>7} {'codes':>5} {'per s':>7} {'slowest ms':>10} {'crashers':>8}"
    ]
    for each in found:
        nays = sum(1 for code in each.codes if code and not code.startswith("crash-"))
        per_second = each.cases / each.seconds if each.seconds else 0
        lines.append(
            f"{each.target:18} {each.cases:8} {each.codes['']:7} {nays:5} {per_second:7.0f} "
            f"{each.slowest_seconds * 1000:10.1f} {len(each.crashers):8}"
        )
    cases, crashers = sum(each.cases for each in found), sum(len(each.crashers) for each in found)
    lines.append(f"{'all':18} {cases:8} {'':7} {'':5} {'':7} {'':10} {crashers:8}")
    return "\n".join(lines)
