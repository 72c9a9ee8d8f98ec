# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days and hours as people say them."""

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from edgewise.faces.kit import dates
from tests.faces.kit.samples import DAY_MS, HOUR_MS, NOW_MS

EN, DE, ES = Locale("en"), Locale("de"), Locale("es")


@pytest.mark.parametrize(
    ("ago_ms", "text"),
    [
        (HOUR_MS, "Monday 08:30"),
        (DAY_MS, "Sunday 09:30"),
        (6 * DAY_MS, "Tuesday 09:30"),
        (7 * DAY_MS, "16 November"),
        (400 * DAY_MS, "19 October 2025"),
        (-3 * DAY_MS, "Thursday 09:30"),
    ],
)
def test_a_weekday_within_six_days_then_the_date(ago_ms: int, text: str) -> None:
    """Always absolute: what the page says stays true while it lies open."""
    assert dates.when(NOW_MS - ago_ms, NOW_MS, "UTC", EN).text == text


def test_a_day_has_no_hour() -> None:
    """Where the hour would tell too much, only the day is said; today by its date."""
    assert dates.day(NOW_MS - DAY_MS, NOW_MS, "UTC", EN) == dates.Stamp("2026-11-22", "Sunday")
    assert dates.day(NOW_MS, NOW_MS, "UTC", EN).text == "23 November"
    assert dates.day(NOW_MS - 6 * DAY_MS, NOW_MS, "UTC", ES).text == "martes"


def test_each_language_orders_a_date_its_own_way() -> None:
    """German has its full stop, Spanish its "de"."""
    assert [dates.full_day(NOW_MS, "UTC", one).text for one in (EN, DE, ES)] == [
        "Monday 23 November",
        "Montag, 23. November",
        "lunes, 23 de noviembre",
    ]
    assert dates.dated(NOW_MS, "UTC", DE) == "23. November 2026"


def test_the_zone_of_the_person_counts() -> None:
    """The same moment is another day further east; a zone that nobody knows is UTC."""
    late = NOW_MS + 14 * HOUR_MS
    assert dates.when(late, NOW_MS, "UTC", EN).text == "Monday 23:30"
    assert dates.when(late, NOW_MS, "Europe/Berlin", EN) == dates.Stamp(
        "2026-11-24T00:30+01:00", "Tuesday 00:30"
    )
    assert dates.when(late, NOW_MS, "Nowhere/At_All", EN).text == "Monday 23:30"
    assert dates.when(late, NOW_MS, "../etc/passwd", EN).text == "Monday 23:30"


@given(st.integers(-(2**63), 2**63), st.sampled_from(["UTC", "Pacific/Kiritimati", "America/Los_Angeles"]))
def test_any_claimed_time_can_be_shown(at_ms: int, zone: str) -> None:
    """A clock that is wrong by ages breaks no page."""
    assert dates.when(at_ms, NOW_MS, zone, EN).text
    assert dates.day(at_ms, NOW_MS, zone, DE).text
    assert dates.full_day(at_ms, zone, ES).iso
