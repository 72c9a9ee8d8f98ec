# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters that one wrote, and letters that one was given."""

from collections.abc import Iterator
from dataclasses import replace

import apsw
import pytest

from edgewise.store import invitations
from edgewise.store.db import Connection, Store
from tests.store.shelves import BOB, CAROL, NOW_MS

MINE = invitations.InvitationRow(
    b"i" * 32, b"s" * 16, "shown", "Bob", b"letter", NOW_MS, NOW_MS + 9, b"", None
)
HERS = invitations.LetterRow(
    b"j" * 32, "edgewise:1:x", b"", "read", b"s" * 16, b"", ("192.0.2.1:7",), b"e" * 32, b"", NOW_MS
)


@pytest.fixture
def db() -> Iterator[Connection]:
    """An empty store inside a transaction."""
    with Store.in_memory(()).write() as connection:
        yield connection


def test_an_own_letter_keeps_what_became_of_it(db: Connection) -> None:
    """State, acceptance and who accepted are added to what was written."""
    invitations.add(db, MINE)
    assert invitations.get(db, MINE.id) == MINE
    assert invitations.by_identity(db, BOB) is None
    invitations.set_state(db, MINE.id, "used")
    invitations.set_acceptance(db, MINE.id, b"yes", BOB)
    used = replace(MINE, state="used", acceptance=b"yes", identity=BOB)
    assert invitations.get(db, MINE.id) == invitations.by_identity(db, BOB) == used
    assert invitations.get(db, b"x" * 32) is None


def test_a_letter_is_written_once(db: Connection) -> None:
    """Two letters with one id would be a bug."""
    invitations.add(db, MINE)
    with pytest.raises(apsw.ConstraintError):
        invitations.add(db, MINE)


def test_own_letters_are_listed_newest_first(db: Connection) -> None:
    """All of them, or those in one state; who accepted twice is found by the later one."""
    used = replace(MINE, id=b"a" * 32, state="used", made_ms=NOW_MS - 5, identity=BOB)
    again = replace(MINE, id=b"b" * 32, state="used", made_ms=NOW_MS - 1, identity=BOB)
    for row in (used, MINE, again):
        invitations.add(db, row)
    assert invitations.every(db) == [MINE, again, used]
    assert invitations.every(db, "shown") == [MINE]
    assert invitations.by_identity(db, BOB) == again


def test_a_received_letter_is_kept_as_it_stands(db: Connection) -> None:
    """A ticket first, the letter and the answer later, in one row."""
    invitations.put_letter(db, HERS)
    assert invitations.letter(db, HERS.invitation) == HERS
    met = replace(HERS, letter=b"letter", state="met", from_identity=CAROL, addrs=(), acceptance=b"yes")
    invitations.put_letter(db, met)
    assert invitations.letters(db) == [met]
    assert invitations.letters(db, "read") == []
    assert invitations.letter(db, b"x" * 32) is None


def test_secrets_of_letters_are_not_in_a_repr() -> None:
    """What is printed in a trace opens no letter."""
    assert "ssss" not in repr(MINE) + repr(HERS)
