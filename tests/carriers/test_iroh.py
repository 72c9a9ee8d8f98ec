# SPDX-License-Identifier: AGPL-3.0-or-later
"""The iroh carrier between real endpoints on one computer."""

import asyncio
import socket
import time

import iroh.iroh_ffi as binding
import pytest

from edgewise.carriers import iroh as iroh_room
from edgewise.carriers import port
from edgewise.carriers.iroh import ALPN, IrohCarrier
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import FRAME_MAX_BYTES, KIB, MIB
from tests.carriers.neighbours import LOOPBACK, Ear, at_home, endpoint_of, seed_of, stranger, target


def test_bytes_go_both_ways_and_each_knows_whom_it_talks_to() -> None:
    """Both sides learn the other's key, who dialled and where the other is seen; bytes arrive as sent."""

    async def story() -> None:
        async with at_home("alice", "bob") as (alice, bob):
            hers, his = await alice.call(bob)
            endpoint, dialed, seen_as = bob.ear.lines[his]
            assert (endpoint, dialed) == (endpoint_of("alice"), False)
            assert seen_as in alice.carrier.addresses()
            assert alice.ear.lines[hers][:2] == (endpoint_of("bob"), True)
            assert alice.ear.lines[hers][2] in bob.carrier.addresses()
            bob.carrier.send(his, b"welcome")
            await alice.ear.until(lambda: alice.ear.heard[hers] == b"welcome")

    asyncio.run(story())


def test_bytes_go_over_ipv6() -> None:
    """A person known by an IPv6 address only is reached at it."""

    async def story() -> None:
        async with at_home("alice", "bob") as (alice, bob):
            six = [addr for addr in bob.carrier.addresses() if addr.startswith("[::1]")]
            conn = await alice.carrier.dial(endpoint_of("bob"), six)
            assert conn is not None
            assert alice.ear.lines[conn][2] == six[0]

    asyncio.run(story())


def test_urgent_messages_overtake_bulk() -> None:
    """Of 20 MiB of bulk an urgent message passes all that still waits here; nothing is lost or reordered."""
    blocks = [index.to_bytes(4, "big") * (64 * KIB) for index in range(80)]  # 256 KiB each
    urgent = b"<urgent>"

    async def story() -> None:
        async with at_home("alice", "bob") as (alice, bob):
            hers, his = await alice.call(bob)
            bob.carrier.pause(his)
            for block in blocks[:60]:
                alice.carrier.send(hers, block)
            alice.carrier.send(hers, urgent, urgent=True)
            assert alice.carrier.backlog_bytes(hers) == 60 * len(blocks[0]) + len(urgent)
            bob.carrier.resume(his)
            for block in blocks[60:]:
                await alice.carrier.writable(hers)
                assert alice.carrier.backlog_bytes(hers) <= port.BACKLOG_LOW_BYTES
                alice.carrier.send(hers, block)
            bulk = b"".join(blocks)
            await bob.ear.until(lambda: len(bob.ear.heard[his]) >= len(b"hello" + bulk + urgent))
            came = bytes(bob.ear.heard[his]).removeprefix(b"hello")
            passed_at = came.index(urgent)
            assert passed_at < 3 * MIB
            assert came[:passed_at] + came[passed_at + len(urgent) :] == bulk

    asyncio.run(story())


def test_a_paused_connection_makes_the_other_side_wait() -> None:
    """While Bob doesn't read, Alice's backlog stays; once he does, it empties and she hears of it."""

    async def story() -> None:
        async with at_home("alice", "bob") as (alice, bob):
            hers, his = await alice.call(bob)
            bob.carrier.pause(his)
            for _ in range(16):
                alice.carrier.send(hers, bytes(FRAME_MAX_BYTES))
            alice.ear.drains.clear()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await alice.carrier.writable(hers)
            assert len(bob.ear.heard[his]) <= port.READ_MAX_BYTES + len(b"hello")
            assert alice.ear.drains == []
            bob.carrier.resume(his)
            await alice.carrier.writable(hers)
            await bob.ear.until(lambda: len(bob.ear.heard[his]) == 16 * FRAME_MAX_BYTES + len(b"hello"))
            assert alice.ear.drains == [hers]
            assert alice.carrier.backlog_bytes(hers) == 0

    asyncio.run(story())


