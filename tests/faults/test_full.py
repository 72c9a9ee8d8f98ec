# SPDX-License-Identifier: AGPL-3.0-or-later
"""A full or failing disk: it is said, nothing is half done, reading goes on; with room all is as before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from edgewise.consent.circles import PEOPLE
from edgewise.core import effects as fx
from edgewise.core import inputs
from edgewise.core.inputs import Command, Place, Publish
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import Edit, Post, Word
from edgewise.features.talk.records import Say
from edgewise.ground.errors import Refusal
from edgewise.store import checkup, settings
from edgewise.store.db import DISK_FAULTS, savepoint
from tests.core.party import Someone, World
from tests.core.test_ingest import texts, tick_people
from tests.core.test_meeting import meet
from tests.faults.crashes import OnDisk, heads_of, open_store
from tests.faults.faulty import Disk, held

FAULTS: list[dict[str, Any]] = [
    {"fault": apsw.FullError},
    {"fault": apsw.FullError, "short": True},
    {"fault": apsw.IOError, "stays": False},
]
IDS = ("full", "full in the middle of a write", "one error")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """The disk under alice's computer."""
    with held(tmp_path / "alice") as made:
        made.recording = False
        yield made


@pytest.fixture
def alice(world: World, disk: Disk) -> Iterator[OnDisk]:
    """Alice, whose disk may fail; she knows bob, and they let each other read."""
    alice, bob = OnDisk("alice", world, disk=disk), world.person("bob")
    world.people[alice.me.transport.public] = alice
    # SQLite passes over an error of the checkpoint that follows a COMMIT by itself; Python's layer can't.
    alice.db.pragma("wal_autocheckpoint", 0)
    meet(alice, bob)
    tick_people(alice, bob)
    tick_people(bob, alice)
    alice.post("first", PEOPLE)
    bob.post("hello", PEOPLE)
    world.deliver()
    yield alice
    alice.store.close()


@pytest.fixture
def world() -> World:
    """A world in which nobody is yet."""
    return World()


@pytest.fixture
def bob(world: World, alice: OnDisk) -> Someone:
    """Bob, as alice knows him."""
    return next(each for each in world.people.values() if each.name == "bob")


def fails(disk: Disk, fault: dict[str, Any], after: int) -> None:
    """From here on the disk fails, after so many writes and syncs."""
    disk.short, disk.stays = False, True
    for name, value in fault.items():
        setattr(disk, name, value)
    disk.fail_in, disk.failed = after, 0


def refused_with(act: Any) -> str:
    """The code with which an act is refused; empty where it is done."""
    try:
        act()
    except Refusal as no:
        return no.code
    return ""


def read_home(alice: OnDisk) -> list[str]:
    """What a page would show, over a connection of its own."""
    with alice.store.reading() as db:
        return [item.text for item in posts.home_items(db, limit=500)]


def commands(alice: OnDisk, bob: Someone) -> list[Command]:
    """One of each kind of act that writes."""
    item = next(item for item in posts.home_items(alice.db) if item.mine)
    return [
        Publish(Place("circle", PEOPLE), Post("long " * 1500, "", b"", ())),
        Publish(Place("talk", bob.identity), Say("a line", "", b"")),
        Publish(Place("space", item.space), Edit(item.id, "first, better", "")),
        Publish(Place("space", item.space), Word(item.id, "yes", True)),
        Publish(Place("circle", PEOPLE), Post("held", "", b"", ()), 8000),
        inputs.MakeCircle("Choir"),
        inputs.SetMember(PEOPLE, bob.identity, False),
        inputs.SetMember(PEOPLE, bob.identity, True),
        Publish(Place("circle", PEOPLE), Post("under a new one", "", b"", ())),
        inputs.MakeLetter("carol", "Dear carol"),
        inputs.RenameMe("Alice B"),
        inputs.SaveDraft("home", "a draft"),
        inputs.MakeBundle(bob.identity),
        inputs.TakeBack(item.id),
    ]


