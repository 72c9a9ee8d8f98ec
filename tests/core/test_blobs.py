# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and files in the core: kept, named, wished for, erased."""

import io

import pytest

from edgewise.consent.circles import ONLY_ME, PEOPLE
from edgewise.core.inputs import (
    Attach,
    CancelBlob,
    Detach,
    DropDraft,
    FetchBlob,
    KeepBlob,
    PauseBlob,
    Place,
    Publish,
    SetMember,
    TakeBack,
    Tick,
    Undo,
)
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import Post
from edgewise.features.talk.records import Say
from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.errors import Refusal
from edgewise.ground.instant import DAY_MS
from edgewise.log.blobs import Attachment, BlobRef
from edgewise.store import outbox, pieces, sealed, shelf
from edgewise.store.piece_files import MemoryPieces
from tests.core.party import Someone, World
from tests.core.test_meeting import meet

PICTURE = bytes(range(253)) * 400


def kept(by: Someone, data: bytes = PICTURE, seed: str = "") -> BlobRef:
    """A file that somebody added on their computer."""
    ref = sealed.seal_file(
        by.store.pieces, io.BytesIO(data), 1 << 31, SeededEntropy(f"{by.name} {seed}".encode())
    )
    by.do(KeepBlob(ref))
    return ref


def picture(ref: BlobRef, kind: str = "picture") -> Attachment:
    """An attachment of a kind."""
    return Attachment(ref, kind, "image/jpeg", "garden.jpg", "A garden.")  # type: ignore[arg-type]


def state(by: Someone, ref: BlobRef) -> str:
    """How much of it is here."""
    return pieces.state(by.db, ref.blob).state


def test_a_picture_stands_with_its_item(alice: Someone) -> None:
    """POST-10: an item may hold pictures and no words; the view keeps them, and taking back takes them."""
    ref = kept(alice)
    item = alice.do(Publish(Place("circle", ONLY_ME), Post("", attachments=(picture(ref),))))
    shown = posts.item(alice.db, item)
    assert shown is not None
    assert shown.attachments == (picture(ref),)
    assert state(alice, ref) == "here"
    alice.do(TakeBack(item))
    gone = posts.item(alice.db, item)
    assert gone is not None
    assert gone.attachments == ()
    assert state(alice, ref) == "erased"
    assert alice.store.pieces.names() == []


def test_a_file_belongs_to_one_place(alice: Someone, bob: Someone, world: World) -> None:
    """PIECE-9: what stands in one space is refused in another, and what is not here anywhere."""
    meet(alice, bob)
    ref = kept(alice)
    alice.do(Publish(Place("circle", ONLY_ME), Post("mine", attachments=(picture(ref),))))
    alice.do(Publish(Place("circle", ONLY_ME), Post("again", attachments=(picture(ref),))))
    with pytest.raises(Refusal, match=r"blob\.other_place"):
        alice.do(Publish(Place("talk", bob.identity), Say("look", attachments=(picture(ref),))))
    foreign = sealed.seal_file(MemoryPieces(), io.BytesIO(b"x"), 9, SeededEntropy(b"y"))
    with pytest.raises(Refusal, match=r"blob\.other_place"):
        alice.do(Publish(Place("circle", ONLY_ME), Post("none", attachments=(picture(foreign),))))
    with pytest.raises(Refusal, match=r"blob\.not_here"):
        alice.do(KeepBlob(foreign))


def test_what_was_added_and_not_sent_goes_after_a_day(alice: Someone, world: World) -> None:
    """A file that nothing names is let go of by the next tick after 24 hours, with its bytes."""
    ref = kept(alice)
    world.now_ms += DAY_MS
    alice.give(Tick())
    assert state(alice, ref) == "here"
    world.now_ms += 1
    alice.give(Tick())
    assert state(alice, ref) == "elsewhere"
    assert alice.store.pieces.names() == []


def test_pictures_are_wanted_and_files_wait_to_be_asked_for(
    alice: Someone, bob: Someone, world: World
) -> None:
    """PIECE-10: with the item comes the wish for its picture; a file waits for its reader."""
    meet(alice, bob)
    alice.do(SetMember(PEOPLE, bob.identity, True))
    shown, filed = kept(alice), kept(alice, seed="file")
    attachments = (picture(shown), picture(filed, "file"))
    alice.do(Publish(Place("circle", PEOPLE), Post("both", attachments=attachments)))
    bob.store.pieces.leave_free(0)  # type: ignore[attr-defined]  # nothing may come, only be wished for
    world.deliver()
    assert state(bob, filed) == "elsewhere"
    assert state(bob, shown) in ("wanted", "coming", "paused")
    with pytest.raises(Refusal, match=r"blob\.unknown"):
        bob.do(FetchBlob(b"?" * 32))


