# SPDX-License-Identifier: AGPL-3.0-or-later
"""Views can be thrown away: what is made again equals what grew."""

from edgewise.store import agreements, shelf, views
from tests.store.kept import RECORDS, VIEW, kept
from tests.store.shelves import BOB, CAROL


def test_a_rebuilt_view_equals_the_one_that_grew() -> None:
    """From the shelf alone all rows come back."""
    with kept() as home:
        grown = list(VIEW.dump(home.db))
        assert len(grown) == len(RECORDS)
        VIEW.clear(home.db)
        assert views.rebuild(home.db, (VIEW,), home.open_op) == len(RECORDS)
        assert list(VIEW.dump(home.db)) == grown
        assert agreements.members(home.db, b"c" * 16) == [CAROL]


def test_what_was_erased_stays_out_of_a_rebuild() -> None:
    """An operation without its payload is shown by no view, grown or rebuilt."""
    with kept() as home:
        last = home.alice.ops[-1].id
        shelf.erase_payload(home.db, last)
        VIEW.erase(home.db, last)
        assert agreements.members(home.db, b"c" * 16) == sorted([BOB, CAROL])
        assert views.compare(home.db, (VIEW,), home.open_op) == []
        assert views.rebuild(home.db, (VIEW,), home.open_op) == len(RECORDS) - 1


def test_comparing_changes_nothing_and_finds_nothing_where_all_is_well() -> None:
    """The doctor's look leaves every row as it was."""
    with kept() as home:
        before = list(VIEW.dump(home.db))
        assert views.compare(home.db, (VIEW,), home.open_op) == []
        assert list(VIEW.dump(home.db)) == before


def test_comparing_names_what_is_missing_and_what_is_too_much() -> None:
    """A changed row is found on both sides; texts and whole ids are not told."""
    with kept() as home:
        home.db.execute("UPDATE agreements_circles SET name = 'Plum trees' WHERE name = 'Walkers'")
        home.db.execute("DELETE FROM agreements_members WHERE present = 0")
        found = views.compare(home.db, (VIEW,), home.open_op)
        assert [line.split(" (")[0] for line in found] == ["agreements: missing"] * 2 + ["agreements: extra"]
        told = "".join(found)
        assert "Plum" not in told
        assert "Walkers" not in told
        assert BOB.hex()[:12] not in told
        assert list(home.db.execute("SELECT count(*) FROM agreements_members")) == [(2,)]
