# SPDX-License-Identifier: AGPL-3.0-or-later
"""One connection over iroh: a stream each way, a task that reads, one that writes, two that keep watch."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from edgewise.carriers import port
from edgewise.carriers.outbox import Outbox
from edgewise.carriers.port import Listener
from edgewise.ground.errors import Verdict
from edgewise.ground.foreign import foreign
from edgewise.ground.limits import KIB

READ_IDLE_BYTES: Final = 16 * KIB  # a waiting read holds its memory: small where all is quiet
CLOSED_IN_ORDER: Final = 0  # QUIC application error code; there is no other: reasons travel in frames


class Line:
    """A connection from `begin` to `end`; the listener hears of both exactly once."""

    def __init__(self, number: int, connection: Any, sender: Any, receiver: Any, listener: Listener) -> None:
        self.number = number
        self._connection = connection
        self._sender = sender
        self._receiver = receiver
        self._listener = listener
        self._outbox = Outbox()
        self._writing_bytes = 0
        self._wake = asyncio.Event()  # something waits to be written
        self._idle = asyncio.Event()  # nothing waits, nothing is being written
        self._room = asyncio.Event()  # the backlog is low, or the line is over
        self._flowing = asyncio.Event()  # the listener takes more
        self._tasks: list[asyncio.Task[None]] = []
        self._leaving: str | None = None
        self._over = asyncio.Event()
        self._gone: Callable[[Line], None] = lambda line: None

    def begin(self, endpoint: bytes, dialed: bool, seen_as: str, gone: Callable[["Line"], None]) -> None:
        """Tell the listener, then read and write until the end; `gone` is called just before `closed`."""
        self._gone = gone
        for event in (self._idle, self._room, self._flowing):
            event.set()
        self._listener.opened(self.number, endpoint, dialed, seen_as)
        for work in (
            self._read(),
            self._write(),
            self._forbid(self._connection.accept_bi),
            self._forbid(self._connection.accept_uni),
        ):
            self._start(work)

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """Those tasks of this line that still run; all end soon after `end`."""
        return list(self._tasks)

    @property
    def backlog_bytes(self) -> int:
        """What the network hasn't taken yet."""
        return self._outbox.size_bytes + self._writing_bytes

    def put(self, data: bytes, urgent: bool) -> None:
        """Queue whole messages; dropped once the line is ending."""
        if self._over.is_set() or self._leaving is not None or not data:
            return
        assert len(data) <= port.SEND_MAX_BYTES, f"a message of {len(data)} bytes"
        if self.backlog_bytes + len(data) > port.BACKLOG_MAX_BYTES:
            asyncio.get_running_loop().call_soon(self.end, port.BACKLOG_FULL)
            return
        self._outbox.put(data, urgent)
        self._idle.clear()
        self._wake.set()
        if self.backlog_bytes > port.BACKLOG_LOW_BYTES:
            self._room.clear()

    async def writable(self) -> None:
        """Return once the backlog is low, or the line is over."""
        await self._room.wait()

    def pause(self) -> None:
        """Read no more, except what is being read."""
        if self._leaving is None:
            self._flowing.clear()

    def resume(self) -> None:
        """Read again."""
        self._flowing.set()

    async def leave(self, reason: str) -> None:
        """Let the other side take what is queued, for FAREWELL_S at most, then end."""
        if self._leaving is not None or self._over.is_set():
            await self._over.wait()
            return
        self._leaving = reason
        self._flowing.set()  # what still comes is dropped, so that the end of the stream is seen
        connection = self._connection
        with suppress(Verdict, TimeoutError):
            async with asyncio.timeout(port.FAREWELL_S):
                await self._idle.wait()
                with foreign("iroh"):
                    await self._sender.finish()
                    await connection.closed()  # the other side closes when it has read to the end
        self.end(reason)

    def end(self, reason: str) -> None:
        """Drop everything and tell the listener; calls after the first do nothing."""
        if self._over.is_set():
            return
        self._over.set()
        self._room.set()
        self._outbox.clear()
        self._writing_bytes = 0
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        with suppress(Verdict), foreign("iroh"):
            self._connection.close(CLOSED_IN_ORDER, b"")
        # The library gives its port back only when none of its objects is held any more.
        self._connection = self._sender = self._receiver = None
        self._gone(self)
        self._listener.closed(self.number, self._leaving or reason)

    async def _read(self) -> None:
        """Hand on what comes until the other side finishes or the line breaks."""
        receiver = self._receiver
        room_bytes = READ_IDLE_BYTES
        while True:
            await self._flowing.wait()
            try:
                with foreign("iroh"):
                    data = await receiver.read(room_bytes)
            except Verdict:
                self.end(self._why())
                return
            if not data:
                self.end(port.PEER_LEFT)
                return
            room_bytes = port.READ_MAX_BYTES if len(data) == room_bytes else READ_IDLE_BYTES
            if self._leaving is None:
                self._listener.received(self.number, data)

    async def _write(self) -> None:
        """Write what is queued, the urgent first."""
        sender = self._sender
        while True:
            await self._wake.wait()
            had_bulk = self._outbox.has_bulk
            data = self._outbox.take()
            self._writing_bytes = len(data)
            try:
                with foreign("iroh"):
                    await sender.write_all(data)
            except Verdict:
                self.end(self._why())
                return
            self._writing_bytes = 0
            self._settle()
            if had_bulk and not self._outbox.has_bulk and self._leaving is None:
                self._listener.drained(self.number)

    def _settle(self) -> None:
        """Set the events as the backlog now is."""
        if self.backlog_bytes <= port.BACKLOG_LOW_BYTES:
            self._room.set()
        if self.backlog_bytes == 0:
            self._wake.clear()
            self._idle.set()

    async def _forbid(self, accept: Callable[[], Awaitable[Any]]) -> None:
        """Wait for a stream that nobody may open: one of ours is all there is.

        Unread streams would hold 1.25 MiB of memory each, a hundred of them 125 MiB. The wait also notices
        the end of a connection while reading is paused.
        """
        try:
            with foreign("iroh"):
                await accept()
        except Verdict:
            self.end(self._why())
            return
        self.end(port.EXTRA_STREAM)

    def _why(self) -> str:
        """Why the library says that the connection is over."""
        with suppress(Verdict), foreign("iroh"):
            if (self._connection.close_reason() or "").startswith("closed by peer"):
                return port.PEER_LEFT
        return port.LOST

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A task that ends by an error shows a bug of ours: say so, and let the other lines live.

        The task is let go, since its frames hold the library's objects (see `end`).
        """
        self._tasks.remove(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            facts = {"message": f"connection {self.number} failed", "exception": error, "task": task}
            asyncio.get_running_loop().call_exception_handler(facts)
            self.end(port.FAULT)
