# SPDX-License-Identifier: AGPL-3.0-or-later
"""The view of what was brought in."""

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from edgewise.consent.circles import ONLY_ME
from edgewise.core.inputs import Place, Publish
from edgewise.features.archive import view
from edgewise.features.archive.records import Brought
from edgewise.features.archive.view import VIEW
from edgewise.log.kinds import OpenedOp
from edgewise.store.db import Connection, Store
from tests.core.party import World
from tests.features.opened import ALICE, BOB, id_of, op

ORIGIN = id_of("where it was written")
FIRST = op("first", ALICE, Brought(id_of("post"), 5, ORIGIN), 10)
SECOND = op("second", ALICE, Brought(id_of("post"), 7, ORIGIN), 20)
FORGED = op("forged", BOB, Brought(id_of("post"), 1, ORIGIN), 30)
ALL = (FIRST, SECOND, FORGED)


def applied(ops: Iterable[OpenedOp]) -> Connection:
    """A store in which the view has taken these in."""
    db = Store.in_memory((VIEW,)).reader()
    for each in ops:
        VIEW.apply(db, each)
    return db


@given(st.permutations(ALL), st.lists(st.sampled_from(ALL), max_size=2))
def test_any_order_gives_the_same_view(order: Sequence[OpenedOp], again: list[OpenedOp]) -> None:
    """ARCHIVE-3: whatever comes first, and whatever comes twice."""
    assert list(VIEW.dump(applied([*order, *again]))) == list(VIEW.dump(applied(ALL)))


def test_what_is_here_is_known_by_its_origin_and_erasing_forgets_one_record() -> None:
    """ARCHIVE-4: one's own origins only."""
    db = applied(ALL)
    assert view.is_here(db, ORIGIN)
    assert not view.is_here(applied([FORGED]), ORIGIN)
    VIEW.erase(db, SECOND.id)
    VIEW.clear(db)
    assert list(VIEW.dump(db)) == []


def test_only_the_author_says_when_a_post_was_written() -> None:
    """ARCHIVE-2: the latest word of the post's own author in its own space."""
    alice = World().person("alice")
    post = alice.post("leeks", ONLY_ME)
    assert view.written_ms(alice.db, post) is None
    place = Place("circle", ONLY_ME)
    alice.do(Publish(place, Brought(post, 5, ORIGIN)))
    alice.do(Publish(place, Brought(post, 7, ORIGIN)))
    assert (view.written_ms(alice.db, post), view.origin(alice.db, post)) == (7, ORIGIN)
    assert view.written_ms(alice.db, id_of("nothing")) is None
