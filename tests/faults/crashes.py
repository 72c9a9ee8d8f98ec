# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people write for a long time; alice's disk is noted write by write, so that it can end at any."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from edgewise import features
from edgewise.consent.circles import PEOPLE
from edgewise.core import inputs
from edgewise.core.door import Core, all_views
from edgewise.core.inputs import Input, Place, Publish
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import WORDS, Edit, Post, Word
from edgewise.features.talk.records import Say
from edgewise.ground.errors import Refusal
from edgewise.store import agreements, checkup
from edgewise.store.db import Connection, Store
from tests.core.party import Someone
from tests.core.test_meeting import meet
from tests.faults.faulty import FAULTY, Disk, Event, Image, Mark

KEY: Final = bytes(range(32))
STORE: Final = "edgewise.db"
HOWS: Final = ("torn", "lost", "torn", "killed")
# One in so many crash points is looked at by SQLite, and one in so many by the deep doctor.
QUICK_EVERY, DEEP_EVERY = 25, 250


@dataclass
class OnDisk(Someone):
    """Somebody whose things lie in a sealed file on a disk that may fail."""

    disk: Disk = field(kw_only=True)

    def open_store(self) -> Store:
        """The file, opened through the layer that fails."""
        return open_store(self.disk.folder)

    @property
    def db(self) -> Any:
        """The writer's connection: it sees what the core sees."""
        return self.store._writer

    def give(self, item: Input) -> list[Any]:
        """Hand one input to the core; what it returns is acknowledged from then on."""
        effects = super().give(item)
        self.disk.note(Mark(heads_of(self.store._writer)))
        return effects

    def reopen(self) -> None:
        """Stop the program in good order, and start it again."""
        self.world.cut_all()
        self.store.close()
        self.store = self.open_store()
        self.core = Core(self.store, features.load())
        self.world.online = True


def open_store(folder: Path) -> Store:
    """The store in a folder, through the layer that fails."""
    return Store.open(folder / STORE, KEY, views=all_views(features.load()), vfs=FAULTY)


def heads_of(db: Connection) -> tuple[Any, ...]:
    """All logs as far as they are held, what was taken back, the newest draft: what a crash must keep."""
    logs = db.execute("SELECT public, next_seq, head FROM logs ORDER BY n").fetchall()
    gone, drafts = db.execute(
        "SELECT (SELECT count(*) FROM tombstones), (SELECT max(at_ms) FROM drafts)"
    ).fetchall()[0]
    return (*logs, gone, drafts)


