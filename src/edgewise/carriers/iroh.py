# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first carrier: QUIC over UDP, dialled by public key, by the library iroh.

One endpoint on one fixed port, IPv4 and IPv6. No relay, no name service: packets go to the addresses that
people gave each other and to nobody else. Importing this module loads the library (about 0.1 s), so import it
only where a network is wanted, inside `foreign("iroh", "carrier.offline")`: it doesn't run on every machine.
"""

import asyncio
import errno
import itertools
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import iroh.iroh_ffi as binding

from edgewise.carriers.addresses import dialable, tidy
from edgewise.carriers.iroh_line import CLOSED_IN_ORDER, Line
from edgewise.carriers.iroh_mend import MendState, mend
from edgewise.carriers.port import (
    CONNECTIONS_MAX,
    DIAL_TIMEOUT_S,
    FIRST_WORD_TIMEOUT_S,
    HALF_OPEN_MAX,
    STOPPING,
    Listener,
)
from edgewise.ground.errors import Refusal, Verdict
from edgewise.ground.foreign import foreign

ALPN: Final = b"edgewise/1"
ANYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - a peer is meant to be reached from everywhere
EXTERNALS_MAX: Final = 16  # learned addresses of one's own; networks that a laptop visits in a day
CLOSE_TIMEOUT_S: Final = 1.0  # for the library's own end; after a failed dial it would take 3 s
KEPT_FOR_DIALING: Final = 64  # of CONNECTIONS_MAX; so that callers can't keep us from calling others
PORT_TRIES: Final = 20  # after a stop the library gives the port back a little later, mostly within 10 ms
PORT_TRY_EVERY_S: Final = 0.1
ACCEPT_AGAIN_S: Final = 0.2  # after an error of the library; so that a lasting one does not spin


class _Preset(binding.Preset):  # type: ignore[misc]  # the bindings are untyped
    """What the endpoint is made of: nothing that talks to anybody's servers."""

    def __init__(self, seed: bytes, sockets: Sequence[str]) -> None:
        self._seed = seed
        self._sockets = sockets

    def apply(self, builder: Any) -> None:
        """Called back by the library while it binds."""
        builder.apply_minimal()
        builder.relay_mode(binding.RelayMode.disabled())
        builder.alpns([ALPN])
        builder.secret_key(self._seed)
        for address in self._sockets:
            builder.bind_addr(address)


