# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is new since one was last here: it stays new while one looks, and is kept on this computer alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from edgewise.core.inputs import MarkRead, SetSetting
from edgewise.faces.kit.page import Page
from edgewise.store import outbox, settings

PAUSE_MS: Final = 10 * 60_000
"""Who comes back sooner is still on the same visit: what was new to them stays so."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Since when a place is looked at anew: the order up to which all was seen, and the time one left.

    ``since_ms`` is 0 at the very first visit: then nothing is called new.
    """

    since_order_ms: int = 0
    since_ms: int = 0
    last_ms: int = 0


def visit_of(db: Any, place: str) -> Visit:
    """The visit that goes on, or the one before."""
    parts = (settings.get(db, f"visit:{place}") or "").split(":")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return Visit()
    return Visit(*(int(part) for part in parts))


async def enter(page: Page, place: str, newest_order_ms: int) -> None:
    """Somebody looks at a place: all that is there counts as seen from the next visit on.

    A page that the script fetches again is no visit.
    """
    if page.live:
        return
    now_ms = page.now_ms
    before, marked = await page.read(lambda db: (visit_of(db, place), outbox.marked(db, place) or 0))
    if before.last_ms == 0:
        visit = Visit(marked, 0, now_ms)
    elif now_ms - before.last_ms > PAUSE_MS:
        visit = Visit(marked, min(max(before.last_ms, marked), now_ms), now_ms)
    else:
        visit = Visit(before.since_order_ms, before.since_ms, now_ms)
    value = f"{visit.since_order_ms}:{visit.since_ms}:{visit.last_ms}"
    await page.do(SetSetting(f"visit:{place}", value))
    if newest_order_ms > marked:
        await page.do(MarkRead(place, newest_order_ms))
