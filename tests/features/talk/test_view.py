# SPDX-License-Identifier: AGPL-3.0-or-later
"""The view of talk: conversations of two, their lines and edits, and how far one has read."""

from collections.abc import Iterable, Sequence
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edgewise.features.talk import records, view
from edgewise.features.talk.records import Say, SayEdit, remains_of_say
from edgewise.features.talk.view import VIEW
from edgewise.ground.canon import Record
from edgewise.log.kinds import OpenedOp
from edgewise.store import outbox, search, shelf
from edgewise.store.asked import parse
from edgewise.store.db import Connection, Store
from edgewise.store.views import apply_all
from tests.features import opened
from tests.features.opened import ALICE, BOB, CAROL, id_of

WITH_BOB, WITH_CAROL = id_of("talk with bob"), id_of("talk with carol")


def said(name: str, author: bytes, record: Record, order_ms: int, space: bytes = WITH_BOB) -> OpenedOp:
    """An operation in a conversation of alice."""
    return opened.op(name, author, record, order_ms, space=space, space_kind="dm")


def applied(ops: Iterable[OpenedOp]) -> Connection:
    """Alice's store in which the view has taken these operations in, in this order."""
    db = Store.in_memory((VIEW,)).reader()
    shelf.add_space(db, shelf.SpaceRow(WITH_BOB, "dm", ALICE, BOB, None, 1))
    shelf.add_space(db, shelf.SpaceRow(WITH_CAROL, "dm", CAROL, CAROL, None, 2))
    for each in ops:
        VIEW.apply(db, each)
    return db


HELLO = said("hello", ALICE, Say("Are you there?"), 10)
YES = said("yes", BOB, Say("Yes", "", HELLO.id), 20)
LATE = said("late", BOB, Say("On Saturday too"), 30)
EDIT = said("edit", ALICE, SayEdit(HELLO.id, "Are you there on Saturday?"), 40)
FORGED = said("forged", BOB, SayEdit(HELLO.id, "I owe Bob everything"), 50)
ALL = (HELLO, YES, LATE, EDIT, FORGED)


@given(st.permutations(ALL), st.lists(st.sampled_from(ALL), max_size=3))
def test_any_order_gives_the_same_view(order: Sequence[OpenedOp], again: list[OpenedOp]) -> None:
    """TALK-3: whatever comes first, and whatever comes twice, the view is the same."""
    assert list(VIEW.dump(applied([*order, *again]))) == list(VIEW.dump(applied(ALL)))


def test_lines_stand_in_order_with_the_authors_own_wording() -> None:
    """TALK-4: the newest edit by the line's author is shown, nobody else's."""
    shown = view.lines(applied(reversed(ALL)), WITH_BOB)
    assert [line.text for line in shown] == ["Are you there on Saturday?", "Yes", "On Saturday too"]
    assert [line.edited_ms for line in shown] == [40, None, None]
    assert (shown[1].reply_to, shown[0].mine, shown[1].mine) == (HELLO.id, True, False)


def test_earlier_lines_come_in_pages() -> None:
    """A page of lines ends right before the one it is asked from."""
    db = applied(ALL)
    (last,) = view.lines(db, WITH_BOB, limit=1)
    before = view.lines(db, WITH_BOB, (last.order_ms, last.id), limit=10)
    assert [line.id for line in before] == [HELLO.id, YES.id]


def test_conversations_know_the_last_line_and_what_is_unread() -> None:
    """TALK-6: the mark is a local one; only the other's lines after it are unread."""
    db = applied((*ALL, said("moin", CAROL, Say("Moin"), 35, WITH_CAROL)))
    newest, older = view.conversations(db)
    assert (newest.identity, newest.newest_order_ms, newest.unread) == (CAROL, 35, 1)
    assert older.last is not None
    assert (older.identity, older.last.text, older.unread) == (BOB, "On Saturday too", 2)
    outbox.mark(db, view.mark_of(BOB), 20)
    assert [each.unread for each in view.conversations(db)] == [1, 1]
    assert view.unread_total(db) == 2


def test_reading_leaves_no_record() -> None:
    """TALK-6: no kind of talk says how far somebody has read."""
    assert {kind.name for kind in records.KINDS} == {"say", "say.edit"}


def test_a_new_conversation_has_no_last_line() -> None:
    """Before anybody said anything a conversation is there, and empty."""
    found = view.conversations(applied(()))
    assert [(each.last, each.unread) for each in found] == [(None, 0), (None, 0)]


def test_erasing_leaves_no_text() -> None:
    """TALK-5: neither the line nor its edits, nor a later edit, leave a word in the tables."""
    db = applied((HELLO, YES, EDIT))
    VIEW.erase(db, HELLO.id)
    VIEW.apply(db, said("another edit", ALICE, SayEdit(HELLO.id, "Are you there at all?"), 60))
    line = view.line(db, HELLO.id)
    assert line is not None
    assert (line.gone, line.text, line.edited_ms) == (True, "", None)
    held = [row for table in ("talk_lines", "talk_edits") for row in db.execute(f"SELECT * FROM {table}")]
    assert "there" not in repr(held)
    anew = applied(())
    remains = remains_of_say(cast(Say, HELLO.record))
    for each in (replace(HELLO, record=remains, gone=True), YES, EDIT):
        apply_all(VIEW, anew, (each,))
    assert list(VIEW.dump(db)) == list(VIEW.dump(anew))


def test_lines_are_found_and_counted_with_their_versions() -> None:
    """A line is named by its first signs; taking it back takes its own edits along."""
    db = applied(ALL)
    assert view.find(db, HELLO.id.hex()[:10]) == [HELLO.id]
    assert view.versions(db, HELLO.id) == (EDIT.id, HELLO.id)
    assert view.line(db, id_of("nothing")) is None


def test_a_rebuild_begins_empty() -> None:
    """Clearing leaves nothing."""
    db = applied(ALL)
    VIEW.clear(db)
    assert list(VIEW.dump(db)) == []
    assert view.lines(db, WITH_BOB) == []


def test_the_latest_wording_alone_is_found() -> None:
    """The newest line that holds the words comes first; a former wording, or what is gone, is not found."""
    db = applied(ALL)

    def found(typed: str) -> list[bytes]:
        return [hit.id for hit in search.find(db, search.Wanted(parse(typed)))]

    assert found("SATURDAY") == [LATE.id, HELLO.id]
    assert found("there -saturday") == []
    VIEW.erase(db, LATE.id)
    assert found("SATURDAY") == [HELLO.id]
    VIEW.clear(db)
    assert found("SATURDAY") == []