class Script:
    """What the two do, drawn from a seed: one act at a time."""

    def __init__(self, alice: OnDisk, bob: Someone, seed: int) -> None:
        self.alice, self.bob = alice, bob
        self.world = alice.world
        self.chance = random.Random(seed)
        self.acts = 0

    def begin(self) -> None:
        """They meet, and let each other read."""
        meet(self.alice, self.bob)
        for one, other in ((self.alice, self.bob), (self.bob, self.alice)):
            one.do(inputs.SetMember(PEOPLE, other.identity, True))
        self.world.deliver()

    def step(self) -> None:
        """One act of one of them; it arrives at once, or when they are connected again."""
        self.acts += 1
        self.world.now_ms += self.chance.randint(10, 90_000)
        who = self.alice if self.chance.random() < 0.7 else self.bob
        (act,) = self.chance.choices(ACTS, WEIGHTS)
        try:
            act(self, who)
        except Refusal:
            assert who.core is not None  # some acts can't be done any more; what that leaves is checked too
        if self.chance.random() < 0.8:
            self.world.deliver()

    def post(self, who: Someone) -> None:
        """A post, short or long."""
        length = self.chance.choice((20, 60, 300, 4000))
        who.post(f"{self.acts} " + "walk " * (length // 5), PEOPLE)

    def talk(self, who: Someone) -> None:
        """A line to the other."""
        other = self.bob if who is self.alice else self.alice
        who.do(Publish(Place("talk", other.identity), Say(f"line {self.acts}", "", b"")))

    def item_of(self, who: Someone, mine: bool | None) -> posts.Item | None:
        """Something that stands on somebody's Home."""
        found = [item for item in posts.home_items(who.db, limit=20) if not item.gone]
        found = [item for item in found if mine is None or item.mine == mine]
        return self.chance.choice(found) if found else None

    def edit(self, who: Someone) -> None:
        """Another wording of an own post."""
        item = self.item_of(who, True)
        if item is not None:
            who.do(Publish(Place("space", item.space), Edit(item.id, f"better {self.acts}", "")))

    def take_back(self, who: Someone) -> None:
        """An own post is taken back."""
        item = self.item_of(who, True)
        if item is not None:
            who.do(inputs.TakeBack(item.id))

    def answer(self, who: Someone) -> None:
        """An answer, or a word, to what stands there."""
        item = self.item_of(who, None)
        if item is None:
            return
        record: Any = Post(f"answer {self.acts}", "", item.id, ())
        if self.chance.random() < 0.5:
            record = Word(item.id, self.chance.choice(WORDS), True)
        who.do(Publish(Place("space", item.space), record))

    def draft(self, who: Someone) -> None:
        """A draft is kept."""
        who.do(inputs.SaveDraft("home", f"draft {self.acts}"))

    def part(self, who: Someone) -> None:
        """The line breaks; what was under way is lost. Later they meet again and bring all level."""
        if self.world.online:
            self.world.cut_all()
        else:
            self.world.online = True
            self.world.connect(self.alice, self.bob)
            self.world.deliver()

    def restart(self, who: Someone) -> None:
        """Alice's program is stopped and started again: the log is folded into the file."""
        self.alice.reopen()
        self.world.connect(self.bob, self.alice)
        self.world.deliver()

    def wait(self, who: Someone) -> None:
        """Time passes."""
        self.world.pass_ms(60_000)


_TABLE: Final[tuple[tuple[Callable[[Script, Someone], None], int], ...]] = (
    (Script.post, 40),
    (Script.talk, 20),
    (Script.answer, 14),
    (Script.edit, 8),
    (Script.take_back, 4),
    (Script.draft, 6),
    (Script.part, 4),
    (Script.restart, 1),
    (Script.wait, 3),
)
ACTS: Final = [act for act, _ in _TABLE]
WEIGHTS: Final = [weight for _, weight in _TABLE]


@dataclass
class Replay:
    """Crashes at the noted points of one disk, each in a folder of its own, looked at after recovery."""

    folder: Path
    chance: random.Random
    image: Image = field(default_factory=Image)
    before: Any = ()
    points: int = 0
    looked: int = 0

    def crash_along(self, events: list[Event], share: float) -> None:
        """Go on through these events; at each one that changes the disk, by this share, crash and look."""
        after = [each.what for each in events if isinstance(each, Mark)]
        marks = 0
        for event in events:
            if isinstance(event, Mark):
                self.before = event.what
                marks += 1
                continue
            self.points += 1
            if self.chance.random() < share:
                later = after[marks] if marks < len(after) else None
                self.crash(event, later)
            self.image.take(event)

    def crash(self, event: Event, later: Any) -> None:
        """The current fails during this event. What comes back is what was before it, or after it: whole."""
        how = HOWS[self.looked % len(HOWS)]
        self.looked += 1
        files = self.image.kept(self.chance, how, event)
        for name in (STORE, f"{STORE}-wal", f"{STORE}-journal", f"{STORE}-shm"):
            (self.folder / name).unlink(missing_ok=True)
        for name, data in files.items():
            (self.folder / name).write_bytes(data)
        if not self.before and STORE not in files:
            return  # nothing had been acknowledged, and nothing is there
        store = open_store(self.folder)
        try:
            self.look(store, (how, self.points, event.__class__.__name__), later)
        finally:
            store.close()

    def look(self, store: Store, where: Any, later: Any) -> None:
        """Nothing that was acknowledged is missing, nothing is half there, and all of it is sound."""
        db = store._writer
        found = heads_of(db)
        if self.before:
            assert found in (self.before, later), (where, _differs(found, self.before, later))
        if self.looked % QUICK_EVERY == 0:
            assert checkup.quick(db) == [], where
        if self.looked % DEEP_EVERY == 1 and self.before:
            self.go_on(store, where)

    def go_on(self, store: Store, where: Any) -> None:
        """The views are what a rebuild makes, and what is written now takes a place of its own."""
        loaded = features.load()
        core = Core(store, loaded)
        with store.write() as db:
            assert checkup.deep(db, lambda op: core.open_op(db, op), core.views) == [], where
        used = {(log, seq): id for log, seq, id in all_places(store._writer)}
        if agreements.pairs(store._writer):
            core.handle(
                Publish(Place("circle", PEOPLE), Post("after", "", b"", ())), 2**41, Fresh(self.chance)
            )
        for log, seq, id in all_places(store._writer):
            assert used.setdefault((log, seq), id) == id, where


@dataclass
class Fresh:
    """Chance that nobody had before."""

    chance: random.Random

    def take(self, n: int) -> bytes:
        """n bytes."""
        return self.chance.randbytes(n)


def all_places(db: Connection) -> Iterator[Any]:
    """Every place of every log, and what stands there."""
    return iter(
        db.execute(
            "SELECT l.public, o.seq, o.id FROM ops o JOIN logs l ON l.n = o.log_n ORDER BY o.n"
        ).fetchall()
    )


def _differs(found: Any, before: Any, later: Any) -> str:
    lines = [f"{a} {b}" for a, b in zip(found, before, strict=False) if a != b]
    return f"{len(found)}/{len(before)}/{len(later or ())}: {lines[:3]}"
