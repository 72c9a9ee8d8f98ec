# SPDX-License-Identifier: AGPL-3.0-or-later
"""Wrong clocks in a person's words: for the doctor, and for agreements that seem to have run out."""

from __future__ import annotations

from typing import Any, Final

from edgewise.faces.kit.known import Known
from edgewise.faces.kit.words import Translator
from edgewise.ground.instant import DAY_MS, HOUR_MS, YEAR_MS
from edgewise.store import clocks

_DAYS_FROM_MS: Final = 2 * DAY_MS
_YEARS_FROM_MS: Final = 2 * YEAR_MS


def sentences(db: Any, words: Translator, now_ms: int) -> list[str]:
    """What is known of clocks that are wrong, this computer's first; empty where nothing is."""
    known = Known(db, words, now_ms)
    found = []
    if back_ms := clocks.set_back_ms(db, now_ms):
        found.append(
            words.gettext(
                "The clock of this computer stands about %(time)s before the newest thing written here. "
                "It is wrong now, or it was wrong then. Please look.",
                time=_about(words, back_ms),
            )
        )
    found += [
        words.gettext(
            "The clocks of this computer and %(name)s's differ by about %(time)s. "
            "Please look which one is wrong.",
            name=known.name(row.identity),
            time=_about(words, abs(row.ahead_ms)),
        )
        for row in clocks.apart(db)
    ]
    return found


def _about(words: Translator, ms: int) -> str:
    if ms >= _YEARS_FROM_MS:
        return words.ngettext("%(num)s year", "%(num)s years", round(ms / YEAR_MS))
    if ms >= _DAYS_FROM_MS:
        return words.ngettext("%(num)s day", "%(num)s days", round(ms / DAY_MS))
    return words.ngettext("%(num)s hour", "%(num)s hours", max(1, round(ms / HOUR_MS)))
