# SPDX-License-Identifier: AGPL-3.0-or-later
"""The node: one core in a thread of its own, and the carriers on one event loop.

Inputs reach the core through one queue; what a person does overtakes what peers send. Effects are carried out
on the event loop, after the core's COMMIT. One log line per input: input · verdict · effects.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import itertools
import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, BinaryIO, TypeVar, cast

from edgewise.carriers.port import Carrier
from edgewise.core import effects as fx
from edgewise.core.door import Core
from edgewise.core.inputs import (
    AddressesNow,
    Closed,
    Command,
    Drained,
    DropDraft,
    Input,
    MarkRead,
    Opened,
    Received,
    SaveDraft,
    Tick,
)
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.log.blobs import BlobRef
from edgewise.node import files
from edgewise.store import sealed, settings
from edgewise.store.db import Store

T = TypeVar("T")
Done = concurrent.futures.Future[Any]
log = logging.getLogger("edgewise")

URGENT, ORDINARY, STOP = 0, 1, 2
# Received bytes wait here while the core is busy; above this many the connection is not read any further.
QUEUE_MAX = 64
IDLE_TICK_S = 30.0
# What changes nothing that another open page shows.
QUIET = (SaveDraft, DropDraft, MarkRead)


class SystemEntropy:
    """Chance from the operating system."""

    def take(self, n: int) -> bytes:
        """n unpredictable bytes."""
        return secrets.token_bytes(n)


def now_ms() -> int:
    """The wall clock, in ms since 1970 (UTC)."""
    return time.time_ns() // 1_000_000


Work = Callable[[Core], Any]


class _EndsTheThread:
    """Around the life of the core's thread: a bug is logged, told to whoever waits, and ends the node.

    Nothing goes on after a bug: what was committed is safe, what the core holds in memory may not be.
    """

    def __init__(self, owner: CoreThread) -> None:
        self._owner = owner

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, bug: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if bug is not None:
            log.critical("a bug: the node ends", exc_info=bug)
            self._owner.broke(bug)
        return True


class CoreThread:
    """The core in a thread of its own. `submit` may be called from any thread."""

    def __init__(
        self,
        core: Core,
        on_effects: Callable[[list[fx.Effect]], None],
        on_bug: Callable[[], None] = lambda: None,
    ) -> None:
        self._core = core
        self._on_effects = on_effects
        self._on_bug = on_bug
        self._entropy = SystemEntropy()
        self._order = itertools.count()
        self._queue: queue.PriorityQueue[tuple[int, int, Input | Work | None, Done]] = queue.PriorityQueue()
        self._at_work: Done | None = None
        self._over = threading.Lock()
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name="core", daemon=True)

    def start(self) -> None:
        """Begin to take inputs."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, then end; what is asked afterwards is refused."""
        self._put(STOP, None)
        self._thread.join(timeout=30)

    @property
    def waiting(self) -> int:
        """How many inputs wait."""
        return self._queue.qsize()

    def submit(self, item: Input) -> Done:
        """Queue an input. The future gives the command's answer, or raises its Refusal."""
        return self._put(URGENT if isinstance(item, Command) else ORDINARY, item)

    def work(self, work: Work) -> Done:
        """Queue something that needs the core to stand still (the doctor). The future gives its answer."""
        return self._put(ORDINARY, work)

    def _put(self, urgency: int, item: Input | Work | None) -> Done:
        done: Done = concurrent.futures.Future()
        with self._over:
            if self._is_over:
                done.set_exception(Refusal("node.stopping"))
            else:
                self._queue.put((urgency, next(self._order), item, done))
        return done

    def _run(self) -> None:
        with _EndsTheThread(self):
            while True:
                _urgency, _order, item, done = self._queue.get()
                if item is None:
                    self._refuse_the_rest()
                    return
                self._at_work = done
                if isinstance(item, Input):
                    self._handle(item, done)
                else:
                    self._do(item, done)
                self._at_work = None

    def _handle(self, item: Input, done: Done) -> None:
        try:
            effects = self._core.handle(item, now_ms(), self._entropy)
        except EdgewiseError as no:
            log.info("%s · %s", type(item).__name__, no.code)
            done.set_exception(no)
            return
        log.info("%s · ok · %s", type(item).__name__, _summary(effects))
        if isinstance(item, Command) and not isinstance(item, QUIET):
            effects = [*effects, fx.Notify("own")]  # other tabs, and pages beside a command line
        self._on_effects(effects)
        replies = [effect.value for effect in effects if isinstance(effect, fx.Reply)]
        done.set_result(replies[0] if replies else None)

    def _do(self, work: Work, done: Done) -> None:
        try:
            done.set_result(work(self._core))
        except EdgewiseError as no:
            done.set_exception(no)

    def broke(self, bug: BaseException) -> None:
        """Called in the core's thread after a bug."""
        if self._at_work is not None and not self._at_work.done():
            self._at_work.set_exception(bug)
        self._refuse_the_rest()
        self._on_bug()

    def _refuse_the_rest(self) -> None:
        with self._over:
            self._is_over = True
            while not self._queue.empty():
                self._queue.get_nowait()[3].set_exception(Refusal("node.stopping"))


