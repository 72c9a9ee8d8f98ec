# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real carriers on this computer's own address, and ears that remember what they are told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import iroh.iroh_ffi as binding

from edgewise.carriers.iroh import ALPN, IrohCarrier
from edgewise.carriers.port import Listener
from edgewise.keys.signing import signing_from_seed

LOOPBACK = ("127.0.0.1", "::1")
PATIENCE_S = 10.0


def seed_of(name: str) -> bytes:
    """The endpoint seed that a name determines."""
    return sha256(name.encode()).digest()


def endpoint_of(name: str) -> bytes:
    """The public key that belongs to `seed_of(name)`."""
    return signing_from_seed(seed_of(name)).public


class Ear(Listener):
    """Remembers every call; `until` waits for what a test expects."""

    def __init__(self) -> None:
        self.lines: dict[int, tuple[bytes, bool, str]] = {}
        self.heard: dict[int, bytearray] = {}
        self.ended: dict[int, str] = {}
        self.drains: list[int] = []
        self._changed = asyncio.Event()

    def opened(self, conn: int, endpoint: bytes, dialed: bool, seen_as: str) -> None:
        assert conn not in self.lines
        self.lines[conn] = (endpoint, dialed, seen_as)
        self.heard[conn] = bytearray()
        self._changed.set()

    def received(self, conn: int, data: bytes) -> None:
        assert conn not in self.ended
        self.heard[conn] += data
        self._changed.set()

    def drained(self, conn: int) -> None:
        self.drains.append(conn)
        self._changed.set()

    def closed(self, conn: int, reason: str) -> None:
        assert conn in self.lines
        assert conn not in self.ended
        self.ended[conn] = reason
        self._changed.set()

    async def until(self, expected: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Return when `expected()` holds; TimeoutError if it doesn't come to that."""
        async with asyncio.timeout(within_s):
            while not expected():
                self._changed.clear()
                await self._changed.wait()


@dataclass
class Side:
    """One person's carrier and ear."""

    name: str
    carrier: IrohCarrier
    ear: Ear

    async def call(self, other: "Side", word: bytes = b"hello") -> tuple[int, int]:
        """Dial the other, say a first word, wait until it is heard: the connection's number on both sides."""
        known = set(other.ear.lines)
        conn = await self.carrier.dial(endpoint_of(other.name), other.carrier.addresses())
        assert conn is not None
        self.carrier.send(conn, word)
        await other.ear.until(
            lambda: any(other.ear.heard[new] == word for new in set(other.ear.lines) - known)
        )
        (theirs,) = set(other.ear.lines) - known
        return conn, theirs


@asynccontextmanager
async def at_home(*names: str) -> AsyncIterator[list[Side]]:
    """Started carriers of these people, stopped at the end."""
    sides = [Side(name, IrohCarrier(seed_of(name), 0, LOOPBACK), Ear()) for name in names]
    for side in sides:
        await side.carrier.start(side.ear)
    try:
        yield sides
    finally:
        for side in sides:
            await side.carrier.stop()


@asynccontextmanager
async def stranger(name: str = "mallory") -> AsyncIterator[Any]:
    """A bare endpoint of the library, which keeps to no rule of ours."""

    class Bare(binding.Preset):  # type: ignore[misc]  # the bindings are untyped
        def apply(self, builder: Any) -> None:
            builder.apply_minimal()
            builder.relay_mode(binding.RelayMode.disabled())
            builder.alpns([ALPN])
            builder.secret_key(seed_of(name))
            for host in ("127.0.0.1:0", "[::1]:0"):
                builder.bind_addr(host)

    endpoint = await binding.Endpoint.bind(binding.EndpointOptions(preset=Bare()))
    try:
        yield endpoint
    finally:
        await endpoint.close()


def target(side: Side) -> Any:
    """Where a stranger finds somebody."""
    key = binding.EndpointId.from_bytes(endpoint_of(side.name))
    return binding.EndpointAddr(key, None, side.carrier.addresses())