class IrohCarrier:
    """A `port.Carrier`. mend_state: how the library's slow part was found; set by `start`."""

    def __init__(self, seed: bytes, udp_port: int, hosts: Sequence[str] = ANYWHERE) -> None:
        """seed: 32 bytes, the endpoint's Ed25519 seed. udp_port: the fixed port; 0 takes any, one per host.
        hosts: numeric addresses to listen at."""
        assert len(seed) == 32, "an Ed25519 seed has 32 bytes"
        self.mend_state = MendState(active=False)
        self._seed = seed
        self._udp_port = udp_port
        self._hosts = hosts
        self._endpoint: Any = None
        self._listener: Listener | None = None
        self._numbers = itertools.count(1)
        self._lines: dict[int, Line] = {}
        self._answering: asyncio.Task[None] | None = None
        self._arriving: set[asyncio.Task[None]] = set()
        self._externals: dict[str, None] = {}

    async def start(self, listener: Listener) -> None:
        """Take the port and begin to answer.

        Raises Refusal "port.taken" if another program has the port, "carrier.offline" if no host can be
        listened at, Verdict "foreign.failed" if the library can't.
        """
        assert self._endpoint is None, "already started"
        self.mend_state = mend(binding)
        sockets = await self._free_sockets()
        with foreign("iroh"):
            options = binding.EndpointOptions(preset=_Preset(self._seed, sockets))
            self._endpoint = await binding.Endpoint.bind(options)
        self._listener = listener
        self._answering = asyncio.create_task(self._answer(self._endpoint))
        for addr in list(self._externals):
            await self.add_external(addr)

    async def dial(
        self, endpoint: bytes, addrs: Sequence[str], timeout_s: float = DIAL_TIMEOUT_S
    ) -> int | None:
        """See `port.Carrier.dial`; None also where CONNECTIONS_MAX stand already, or before `start`."""
        if self._endpoint is None or len(self._lines) >= CONNECTIONS_MAX:
            return None
        connection: Any = None
        direct = dialable(addrs)
        try:
            async with asyncio.timeout(timeout_s):
                with foreign("iroh"):
                    key = binding.EndpointId.from_bytes(endpoint)
                    target = binding.EndpointAddr(key, None, direct)
                    connection = await self._endpoint.connect(target, ALPN)
                    stream = await connection.open_bi()
                    seen_as = _path(connection)
        except (Verdict, TimeoutError):
            _drop(connection)
            return None
        return self._begin(connection, stream, dialed=True, seen_as=seen_as)

    def send(self, conn: int, data: bytes, urgent: bool = False) -> None:
        """See `port.Carrier.send`."""
        line = self._lines.get(conn)
        if line is not None:
            line.put(data, urgent)

    async def writable(self, conn: int) -> None:
        """See `port.Carrier.writable`."""
        line = self._lines.get(conn)
        if line is not None:
            await line.writable()

    def backlog_bytes(self, conn: int) -> int:
        """See `port.Carrier.backlog_bytes`."""
        line = self._lines.get(conn)
        return 0 if line is None else line.backlog_bytes

    def pause(self, conn: int) -> None:
        """See `port.Carrier.pause`."""
        line = self._lines.get(conn)
        if line is not None:
            line.pause()

    def resume(self, conn: int) -> None:
        """See `port.Carrier.resume`."""
        line = self._lines.get(conn)
        if line is not None:
            line.resume()

    async def hang_up(self, conn: int, reason: str) -> None:
        """See `port.Carrier.hang_up`."""
        line = self._lines.get(conn)
        if line is not None:
            await line.leave(reason)

    def addresses(self) -> list[str]:
        """See `port.Carrier.addresses`: of this computer's networks first, learned ones last."""
        if self._endpoint is None:
            return []
        found: list[str] = []
        with suppress(Verdict), foreign("iroh"):
            found = [*self._endpoint.bound_sockets(), *self._endpoint.addr().direct_addresses()]
        tidied = [tidy(addr) for addr in found if tidy(addr) not in self._externals]
        return list(dict.fromkeys([addr for addr in tidied if addr is not None] + list(self._externals)))

    async def add_external(self, addr: str) -> None:
        """See `port.Carrier.add_external`; the last EXTERNALS_MAX are kept, also over a restart.

        Without it no hole is punched through a NAT, since the library then doesn't know where the hole is.
        """
        tidied = tidy(addr)
        if tidied is None:
            return
        self._externals.pop(tidied, None)
        self._externals[tidied] = None
        stale = list(self._externals)[:-EXTERNALS_MAX]
        for old in stale:
            del self._externals[old]
        endpoint = self._endpoint
        if endpoint is not None:
            with suppress(Verdict), foreign("iroh"):
                await endpoint.add_external_addr(tidied)
                for old in stale:
                    await endpoint.remove_external_addr(old)

    async def stop(self) -> None:
        """See `port.Carrier.stop`; takes at most FAREWELL_S + CLOSE_TIMEOUT_S."""
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is None:
            return
        lines = list(self._lines.values())
        works = [*self._arriving, *([self._answering] if self._answering else [])]
        for work in works:
            work.cancel()
        await asyncio.gather(*(line.leave(STOPPING) for line in lines))
        works += [task for line in lines for task in line.tasks]
        await asyncio.gather(*works, return_exceptions=True)
        with suppress(Verdict, TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                with foreign("iroh"):
                    await endpoint.close()
        self._answering = self._listener = None

    # --- being called ---

    async def _answer(self, endpoint: Any) -> None:
        """Take calls until the endpoint is closed; turn away those above the bounds."""
        while True:
            try:
                with foreign("iroh"):
                    incoming = await endpoint.accept_next()
                    if incoming is not None and self._is_full():
                        await incoming.refuse()
                        continue
            except Verdict:
                await asyncio.sleep(ACCEPT_AGAIN_S)
                continue
            if incoming is None:
                return
            arriving = asyncio.create_task(self._let_in(incoming))
            self._arriving.add(arriving)
            arriving.add_done_callback(self._arriving.discard)

    async def _let_in(self, incoming: Any) -> None:
        """The handshake and the first byte, within FIRST_WORD_TIMEOUT_S; then the connection stands."""
        connection: Any = None
        try:
            async with asyncio.timeout(FIRST_WORD_TIMEOUT_S):
                with foreign("iroh"):
                    source = await incoming.remote_addr()
                    connection = await (await incoming.accept()).connect()
                    stream = await connection.accept_bi()
        except (Verdict, TimeoutError):
            _drop(connection)
            return
        seen_as = tidy(getattr(source, "addr", "")) or ""
        self._begin(connection, stream, dialed=False, seen_as=seen_as)

    def _is_full(self) -> bool:
        """Whether one more caller would be too many. Some room stays for those whom we call ourselves."""
        half_open = len(self._arriving)
        return (
            half_open >= HALF_OPEN_MAX or len(self._lines) + half_open >= CONNECTIONS_MAX - KEPT_FOR_DIALING
        )

    def _begin(self, connection: Any, stream: Any, dialed: bool, seen_as: str) -> int | None:
        """Number the connection and set it going; None if the carrier was stopped meanwhile."""
        if self._endpoint is None or self._listener is None:
            _drop(connection)
            return None
        try:
            with foreign("iroh"):
                peer = connection.remote_id().to_bytes()
                ways = stream.send(), stream.recv()
        except Verdict:
            _drop(connection)
            return None
        line = Line(next(self._numbers), connection, *ways, self._listener)
        self._lines[line.number] = line
        line.begin(peer, dialed, seen_as, self._forget)
        return line.number

    def _forget(self, line: Line) -> None:
        del self._lines[line.number]

    # --- sockets ---

    async def _free_sockets(self) -> list[str]:
        """The "host:port" to bind: those of `hosts` whose kind of network this computer has.

        The library's own errors don't say which of the two is missing, so plain sockets try first.
        """
        for _ in range(PORT_TRIES):
            states = {host: _probe(host, self._udp_port) for host in self._hosts}
            if errno.EADDRINUSE not in states.values():
                break
            await asyncio.sleep(PORT_TRY_EVERY_S)
        else:
            raise Refusal("port.taken", port=self._udp_port)
        usable = [host for host in self._hosts if states[host] == 0]
        if not usable:
            raise Refusal("carrier.offline", hosts=", ".join(self._hosts))
        return [
            f"[{host}]:{self._udp_port}" if ":" in host else f"{host}:{self._udp_port}" for host in usable
        ]


def _probe(host: str, udp_port: int) -> int:
    """Bind a plain socket there and let it go: 0, or the errno of what is in the way."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((host, udp_port))
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def _path(connection: Any) -> str:
    """The "ip:port" at which a dialled connection reaches the other side; "" if the library can't say."""
    paths = sorted(connection.paths(), key=lambda path: not path.is_selected)
    return (tidy(paths[0].remote_addr) or "") if paths else ""


def _drop(connection: Any) -> None:
    """Close what was never announced to the listener."""
    if connection is not None:
        with suppress(Verdict), foreign("iroh"):
            connection.close(CLOSED_IN_ORDER, b"")
