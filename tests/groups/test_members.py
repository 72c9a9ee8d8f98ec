# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may write what where."""

import pytest

from edgewise.groups.members import counts_in_feed, may_write
from edgewise.log.op import CLASSES, CLS_CONTENT, CLS_CONTROL, CLS_TOMBSTONE

ALICE, BOB, CAROL = b"a" * 32, b"b" * 32, b"c" * 32


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize(
    ("kind", "writers"),
    [("self", {ALICE}), ("pair", {ALICE, BOB}), ("dm", {ALICE, BOB}), ("feed", {ALICE}), ("planet", set())],
)
def test_each_kind_of_space_has_its_writers(kind: str, writers: set[bytes], cls: int) -> None:
    """EPOCH-16: whatever the class; an unknown kind of space has none."""
    allowed = {who for who in (ALICE, BOB, CAROL) if may_write(kind, cls, who, ALICE, BOB)}
    others_tombstones = {BOB, CAROL} if kind == "feed" and cls == CLS_TOMBSTONE else set()
    assert allowed == writers | others_tombstones


def test_an_answer_needs_the_owners_grant() -> None:
    """EPOCH-16: Bob opens a log and answers in Alice's feed, and decides nothing in it."""
    assert may_write("feed", CLS_CONTENT, BOB, ALICE, None, may_answer=True)
    assert may_write("feed", CLS_CONTROL, BOB, ALICE, None, may_answer=True, opening=True)
    assert not may_write("feed", CLS_CONTROL, BOB, ALICE, None, may_answer=True)
    assert not may_write("feed", CLS_CONTENT, BOB, ALICE, None)
    assert not may_write("feed", CLS_CONTROL, BOB, ALICE, None, opening=True)


def test_one_can_take_back_after_the_grant_is_over() -> None:
    """EPOCH-16: withdrawing does not end with the right to write."""
    assert may_write("feed", CLS_TOMBSTONE, BOB, ALICE, None, may_answer=False)


def test_a_grant_to_answer_in_a_feed_opens_nothing_else() -> None:
    """EPOCH-16: no argument lets a third person into the talk of two, or into somebody's own space."""
    for kind in ("self", "pair", "dm"):
        assert not may_write(kind, CLS_CONTENT, CAROL, ALICE, BOB, may_answer=True, opening=True)


def test_an_answer_counts_once_its_log_is_listed() -> None:
    """The owner's own log always counts; others' while the owner lists them."""
    assert counts_in_feed(ALICE, ALICE, listed=False)
    assert counts_in_feed(BOB, ALICE, listed=True)
    assert not counts_in_feed(BOB, ALICE, listed=False)
