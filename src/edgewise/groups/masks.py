# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sets of places as bits of one integer: joining or cutting two sets of 10,000 is a microsecond."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def mask(places: Iterable[int]) -> int:
    """The set of these places."""
    found = 0
    for at in places:
        found |= 1 << at
    return found


def bits(of: int) -> Iterator[int]:
    """The places in a set, in order."""
    while of:
        low = of & -of
        yield low.bit_length() - 1
        of ^= low
