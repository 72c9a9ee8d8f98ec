# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of wrong clocks: whose clock differs from this computer's, and whether this one was set back.

No rule depends on it (ground.instant); people are told, since their agreements end by the clock.
"""

from dataclasses import dataclass
from typing import Final

import apsw

from edgewise.ground.instant import HOUR_MS
from edgewise.store import settings
from edgewise.store.order import id8

APART_MS_MIN: Final = HOUR_MS
"""Less than this is said of no clock: computers that nobody cares for differ by minutes."""
_PREFIX: Final = "clock:"


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A person whose clock differs: at least so far it is ahead of this computer's; negative: behind."""

    identity: bytes
    ahead_ms: int


def note(db: apsw.Connection, identity: bytes, ahead_ms: int) -> None:
    """Keep how far this person's clock is ahead of this computer's, as they last showed it."""
    settings.put(db, _PREFIX + identity.hex(), str(ahead_ms))


def forget(db: apsw.Connection, identity: bytes) -> None:
    """This person's clock agrees."""
    settings.drop(db, _PREFIX + identity.hex())


def ahead_ms(db: apsw.Connection, identity: bytes) -> int:
    """How far this person's clock is ahead as far as is known; 0 where nothing is known."""
    return int(settings.get(db, _PREFIX + identity.hex()) or "0")


def apart(db: apsw.Connection) -> list[ClockRow]:
    """Everybody whose clock is known to differ, by identity."""
    found = settings.named(db, _PREFIX)
    return [ClockRow(bytes.fromhex(name.removeprefix(_PREFIX)), int(value)) for name, value in found.items()]


def own_claim_ms(db: apsw.Connection, id: bytes) -> int | None:
    """What this computer's clock said when it wrote this operation; None where it is not one's own."""
    row = db.execute(
        "SELECT o.claimed_ms FROM ops o JOIN logs l ON l.n = o.log_n "
        "WHERE o.id8 = ? AND o.id = ? AND l.mine = 1",
        (id8(id), id),
    ).fetchone()
    return None if row is None else int(row[0])


def set_back_ms(db: apsw.Connection, now_ms: int) -> int:
    """By how much this computer's clock now stands before the newest thing that was written here; else 0.

    Either it is wrong now, or it was wrong then.
    """
    ((newest_ms,),) = db.execute("SELECT coalesce(max(head_order_ms), 0) FROM logs WHERE mine = 1")
    back_ms = int(newest_ms) - now_ms
    return back_ms if back_ms > APART_MS_MIN else 0