def test_a_file_is_asked_for_paused_and_left(alice: Someone, bob: Someone, world: World) -> None:
    """FetchBlob, PauseBlob and CancelBlob change what is wished, and the state says it."""
    meet(alice, bob)
    ref = kept(alice, seed="file")
    alice.do(Publish(Place("talk", bob.identity), Say("", attachments=(picture(ref, "file"),))))
    world.deliver()
    world.cut_all()
    assert state(bob, ref) == "elsewhere"
    bob.do(FetchBlob(ref.blob))
    assert state(bob, ref) == "wanted"
    bob.do(PauseBlob(ref.blob))
    assert state(bob, ref) == "paused"
    bob.do(FetchBlob(ref.blob))
    bob.do(CancelBlob(ref.blob))
    assert state(bob, ref) == "elsewhere"
    alice.do(CancelBlob(ref.blob))
    alice.do(PauseBlob(ref.blob))
    assert state(alice, ref) == "here"


def test_without_room_a_file_is_paused_and_goes_on_later(alice: Someone, bob: Someone, world: World) -> None:
    """A disk without room pauses the fetch and says so; with room again it goes on by itself."""
    meet(alice, bob)
    ref = kept(alice, seed="file")
    alice.do(Publish(Place("talk", bob.identity), Say("", attachments=(picture(ref, "file"),))))
    world.deliver()
    world.cut_all()
    files = bob.store.pieces
    assert isinstance(files, MemoryPieces)
    files.leave_free(1000)
    bob.do(FetchBlob(ref.blob))
    assert pieces.state(bob.db, ref.blob).full
    bob.give(Tick())
    assert state(bob, ref) == "paused"
    files.leave_free(1 << 40)
    bob.give(Tick())
    assert state(bob, ref) == "wanted"


def test_what_is_attached_to_a_draft_stays_until_it_is_sent_or_taken_out(alice: Someone) -> None:
    """A draft of three days keeps its picture; taken out, or with the draft forgotten, it goes at once."""
    one, two = kept(alice, seed="one"), kept(alice, seed="two")
    for ref in (one, two):
        alice.do(Attach("home", picture(ref), ("place",)))
    alice.world.now_ms += 3 * DAY_MS
    alice.give(Tick())
    assert state(alice, one) == "here"
    alice.do(Detach("home", one.blob))
    assert (state(alice, one), state(alice, two)) == ("elsewhere", "here")
    alice.do(DropDraft("home"))
    assert state(alice, two) == "elsewhere"


def test_what_is_held_back_keeps_its_pictures(alice: Someone) -> None:
    """While one thinks twice nothing is let go, however old; undone, it can be attached again."""
    ref = kept(alice)
    alice.do(Attach("home", picture(ref)))
    alice.world.now_ms += 2 * DAY_MS
    held = alice.do(Publish(Place("circle", ONLY_ME), Post("", attachments=(picture(ref),)), 8000))
    alice.do(DropDraft("home"))
    alice.give(Tick())
    assert state(alice, ref) == "here"
    record = alice.do(Undo(held))
    alice.do(Attach("home", record.attachments[0]))
    alice.give(Tick())
    assert state(alice, ref) == "here"


def test_what_was_sent_is_attached_to_nothing_else(alice: Someone) -> None:
    """A picture of an item can't stand in a draft too; shared again it is kept anew."""
    ref = kept(alice)
    alice.do(Publish(Place("circle", ONLY_ME), Post("", attachments=(picture(ref),))))
    with pytest.raises(Refusal, match=r"blob\.not_here"):
        alice.do(Attach("home", picture(ref)))


def test_what_could_not_be_sent_comes_back_with_its_pictures(alice: Someone, bob: Someone) -> None:
    """A held answer whose agreement ended meanwhile stands in the draft again, picture and all."""
    meet(alice, bob)
    alice.do(SetMember(PEOPLE, bob.identity, True))
    alice.world.deliver()
    item = alice.post("What grows at yours?", PEOPLE)
    alice.world.deliver()
    space = shelf.op_row(bob.db, item)
    assert space is not None
    ref = kept(bob)
    bob.do(Publish(Place("space", space.space), Post("", "", item, (), (picture(ref),)), 8000))
    alice.do(SetMember(PEOPLE, bob.identity, False))
    alice.world.deliver()
    bob.world.now_ms += 9000
    bob.give(Tick())
    draft = outbox.draft(bob.db, "home")
    assert draft is not None
    assert [each.attachment.ref for each in draft.enclosed] == [ref]
    assert state(bob, ref) == "here"
