# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m fuzz`: try every reader of foreign bytes; 1 where something was found."""

from __future__ import annotations

import argparse
import logging
import sys

from fuzz import driver
from fuzz.targets import BY_NAME, TARGETS


def main(argv: list[str]) -> int:
    """Run what the words ask for; 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="cases over all targets")
    parser.add_argument("--seconds", type=float, default=0, help="stop after this time")
    parser.add_argument("--seed", type=int, default=1, help="the same seed bends the same way")
    parser.add_argument(
        "--target", action="append", choices=sorted(BY_NAME), help="only this one; repeatable"
    )
    parser.add_argument("--gather", action="store_true", help="make the samples anew")
    args = parser.parse_args(argv)
    logging.disable(logging.WARNING)  # a library that speaks of bad bytes is no news here
    if args.gather:
        from fuzz import gather  # it needs what only the tests need

        sys.stdout.write(gather.told(gather.gather().items()) + "\n")
        return 0
    targets = [BY_NAME[name] for name in args.target] if args.target else TARGETS
    found = driver.fuzz(targets, args.count, args.seed, _say, args.seconds)
    sys.stdout.write(driver.table(found) + "\n")
    return 1 if any(each.crashers for each in found) else 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
