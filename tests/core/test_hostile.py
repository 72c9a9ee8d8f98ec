# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever a peer sends: a Verdict that is counted, nothing of it kept, nothing lost, no crash."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewise.consent.circles import PEOPLE
from edgewise.core import effects as fx
from edgewise.core import inputs
from edgewise.core.inputs import Opened, Received
from edgewise.core.library import pair_secret
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import Post
from edgewise.ground.errors import EdgewiseError
from edgewise.ground.ids import ZERO32
from edgewise.groups.epochs import Writer, make_log_open
from edgewise.keys.signing import new_signing
from edgewise.log.op import CLS_CONTENT, CLS_CONTROL, Op, compose, seal_body, to_wire
from edgewise.store import agreements, chest, outbox, people, shelf
from edgewise.sync import frames
from edgewise.sync.frames import encode_frame
from edgewise.sync.ranges import space_tag
from tests.core.party import Someone, World
from tests.core.test_ingest import texts, tick_people
from tests.core.test_meeting import invite, meet


def kept(one: Someone) -> int:
    """How many operations are on one's shelf."""
    count: int = one.db.execute("SELECT count(*) FROM ops").get
    return count


def codes(one: Someone) -> set[str]:
    """The verdicts that were counted."""
    return {row.code for row in outbox.verdicts(one.db)}


def line_to(world: World, one: Someone, other: Someone) -> int:
    """The number under which `other` knows the line to `one`."""
    return next(
        conn for conn, (end, peer) in world.lines.items() if end is other and world.lines[peer][0] is one
    )


def forge(
    by: Someone, space: bytes, record: object, epoch: chest.EpochRow, *, opening: bool = True
) -> list[Op]:
    """A log that somebody with keys but without leave writes: an opening and one record."""
    key = new_signing(by.entropy)
    chain = people.person(by.db, by.identity).chain
    ops: list[Op] = []
    for seq, each in enumerate([make_log_open(chain, by.me.device, key.public, space), record]):
        cls = CLS_CONTROL if seq == 0 or not isinstance(record, Post) else CLS_CONTENT
        subkey = epoch.control if cls == CLS_CONTROL else epoch.content
        body = by.core.registry.encode(each, by.world.now_ms)
        payload = seal_body(
            subkey, space=space, log=key.public, seq=seq, salt16=by.entropy.take(16), body=body
        )
        prev = ops[-1].id if ops else ZERO32
        ops.append(
            compose(
                key,
                space=space,
                seq=seq,
                prev=prev,
                deps=(),
                cheads=(),
                epoch=epoch.id,
                cls=cls,
                payload=payload,
            )
        )
    return ops


def say(world: World, by: Someone, to: Someone, frame: frames.Frame) -> None:
    """Push one frame over the line that stands, past the sender's own gate."""
    to.give(Received(line_to(world, by, to), encode_frame(frame)))
    world.deliver()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mutated_bytes_never_crash_nor_add(data: st.DataObject) -> None:
    """Bytes of a real conversation, bent anywhere: nothing is kept of them, and nothing is lost."""
    world = World()
    alice, bob = world.person("alice"), world.person("bob")
    meet(alice, bob)
    tick_people(alice, bob)
    alice.post("hello", PEOPLE)
    sent = [e.data for e in alice.sent if isinstance(e, fx.Send)][-1]
    at = data.draw(st.integers(0, len(sent) - 1))
    bent = sent[:at] + bytes([sent[at] ^ data.draw(st.integers(1, 255))]) + sent[at + 1 :]
    before = kept(bob)
    world.waiting.clear()
    bob.give(Received(line_to(world, alice, bob), bent))
    assert kept(bob) == before
    assert texts(bob) == []
    world.deliver()
    world.cut_all()
    world.online = True
    world.connect(alice, bob)
    world.deliver()
    assert texts(bob) == ["hello"]


def test_stranger_gets_nothing_but_a_farewell(alice: Someone, world: World) -> None:
    """Somebody unknown who speaks of spaces, or too much, is hung up on and counted."""
    before = kept(alice)
    alice.give(Opened(900, b"s" * 32, False))
    alice.give(Received(900, encode_frame(frames.Hello(1, b"n" * 16))))
    effects = alice.give(Received(900, encode_frame(frames.Have(()))))
    assert [type(e).__name__ for e in effects if isinstance(e, fx.Send)] == []
    assert any(isinstance(e, fx.HangUp) for e in effects)
    assert codes(alice) == {"session.early"}
    assert kept(alice) == before


