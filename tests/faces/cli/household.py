# SPDX-License-Identifier: AGPL-3.0-or-later
"""Homes in memory for the tests of the command line: real core, real store, a clock that stands still."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from edgewise import features
from edgewise.core.door import Core, all_views
from edgewise.core.effects import Reply
from edgewise.core.inputs import Begin, Command, Tick
from edgewise.faces.cli.house import BenchAsked, Measured, Mended, Passphrase
from edgewise.faces.cli.main import Streams, main
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.safecopy import CopyFound, CopyMade
from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.errors import Refusal
from edgewise.log.blobs import BlobRef
from edgewise.node import copies, files
from edgewise.store import checkup, settings
from edgewise.store.checkup import Finding
from edgewise.store.db import Store

T = TypeVar("T")
NOON_MS = 1_763_899_200_000  # 23 November 2025, 12:00 UTC


class HomeDesk:
    """A desk over a core of its own, without a node around it."""

    def __init__(self, name: str, clock: Callable[[], int]) -> None:
        loaded = features.load()
        self.store = Store.in_memory(all_views(loaded))
        self.core = Core(self.store, loaded)
        self._entropy = SeededEntropy(name.encode())
        self._clock = clock

    def do(self, command: object) -> Any:
        """Run a command; its answer."""
        assert isinstance(command, Command)
        effects = self.core.handle(command, self._clock(), self._entropy)
        return next(effect.value for effect in effects if isinstance(effect, Reply))

    def tick(self) -> None:
        """Let time do what it does."""
        self.core.handle(Tick(), self._clock(), self._entropy)

    def read(self, query: Callable[[Any], T]) -> T:
        """Run a query."""
        return query(self.store.reader())

    def now_ms(self) -> int:
        """The clock of the household."""
        return self._clock()

    def scratch(self) -> BinaryIO:
        """See Desk."""
        return cast(BinaryIO, self.store.scratch(self._entropy))

    def keep_file(
        self, source: BinaryIO, size_max_bytes: int, progress: Callable[[int], None] = lambda done_bytes: None
    ) -> BlobRef:
        """See Desk."""
        return files.keep_file(self.store, self.do, source, size_max_bytes, self._entropy, progress)

    def file_bytes(self, blob: bytes, first: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See Desk."""
        return files.file_bytes(self.store, blob, first, stop)

    def lang(self) -> str:
        """The language that was set."""
        return self.read(lambda db: settings.get(db, "language")) or ""


