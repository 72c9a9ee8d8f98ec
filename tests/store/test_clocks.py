# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of wrong clocks."""

from edgewise.ground.instant import DAY_MS, HOUR_MS
from edgewise.store import clocks
from edgewise.store.db import Store
from tests.store.kept import kept


def test_whose_clock_differs_is_kept_until_it_agrees() -> None:
    """The latest word counts for each person."""
    bob, carol = b"b" * 32, b"c" * 32
    with Store.in_memory(()).write() as db:
        clocks.note(db, carol, -2 * DAY_MS)
        clocks.note(db, bob, DAY_MS)
        clocks.note(db, bob, 3 * DAY_MS)
        assert clocks.apart(db) == [clocks.ClockRow(bob, 3 * DAY_MS), clocks.ClockRow(carol, -2 * DAY_MS)]
        assert clocks.ahead_ms(db, bob) == 3 * DAY_MS
        clocks.forget(db, bob)
        assert clocks.apart(db) == [clocks.ClockRow(carol, -2 * DAY_MS)]
        assert clocks.ahead_ms(db, bob) == 0


def test_clock_that_was_set_back_is_seen_by_what_was_written_before() -> None:
    """More than an hour before the newest own writing; what others wrote does not count."""
    with kept() as home:
        log = home.alice.log
        home.db.execute("UPDATE logs SET mine = 0")
        assert clocks.set_back_ms(home.db, 0) == 0
        home.db.execute("UPDATE logs SET mine = 1 WHERE public = ?", (log,))
        ((newest_ms,),) = home.db.execute("SELECT head_order_ms FROM logs WHERE public = ?", (log,))
        assert clocks.set_back_ms(home.db, newest_ms) == 0
        assert clocks.set_back_ms(home.db, newest_ms - HOUR_MS) == 0
        assert clocks.set_back_ms(home.db, newest_ms - 2 * DAY_MS) == 2 * DAY_MS


def test_only_what_one_wrote_oneself_says_what_ones_own_clock_said() -> None:
    """The time of an own operation; nothing for another's, or for what is not here."""
    with kept() as home:
        id = home.alice.ops[1].id
        home.db.execute("UPDATE logs SET mine = 0")
        assert clocks.own_claim_ms(home.db, id) is None
        home.db.execute("UPDATE logs SET mine = 1")
        ((claimed_ms,),) = home.db.execute("SELECT claimed_ms FROM ops WHERE id = ?", (id,))
        assert clocks.own_claim_ms(home.db, id) == claimed_ms
        assert clocks.own_claim_ms(home.db, b"?" * 32) is None
