# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened, a line per input; and the exception by which a checker stops the world.

Lines hold person, input, (log, seq) and names of effects, never ciphertext: sealing to a device takes chance
that nobody can seed, so bytes differ from run to run while everything else must not.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

from edgewise.core import effects as fx
from edgewise.core import inputs
from edgewise.ground.ids import short
from edgewise.log.kinds import OpenedOp

KEPT_LINES: Final = 60


class Violation(Exception):
    """A checker found what must never be: `checker` is its name, the text says what it saw."""

    def __init__(self, checker: str, sentence: str) -> None:
        super().__init__(f"{checker}: {sentence}")
        self.checker = checker


class Trace:
    """Every line goes into a digest; the last ones are kept, and all of them where `out` is given."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.last: deque[str] = deque(maxlen=KEPT_LINES)
        self.lines = 0
        self._digest = hashlib.sha256()
        self._out = out

    def add(self, line: str) -> None:
        """Note one line."""
        self.lines += 1
        self.last.append(line)
        self._digest.update(line.encode() + b"\n")
        if self._out is not None:
            self._out.write(line + "\n")

    def digest(self) -> str:
        """What two runs of one seed have in common: 16 signs over all lines so far."""
        return self._digest.hexdigest()[:16]


def said(item: inputs.Input) -> str:
    """An input as a word or two."""
    if isinstance(item, inputs.Received):
        return f"Received {item.conn} {len(item.data)}B"
    if isinstance(item, inputs.Opened | inputs.Closed | inputs.Drained):
        return f"{type(item).__name__} {item.conn}"
    if isinstance(item, inputs.Publish):
        return f"Publish {type(item.record).__name__} {item.place.kind}"
    return type(item).__name__


def shown(ops: Sequence[OpenedOp]) -> str:
    """The operations that an input opened, as kind and place."""
    return " ".join(f"{op.kind}({short(op.log)},{op.seq})" for op in ops)


def named(effects: Iterable[fx.Effect]) -> str:
    """The effects by name, counted; a hanging up with its reason."""
    names = Counter(
        f"HangUp {effect.reason}" if isinstance(effect, fx.HangUp) else type(effect).__name__
        for effect in effects
    )
    return " ".join(f"{name}x{count}" for name, count in sorted(names.items())) or "nothing"
