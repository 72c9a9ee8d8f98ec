# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom a home tries to reach: letters that wait, the living acquaintances, who must hear of an ending."""

from __future__ import annotations

from edgewise.core import accepting
from edgewise.core.effects import Dial
from edgewise.core.links import DIAL_FIRST_MS, DIAL_LAST_MS
from edgewise.core.turn import Turn
from edgewise.ground.instant import DAY_MS
from edgewise.store import agreements, own, people, register, settings

# An ending that nobody could be told in this time is left to rest (interface.md, text T10).
ENDING_TOLD_MS = 90 * DAY_MS


def dial(turn: Turn) -> None:
    """Try to reach whom this home wants to reach and is not connected with, each at its own pace."""
    linked = {link.endpoint for link in turn.peers.links.values()}
    wanted = {each.endpoint: each for each in _wanted(turn) if each.addrs and each.endpoint not in linked}
    waits = turn.peers.next_dial_ms
    for endpoint in [endpoint for endpoint in waits if endpoint not in wanted]:
        del waits[endpoint]  # else its time, long past, would wake the node again and again
    for endpoint, each in wanted.items():
        due_ms, wait_ms = waits.get(endpoint, (0, DIAL_FIRST_MS))
        if due_ms <= turn.now_ms:
            waits[endpoint] = (turn.now_ms + wait_ms, min(wait_ms * 2, DIAL_LAST_MS))
            turn.effects.append(each)


def _wanted(turn: Turn) -> list[Dial]:
    """Whom to reach: letters that wait, acquaintances that live, and who has not heard of an ending yet."""
    wanted = accepting.waiting_dials(turn)
    for row in agreements.pairs(turn.db, live=False):
        if row.until_ms > turn.now_ms if row.state == "live" else _ending_waits(turn, row):
            wanted += [Dial(endpoint, addrs) for endpoint, addrs in people.addresses(turn.db, row.identity)]
    return wanted


def _ending_waits(turn: Turn, row: agreements.PairRow) -> bool:
    """Whether I ended this acquaintance and no device of the other's has said that it knows; for 90 days."""
    logs = own.logs(turn.db, row.space)
    if row.ended_ms is None or turn.now_ms - row.ended_ms > ENDING_TOLD_MS:
        return False
    if settings.get(turn.db, f"ended:{row.identity.hex()}") is None:
        return False
    devices = [device.sign for device in people.devices_of(turn.db, row.identity)]
    told = [register.acked_heads(turn.db, device, row.space) for device in devices]
    return not any(all(heads.get(log.public, 0) >= log.next_seq for log in logs) for heads in told)
