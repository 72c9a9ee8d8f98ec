# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every program is given: the same texts, a folder of its own, and the time to come to rest."""

from __future__ import annotations

import hashlib
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.peers.figures import DidNotRun

POSTS: Final = 10_000
ENTRIES_EACH: Final = 500
EDITS: Final = 10_000
LINES: Final = 200
FILE_BYTES: Final = 100 * 1_000_000
TEXT_BYTES: Final = 200
IDLE_S: Final = 3.0
"""Between the end of a job and the weighing of its processes."""


@dataclass(frozen=True)
class Stage:
    """One run of one job: where the peer is installed, a fresh folder for its files, and the texts."""

    into: Path
    folder: Path
    texts: tuple[str, ...]

    @property
    def posts_file(self) -> Path:
        """The texts as a JSON list in a file, for programs to read."""
        file = self.folder / "posts.json"
        if not file.exists():
            file.write_text(json.dumps(self.texts), "utf-8")
        return file


Job = Callable[[Stage], dict[str, float]]
"""A measured job: the figures it gives, by the names of figures.KINDS. DidNotRun where it can't."""


@dataclass(frozen=True)
class Peer:
    """A measured program. package: what of PINS it needs, "" for nothing. differs: what sets it apart."""

    name: str
    package: str
    jobs: Mapping[str, Job]
    differs: str


def texts(count: int = POSTS) -> tuple[str, ...]:
    """So many texts of TEXT_BYTES bytes, the same in every run, each different, in sorted order."""
    chance = random.Random(1)  # noqa: S311 - the same for everybody is what is wanted
    words = [
        "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(2000)
    ]
    return tuple(
        f"{number:05d} {' '.join(chance.choices(words, k=90))}"[:TEXT_BYTES] for number in range(count)
    )


def digest(of: Iterable[str]) -> str:
    """SHA-256 over texts, a line each: what the programs answer to `check`."""
    return hashlib.sha256("".join(f"{text}\n" for text in of).encode()).hexdigest()


def must_hold(answer: Mapping[str, Any], wanted: Iterable[str]) -> None:
    """DidNotRun unless a program has exactly these texts."""
    if answer["digest"] != digest(wanted):
        raise DidNotRun("what arrived is not what was written")


@contextmanager
def stage(into: Path, of: tuple[str, ...]) -> Iterator[Stage]:
    """A stage in a temporary folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="edgewise-bench-") as folder:
        yield Stage(into, Path(folder), of)


def say(line: str) -> None:
    """Tell the progress, beside the table."""
    print(line, file=sys.stderr, flush=True)
