# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose clock differs from this computer's, where causality shows it. No rule depends on that."""

from __future__ import annotations

from edgewise.core.turn import Turn
from edgewise.log.op import Op
from edgewise.store import clocks, shelf


def compare(turn: Turn, op: Op, wall_ms: int | None, arrived_ms: int) -> None:
    """Notice what the claimed time of another's operation shows, and take back what it disproves.

    Nothing arrives before it was written, and nothing that names another thing was written before that. What
    was long under way and names nothing of ours shows nothing.
    """
    log = shelf.log_row(turn.db, op.log)
    if log is None or log.identity is None or log.mine or wall_ms is None:
        return
    ahead_ms = wall_ms - arrived_ms
    if ahead_ms < -clocks.APART_MS_MIN:
        own = [clocks.own_claim_ms(turn.db, dep) for dep in op.header.deps]
        latest_ms = max((each for each in own if each is not None), default=None)
        if latest_ms is None:
            return
        ahead_ms = min(wall_ms - latest_ms, 0)
        if ahead_ms >= -clocks.APART_MS_MIN and clocks.ahead_ms(turn.db, log.identity) > 0:
            return  # it shows only that they are not behind
    if abs(ahead_ms) > clocks.APART_MS_MIN:
        clocks.note(turn.db, log.identity, ahead_ms)
    else:
        clocks.forget(turn.db, log.identity)
