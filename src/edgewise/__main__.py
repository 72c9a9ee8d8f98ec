# SPDX-License-Identifier: AGPL-3.0-or-later
"""The program: ``edgewise`` on the command line, and ``python -m edgewise``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from edgewise.bench import run_bench
from edgewise.faces.cli.main import STOPPED, Streams, language_of
from edgewise.faces.cli.main import main as run_command
from edgewise.faces.kit.explain import explain
from edgewise.faces.kit.words import translator
from edgewise.ground.errors import EdgewiseError
from edgewise.node.beside import run_beside
from edgewise.node.house import OwnHouse, desk_of


def _run_sims(people: int, days: int, seed: int, seeds: int, out: TextIO) -> int:
    """The simulated world, loaded when it is wanted: no page waits for it."""
    from edgewise.sim.run import run_sims

    return run_sims(people, days, seed, seeds, out)


def _run_demo(folder: Path | None, browser: bool, say: Callable[[str], None]) -> int:
    """The demo, loaded when it is wanted."""
    from edgewise.demo import run_demo

    return run_demo(folder, browser, say)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command at the desk of the node that runs, else in this process; gives the exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    streams = Streams(sys.stdin, sys.stdout, sys.stderr)
    try:
        code = run_beside(words, streams, os.environ)
    except EdgewiseError as error:
        said = explain(error, translator(language_of(os.environ)))
        print(said.sentence, said.remedy, sep="\n", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return STOPPED
    return (
        run_command(words, desk_of, OwnHouse(_run_sims, _run_demo, run_bench), streams=streams)
        if code is None
        else code
    )


if __name__ == "__main__":
    sys.exit(main())
