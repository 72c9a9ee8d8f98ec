# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is measured, in which unit, which way is better, and how two results of one run compare."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final, Literal

OURS: Final = "edgewise"


class DidNotRun(Exception):
    """A peer could not be installed or did not do its job; its text says why, for the row in the table."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A figure: what is done, and how it is told. `bar`: how many times ahead of each peer ours should be."""

    title: str
    unit: str
    better: Literal["higher", "lower"]
    bar: float | None = None


KINDS: Final[Mapping[str, Kind]] = {
    "replicate": Kind("10,000 signed posts to another computer, readable there", "posts/s", "higher", 2.0),
    "write": Kind("those 10,000 posts written, one after another", "posts/s", "higher"),
    "writers": Kind("two write 500 entries each at once, until both see one order", "entries/s", "higher"),
    "edits": Kind("10,000 edits made in a document, one after another", "edits/s", "higher"),
    "document": Kind("that document to a second computer", "ms", "lower"),
    "live-p50": Kind("a line of 200 bytes, from writing to readable there, median", "ms", "lower"),
    "live-p99": Kind("the same, 99 of 100", "ms", "lower"),
    "file": Kind("a file of 100 MB to another computer", "s", "lower"),
    "memory": Kind("memory of one side after it, idle", "MiB", "lower"),
}
"""Every figure, in the order of the table. A job gives one or more of them."""


@dataclass(slots=True)
class Result:
    """What one program reached over the rounds of one run, or why it did not run."""

    values: list[float] = field(default_factory=list)
    why_not: str = ""

    @property
    def value(self) -> float | None:
        """The median over the rounds; None where nothing was measured."""
        return median(self.values) if self.values else None

    @property
    def spread(self) -> tuple[float, float] | None:
        """The lowest and the highest of the rounds."""
        return (min(self.values), max(self.values)) if self.values else None


Results = dict[str, dict[str, Result]]
"""By figure, then by program."""


def times_ahead(kind: Kind, ours: float | None, theirs: float | None) -> float | None:
    """How many times better ours is: ours / theirs where more is better, theirs / ours where less is."""
    if not ours or not theirs:
        return None
    return ours / theirs if kind.better == "higher" else theirs / ours


def quantile(values: Sequence[float], share: float) -> float:
    """The value below or at which this share of all lies (nearest rank). values: at least one."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