def _summary(effects: Iterable[fx.Effect]) -> str:
    names: dict[str, int] = {}
    for effect in effects:
        names[type(effect).__name__] = names.get(type(effect).__name__, 0) + 1
    return " ".join(f"{name}×{count}" for name, count in sorted(names.items())) or "nothing"


class NodeDesk:
    """What the faces hold of a running node (faces.kit.desk.Desk)."""

    def __init__(self, store: Store, core_thread: CoreThread) -> None:
        self._store = store
        self._core_thread = core_thread

    def do(self, command: object) -> Any:
        """Run a command in the core's thread and wait for its answer. Not from the event loop."""
        assert isinstance(command, Command)
        return self._core_thread.submit(command).result()

    def read(self, query: Callable[[Any], T]) -> T:
        """Run a read-only query on a connection of its own."""
        with self._store.reading() as db:
            return query(db)

    def keep_file(
        self, source: BinaryIO, size_max_bytes: int, progress: sealed.Progress = lambda done_bytes: None
    ) -> BlobRef:
        """See `faces.kit.desk.Desk.keep_file`."""
        return files.keep_file(self._store, self.do, source, size_max_bytes, SystemEntropy(), progress)

    def file_bytes(self, blob: bytes, first: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See `faces.kit.desk.Desk.file_bytes`."""
        return files.file_bytes(self._store, blob, first, stop)

    def scratch(self) -> BinaryIO:
        """See `faces.kit.desk.Desk.scratch`."""
        return cast(BinaryIO, self._store.scratch(SystemEntropy()))

    def now_ms(self) -> int:
        """The wall clock in ms."""
        return now_ms()

    def lang(self) -> str:
        """The language that the person set, or ""."""
        return self.read(lambda db: settings.get(db, "language")) or ""


class Node:
    """A running node on one event loop (implements carriers.port.Listener)."""

    def __init__(
        self,
        store: Store,
        core: Core,
        carrier: Carrier | None,
        on_bug: Callable[[], None] = lambda: None,
    ) -> None:
        self.store = store
        self.core = core
        self._carrier = carrier
        self._on_bug = on_bug
        self._loop: asyncio.AbstractEventLoop | None = None
        self._core_thread = CoreThread(core, self._effects_from_core, self._bug_from_core)
        self.desk = NodeDesk(store, self._core_thread)
        self._watchers: set[asyncio.Queue[str]] = set()
        self._wake: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._paused: set[int] = set()
        self._told_addresses: tuple[str, ...] = ()

    async def start(self) -> None:
        """Take the network port, start the core, look who is there.

        Raises what the carrier's `start` raises; nothing runs then.
        """
        self._loop = asyncio.get_running_loop()
        if self._carrier is not None:
            await self._carrier.start(self)
        self._core_thread.start()
        if self._carrier is not None:
            self._core_thread.submit(AddressesNow(tuple(self._carrier.addresses())))
        self._core_thread.submit(Tick())

    async def stop(self) -> None:
        """Let go of the network, finish what is queued, close the store."""
        if self._wake is not None:
            self._wake.cancel()
        for task in list(self._tasks):
            task.cancel()
        if self._carrier is not None:
            await self._carrier.stop()
        await asyncio.to_thread(self._core_thread.stop)
        self._loop = None
        self.store.close()

    async def work(self, work: Work) -> Any:
        """Run something in the core's thread, between two inputs."""
        return await asyncio.wrap_future(self._core_thread.work(work))

    # what the carrier tells (carriers.port.Listener)

    def opened(self, conn: int, endpoint: bytes, dialed: bool, seen_as: str) -> None:
        """A connection stands."""
        self._core_thread.submit(Opened(conn, endpoint, dialed, seen_as))

    def received(self, conn: int, data: bytes) -> None:
        """Bytes came; reading stops while the core has too much to do."""
        done = self._core_thread.submit(Received(conn, data))
        if self._core_thread.waiting > QUEUE_MAX and conn not in self._paused and self._carrier is not None:
            self._paused.add(conn)
            self._carrier.pause(conn)
            done.add_done_callback(lambda _done: self._on_loop(self._resume, conn))

    def drained(self, conn: int) -> None:
        """There is room for bulk."""
        self._core_thread.submit(Drained(conn))

    def closed(self, conn: int, reason: str) -> None:
        """A connection is gone."""
        self._paused.discard(conn)
        self._core_thread.submit(Closed(conn, reason))

    # what the page watches

    async def watch(self) -> asyncio.Queue[str]:
        """A queue of topics that change, for one open page; give it back with `unwatch`."""
        mine: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
        self._watchers.add(mine)
        return mine

    def unwatch(self, mine: asyncio.Queue[str]) -> None:
        """A page was closed."""
        self._watchers.discard(mine)

    def _effects_from_core(self, effects: list[fx.Effect]) -> None:
        self._on_loop(self._carry_out, effects)

    def _bug_from_core(self) -> None:
        self._on_loop(self._on_bug)

    def _on_loop(self, act: Callable[..., None], *args: object) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act, *args)

    def _resume(self, conn: int) -> None:
        if conn in self._paused and self._carrier is not None:
            self._paused.discard(conn)
            self._carrier.resume(conn)

    def _carry_out(self, effects: list[fx.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, fx.Notify):
                self._tell(effect.topic)
            elif isinstance(effect, fx.WakeAt):
                self._wake_at(effect.at_ms)
            elif self._carrier is not None:
                self._carry(self._carrier, effect)

    def _carry(self, carrier: Carrier, effect: fx.Effect) -> None:
        if isinstance(effect, fx.Send | fx.Wire):
            carrier.send(effect.conn, effect.data, effect.urgent)
        elif isinstance(effect, fx.Dial):
            self._spawn(carrier.dial(effect.endpoint, effect.addrs))
        elif isinstance(effect, fx.HangUp):
            self._spawn(carrier.hang_up(effect.conn, effect.reason))

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a task of the carrier failed", exc_info=task.exception())

    def _wake_at(self, at_ms: int) -> None:
        if self._wake is not None:
            self._wake.cancel()
        assert self._loop is not None
        delay_s = min(max(at_ms - now_ms(), 1) / 1000, IDLE_TICK_S)
        self._wake = self._loop.call_later(delay_s, self._tick)

    def _tick(self) -> None:
        if self._carrier is not None and (here := tuple(self._carrier.addresses())) != self._told_addresses:
            self._told_addresses = here
            self._core_thread.submit(AddressesNow(here))
        self._core_thread.submit(Tick())

    def _tell(self, topic: str) -> None:
        for watcher in self._watchers:
            if not watcher.full():
                watcher.put_nowait(topic)
