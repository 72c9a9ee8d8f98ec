# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs that are taken at once: what is shown is what one operation after another would show."""

from typing import Any

import pytest

from edgewise.consent.circles import PEOPLE
from edgewise.core import inputs, runs
from edgewise.core.inputs import Place, Publish
from edgewise.features.posts.records import Post
from edgewise.store import shelf
from tests.core.party import Someone, World
from tests.core.test_ingest import texts, tick_people
from tests.core.test_meeting import meet


def shown(one: Someone) -> list[list[tuple[object, ...]]]:
    """Everything that somebody's views hold."""
    return [list(view.dump(one.db)) for view in one.core.views]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many operations each call took at once."""
    counts: list[int] = []
    real = runs.take

    def noted(*given: Any) -> int:
        counts.append(real(*given))
        return counts[-1]

    monkeypatch.setattr(runs, "take", noted)
    return counts


def test_a_bundle_of_posts_is_taken_at_once_and_reads_like_live_posts(
    alice: Someone, bob: Someone, carol: Someone, world: World, taken: list[int]
) -> None:
    """Bob gets them while they are written, carol in one run: both see the same items in the same order."""
    for reader in (bob, carol):
        meet(alice, reader)
    tick_people(alice, bob, carol)
    top = alice.post("the first", PEOPLE)
    world.deliver()
    feed = shelf.op_row(bob.db, top).space
    taken.clear()
    for n in range(5):
        alice.do(Publish(Place("space", feed), Post(f"answer {n}", "", top)))
    carol.do(inputs.TakeFile(alice.do(inputs.MakeBundle(carol.identity)).data))
    assert 5 in taken
    world.deliver()
    assert texts(carol) == texts(bob) == texts(alice)


def test_what_was_taken_back_before_it_came_is_never_shown(
    alice: Someone, bob: Someone, world: World, taken: list[int]
) -> None:
    """A stretch with such an operation goes one by one, and its text is not kept."""
    meet(alice, bob)
    tick_people(alice, bob)
    item = alice.post("kept", PEOPLE)
    world.deliver()
    feed = shelf.op_row(bob.db, item).space
    gone = [alice.do(Publish(Place("space", feed), Post(f"gone {n}"))) for n in range(3)]
    with bob.store.write() as db:
        shelf.add_tombstone(db, gone[1], alice.identity, feed)
    taken.clear()
    bob.do(inputs.TakeFile(alice.do(inputs.MakeBundle(bob.identity)).data))
    assert 3 not in taken
    assert texts(bob) == ["gone 2", "gone 0", "kept"]
    assert shelf.op_row(bob.db, gone[1]).state == "erased"
