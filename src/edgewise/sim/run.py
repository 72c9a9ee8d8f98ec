# SPDX-License-Identifier: AGPL-3.0-or-later
"""Running seeds, for `edgewise sim`. A failure names its seed; the same seed fails again.

The same seed fails again.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TextIO

from edgewise.sim import week
from edgewise.sim.network import Faults
from edgewise.sim.trace import Violation
from edgewise.sim.world import World


@dataclass(frozen=True, slots=True)
class Lived:
    """A world that lived and healed: how much happened, and the digest of its trace."""

    inputs: int
    written: int
    digest: str
    refusals: dict[str, int]


def live(seed: int, people: int, days: int, faults: Faults | None = None, *, losses: bool = False) -> Lived:
    """One world from its seed to its healed end. Raises Violation, or whatever bug a core has."""
    world = World(seed, people, faults=faults)
    return finish(world, days, losses=losses)


def finish(world: World, days: int, *, losses: bool = False) -> Lived:
    """Let a world live and heal."""
    week.live(world, days, losses=losses)
    week.heal(world)
    return Lived(world.inputs, len(world.memory.written), world.trace.digest(), world.refusals)


def run_sims(
    people: int, days: int, seed: int, seeds: int = 1, out: TextIO | None = None, trace: TextIO | None = None
) -> int:
    """Run `seeds` seeds from `seed` on.

    Returns 0, or 1 at the first that fails, after its seed and last lines.

    `trace`: where every line of every world goes, if anywhere.
    """
    out = out or sys.stdout
    for each in range(seed, seed + seeds):
        world, lived = World(each, people, out=trace), None
        try:
            lived = finish(world, days)
        except (Violation, AssertionError) as broken:
            out.write(f"{type(broken).__name__}: {broken}\n")
            return 1
        finally:  # any other error is a bug of its own kind, and goes on up
            if lived is None:
                tell_failure(each, people, days, world, out)
        out.write(
            f"seed {each}: {lived.inputs} inputs, {lived.written} written, trace {lived.digest}, "
            "all checks hold\n"
        )
    return 0


def tell_failure(seed: int, people: int, days: int, world: World, out: TextIO) -> None:
    """The last lines of a world that failed, and how to see it again."""
    for line in world.trace.last:
        out.write(line + "\n")
    out.write(f"seed {seed} failed after {world.inputs} inputs. Again: ")
    out.write(f"edgewise sim --people {people} --days {days} --seed {seed}\n")
