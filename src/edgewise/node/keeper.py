# SPDX-License-Identifier: AGPL-3.0-or-later
"""One home, from its first page to its last: set up, unlocked, running, ended (faces.web.Keeper)."""

from __future__ import annotations

import asyncio
import logging
import random
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from edgewise.carriers.port import Carrier
from edgewise.core.door import Core
from edgewise.core.inputs import NoteCopy
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.safecopy import CopyFound, CopyMade
from edgewise.faces.web.keeper import CLOSING, Errand, Ran, State
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.foreign import foreign
from edgewise.ground.instant import DAY_MS
from edgewise.node import copies, homes, launcher
from edgewise.node.running import Node, SystemEntropy, now_ms
from edgewise.store import chest
from edgewise.store.checkup import Finding
from edgewise.store.db import Store
from edgewise.store.home import Home

log = logging.getLogger("edgewise")

UDP_PORTS: Final = range(20_000, 32_000)
UDP_TRIES: Final = 20
SCRATCH_MAX_MS: Final = DAY_MS
"""A sealed file on its way that a crash left behind is taken away after this time."""
CarrierOf = Callable[[bytes, int], Carrier]
"""A carrier from the seed of this device's endpoint and a UDP port."""
RunErrand = Callable[["HomeKeeper", Errand], Awaitable[Ran]]


def iroh_carrier(seed: bytes, udp_port: int) -> Carrier:
    """The carrier over the network. Verdict "carrier.offline" where its library does not run."""
    with foreign("iroh", "carrier.offline"):
        from edgewise.carriers.iroh import IrohCarrier
    return IrohCarrier(seed, udp_port)


