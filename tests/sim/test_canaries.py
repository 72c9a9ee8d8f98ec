# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canaries: for each checker a world broken on purpose. A checker that finds nothing holds nothing."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import pytest

from edgewise.core import (
    audience,
    effects,
    erasing,
    files,
    gate,
    ingest,
    peers,
    publish,
    saying,
    takeback,
)
from edgewise.features.posts import view as posts_view
from edgewise.ground.errors import Refusal
from edgewise.log.kinds import OpenedOp
from edgewise.sim import checkers, endings, run, week
from edgewise.sim import world as world_
from edgewise.sim.network import NO_FAULTS
from edgewise.sim.people import Disk
from edgewise.sim.trace import Violation
from edgewise.sim.world import World
from edgewise.store import agreements, erasures, parking, people, register, shelf
from edgewise.store.db import Connection
from edgewise.sync import frames, session

PEOPLE, DAYS, SEEDS = 4, 3, range(1, 6)


def caught(**parts: Any) -> str:
    """Which checker stops one of a few broken worlds first; "" where none does."""
    for seed in SEEDS:
        try:
            run.finish(World(seed, PEOPLE, **parts), DAYS)
        except Violation as found:
            return found.checker
    return ""


def sound_world() -> World:
    """A world that has lived and healed, and in which everybody's computer is on."""
    world = World(1, PEOPLE, faults=NO_FAULTS)
    run.finish(world, 2)
    return world


def test_gate_that_stands_open_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that asks no grant before it sends."""
    monkeypatch.setattr(gate, "may_send", lambda db, space, to, now_ms: b"g" * 16)
    assert caught() == "gate"


def test_person_s_things_in_a_wire_frame_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that sends operations past the gate."""
    for room in (peers, saying):
        monkeypatch.setattr(room, "WIRE_FRAMES", (*effects.WIRE_FRAMES, frames.Run))
    assert caught() == "wire"


def test_key_for_somebody_who_was_not_meant_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that lets all acquaintances read."""
    monkeypatch.setattr(
        audience,
        "readers",
        lambda turn, circle: sorted(row.identity for row in agreements.pairs(turn.db, live=True)),
    )
    assert caught() in ("opened", "keys")


def test_key_that_a_removed_reader_still_holds_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that starts no fresh key after somebody left."""
    monkeypatch.setattr(
        publish, "fresh_epoch", lambda turn, space: publish.sending_epoch(turn, space, content=True)
    )
    assert caught() in ("removed_readers", "left_out")


def test_reader_who_is_forgotten_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that leaves one of those out whom somebody put in."""
    readers = audience.readers
    monkeypatch.setattr(audience, "readers", lambda turn, circle: readers(turn, circle)[:-1])
    assert caught() in ("same", "left_out")


class ForgetfulDisk(Disk):
    """A disk that says COMMIT and, once in a while, keeps nothing."""

    writes = 0

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction, lost without a word each fortieth time."""
        self.writes += 1
        forgets = self.writes % 40 == 0
        with contextlib.suppress(KeyError), super().write() as db:
            yield db
            if forgets:
                raise KeyError


def test_commit_that_keeps_nothing_is_caught() -> None:
    """What was acknowledged is gone after it."""
    assert caught(disk=ForgetfulDisk) in ("durable", "positions", "unwritten")


def test_log_place_that_is_used_twice_is_caught() -> None:
    """Two operations at one place of a log, anywhere in the world."""
    world = sound_world()
    (log, seq), _id = next(iter(world.memory.places.items()))
    with pytest.raises(Violation, match="positions"):
        world.memory.use_place(log, seq, b"another".ljust(32))


def test_register_that_notes_nothing_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that does not write down what goes to whom."""
    monkeypatch.setattr(files, "note_run", lambda *args: None)
    monkeypatch.setattr(register, "acked", lambda *args: None)
    assert caught() == "register"


def test_erasure_that_is_only_claimed_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that says "erased" and keeps the text."""
    monkeypatch.setattr(takeback, "take_back", lambda turn, target, author, space: "erased")
    assert caught() == "erased"