def level(world: World, alice: OnDisk, bob: Someone) -> None:
    """Time passes, in steps in which no line falls silent; then all has been brought."""
    for _ in range(10):
        world.pass_ms(4_000)
    mine = [item.text for item in posts.home_items(alice.db) if item.mine and not item.gone]
    assert set(mine) <= set(texts(bob))
    theirs = [item.text for item in posts.home_items(bob.db) if item.mine and not item.gone]
    assert set(theirs) <= set(texts(alice))


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_every_command_at_every_write(
    world: World, disk: Disk, alice: OnDisk, bob: Someone, fault: dict[str, Any]
) -> None:
    """Refused in words wherever the disk fails, with nothing half done; with room it is done, and arrives."""
    refused = 0
    for command in commands(alice, bob):
        for after in range(200):
            before = heads_of(alice.db)
            fails(disk, fault, after)
            code = refused_with(lambda command=command: alice.do(command))
            if not code:
                break
            assert code in DISK_FAULTS
            assert heads_of(alice.db) == before
            assert alice.core.trouble is not None
            assert "hello" in read_home(alice)
            refused += 1
            disk.well()
        else:
            pytest.fail(f"{command} never succeeds")
        disk.well()
        level(world, alice, bob)
    assert alice.core.trouble is None
    assert refused > 100
    with alice.store.write() as db:
        assert checkup.deep(db, lambda op: alice.core.open_op(db, op), alice.core.views) == []


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_what_comes_while_the_disk_is_full_comes_again(
    world: World, disk: Disk, alice: OnDisk, bob: Someone, fault: dict[str, Any]
) -> None:
    """Nothing that peers send ever raises; the line is ended, and a later one brings what was missed."""
    missed = 0
    for after in range(0, 60, 6):
        level(world, alice, bob)
        fails(disk, fault, after)
        bob.post(f"post {after} " + "word " * 400, PEOPLE)
        bob.do(Publish(Place("talk", alice.identity), Say(f"line {after}", "", b"")))
        world.deliver()
        assert "hello" in read_home(alice)
        missed += disk.failed > 0
        if disk.failed and fault.get("stays", True):
            assert any(isinstance(each, fx.HangUp) for each in alice.sent)
            assert alice.core.trouble is not None
        disk.well()
        level(world, alice, bob)
    assert missed > 4
    assert alice.core.trouble is None


def test_a_hung_up_line_is_told_of_after_a_refused_command(
    world: World, disk: Disk, alice: OnDisk, bob: Someone
) -> None:
    """A command that the disk refused has no effects; the line that ended is named by the next input."""
    fails(disk, FAULTS[0], 0)
    with pytest.raises(Refusal):
        alice.post("too much", PEOPLE)
    disk.well()
    effects = alice.give(inputs.Tick())
    assert [each.reason for each in effects if isinstance(each, fx.HangUp)] == ["home.full"]
    alice.post("fits again", PEOPLE)
    level(world, alice, bob)
    assert "fits again" in texts(bob)
    assert "too much" not in texts(bob)


def test_what_was_erased_stays_erased_when_the_log_cannot_be_folded(
    world: World, disk: Disk, alice: OnDisk, bob: Someone
) -> None:
    """The disk fails after the COMMIT of a taking back: it is done and told; the next tick folds."""
    item = alice.post("a mistake", PEOPLE)
    world.deliver()
    writes = writes_of(disk, lambda: settings_written(alice))
    for after in range(writes, 60):
        fails(disk, FAULTS[0], after)
        try:
            alice.do(inputs.TakeBack(item))
        except Refusal:
            disk.well()
            continue
        break
    disk.well()
    assert alice.core.trouble is not None
    alice.give(inputs.Tick())
    assert (disk.folder / "edgewise.db-wal").stat().st_size == 0
    level(world, alice, bob)
    assert "a mistake" not in texts(bob)


def settings_written(alice: OnDisk) -> None:
    """A smallest command."""
    alice.do(inputs.SetSetting("language", "de"))


def much_written(alice: OnDisk) -> None:
    """A transaction with a part in it that is too big for a small cache."""
    with alice.store.write() as db, savepoint(db):
        for number in range(40):
            settings.put(db, f"n{number}", "x" * 3000)


def writes_of(disk: Disk, act: Any) -> int:
    """How many writes and syncs an act costs."""
    disk.fail_in = 10_000
    act()
    left = disk.fail_in
    disk.well()
    return 10_000 - left


def test_a_transaction_larger_than_memory_fails_whole(disk: Disk, alice: OnDisk) -> None:
    """Where pages go to the disk before COMMIT, a full disk undoes all of it, and the next thing is kept."""
    alice.db.pragma("cache_size", 4)
    for after in range(0, 400, 7):
        fails(disk, FAULTS[0], after)
        before = heads_of(alice.db)
        code = refused_with(lambda: much_written(alice))
        disk.well()
        if not code:
            break
        assert code in DISK_FAULTS
        assert settings.get(alice.db, "n0") is None
        assert heads_of(alice.db) == before
        settings_written(alice)
    assert settings.get(alice.db, "n39") == "x" * 3000


def test_a_disk_that_cannot_read_is_told_and_changes_nothing(
    disk: Disk, alice: OnDisk, bob: Someone, world: World
) -> None:
    """A read error is a Refusal with words of its own, for a page and for a command; later all is well."""
    alice.reopen()
    alice.db.execute("PRAGMA shrink_memory")
    disk.bad_reads = True
    with pytest.raises(Refusal, match=r"home\.unreadable"):
        read_home(alice)
    disk.well()
    assert "hello" in read_home(alice)
    level(world, alice, bob)


def test_opening_on_a_full_disk_is_refused_and_later_works(disk: Disk, alice: OnDisk) -> None:
    """At every write of an opening: refused in words, or open; afterwards everything is there."""
    alice.world.cut_all()
    alice.store.close()
    codes = []
    for after in range(60):
        fails(disk, FAULTS[0], after)
        codes.append(refused_with(lambda: open_store(disk.folder).close()))
        disk.well()
    assert codes[-1] == ""
    assert set(codes) <= {"", *DISK_FAULTS}
    alice.store = alice.open_store()
    assert "hello" in texts(alice)
