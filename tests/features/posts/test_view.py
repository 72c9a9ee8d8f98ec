# SPDX-License-Identifier: AGPL-3.0-or-later
"""The view of posts: a function of the set of operations, with threads, wordings and one-word answers."""

import re
from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edgewise.features.posts import view
from edgewise.features.posts.records import Edit, Post, Word, remains_of_post
from edgewise.features.posts.view import VIEW, Item
from edgewise.log.kinds import OpenedOp
from edgewise.store import search, shelf
from edgewise.store.asked import parse
from edgewise.store.db import Connection, Store
from edgewise.store.views import apply_all
from tests.features.opened import ALICE, BOB, CAROL, HER_FEED, HIS_FEED, id_of, op

CIRCLE = bytes(15) + b"\x01"
PARENT = id_of("ladder")


def applied(ops: Iterable[OpenedOp]) -> Connection:
    """A store in which the view has taken these operations in, in this order."""
    db = Store.in_memory((VIEW,)).reader()
    shelf.add_space(db, shelf.SpaceRow(HER_FEED, "feed", ALICE, None, CIRCLE, 1))
    shelf.add_space(db, shelf.SpaceRow(HIS_FEED, "feed", BOB, None, None, 1))
    for each in ops:
        VIEW.apply(db, each)
    return db


def dump(db: Connection) -> list[tuple[object, ...]]:
    """The whole view, as it is compared."""
    return list(VIEW.dump(db))


def only_home(db: Connection) -> Item:
    """The one item at home."""
    (item,) = view.home_items(db)
    return item


LADDER = op("ladder", ALICE, Post("Does anybody have the ladder?", "", b"", (BOB,)), 10)
ANSWER = op("answer", BOB, Post("It is here", "", PARENT), 20)
AGAIN = op("again", ALICE, Post("I come at six", "", id_of("answer")), 30)
FIRST_EDIT = op("first edit", ALICE, Edit(PARENT, "Has anybody the ladder?", ""), 40)
NEXT_EDIT = op("next edit", ALICE, Edit(PARENT, "Who has the ladder?", "heights"), 50)
FORGED_EDIT = op("forged edit", BOB, Edit(PARENT, "I am a thief", ""), 60)
THANKS = op("thanks", BOB, Word(PARENT, "thanks", True), 70)
NO_THANKS = op("no thanks", BOB, Word(PARENT, "thanks", False), 80)
ME_TOO = op("me too", CAROL, Word(PARENT, "me_too", True), 90)
ALL = (LADDER, ANSWER, AGAIN, FIRST_EDIT, NEXT_EDIT, FORGED_EDIT, THANKS, NO_THANKS, ME_TOO)


@given(st.permutations(ALL), st.lists(st.sampled_from(ALL), max_size=4))
def test_any_order_gives_the_same_view(order: Sequence[OpenedOp], again: list[OpenedOp]) -> None:
    """POST-4: whatever comes first, and whatever comes twice, the view is the same."""
    assert dump(applied([*order, *again])) == dump(applied(ALL))


def test_the_latest_edit_of_the_author_counts() -> None:
    """POST-5, POST-7: the newest own wording is shown, whoever else sends one, and whatever came last."""
    for order in permutations((LADDER, FIRST_EDIT, NEXT_EDIT, FORGED_EDIT)):
        item = only_home(applied(order))
        assert (item.text, item.warning, item.edited_ms) == ("Who has the ladder?", "heights", 50)


def test_edits_of_one_moment_are_settled_by_their_ids() -> None:
    """POST-5: two edits at one place in the order: the greater id counts, on every computer."""
    one = op("one", ALICE, Edit(PARENT, "one", ""), 50)
    two = op("two", ALICE, Edit(PARENT, "two", ""), 50)
    expected = max((one, two), key=lambda each: each.id).record
    for order in permutations((LADDER, one, two)):
        assert isinstance(expected, Edit)
        assert only_home(applied(order)).text == expected.text


def test_words_stand_with_names_and_the_latest_counts() -> None:
    """POST-5, POST-9: each word names its people; who took theirs away is not among them."""
    item = only_home(applied(ALL))
    assert [(given.word, given.identities) for given in item.words] == [("me_too", (CAROL,))]
    many = (LADDER, THANKS, op("carol's", CAROL, Word(PARENT, "thanks", True), 71))
    assert only_home(applied(many)).words == (view.Given("thanks", (BOB, CAROL)),)


def test_nothing_reaches_over_from_another_space() -> None:
    """POST-7: an answer, an edit or a word in another space does not touch the item."""
    foreign = (
        op("far answer", BOB, Post("From afar", "", PARENT), 20, space=HIS_FEED),
        op("far edit", ALICE, Edit(PARENT, "Changed from afar", ""), 30, space=HIS_FEED),
        op("far word", BOB, Word(PARENT, "yes", True), 40, space=HIS_FEED),
    )
    items = view.home_items(applied((LADDER, *foreign)))
    assert [(item.text, item.words, item.replies) for item in items] == [
        ("From afar", (), ()),
        ("Does anybody have the ladder?", (), ()),
    ]