def test_request_that_is_never_answered_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that asks nobody to erase."""
    monkeypatch.setattr(erasing, "waiting", lambda turn, device: [])
    monkeypatch.setattr(erasing, "note_held", lambda *args, **more: None)
    assert caught() == "erased"


def test_erasure_that_waits_too_long_is_caught() -> None:
    """What was to be erased by now, and stands there still."""
    world = sound_world()
    people_ = {person.identity: person for person in world.everybody}
    endings.check_erasures(people_)
    op = next(known.op for known in world.memory.written.values() if known.op.kind == "post")
    person = world.everybody[0]
    due_ms = person.now_ms - 1
    erasures.put(person.db, erasures.WaitingRow(op.id, op.author, op.space, op.id, 1, due_ms))
    with pytest.raises(Violation, match="erased"):
        endings.check_erasures(people_)


def test_request_that_waits_is_not_taken_for_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that says how far it holds a log, and not that it holds requests in it back."""
    monkeypatch.setattr(takeback, "ERASE_AT_ONCE_MAX", 0)
    monkeypatch.setattr(erasing, "held_back", lambda turn, author: iter(()))
    assert caught() == "erased"


def test_view_that_loses_an_edit_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers who see an earlier wording than was written."""
    monkeypatch.setattr(posts_view, "_ADD_EDIT", "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8")
    assert caught() == "same"


def test_operation_that_does_not_arrive_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that takes in no answers in feeds."""
    take = ingest.take_run

    def deaf(turn: Any, space: bytes, ops: Any, *rest: Any) -> int:
        row = shelf.space(turn.db, space)
        if row is not None and row.kind == "feed" and row.owner == turn.me.identity:
            return 0
        return take(turn, space, ops, *rest)

    monkeypatch.setattr(ingest, "take_run", deaf)
    assert caught() == "same"


def test_people_who_never_find_each_other_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that keeps no addresses."""
    monkeypatch.setattr(people, "put_addresses", lambda *args: None)
    assert caught() == "healed"


def test_refusal_that_escapes_to_a_peer_s_bytes_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever comes from others, only commands are refused."""

    def refuses(*args: Any) -> int:
        raise Refusal("gate.closed")

    monkeypatch.setattr(ingest, "take_run", refuses)
    assert caught() == "escaped"


def test_honest_computer_that_is_blamed_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound that honest strangers exceed."""
    monkeypatch.setattr(session, "STRANGER_FRAMES_MAX", 1)
    assert caught() == "unblamed"


def test_world_that_never_rests_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """More inputs within a day than life can bring."""
    monkeypatch.setattr(world_, "INPUTS_PER_DAY_MAX", 50)
    assert caught() == "rest"


def test_operation_that_nobody_wrote_is_caught() -> None:
    """Something is opened that stands in no author's memory, or reads otherwise there."""
    world = sound_world()
    op = next(known.op for known in world.memory.written.values() if known.op.kind == "post")
    forged = OpenedOp(**{name: getattr(op, name) for name in OpenedOp.__slots__} | {"id": b"x" * 32})
    with pytest.raises(Violation, match="unwritten"):
        checkers.check_opened(world.memory, world.everybody[0], forged)


def test_acquaintance_without_a_yes_is_caught() -> None:
    """Two are acquainted, and one never agreed."""
    world = sound_world()
    checkers.check_pairs(world.memory, world.everybody)
    world.memory.yes.clear()
    with pytest.raises(Violation, match="two_yeses"):
        checkers.check_pairs(world.memory, world.everybody)


def test_parking_without_bounds_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """More waits for what comes before it than a peer may make us keep."""
    world = sound_world()
    checkers.check_bounds(world.network, world.everybody)
    monkeypatch.setattr(parking, "parked", lambda db, device: (checkers.PARKED_OPS_MAX + 1, 0))
    with pytest.raises(Violation, match="bounds"):
        checkers.check_bounds(world.network, world.everybody)


def test_store_that_no_longer_fits_its_views_is_caught() -> None:
    """The doctor of a healed world finds nothing, and finds a view that says something else."""
    world = sound_world()
    person = next(each for each in world.everybody if posts_view.home_items(each.db))
    endings.check_sound(person)
    person.db.execute("UPDATE posts_items SET text = 'something else'")
    with pytest.raises(Violation, match="sound"):
        endings.check_sound(person)


class Dice:
    """Chance that no seed repeats."""

    def take(self, n: int) -> bytes:
        """n unpredictable bytes."""
        return os.urandom(n)


def test_chance_from_outside_changes_the_trace() -> None:
    """One person with real chance makes two runs of one seed differ."""
    digests = []
    for _ in range(2):
        world = World(1, 2)
        world.everybody[0].entropy = Dice()
        week.live(world, 1)
        digests.append(world.trace.digest())
    assert digests[0] != digests[1]
