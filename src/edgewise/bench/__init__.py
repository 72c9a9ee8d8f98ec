# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast this program is on this computer, beside what its own primitives allow in the same minute."""

from __future__ import annotations

from collections.abc import Callable

from edgewise.faces.cli.house import BenchAsked, Measured


def run_bench(asked: BenchAsked, say: Callable[[str], None]) -> Measured:
    """See `edgewise.bench.run.run_bench`; loaded when it is wanted, since no other command needs it."""
    from edgewise.bench import run

    return run.run_bench(asked, say)
