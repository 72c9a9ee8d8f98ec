# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days and times as people say them: "Sunday 18:40", and after six days "17 November".

Absolute always, so that a page left open stays true. Instants are int ms since 1970 in UTC; the
time zone and "now" come in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_datetime

NEAR_DAYS: Final = 6
"""Within so many days the weekday says which day is meant."""

_DAY: Final = {"en": "d MMMM", "de": "d. MMMM", "es": "d 'de' MMMM"}
_DAY_YEAR: Final = {"en": "d MMMM y", "de": "d. MMMM y", "es": "d 'de' MMMM 'de' y"}
_FULL: Final = {"en": "EEEE d MMMM", "de": "EEEE, d. MMMM", "es": "EEEE, d 'de' MMMM"}
_YEAR_MIN_MS: Final = 0
_YEAR_MAX_MS: Final = 253_402_214_400_000
"""The last day of the year 9999: a clock of a stranger may claim more, a calendar holds no more."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment for a page: ``iso`` for the machine, ``text`` for the person."""

    iso: str
    text: str


def zone_of(name: str) -> tzinfo:
    """The time zone of this IANA name; UTC where the computer does not know it."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _at(at_ms: int, zone: tzinfo) -> datetime:
    bounded = min(max(at_ms, _YEAR_MIN_MS), _YEAR_MAX_MS)
    return datetime.fromtimestamp(bounded // 1000, zone)


def _pattern(table: dict[str, str], locale: Locale) -> str:
    return table.get(locale.language, table["en"])


def when(at_ms: int, now_ms: int, zone: str, locale: Locale) -> Stamp:
    """Day and hour: "Sunday 18:40" within six days, else the day alone."""
    moment, now = _at(at_ms, zone_of(zone)), _at(now_ms, zone_of(zone))
    if abs((moment.date() - now.date()).days) <= NEAR_DAYS:
        return Stamp(_minute(moment), format_datetime(moment, "EEEE HH:mm", locale=locale))
    return Stamp(_minute(moment), _day_text(moment, now, locale))


def day(at_ms: int, now_ms: int, zone: str, locale: Locale) -> Stamp:
    """The day without the hour: "Sunday" within six days, else "17 November"."""
    moment, now = _at(at_ms, zone_of(zone)), _at(now_ms, zone_of(zone))
    near = 0 < abs((moment.date() - now.date()).days) <= NEAR_DAYS
    text = format_datetime(moment, "EEEE", locale=locale) if near else _day_text(moment, now, locale)
    return Stamp(moment.date().isoformat(), text)


def full_day(at_ms: int, zone: str, locale: Locale) -> Stamp:
    """The day with its weekday, for the head of a page: "Monday 23 November"."""
    moment = _at(at_ms, zone_of(zone))
    text = format_datetime(moment, _pattern(_FULL, locale), locale=locale)
    return Stamp(moment.date().isoformat(), text)


def dated(at_ms: int, zone: str, locale: Locale) -> str:
    """The day with its year, for what is read much later, such as a letter: "7 December 2026"."""
    return format_datetime(_at(at_ms, zone_of(zone)), _pattern(_DAY_YEAR, locale), locale=locale)


def _minute(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _day_text(moment: datetime, now: datetime, locale: Locale) -> str:
    table = _DAY if moment.year == now.year else _DAY_YEAR
    return format_datetime(moment, _pattern(table, locale), locale=locale)
