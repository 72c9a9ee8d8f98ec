# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m bench.peers`: the same jobs by Edgewise and by others, and one table."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.peers import install, run, table
from bench.peers.figures import OURS
from bench.peers.stage import Peer
from bench.peers.who import JOBS, PEERS

ROUNDS: Final = 3
MINUTES: Final = 7.0
"""A first round of all takes about three minutes on two cores; with one job more, all stays below ten."""


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    made.add_argument(
        "--into",
        type=Path,
        default=install.default_folder(),
        metavar="DIR",
        help="where the others are installed",
    )
    made.add_argument("--only", action="append", metavar="PEER", help="only these, and ours; may be repeated")
    made.add_argument("--jobs", default=",".join(JOBS), help=f"some of {', '.join(JOBS)}")
    made.add_argument("--rounds", type=int, default=ROUNDS, help="how often each job is done")
    made.add_argument("--minutes", type=float, default=MINUTES, help="no further job begins after this time")
    made.add_argument("--json", action="store_true", help="answer with one JSON value")
    return made


def chosen(only: Sequence[str] | None) -> list[Peer]:
    """Ours, and those whose name or package begins so. ValueError where nobody does."""
    if not only:
        return list(PEERS)
    wanted = tuple(only)
    found = [p for p in PEERS if p.name == OURS or p.name.startswith(wanted) or p.package in wanted]
    unknown = [w for w in wanted if not any(p.name.startswith(w) or p.package == w for p in found)]
    if unknown:
        raise ValueError(
            f"nobody is called {', '.join(unknown)}; there are {', '.join(p.name for p in PEERS)}"
        )
    return found


def main(words: Sequence[str]) -> int:
    """Measure and print. Returns 0 also where some did not run: the table says so; 2 for a wrong option."""
    options = parser().parse_args(words)
    jobs = options.jobs.split(",")
    try:
        peers = chosen(options.only)
        if unknown := [job for job in jobs if job not in JOBS]:
            raise ValueError(f"no job is called {', '.join(unknown)}; there are {', '.join(JOBS)}")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    about = run.about(options.rounds)
    results = run.run(peers, jobs, options.into, options.rounds, 60 * options.minutes)
    versions = run.versions(peers, options.into)
    if options.json:
        print(json.dumps(table.plain(results, versions, about), ensure_ascii=False))
    else:
        print(table.page(results, peers, versions, about))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
