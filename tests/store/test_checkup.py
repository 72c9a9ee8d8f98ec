# SPDX-License-Identifier: AGPL-3.0-or-later
"""The doctor finds a flipped bit wherever it is, and nothing where all is well."""

import pytest

from edgewise.log.op import CLS_CONTENT
from edgewise.store import checkup, shelf
from tests.store.kept import VIEW, Kept, kept
from tests.store.shelves import Writer, log_row, put

FLIPPED = (
    "unhex(substr(hex({0}), 1, {1}) || iif(substr(hex({0}), {1} + 1, 1) = '0', '1', '0') "
    "|| substr(hex({0}), {1} + 2))"
)


def flip(home: Kept, column: str, nibble: int) -> None:
    """Change four bits of a column of the second operation."""
    home.db.execute(f"UPDATE ops SET {column} = {FLIPPED.format(column, nibble)} WHERE seq = 1")


def codes(home: Kept) -> list[str]:
    """What the doctor finds."""
    return [finding.code for finding in checkup.deep(home.db, home.open_op, (VIEW,))]


def test_a_whole_store_has_no_findings() -> None:
    """Not after erasing, sealing or running a chain without single signatures either."""
    with kept() as home:
        shelf.erase_payload(home.db, home.alice.ops[1].id)
        VIEW.erase(home.db, home.alice.ops[1].id)
        bob = Writer("bob")
        shelf.add_log(home.db, log_row(bob))
        for signed in (True, False, True):
            put(home.db, bob.write(), state="sealed", signed=signed)
        assert checkup.quick(home.db) == []
        assert codes(home) == []


@pytest.mark.parametrize(
    ("column", "nibbles", "code"),
    [
        ("header", range(0, 350, 7), "header"),
        ("payload", range(0, 300, 7), "payload"),
        ("sig", range(0, 128, 7), "signature"),
        ("id", range(0, 64, 7), "header"),
        ("epoch", range(0, 64, 7), "row"),
    ],
)
def test_a_flipped_bit_is_found(column: str, nibbles: range, code: str) -> None:
    """Wherever it lies in header, payload, signature or row, the doctor names it."""
    for nibble in nibbles:
        with kept() as home:
            flip(home, column, nibble)
            assert code in codes(home), (column, nibble)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE ops SET payload = NULL WHERE seq = 2", "payload"),
        ("UPDATE ops SET state = 4 WHERE seq = 2", "payload"),
        ("UPDATE ops SET seq = 99 WHERE seq = 4", "row"),
        ("UPDATE ops SET seq = 99 WHERE seq = 3", "link"),
        ("UPDATE ops SET cls = 0 WHERE seq = 3", "row"),
        ("UPDATE ops SET sig = NULL WHERE seq = 4", "signature"),
        ("UPDATE ops SET id8 = 7 WHERE seq = 2", "row"),
        ("DELETE FROM ops WHERE seq = 4", "head"),
        ("UPDATE logs SET head = zeroblob(32)", "head"),
        ("UPDATE logs SET next_seq = 3", "head"),
        ("UPDATE agreements_circles SET name = 'x'", "view"),
        ("DELETE FROM agreements_members", "view"),
    ],
)
def test_a_wrong_row_is_found(statement: str, code: str) -> None:
    """Missing, moved and changed rows are told from what was signed, and from what a view is made of."""
    with kept() as home:
        home.db.execute(statement)
        assert code in codes(home)


def test_the_quick_look_sees_lost_rows_and_wrong_heads() -> None:
    """What needs no reading of everything is found in a moment."""
    with kept() as home:
        home.db.execute("DELETE FROM ops WHERE seq = 4")
        assert [finding.code for finding in checkup.quick(home.db)] == ["head"]


def test_an_erased_text_that_is_still_here_is_found() -> None:
    """A payload beside the state "erased" would be a promise broken."""
    with kept() as home:
        shelf.erase_payload(home.db, home.alice.ops[1].id)
        home.db.execute("UPDATE ops SET payload = x'00' WHERE seq = 1")
        assert "payload" in codes(home)


def test_findings_are_bounded() -> None:
    """A store that is damaged all over still ends in a list that a person can read."""
    with kept() as home:
        for _ in range(checkup.FINDINGS_MAX + 20):
            put(home.db, home.alice.write(cls=CLS_CONTENT))
        home.db.execute("UPDATE ops SET payload = x'00'")
        assert len(codes(home)) == checkup.FINDINGS_MAX
