# SPDX-License-Identifier: AGPL-3.0-or-later
"""Instants are whole milliseconds since 1970, UTC. They come in as arguments: nothing here asks a clock.

A claimed time only orders what people see; no rule about who may do what depends on it.
"""

from collections.abc import Iterable
from typing import Final

from edgewise.ground.limits import CLOCK_AHEAD_MS_MAX

SECOND_MS: Final = 1000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
YEAR_MS: Final = 365 * DAY_MS


def order_after(prev_order_ms: int, dep_orders_ms: Iterable[int], wall_ms: int, arrived_ms: int) -> int:
    """Where an operation stands in the order that people see (spec: operation, rule "time").

    It stands after its predecessor and after all that it names; a claimed time counts at most five minutes
    past the arrival, so a wrong clock puts nothing on top for years. Use -1 where there is no predecessor.
    """
    claimed = min(wall_ms, arrived_ms + CLOCK_AHEAD_MS_MAX)
    return max(prev_order_ms + 1, claimed, *(order + 1 for order in dep_orders_ms))