def test_whoever_never_reads_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backlog above the bound ends the connection instead of filling memory."""
    monkeypatch.setattr(port, "BACKLOG_MAX_BYTES", 2 * MIB)

    async def story() -> None:
        async with at_home("alice", "bob") as (alice, bob):
            hers, his = await alice.call(bob)
            bob.carrier.pause(his)
            for _ in range(20):
                alice.carrier.send(hers, bytes(FRAME_MAX_BYTES))
            assert alice.carrier.backlog_bytes(hers) <= 2 * MIB
            await alice.ear.until(lambda: alice.ear.ended.get(hers) == port.BACKLOG_FULL)
            await bob.ear.until(lambda: his in bob.ear.ended)
            await alice.carrier.writable(hers)

    asyncio.run(story())


def test_hang_up_first_delivers_what_waits() -> None:
    """All that was queued arrives; then both hear of the end, and later bytes go nowhere."""

    async def story() -> None:
        async with at_home("alice", "bob") as (alice, bob):
            hers, his = await alice.call(bob)
            for _ in range(8):
                alice.carrier.send(hers, bytes(FRAME_MAX_BYTES))
            await alice.carrier.hang_up(hers, "user.left")
            assert alice.ear.ended == {hers: "user.left"}
            assert bob.ear.ended == {his: port.PEER_LEFT}
            assert len(bob.ear.heard[his]) == 8 * FRAME_MAX_BYTES + len(b"hello")
            alice.carrier.send(hers, b"too late")
            await alice.carrier.hang_up(hers, "twice")
            assert alice.carrier.backlog_bytes(hers) == 0

    asyncio.run(story())


def test_both_may_hang_up_at_once() -> None:
    """Each side keeps its own reason, and nobody waits for the other's farewell to run out."""

    async def story() -> None:
        async with at_home("alice", "bob") as (alice, bob):
            hers, his = await alice.call(bob)
            began_s = time.monotonic()
            await asyncio.gather(alice.carrier.hang_up(hers, "a"), bob.carrier.hang_up(his, "b"))
            assert time.monotonic() - began_s < port.FAREWELL_S
            assert (alice.ear.ended, bob.ear.ended) == ({hers: "a"}, {his: "b"})

    asyncio.run(story())


def test_two_connections_to_one_endpoint_stand_side_by_side() -> None:
    """The carrier ends neither; which one stays is decided above."""

    async def story() -> None:
        async with at_home("alice", "bob") as (alice, bob):
            (first, _), (second, _) = await alice.call(bob), await bob.call(alice)
            assert [alice.ear.lines[first][1], bob.ear.lines[second][1]] == [True, True]
            assert (len(alice.ear.lines), len(bob.ear.lines)) == (2, 2)
            assert not alice.ear.ended
            assert not bob.ear.ended

    asyncio.run(story())


@pytest.mark.parametrize(
    ("who", "addrs"),
    [
        ("carol", ["127.0.0.1:9"]),
        ("carol", []),
        ("carol", ["carol.example:4433", "127.0.0.1:0", "garbage"]),
        ("alice", ["127.0.0.1:9"]),
    ],
)
def test_nobody_there_gives_none_in_time(who: str, addrs: list[str]) -> None:
    """A dead address, no address, nonsense and oneself: None, within the limit."""

    async def story() -> None:
        async with at_home("alice") as (alice,):
            began_s = time.monotonic()
            assert await alice.carrier.dial(endpoint_of(who), addrs, timeout_s=0.3) is None
            assert time.monotonic() - began_s < 2
            assert alice.ear.lines == {}

    asyncio.run(story())


def test_somebody_else_at_the_address_gives_none() -> None:
    """Bob's computer at Carol's address isn't taken for Carol; nor are bytes that are no key."""

    async def story() -> None:
        async with at_home("alice", "bob") as (alice, bob):
            for key in (endpoint_of("carol"), b"\xff" * 32, b"short"):
                assert await alice.carrier.dial(key, bob.carrier.addresses(), timeout_s=2.0) is None
            assert alice.ear.lines == bob.ear.lines == {}

    asyncio.run(story())


def test_another_protocol_is_refused() -> None:
    """A stranger who asks for another protocol gets no connection, and the listener hears nothing."""

    async def story() -> None:
        async with at_home("alice") as (alice,), stranger() as mallory:
            with pytest.raises(binding.IrohError):
                await mallory.connect(target(alice), b"other/9")
            assert alice.ear.lines == {}

    asyncio.run(story())


def test_a_second_stream_ends_the_connection() -> None:
    """A peer that opens more streams than one, to fill memory with what nobody reads, is ended at once."""

    async def story() -> None:
        async with at_home("alice") as (alice,), stranger() as mallory:
            for kind in ("open_bi", "open_uni"):
                connection = await mallory.connect(target(alice), ALPN)
                first = (await connection.open_bi()).send()
                await first.write_all(b"x")
                await alice.ear.until(lambda: len(alice.ear.lines) > len(alice.ear.ended))
                extra = await getattr(connection, kind)()
                await (extra.send() if kind == "open_bi" else extra).write_all(b"y")
                await alice.ear.until(lambda: len(alice.ear.lines) == len(alice.ear.ended))
            assert set(alice.ear.ended.values()) == {port.EXTRA_STREAM}

    asyncio.run(story())