class HomeKeeper:
    """A home that this process holds. Everything is called on one event loop."""

    def __init__(self, home: Home, *, zone: str, run_errand: RunErrand, carrier_of: CarrierOf) -> None:
        self.home = home
        self.zone = zone
        self._offline: EdgewiseError | None = None
        self.ending = asyncio.Event()
        self.bug = False
        self._run_errand = run_errand
        self._carrier_of = carrier_of
        self._node: Node | None = None
        self._watching: set[asyncio.Queue[str]] = set()
        self._errand = asyncio.Lock()  # one command after another: some change what the whole process shares
        self._change = asyncio.Lock()

    @property
    def state(self) -> State:
        """See `faces.web.Keeper.state`."""
        if self._node is not None:
            return "open"
        return "locked" if self.home.exists() else "new"

    @property
    def desk(self) -> Desk:
        """See `faces.web.Keeper.desk`."""
        return self.node.desk

    @property
    def node(self) -> Node:
        """The running node. Refusal "home.locked"."""
        if self._node is None:
            raise Refusal("home.locked")
        return self._node

    @property
    def trouble(self) -> EdgewiseError | None:
        """See `faces.web.Keeper.trouble`: a disk that refuses ends all connections, too."""
        kept = None if self._node is None else self._node.core.trouble
        return kept or self._offline

    def now_ms(self) -> int:
        """The wall clock in ms."""
        return now_ms()

    def has_passphrase(self) -> bool:
        """See `faces.web.Keeper.has_passphrase`."""
        return self.home.has_passphrase()

    def remembered(self) -> bool:
        """See `faces.web.Keeper.remembered`."""
        return self.home.remembered()

    async def begin(self, name: str, passphrase: str | None, remember: bool) -> None:
        """See `faces.web.Keeper.begin`."""
        async with self._change:
            try:
                key, _identity = await asyncio.to_thread(
                    homes.begin, self.home, name, passphrase, remember, now_ms()
                )
            except Refusal:
                self.hold()
                raise
            await self._open(key)

    def hold(self) -> None:
        """Take the home for this process; once more after it was wiped. Refusal "home.in_use"."""
        self.home.release()
        homes.make_folder(self.home.path)
        self.home.lock()

    async def unlock(self, passphrase: str | None) -> None:
        """See `faces.web.Keeper.unlock`; None opens a home that this computer remembers."""
        async with self._change:
            if self._node is None:
                await self._open(await asyncio.to_thread(self.home.unlock, passphrase))

    async def _open(self, key: bytes) -> None:
        store, core = await asyncio.to_thread(homes.open_core, self.home, key)
        try:
            self._node = await self._started(store, core)
        finally:
            if self._node is None:
                store.close()

    async def _started(self, store: Store, core: Core) -> Node:
        """A node on the port that is remembered, or on another one; without a network where there is none."""
        with store.reading() as db:
            seed = chest.secret(db, "transport")
        assert seed is not None, "a home without its person"
        place = homes.page_place(self.home.path)
        ports = [place.udp_port] * (place.udp_port != 0) + random.sample(UDP_PORTS, UDP_TRIES)
        self._offline = None
        for port in ports:
            try:
                node = Node(store, core, self._carrier_of(seed, port), self._broke)
                await node.start()
            except EdgewiseError as no:
                self._offline = no
                if no.code == "port.taken":
                    continue
                break
            self._offline = None
            homes.keep_page_place(self.home.path, replace(place, udp_port=port))
            return node
        log.warning("without a network: %s", self._offline)
        node = Node(store, core, None, self._broke)
        await node.start()
        return node

    async def change_passphrase(self, old: str | None, new: str | None, remember: bool) -> None:
        """See `faces.web.Keeper.change_passphrase`."""
        async with self._change:
            await asyncio.to_thread(
                self.home.change_passphrase,
                old,
                new,
                remember,
                SystemEntropy(),
                homes.memory_total_bytes(),
            )

    async def erase(self) -> None:
        """See `faces.web.Keeper.erase`."""
        async with self._change:
            await self._stop_node()
            await asyncio.to_thread(homes.erase_files, self.home)
            launcher.set_autostart(self.home.path, False)

    async def examine(self, deep: bool) -> Sequence[Finding]:
        """See `faces.web.Keeper.examine`; the deep look makes the core wait."""
        node = self.node
        if not deep:
            return await asyncio.to_thread(homes.examine, node.store, node.core, False)
        found: list[Finding] = await node.work(lambda core: homes.examine(node.store, core, True))
        return found

    async def new_copy_words(self) -> str:
        """See `faces.web.Keeper.new_copy_words`."""
        memory_bytes = homes.memory_total_bytes()
        return await asyncio.to_thread(copies.new_words, self.desk, SystemEntropy(), memory_bytes)

    async def back_up(self, file: Path, lasting: bool = True) -> CopyMade:
        """See `faces.web.Keeper.back_up`; the node goes on meanwhile."""
        memory_bytes = homes.memory_total_bytes()
        return await asyncio.to_thread(
            copies.make, self.desk, self.path, file, False, SystemEntropy(), memory_bytes, lasting=lasting
        )

    async def check_copy(self, file: Path, words: str) -> CopyFound:
        """See `faces.web.Keeper.check_copy`."""
        found = await asyncio.to_thread(copies.check, file, words, self.path)
        if not found.findings:
            await asyncio.to_thread(self.desk.do, NoteCopy("", 0))
        return found

    async def restore(
        self, file: Path, words: str, passphrase: str | None, remember: bool, lost: bool
    ) -> None:
        """See `faces.web.Keeper.restore`."""
        async with self._change:
            key, _identity = await asyncio.to_thread(
                copies.restore,
                self.home,
                file,
                words,
                passphrase=passphrase,
                remember=remember,
                lost=lost,
                now_ms=now_ms(),
                entropy=SystemEntropy(),
                memory_total_bytes=homes.memory_total_bytes(),
            )
            await self._open(key)

    def scratch(self) -> Path:
        """See `faces.web.Keeper.scratch`."""
        for old in self.path.glob("on-its-way-*"):
            if now_ms() - int(old.stat().st_mtime * 1000) > SCRATCH_MAX_MS:
                shutil.rmtree(old, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix="on-its-way-", dir=self.path))

    async def run(self, errand: Errand) -> Ran:
        """See `faces.web.Keeper.run`."""
        async with self._errand:
            return await self._run_errand(self, errand)

    def starts_itself(self) -> bool | None:
        """See `faces.web.Keeper.starts_itself`."""
        return launcher.autostart(self.home.path)

    def set_starts_itself(self, wanted: bool) -> None:
        """See `faces.web.Keeper.set_starts_itself`."""
        launcher.set_autostart(self.home.path, wanted)

    async def watch(self) -> asyncio.Queue[str]:
        """See `faces.web.Keeper.watch`."""
        mine = await self.node.watch()
        self._watching.add(mine)
        if self.ending.is_set():
            _say_last(mine)
        return mine

    def unwatch(self, mine: asyncio.Queue[str]) -> None:
        """See `faces.web.Keeper.unwatch`."""
        self._watching.discard(mine)
        if self._node is not None:
            self._node.unwatch(mine)

    def end(self) -> None:
        """See `faces.web.Keeper.end`."""
        self.ending.set()
        for each in self._watching:
            _say_last(each)

    def _broke(self) -> None:
        self.bug = True
        self.end()

    async def close(self) -> None:
        """Stop the node, if one runs, and let go of the home."""
        async with self._change:
            await self._stop_node()
            if self.home.path.is_dir():
                self.home.drop_node_note()
            self.home.release()

    async def _stop_node(self) -> None:
        node, self._node = self._node, None
        if node is not None:
            await node.stop()

    @property
    def path(self) -> Path:
        """The home's folder."""
        return self.home.path


def _say_last(queue: asyncio.Queue[str]) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(CLOSING)
