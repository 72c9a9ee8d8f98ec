# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits: requests to erase, held posts, drafts, read marks; and counts of verdicts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from edgewise.ground.errors import Refusal
from edgewise.ground.limits import ATTACHMENTS_MAX, DRAFTS_MAX
from edgewise.log.blobs import Attachment, make_ref
from edgewise.store import outbox
from edgewise.store.db import Connection, Store
from tests.store.shelves import BOB, CAROL, SPACE

LAPTOP, PHONE, TARGET = b"l" * 32, b"p" * 32, b"t" * 32
ASKED = outbox.ErasureRow(b"r" * 16, LAPTOP, BOB, SPACE, TARGET, b"g" * 32, 4, "asked", 10, 0, 0)
HELD = outbox.HeldRow(b"h" * 16, b"place", b"record", 100, 50)


@pytest.fixture
def db() -> Iterator[Connection]:
    """An empty store inside a transaction."""
    with Store.in_memory(()).write() as connection:
        yield connection


def test_a_request_to_erase_is_answered_by_who_was_asked(db: Connection) -> None:
    """An answer of another device, or about another item, changes nothing."""
    other = replace(ASKED, holder_device=PHONE, holder_identity=CAROL)
    for row in (ASKED, other):
        outbox.put_erasure(db, row)
    outbox.tried(db, ASKED.request)
    outbox.answered(db, ASKED.request, LAPTOP, b"x" * 32, "done", 20)
    outbox.answered(db, b"x" * 16, LAPTOP, TARGET, "done", 20)
    outbox.answered(db, ASKED.request, LAPTOP, TARGET, "kept", 30)
    answered = replace(ASKED, state="kept", answered_ms=30, tries=1)
    assert outbox.erasures(db) == [answered, replace(other, tries=1)]
    assert outbox.erasures(db, device=PHONE, state="asked") == [replace(other, tries=1)]
    assert outbox.erasures(db, state="kept", target=TARGET) == [answered]
    assert outbox.erasures(db, target=b"x" * 32) == []


def test_a_held_post_waits_until_it_is_due_or_called_back(db: Connection) -> None:
    """What is due comes in the order in which it was written; what is dropped never does."""
    later = replace(HELD, id=b"i" * 16, due_ms=90, made_ms=60)
    for row in (later, HELD):
        outbox.put_held(db, row)
    assert outbox.held(db, HELD.id) == HELD
    assert outbox.held_due(db, 89) == []
    assert outbox.held_due(db, 100) == [HELD, later]
    assert outbox.all_held(db) == [later, HELD]
    outbox.drop_held(db, HELD.id)
    assert outbox.held(db, HELD.id) is None
    assert outbox.held_due(db, 100) == [later]


def test_a_place_has_one_draft(db: Connection) -> None:
    """The newest text of a place is kept; places are listed newest first."""
    outbox.put_draft(db, "home", "one", "", 1)
    outbox.put_draft(db, "talk:b", "two", "x", 2)
    outbox.put_draft(db, "home", "three", "", 3)
    assert outbox.draft(db, "home") == outbox.DraftRow("home", "three", "", 3)
    assert [row.place for row in outbox.drafts(db)] == ["home", "talk:b"]
    outbox.drop_draft(db, "home")
    assert outbox.draft(db, "home") is None


def test_drafts_are_bounded(db: Connection) -> None:
    """One more place is refused; a draft that is there can still be changed."""
    for number in range(DRAFTS_MAX):
        outbox.put_draft(db, f"place {number}", "text", "", number)
    with pytest.raises(Refusal) as caught:
        outbox.put_draft(db, "one more", "text", "", 1)
    assert caught.value.code == "draft.too_many"
    outbox.put_draft(db, "place 7", "changed", "", 1)
    assert outbox.draft(db, "place 7") == outbox.DraftRow("place 7", "changed", "", 1)


def test_a_read_mark_never_goes_back(db: Connection) -> None:
    """An old page that is left open does not make things unread again."""
    assert outbox.marked(db, "home") is None
    for order_ms in (5, 9, 7):
        outbox.mark(db, "home", order_ms)
    assert outbox.marked(db, "home") == 9


def test_verdicts_are_counted_by_code_and_source(db: Connection) -> None:
    """A peer that sends the same thing for ever fills one row."""
    for at_ms in range(3):
        outbox.count_verdict(db, "seal.bad", LAPTOP, at_ms)
    outbox.count_verdict(db, "seal.bad", PHONE, 7)
    assert outbox.verdicts(db) == [
        outbox.VerdictRow("seal.bad", PHONE, 1, 7),
        outbox.VerdictRow("seal.bad", LAPTOP, 3, 2),
    ]


def enclosed(number: int) -> outbox.Enclosed:
    """A picture that is to go with a text."""
    ref = make_ref(bytes((number,)) * 32, bytes(32), 10)
    return outbox.Enclosed(Attachment(ref, "picture", "image/png", "", ""), ("place",))


def test_a_draft_keeps_what_is_to_go_with_it(db: Connection) -> None:
    """Enclosures stay when the words change, have words of their own, and go one by one; then it is gone."""
    one, two = enclosed(1), enclosed(2)
    outbox.enclose(db, "home", one, 1)
    outbox.put_draft(db, "home", "words", "", 2)
    outbox.enclose(db, "home", two, 3)
    assert outbox.draft(db, "home") == outbox.DraftRow("home", "words", "", 2, (one, two))
    outbox.describe(db, "home", two.attachment.ref.blob, "A garden.")
    outbox.put_draft(db, "home", "", "", 4)
    found = outbox.draft(db, "home")
    assert found is not None
    assert [(each.attachment.alt, each.removed) for each in found.enclosed] == [
        ("", ("place",)),
        ("A garden.", ("place",)),
    ]
    outbox.disclose(db, "home", one.attachment.ref.blob)
    outbox.disclose(db, "home", b"?" * 32)
    outbox.disclose(db, "home", two.attachment.ref.blob)
    assert outbox.draft(db, "home") is None


def test_enclosures_are_bounded(db: Connection) -> None:
    """One more than a text may carry is refused."""
    for number in range(ATTACHMENTS_MAX):
        outbox.enclose(db, "home", enclosed(number), 1)
    with pytest.raises(Refusal) as caught:
        outbox.enclose(db, "home", enclosed(99), 1)
    assert caught.value.code == "draft.full"
