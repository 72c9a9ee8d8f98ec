# SPDX-License-Identifier: AGPL-3.0-or-later
"""The choices of this computer: one table for the page and for the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edgewise.faces.kit.render import SCHEMES
from edgewise.faces.kit.terminal import N_
from edgewise.faces.kit.words import LANGUAGES
from edgewise.ground.limits import HOLD_MS_DEFAULT, HOLD_MS_MAX
from edgewise.store import settings


@dataclass(frozen=True, slots=True)
class Setting:
    """A choice: its name, what holds while none was made, which values there are, and what it is for."""

    name: str
    default: str
    fits: Callable[[str], bool]
    values: str
    help: str


def _is_zone(value: str) -> bool:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return value == ""
    return True


def _is_hold(value: str) -> bool:
    return value.isascii() and value.isdigit() and int(value) <= HOLD_MS_MAX // 1000


def _is_tick(value: str) -> bool:
    return value in ("yes", "no")


_TICKS: Final = "yes, no"

SETTINGS: Final = (
    Setting("language", "", lambda v: v in ("", *LANGUAGES), "en, de, es", N_("the language of the program")),
    Setting("zone", "", _is_zone, "Europe/Berlin", N_("the time zone; without it, this computer's")),
    Setting(
        "hold_seconds",
        str(HOLD_MS_DEFAULT // 1000),
        _is_hold,
        "0–60",
        N_("how long a post waits before it leaves"),
    ),
    Setting("scheme", "auto", SCHEMES.__contains__, ", ".join(SCHEMES), N_("light or dark pages")),
    Setting("plain_letters", "no", _is_tick, _TICKS, N_("one plain typeface everywhere")),
    Setting("one_word_answers", "yes", _is_tick, _TICKS, N_("offer one-word answers")),
    Setting("single_letters", "yes", _is_tick, _TICKS, N_("single letters as shortcuts on the page")),
)


def chosen(db: Any, name: str) -> str:
    """What a person chose, else what holds without a choice; the name is one of `SETTINGS`."""
    default = next(each.default for each in SETTINGS if each.name == name)
    value = settings.get(db, name)
    return default if value is None else value
