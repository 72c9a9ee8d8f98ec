# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stage of the measurements: what a pen writes is what the person would have written."""

from pathlib import Path

import pytest

from edgewise.bench import limits
from edgewise.bench.jobs import held
from edgewise.bench.stage import CONN, Cable, Pen, Writing, meet, people, run_frame, tag_between
from edgewise.core.inputs import Received
from edgewise.features.posts import view
from edgewise.features.posts.records import Post
from edgewise.ground.ids import short
from edgewise.node.running import now_ms


def test_a_core_takes_what_a_pen_wrote_and_shows_it(tmp_path: Path) -> None:
    """Verified, admitted, opened, on Home: nothing in the core knows a pen from the person."""
    with people(tmp_path, "alice", "bob") as (alice, bob):
        meet(alice, bob)
        Cable(alice, bob)
        before = held(bob, alice.feed)
        pen, tag = Pen(alice, alice.feed), tag_between(alice, bob, alice.feed)
        ops = [pen.write(Post(f"Post {n}."), now_ms()) for n in range(3)]
        bob.handle(Received(CONN, run_frame(tag, ops)))
        assert held(bob, alice.feed) == before + 3
        with bob.store.reading() as db:
            texts = [item.text for item in view.home_items(db, limit=3)]
        assert texts == ["Post 2.", "Post 1.", "Post 0."]


def test_the_limit_takes_the_same_bytes(tmp_path: Path) -> None:
    """What the bare shelf hashes, verifies, opens and keeps is the very run that the core is given."""
    with people(tmp_path, "alice", "bob") as (alice, bob), limits.BareShelf(tmp_path) as floor:
        meet(alice, bob)
        pen, tag = Pen(alice, alice.feed), tag_between(alice, bob, alice.feed)
        writing = Writing(1)
        frame = run_frame(tag, [pen.write(writing.record([]), now_ms()) for _ in range(3)])
        limits.take_run(floor, frame, pen.content_key)
        assert floor.rows() == (3, 3)
        limits.take_run(floor, run_frame(tag, [pen.write(Post("One."), 1)]), pen.content_key, singly=True)
        assert floor.rows() == (4, 4)
        with pytest.raises(AssertionError):
            limits.take_run(floor, frame[:-100] + bytes(100), pen.content_key)


def test_the_same_seed_writes_the_same_texts() -> None:
    """Figures of two days are about the same work."""
    one, other = Writing(7), Writing(7)
    texts = [one.text() for _ in range(5)]
    assert texts == [other.text() for _ in range(5)]
    assert len(set(texts)) == 5
    kinds = {type(one.record([bytes(32)])).__name__ for _ in range(200)}
    assert kinds == {"Post", "Word"}, short(bytes(4))