def test_reader_without_leave_to_write_is_not_shown(alice: Someone, bob: Someone, world: World) -> None:
    """Bob holds the key of alice's feed, but writes a control record there: refused, nothing kept."""
    meet(alice, bob)
    tick_people(alice, bob)
    item = alice.post("hello", PEOPLE)
    world.deliver()
    feed = shelf.op_row(bob.db, item).space
    before = kept(alice)
    tag = space_tag(_pair_secret(bob, alice), feed)
    epoch = chest.epochs_of(bob.db, feed)[-1]
    ops = forge(bob, feed, Writer(b"w" * 32, True), epoch)
    say(world, bob, alice, frames.Run(tag, tuple(to_wire(op) for op in ops)))
    assert "op.not_allowed" in codes(alice)
    assert kept(alice) == before


def test_renounced_answerer_writes_no_more(alice: Someone, bob: Someone, world: World) -> None:
    """After alice ended bob's reading, answers that he still seals do not get in."""
    meet(alice, bob)
    tick_people(alice, bob)
    item = alice.post("hello", PEOPLE)
    world.deliver()
    feed = shelf.op_row(bob.db, item).space
    epoch = chest.epochs_of(bob.db, feed)[-1]
    alice.do(inputs.SetMember(PEOPLE, bob.identity, False))
    world.deliver()
    before = kept(alice)
    ops = forge(bob, feed, Post("still me", "", item, ()), epoch)
    say(
        world,
        bob,
        alice,
        frames.Run(space_tag(_pair_secret(bob, alice), feed), tuple(to_wire(op) for op in ops)),
    )
    assert kept(alice) == before
    assert [reply.text for reply in _thread(alice)] == []


def test_somebody_elses_item_is_not_erased_by_a_third(
    alice: Someone, bob: Someone, carol: Someone, world: World
) -> None:
    """A request to erase what somebody else wrote is answered "kept", and nothing is lost."""
    meet(alice, bob)
    meet(alice, carol)
    tick_people(alice, bob, carol)
    item = alice.post("mine", PEOPLE)
    world.deliver()
    row = shelf.op_row(carol.db, item)
    meet(bob, carol)
    target = frames.Target(row.log, row.seq, item)
    say(world, bob, carol, frames.Erase(b"r" * 16, row.space, (target,), ""))
    assert texts(carol) == ["mine"]


def test_altered_letter_is_refused_in_words(alice: Someone, bob: Someone) -> None:
    """A letter with one letter changed opens nowhere."""
    made = invite(alice)
    for at in (20, len(made.letter) // 2, len(made.letter) - 2):
        bent = made.letter[:at] + ("A" if made.letter[at] != "A" else "B") + made.letter[at + 1 :]
        with pytest.raises(EdgewiseError):
            bob.do(inputs.ReadLetter(bent))


def test_damaged_and_foreign_bundles_leave_nothing(
    alice: Someone, bob: Someone, carol: Someone, world: World
) -> None:
    """Cut, bent or meant for somebody else: refused, and nothing changes. Twice the same is once."""
    meet(alice, bob)
    meet(alice, carol)
    tick_people(alice, bob)
    world.cut_all()
    alice.post("by stick", PEOPLE)
    data = alice.do(inputs.MakeBundle(bob.identity)).data
    before = kept(bob)
    for bad in (data[:-100], data[:5000] + b"x" + data[5001:], data[:100]):
        with pytest.raises(EdgewiseError):
            bob.do(inputs.TakeFile(bad))
    assert kept(bob) == before
    with pytest.raises(EdgewiseError, match=r"bundle\.not_for_you"):
        carol.do(inputs.TakeFile(data))
    bob.do(inputs.TakeFile(data))
    after = kept(bob)
    bob.do(inputs.TakeFile(data))
    assert kept(bob) == after > before
    assert texts(bob) == ["by stick"]


def _thread(one: Someone) -> list[object]:
    return list(posts.home_items(one.db)[0].replies)


def _pair_secret(one: Someone, other: Someone) -> bytes:
    return pair_secret(one.db, agreements.pair(one.db, other.identity).space)