def test_callers_who_say_nothing_are_few_and_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silent callers take at most the bounded places, lose them in time, and are never announced."""
    monkeypatch.setattr(iroh_room, "HALF_OPEN_MAX", 2)
    monkeypatch.setattr(iroh_room, "FIRST_WORD_TIMEOUT_S", 0.3)

    async def story() -> None:
        async with at_home("alice", "bob") as (alice, bob), stranger() as mallory:
            silent = [await mallory.connect(target(alice), ALPN) for _ in range(2)]
            with pytest.raises(binding.IrohError):
                await mallory.connect(target(alice), ALPN)
            for connection in silent:
                assert "closed by peer" in await connection.closed()
            assert alice.ear.lines == {}
            await bob.call(alice)

    asyncio.run(story())


def test_connections_are_bounded_and_some_are_kept_for_dialing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers are turned away at the bound; calling out still works."""
    monkeypatch.setattr(iroh_room, "CONNECTIONS_MAX", 3)
    monkeypatch.setattr(iroh_room, "KEPT_FOR_DIALING", 2)

    async def story() -> None:
        async with at_home("alice", "bob", "carol") as (alice, bob, carol):
            await bob.call(alice)
            assert await carol.carrier.dial(endpoint_of("alice"), alice.carrier.addresses(), 2.0) is None
            await alice.call(carol)

    asyncio.run(story())


def test_a_restart_takes_the_same_port() -> None:
    """After a stop the port is free, the other side has heard of it, and a new start answers there again."""

    async def story() -> None:
        alice, ear = IrohCarrier(seed_of("alice"), _free_port(), LOOPBACK[:1]), Ear()
        async with at_home("bob") as (bob,):
            for _ in range(2):
                await alice.start(ear)
                conn = await bob.carrier.dial(endpoint_of("alice"), alice.addresses())
                assert conn is not None
                bob.carrier.send(conn, b"hello")
                await ear.until(lambda: len(ear.lines) > len(ear.ended))
                await alice.stop()
                await bob.ear.until(lambda conn=conn: bob.ear.ended.get(conn) == port.PEER_LEFT)  # type: ignore[misc]
            await alice.stop()
            assert ear.ended == {1: port.STOPPING, 2: port.STOPPING}
            assert await alice.dial(endpoint_of("bob"), bob.carrier.addresses()) is None
            assert alice.addresses() == []

    asyncio.run(story())


def test_a_port_in_use_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program at the port: a Refusal that names it."""
    monkeypatch.setattr(iroh_room, "PORT_TRIES", 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        with pytest.raises(Refusal) as refusal:
            asyncio.run(IrohCarrier(seed_of("alice"), taken, LOOPBACK).start(Ear()))
    assert refusal.value.code == "port.taken"
    assert str(taken) in refusal.value.sentence


def test_a_missing_kind_of_network_is_left_out() -> None:
    """Without IPv6 the carrier works over IPv4; with neither it refuses."""

    async def story() -> None:
        alice = IrohCarrier(seed_of("alice"), 0, ("127.0.0.1", "2001:db8::1"))
        await alice.start(Ear())
        assert all(addr.startswith("127.0.0.1:") for addr in alice.addresses())
        await alice.stop()
        with pytest.raises(Refusal, match=r"carrier\.offline"):
            await IrohCarrier(seed_of("alice"), 0, ("2001:db8::1",)).start(Ear())

    asyncio.run(story())


def test_learned_addresses_come_last_and_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What others see us as is told on, in one form, also after a restart; only the newest are kept."""
    monkeypatch.setattr(iroh_room, "EXTERNALS_MAX", 2)

    async def story() -> None:
        async with at_home("alice") as (alice,):
            for addr in ("192.0.2.1:1", "nonsense", "[::ffff:192.0.2.2]:2", "192.0.2.3:3", "192.0.2.2:2"):
                await alice.carrier.add_external(addr)
            assert alice.carrier.addresses()[-2:] == ["192.0.2.3:3", "192.0.2.2:2"]
            await alice.carrier.stop()
            await alice.carrier.start(alice.ear)
            assert alice.carrier.addresses()[-2:] == ["192.0.2.3:3", "192.0.2.2:2"]
            assert "192.0.2.1:1" not in alice.carrier.addresses()

    asyncio.run(story())


def test_a_bug_above_ends_one_connection_and_is_told() -> None:
    """If a listener raises, the loop's handler hears of it and only that connection ends."""

    class Clumsy(Ear):
        def received(self, conn: int, data: bytes) -> None:
            assert data != b"trip", "a bug"
            super().received(conn, data)

    async def story() -> None:
        told: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, facts: told.append(facts["message"]))
        async with at_home("alice", "bob") as (alice, bob):
            await alice.carrier.stop()
            alice.ear = Clumsy()
            await alice.carrier.start(alice.ear)
            first, _ = await bob.call(alice)
            second, hers = await bob.call(alice)
            bob.carrier.send(second, b"trip")
            await alice.ear.until(lambda: alice.ear.ended == {hers: port.FAULT})
            bob.carrier.send(first, b" again")
            await alice.ear.until(lambda: b"hello again" in alice.ear.heard.values())
            assert told == [f"connection {hers} failed"]

    asyncio.run(story())


def test_a_message_longer_than_a_frame_is_a_bug() -> None:
    """What no reader would take is not even queued."""

    async def story() -> None:
        async with at_home("alice", "bob") as (alice, bob):
            hers, _ = await alice.call(bob)
            alice.carrier.send(hers, bytes(port.SEND_MAX_BYTES))
            with pytest.raises(AssertionError):
                alice.carrier.send(hers, bytes(port.SEND_MAX_BYTES + 1))

    asyncio.run(story())


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