def test_home_is_newest_first_with_threads_oldest_first() -> None:
    """Threads stand under their top, flat and in time order; each answer says whose text it answers."""
    other = op("other", BOB, Post("Rain again"), 25, space=HIS_FEED)
    items = view.home_items(applied((*ALL, other)))
    assert [item.text for item in items] == ["Rain again", "Who has the ladder?"]
    thread = items[1]
    assert [(reply.text, reply.answers) for reply in thread.replies] == [
        ("It is here", ALICE),
        ("I come at six", BOB),
    ]
    assert (thread.owner, thread.circle, thread.mine, thread.mentions) == (ALICE, CIRCLE, True, (BOB,))
    assert (items[0].owner, items[0].circle, items[0].mine) == (BOB, None, False)


def test_pages_of_home_meet_without_gap_or_double() -> None:
    """The next page begins right before the last item, though many stand at one moment."""
    db = applied(op(f"post {n}", ALICE, Post(f"post {n}"), 10 + n // 4) for n in range(20))
    seen: list[bytes] = []
    before_order_ms, before_id = None, b""
    while page := view.home_items(db, before_order_ms=before_order_ms, before_id=before_id, limit=3):
        seen += [item.id for item in page]
        before_order_ms, before_id = page[-1].order_ms, page[-1].id
    assert len(seen) == len(set(seen)) == 20


def test_one_space_alone_can_be_asked_for() -> None:
    """The page of one circle shows its own feed only."""
    other = op("other", BOB, Post("Rain again"), 25, space=HIS_FEED)
    db = applied((LADDER, other))
    assert [item.id for item in view.home_items(db, space=HIS_FEED)] == [other.id]


def test_an_answer_without_its_parent_stands_by_itself() -> None:
    """What came is never hidden because something else did not come yet."""
    assert [item.text for item in view.home_items(applied((ANSWER,)))] == ["It is here"]
    assert len(view.home_items(applied((ANSWER, LADDER)))) == 1


def test_the_thread_of_an_answer_begins_at_its_top() -> None:
    """Opening any item shows the whole conversation around it."""
    db = applied(ALL)
    for inside in (LADDER, ANSWER, AGAIN):
        thread = view.thread(db, inside.id)
        assert thread is not None
        assert (thread.id, len(thread.replies)) == (LADDER.id, 2)
    assert view.thread(db, id_of("nothing")) is None


def test_erasing_leaves_no_text() -> None:
    """POST-8: after an erasure no word of the item, of its edits or of a later edit is in the tables."""
    db = applied((LADDER, ANSWER, FIRST_EDIT))
    VIEW.erase(db, LADDER.id)
    VIEW.apply(db, NEXT_EDIT)
    item = only_home(db)
    assert (item.gone, item.text, item.warning, item.words, item.mentions) == (True, "", "", (), ())
    assert [reply.text for reply in item.replies] == ["It is here"]
    held = [row for table in ("posts_items", "posts_edits") for row in db.execute(f"SELECT * FROM {table}")]
    assert "ladder" not in repr(held)


def test_erasing_an_edit_brings_the_wording_before_it_back() -> None:
    """POST-8: an edit can be taken back by itself."""
    db = applied((LADDER, FIRST_EDIT, NEXT_EDIT))
    VIEW.erase(db, NEXT_EDIT.id)
    assert only_home(db).text == "Has anybody the ladder?"


def test_an_erased_view_equals_one_that_is_made_anew() -> None:
    """POST-4, POST-8: after an erasure the dump is that of a rebuild, which is given what remains."""
    db = applied(ALL)
    VIEW.erase(db, LADDER.id)
    remains = replace(LADDER, record=remains_of_post(cast(Post, LADDER.record)), gone=True)
    for order in (ALL, ALL[::-1]):
        anew = applied(())
        for each in order:
            apply_all(VIEW, anew, (remains if each is LADDER else each,))
        assert dump(db) == dump(anew)
        assert view.home_items(db) == view.home_items(anew)
    assert only_home(db).gone
    assert [row[0] for row in dump(db)] == sorted([LADDER.id, ANSWER.id, AGAIN.id])


def test_versions_are_all_operations_with_texts() -> None:
    """Who takes an item back takes back each own edit first; edits of others are none of theirs."""
    assert view.versions(applied(ALL), LADDER.id) == (FIRST_EDIT.id, NEXT_EDIT.id, LADDER.id)


def test_muted_people_are_left_out_and_kept() -> None:
    """PEOPLE-4: home and threads leave muted people out; the items are still there."""
    other = op("other", BOB, Post("Rain again"), 25, space=HIS_FEED)
    db = applied((*ALL, other))
    items = view.home_items(db, muted={BOB})
    assert [item.id for item in items] == [LADDER.id]
    assert [reply.author for reply in items[0].replies] == [ALICE]
    assert view.item(db, other.id) is not None


def test_new_since_counts_only_others() -> None:
    """The unread mark counts what others wrote after it, never one's own, never the muted."""
    db = applied(ALL)
    for order_ms, muted, count in ((0, [], 1), (20, [], 0), (0, [BOB], 0)):
        assert view.new_count_since(db, order_ms, muted) == count
        assert view.has_new_since(db, order_ms, muted) == (count > 0)
    assert view.newest_order(db) == 30


def test_an_old_thread_with_a_new_answer_is_found() -> None:
    """A thread that began before the mark is named once when others answered after it, but the muted."""
    db = applied(ALL)
    assert view.stirred(db, 10) == [LADDER.id]
    assert view.stirred(db, 20) == []
    assert view.stirred(db, 10, muted=[BOB]) == []


def found(db: Connection, typed: str) -> list[bytes]:
    """The ids of what holds these words, the newest first."""
    return [hit.id for hit in search.find(db, search.Wanted(parse(typed)))]


@given(st.permutations((LADDER, ANSWER, FIRST_EDIT, NEXT_EDIT, FORGED_EDIT)))
def test_the_latest_wording_alone_is_found(order: Sequence[OpenedOp]) -> None:
    """Whatever comes first: answers too, warnings too; no older wording, and none by another's hand."""
    db = applied(order)
    assert found(db, "WHO ladder ") == [PARENT]
    assert found(db, "heights ") == [PARENT]
    assert found(db, "here ") == [ANSWER.id]
    assert [found(db, word) for word in ("anybody ", "thief ", "has anybody ")] == [[], [], []]


def test_what_was_taken_back_is_found_no_more() -> None:
    """An item by no word of it; an edit's words go with it, and the wording before it is found again."""
    db = applied((LADDER, ANSWER, FIRST_EDIT, NEXT_EDIT))
    VIEW.erase(db, NEXT_EDIT.id)
    assert (found(db, "who "), found(db, "has anybody ")) == ([], [PARENT])
    VIEW.erase(db, LADDER.id)
    assert (found(db, "ladder "), found(db, "here ")) == ([], [ANSWER.id])
    VIEW.clear(db)
    assert list(search.VIEW.dump(db)) == []


def test_mentions_of_a_person_are_found() -> None:
    """Who is named in an item of somebody else finds it."""
    db = applied((LADDER, op("own", BOB, Post("Me", "", b"", (BOB,)), 15, space=HIS_FEED)))
    assert [item.id for item in view.mentions_of(db, BOB)] == [LADDER.id]
    assert view.mentions_of(db, BOB, since_order_ms=10) == []


def test_an_item_is_found_by_the_beginning_of_its_id() -> None:
    """The first signs name an item; none that is not here."""
    db = applied((LADDER, ANSWER))
    assert view.find(db, LADDER.id.hex()[:8]) == [LADDER.id]
    assert view.find(db, "") == sorted([LADDER.id, ANSWER.id])
    assert view.find(db, id_of("nothing").hex()) == []


def test_a_rebuild_begins_empty() -> None:
    """Clearing leaves nothing in any table."""
    db = applied(ALL)
    VIEW.clear(db)
    assert dump(db) == []
    assert view.newest_order(db) == 0


def test_a_moved_operation_moves_its_item() -> None:
    """An operation whose place in the order was found later is given again, and stands there."""
    later = op("ladder", ALICE, LADDER.record, 99)
    assert only_home(applied((LADDER, later))).order_ms == 99


@pytest.mark.parametrize("query", ["_ROOTS", "_THREAD", "_STIRRED", "_WORDS", "_WORDINGS"])
def test_no_question_of_a_page_reads_all_items(query: str) -> None:
    """A page costs what it shows, however many items there are: each is found by an index."""
    asked: str = getattr(view, query)
    given = [1] * len(set(re.findall(r"\?\d*", asked)))
    plan = [row[3] for row in applied(()).execute(f"EXPLAIN QUERY PLAN {asked}", given)]
    assert [line for line in plan if line.startswith("SCAN") and "posts_" in line] == []


def test_of_many_answers_the_newest_bring_their_threads_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was away for long gets the threads of the newest answers; the others stand in their places."""
    monkeypatch.setattr(view, "STIRRING_MAX", 2)
    tops = [op(f"top {n}", ALICE, Post(f"Top {n}"), 1 + n) for n in range(3)]
    answers = [op(f"answer {n}", BOB, Post("Yes", "", top.id), 10 + n) for n, top in enumerate(tops)]
    assert view.stirred(applied((*tops, *answers)), 5) == [tops[2].id, tops[1].id]
