# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing of a person leaves but through the gate: each Send names a live grant, and no other path exists."""

import ast
from pathlib import Path

import pytest

import edgewise
from edgewise.consent.circles import PEOPLE
from edgewise.core import effects as fx
from edgewise.core import gate, inputs
from edgewise.core.inputs import Place, Publish
from edgewise.features.talk.records import Say
from edgewise.ground.errors import Refusal
from edgewise.ground.instant import DAY_MS
from edgewise.store import agreements, invitations, register, shelf
from edgewise.sync import frames
from edgewise.sync.frames import FrameReader
from tests.core.party import Someone, World
from tests.core.test_ingest import texts, tick_people
from tests.core.test_meeting import meet

SOURCES = Path(edgewise.__file__).parent


def frames_of(effect: fx.Send | fx.Wire) -> list[frames.Frame]:
    """What an effect carries."""
    return FrameReader().feed(effect.data)


def calls_of(name: str) -> set[str]:
    """The modules in which something of this name is called."""
    found = set()
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and name in (
                getattr(node.func, "id", ""),
                getattr(node.func, "attr", ""),
            ):
                found.add(path.relative_to(SOURCES).as_posix())
    return found


def test_only_one_module_makes_what_leaves() -> None:
    """Send and Wire are made in core/saying.py alone, and carriers send only what those effects hold."""
    assert calls_of("Send") == {"core/saying.py"}
    assert calls_of("Wire") == {"core/saying.py"}


def test_only_bundles_are_sealed_for_files() -> None:
    """The one maker of bundles asks the gate for every space that it packs."""
    assert calls_of("seal_bundle") == {"core/files.py"}
    source = (SOURCES / "core/files.py").read_text(encoding="utf-8")
    assert "gate.is_open" in source
    assert "gate.may_send" in source


def test_every_send_names_a_grant_and_every_wire_frame_is_listed(
    alice: Someone, bob: Someone, world: World
) -> None:
    """While meeting, posting, talking: sends name the pair, a grant or the letter; wire frames are listed."""
    meet(alice, bob)
    tick_people(alice, bob)
    alice.post("hello", PEOPLE)
    alice.do(Publish(Place("talk", bob.identity), Say("hello, you")))
    world.deliver()
    for one in (alice, bob):
        grants = {row.id for row in agreements.grants(one.db)}
        spaces = {row.space[:16] for row in agreements.pairs(one.db)}
        letters = {row.id for row in invitations.every(one.db)}
        letters |= {row.invitation for row in invitations.letters(one.db)}
        people = {row.identity for row in agreements.pairs(one.db)}
        for effect in one.sent:
            if isinstance(effect, fx.Send):
                assert effect.grant in grants | spaces | letters | people
            elif isinstance(effect, fx.Wire):
                assert all(isinstance(frame, fx.WIRE_FRAMES) for frame in frames_of(effect))


def test_fresh_person_shares_nothing(alice: Someone) -> None:
    """Check 4: whoever has said yes to nobody sends no byte."""
    alice.post("only for me", PEOPLE)
    alice.give(inputs.Tick())
    assert not [e for e in alice.sent if isinstance(e, fx.Send | fx.Wire | fx.Dial)]


def test_gate_refuses_self_strangers_and_what_has_ended(
    alice: Someone, bob: Someone, carol: Someone, world: World
) -> None:
    """No space of one's own, nobody unknown, nothing past its end."""
    meet(alice, bob)
    tick_people(alice, bob)
    item = alice.post("hello", PEOPLE)
    feed = shelf.op_row(alice.db, item).space
    own = shelf.spaces(alice.db, "self")[0].id
    assert gate.may_send(alice.db, feed, bob.identity, world.now_ms)
    for space, to, at_ms in (
        (own, bob.identity, world.now_ms),
        (feed, carol.identity, world.now_ms),
        (feed, bob.identity, world.now_ms + 400 * DAY_MS),
    ):
        with pytest.raises(Refusal, match=r"gate\.closed"):
            gate.may_send(alice.db, space, to, at_ms)


def test_nothing_new_leaves_after_the_end_of_an_agreement_and_nothing_is_erased(
    alice: Someone, bob: Someone, world: World
) -> None:
    """Check 7: at its end an acquaintance goes silent by itself; what was read stays."""
    meet(alice, bob)
    tick_people(alice, bob)
    alice.post("in time", PEOPLE)
    world.deliver()
    world.now_ms += 366 * DAY_MS
    alice.post("too late", PEOPLE)
    world.pass_ms(1000)
    assert texts(bob) == ["in time"]


def test_register_names_what_the_holder_has(alice: Someone, bob: Someone, world: World) -> None:
    """M8: after delivery the register says "acked" for exactly the operations on bob's shelf."""
    meet(alice, bob)
    tick_people(alice, bob)
    item = alice.post("hello", PEOPLE)
    world.deliver()
    row = shelf.op_row(alice.db, item)
    assert register.holders(alice.db, row.space, row.log, row.seq) == [(bob.me.device.public, "acked")]
    assert shelf.op_row(bob.db, item) is not None


def test_renounced_reading_stops_what_comes(alice: Someone, bob: Someone, world: World) -> None:
    """Either side ends one agreement in one act: who renounces gets nothing newer."""
    meet(alice, bob)
    tick_people(alice, bob)
    alice.post("first", PEOPLE)
    world.deliver()
    grant = next(row for row in agreements.grants(bob.db, mine=False) if row.space_kind == "feed")
    bob.do(inputs.StopGrant(grant.id))
    world.deliver()
    alice.post("second", PEOPLE)
    world.deliver()
    assert texts(bob) == ["first"]
