# SPDX-License-Identifier: AGPL-3.0-or-later
"""The view of people: own names for them, mutes and compared words; the latest note counts."""

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from edgewise.features.people import view
from edgewise.features.people.records import Mute, Petname, Verified
from edgewise.features.people.view import VIEW
from edgewise.ground.canon import Record
from edgewise.ground.ids import short
from edgewise.log.kinds import OpenedOp
from edgewise.store import people
from edgewise.store.agreements import AgreementsView
from edgewise.store.db import Connection, Store
from tests.features import opened
from tests.features.opened import ALICE, BOB, CAROL, id_of

SELF = id_of("alice alone")


def noted(name: str, record: Record, order_ms: int) -> OpenedOp:
    """An operation in alice's own space."""
    return opened.op(name, ALICE, record, order_ms, space=SELF, space_kind="self")


def applied(ops: Iterable[OpenedOp]) -> Connection:
    """Alice's store, in which bob and carol are known by their own names."""
    db = Store.in_memory((AgreementsView(), VIEW)).reader()
    people.put_person(db, BOB, (b"chain",), "Bob")
    people.put_person(db, CAROL, (b"chain",), "Carol")
    for each in ops:
        VIEW.apply(db, each)
    return db


BO = noted("bo", Petname(BOB, "Bo"), 10)
BOBBY = noted("bobby", Petname(BOB, "Bobby from the choir"), 20)
QUIET = noted("quiet", Mute(CAROL, True, False), 30)
SHUT = noted("shut", Mute(CAROL, True, True), 40)
WORDS = noted("words", Verified(BOB, True, "able baker charlie dog"), 50)
ALL = (BO, BOBBY, QUIET, SHUT, WORDS)


@given(st.permutations(ALL), st.lists(st.sampled_from(ALL), max_size=3))
def test_any_order_gives_the_same_view(order: Sequence[OpenedOp], again: list[OpenedOp]) -> None:
    """PEOPLE-3: the view is a function of the set of notes."""
    assert list(VIEW.dump(applied([*order, *again]))) == list(VIEW.dump(applied(ALL)))


def test_an_own_name_goes_before_theirs() -> None:
    """PEOPLE-5: one's own name for a person is shown; without one theirs, and without that their sign."""
    db = applied(reversed(ALL))
    assert view.name_of(db, BOB) == "Bobby from the choir"
    assert (view.name_of(db, CAROL), view.own_name(db, BOB)) == ("Carol", "Bob")
    assert view.name_of(db, id_of("dave")) == short(id_of("dave"))


def test_an_empty_name_gives_theirs_back() -> None:
    """PEOPLE-1: taking one's own name away is a note like any other."""
    db = applied((*ALL, noted("none", Petname(BOB, ""), 90)))
    assert view.name_of(db, BOB) == "Bob"
    VIEW.erase(db, id_of("none"))
    assert view.name_of(db, BOB) == "Bobby from the choir"


def test_muted_and_blocked_follow_the_latest_note() -> None:
    """PEOPLE-3, PEOPLE-4: blocked people are muted too; hearing them again ends both."""
    db = applied(ALL)
    assert (view.muted(db), view.blocked(db)) == ({CAROL}, {CAROL})
    VIEW.apply(db, noted("quiet again", Mute(CAROL, True, False), 60))
    assert (view.muted(db), view.blocked(db)) == ({CAROL}, set())
    VIEW.apply(db, noted("hear", Mute(CAROL, False, False), 70))
    assert view.muted(db) == set()


def test_the_last_comparing_counts() -> None:
    """PEOPLE-3: a later comparing overrules an earlier one."""
    db = applied(ALL)
    assert view.verified(db, BOB) == view.VerifiedRow(True, "able baker charlie dog", 50)
    VIEW.apply(db, noted("differ", Verified(BOB, False, "able baker charlie easy"), 80))
    found = view.verified(db, BOB)
    assert found is not None
    assert not found.match
    assert view.verified(db, CAROL) is None


def test_a_rebuild_begins_empty() -> None:
    """Clearing leaves nothing; nobody is known whom one has not met."""
    db = applied(ALL)
    VIEW.clear(db)
    assert list(VIEW.dump(db)) == []
    assert view.known(db) == []
    assert view.find(db, "Bob") == []