@dataclass
class Said:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value of --json."""
        return json.loads(self.out)


@dataclass
class Household:
    """Homes by folder; a `House` for the command line, with passphrases kept in plain sight."""

    now_ms: int = NOON_MS
    desks: dict[Path, HomeDesk] = field(default_factory=dict)
    passphrases: dict[Path, str | None] = field(default_factory=dict)
    mended: Mended = field(default_factory=lambda: Mended(0, 0, [], None))
    asked: list[tuple[str, object]] = field(default_factory=list)

    def create_home(self, home: Path, name: str, passphrase: str | None, remember: bool) -> bytes:
        """A new home in memory."""
        if home in self.desks:
            raise Refusal("home.exists", path=home)
        desk = HomeDesk(name, lambda: self.now_ms)
        self.desks[home], self.passphrases[home] = desk, passphrase
        identity = desk.do(Begin(name))
        assert isinstance(identity, bytes)
        return identity

    def open_node(self, home: Path, passphrase: Passphrase, port: int | None, browser: bool) -> int:
        """Noted, not done."""
        self.asked.append(("open", (home, port, browser)))
        return 0

    def change_passphrase(self, home: Path, old: Passphrase, new: str | None, remember: bool) -> None:
        """Checked and kept."""
        self._check(home, old)
        self.passphrases[home] = new

    def erase(self, home: Path) -> None:
        """The home is gone."""
        self._check(home, None)
        del self.desks[home]

    def mend(self, home: Path, passphrase: Passphrase) -> Mended:
        """What the test says."""
        return self.mended

    def examine(self, home: Path, passphrase: Passphrase, deep: bool) -> list[Finding]:
        """The real doctor."""
        self._check(home, passphrase)
        desk = self.desks[home]
        if not deep:
            return desk.read(checkup.quick)
        with desk.store.write() as db:
            return checkup.deep(db, lambda op: desk.core.open_op(db, op), desk.core.views)

    def back_up(self, home: Path, passphrase: Passphrase, file: Path, fresh_words: bool) -> CopyMade:
        """The real one, with the smallest stretching."""
        self._check(home, passphrase)
        return copies.make(self.desks[home], home, file, fresh_words, SeededEntropy(b"copy"), 0)

    def check_copy(self, home: Path, file: Path, words: str) -> CopyFound:
        """The real one."""
        return copies.check(file, words, None)

    def restore(
        self, home: Path, file: Path, words: str, *, passphrase: str | None, remember: bool, lost: bool
    ) -> bytes:
        """Noted, not done: what is brought back needs a folder."""
        if home in self.desks:
            raise Refusal("home.exists", path=home)
        self.asked.append(("restore", (home, file, words, passphrase, remember, lost)))
        return b"i" * 32

    def run_sim(self, people: int, days: int, seed: int, seeds: int, say: Callable[[str], None]) -> int:
        """Noted, not done."""
        self.asked.append(("sim", (people, days, seed, seeds)))
        say("nothing was found")
        return 0

    def demo(self, folder: Path | None, browser: bool, say: Callable[[str], None]) -> int:
        """Noted, not done."""
        self.asked.append(("demo", (folder, browser)))
        return 0

    def bench(self, asked: BenchAsked, say: Callable[[str], None]) -> Measured:
        """Noted, not done."""
        self.asked.append(("bench", asked))
        figure: dict[str, object] = {"job": "post", "figure": "p99", "value": 1.0}
        return Measured([figure], [[("figure", "value"), ("post p99", "1 ms")]], asked.folder / "now.json")

    @contextmanager
    def desk(self, home: Path, passphrase: Passphrase) -> Iterator[Desk]:
        """The desk of a home."""
        self._check(home, passphrase)
        yield self.desks[home]

    def _check(self, home: Path, passphrase: Passphrase | None) -> None:
        if home not in self.desks:
            raise Refusal("home.missing", path=home)
        wanted = self.passphrases[home]
        if passphrase is not None and wanted is not None and passphrase() != wanted:
            raise Refusal("passphrase.wrong")

    def run(self, who: str, *argv: object, typed: str = "", terminal: bool = False, **environ: str) -> Said:
        """Run a command in the home of `who`; with `terminal` it believes that a person sits there."""
        out, err, given = (Screen(terminal), Screen(terminal), Screen(terminal, typed))
        words = [str(word) for word in argv]
        surroundings = {"EDGEWISE_HOME": who, "LANG": "C", "TZ": "UTC", **environ}
        code = main(words, self.desk, self, streams=Streams(given, out, err), environ=surroundings)
        return Said(code, out.getvalue(), err.getvalue())

    def ok(self, who: str, *argv: object, typed: str = "") -> Any:
        """Run a command with --json that must succeed; its value."""
        said = self.run(who, *argv, "--json", typed=typed)
        assert said.code == 0, said
        return said.json


class Screen(io.StringIO):
    """A text stream that may claim to be a terminal."""

    def __init__(self, terminal: bool, text: str = "") -> None:
        super().__init__(text)
        self._terminal = terminal

    def isatty(self) -> bool:
        """Whether a person sits there."""
        return self._terminal


def acquainted(folder: Path) -> Household:
    """Alice and Bob in one household, met by three files."""
    house = Household()
    for name in ("alice", "bob"):
        house.ok(name, "init", name.title(), "--remember")
    letter, answer, back = folder / "letter.html", folder / "answer.edgewise", folder / "back.edgewise"
    house.ok("alice", "invite", "--to", "Bob", "--words", "Shall we talk here?", "--out", letter)
    house.ok("bob", "accept", letter, "--yes", "--out", answer)
    house.ok("alice", "bundle", "in", answer, "--out", back)
    house.ok("bob", "bundle", "in", back)
    carry(house, folder, "bob", "alice")
    return house


def carry(house: Household, folder: Path, giver: str, taker: str) -> Any:
    """Bring all that one lacks from one to the other by a file."""
    path = folder / f"{giver}-{taker}-{len(list(folder.iterdir()))}.edgewise"
    house.ok(giver, "bundle", "out", taker.title(), path)
    return house.ok(taker, "bundle", "in", path)
