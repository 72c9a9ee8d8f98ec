# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the command line asks of a home itself (faces.cli.house.House), in its own process or in a node."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from edgewise.faces.cli.house import BenchAsked, Measured, Mended, Passphrase
from edgewise.faces.cli.main import default_home
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.safecopy import CopyFound, CopyMade
from edgewise.ground.errors import Refusal
from edgewise.node import copies, homes, launcher, mending, serving
from edgewise.node.keeper import HomeKeeper
from edgewise.node.running import SystemEntropy, now_ms
from edgewise.store.checkup import Finding
from edgewise.store.home import Home

RunSims = Callable[[int, int, int, int, TextIO], int]
RunDemo = Callable[[Path | None, bool, Callable[[str], None]], int]
RunBench = Callable[[BenchAsked, Callable[[str], None]], Measured]


@dataclass(frozen=True)
class OwnHouse:
    """The house of a process that holds no home yet. The worlds that it can run come in from above."""

    run_sims: RunSims
    run_demo: RunDemo
    run_bench: RunBench

    def create_home(self, home: Path, name: str, passphrase: str | None, remember: bool) -> bytes:
        """See `House.create_home`."""
        held = Home(home)
        if held.exists():
            raise Refusal("home.exists", path=home)
        homes.make_folder(home)
        homes.take(held)
        try:
            _key, identity = homes.begin(held, name, passphrase, remember, now_ms())
        finally:
            held.release()
        return identity

    def open_node(self, home: Path, passphrase: Passphrase, port: int | None, browser: bool) -> int:
        """See `House.open_node`. Where the home needs a passphrase and none is set, the page asks for it."""
        is_own = home == Path(default_home(os.environ, sys.platform)).expanduser()
        given = passphrase() if "EDGEWISE_PASSPHRASE" in os.environ else None

        def house_of(keeper: HomeKeeper, loop: asyncio.AbstractEventLoop) -> HouseOfNode:
            return HouseOfNode(self.run_sims, self.run_demo, self.run_bench, keeper, loop)

        return serving.open_node(home, given, port, show=browser, icon=is_own, say=say, house_of=house_of)

    def change_passphrase(self, home: Path, old: Passphrase, new: str | None, remember: bool) -> None:
        """See `House.change_passphrase`. A running node is not in the way: the store's own key stays."""
        held = Home(home)
        was = old() if held.has_passphrase() else None
        held.change_passphrase(was, new, remember, SystemEntropy(), homes.memory_total_bytes())

    def erase(self, home: Path) -> None:
        """See `House.erase`."""
        held = Home(home)
        if not held.exists() and not held.store_path.exists():
            raise Refusal("home.missing", path=home)
        homes.take(held, wait_s=0)
        homes.erase_files(held)
        launcher.set_autostart(home, False)

    def examine(self, home: Path, passphrase: Passphrase, deep: bool) -> Sequence[Finding]:
        """See `House.examine`."""
        return homes.examine_closed(home, passphrase, deep)

    def mend(self, home: Path, passphrase: Passphrase) -> Mended:
        """See `House.mend`."""
        return mending.mend(home, passphrase)

    def back_up(self, home: Path, passphrase: Passphrase, file: Path, fresh_words: bool) -> CopyMade:
        """See `House.back_up`."""
        with homes.opened(home, passphrase) as desk:
            return _copy(desk, home, file, fresh_words)

    def check_copy(self, home: Path, file: Path, words: str) -> CopyFound:
        """See `House.check_copy`."""
        return copies.check(file, words, home)

    def restore(
        self, home: Path, file: Path, words: str, *, passphrase: str | None, remember: bool, lost: bool
    ) -> bytes:
        """See `House.restore`."""
        held = Home(home)
        if held.exists():
            raise Refusal("home.exists", path=home)
        homes.make_folder(home)
        homes.take(held)
        try:
            return copies.restore(
                held,
                file,
                words,
                passphrase=passphrase,
                remember=remember,
                lost=lost,
                now_ms=now_ms(),
                entropy=SystemEntropy(),
                memory_total_bytes=homes.memory_total_bytes(),
            )[1]
        finally:
            held.release()

    def run_sim(self, people: int, days: int, seed: int, seeds: int, say: Callable[[str], None]) -> int:
        """See `House.run_sim`."""
        return self.run_sims(people, days, seed, seeds, _Lines(say))

    def demo(self, folder: Path | None, browser: bool, say: Callable[[str], None]) -> int:
        """See `House.demo`."""
        return self.run_demo(folder, browser, say)

    def bench(self, asked: BenchAsked, say: Callable[[str], None]) -> Measured:
        """See `House.bench`."""
        return self.run_bench(asked, say)


@dataclass(frozen=True)
class HouseOfNode(OwnHouse):
    """The house within a running node: the doctor looks at what is open there."""

    keeper: HomeKeeper
    loop: asyncio.AbstractEventLoop

    def back_up(self, home: Path, passphrase: Passphrase, file: Path, fresh_words: bool) -> CopyMade:
        """See `House.back_up`; the node goes on meanwhile."""
        return _copy(self.keeper.desk, home, file, fresh_words)

    def examine(self, home: Path, passphrase: Passphrase, deep: bool) -> Sequence[Finding]:
        """See `House.examine`; called in a thread, never on the loop."""
        return asyncio.run_coroutine_threadsafe(self.keeper.examine(deep), self.loop).result()


def _copy(desk: Desk, home: Path, file: Path, fresh_words: bool) -> CopyMade:
    return copies.make(desk, home, file, fresh_words, SystemEntropy(), homes.memory_total_bytes())


def desk_of(home: Path, passphrase: Passphrase) -> AbstractContextManager[Desk]:
    """The desk of a home with which no node runs (faces.cli.house.DeskFactory)."""
    return homes.opened(home, passphrase)


def say(line: str) -> None:
    """A line on this program's output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class _Lines(io.StringIO):
    """A text stream that hands on whole lines."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__()
        self._say = say
        self._rest = ""

    def write(self, text: str, /) -> int:
        """Hand on each line that is whole."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._say(line)
        return len(text)
