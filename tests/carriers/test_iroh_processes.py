# SPDX-License-Identifier: AGPL-3.0-or-later
"""The iroh carrier between two processes: what one of them can't do to the other by dying."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from edgewise.carriers import port
from edgewise.ground.limits import KIB, MIB
from tests.carriers.neighbours import Side, at_home, endpoint_of

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def bob_elsewhere() -> AsyncIterator[tuple[Process, list[str]]]:
    """Bob's process, and where he is found."""
    bob = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.carriers.neighbour_process", "echo"),
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdin=PIPE,
        stdout=PIPE,
    )
    assert bob.stdout is not None
    assert bob.stdin is not None
    try:
        yield bob, json.loads(await bob.stdout.readline())
    finally:
        bob.stdin.close()
        await bob.wait()


async def call(alice: Side, addrs: list[str]) -> int:
    """Dial Bob, and hear one word come back."""
    conn = await alice.carrier.dial(endpoint_of("bob"), addrs)
    assert conn is not None
    alice.carrier.send(conn, b"hello")
    await alice.ear.until(lambda: alice.ear.heard[conn] == b"hello")
    return conn


def test_bytes_go_to_another_process_and_back() -> None:
    """Four MiB come back as they went; when Bob's process stops in order, Alice hears that he left."""
    bulk = b"".join(index.to_bytes(4, "big") * (16 * KIB) for index in range(64))

    async def story() -> None:
        async with at_home("alice") as (alice,):
            async with bob_elsewhere() as (_, addrs):
                conn = await call(alice, addrs)
                for start in range(0, len(bulk), port.WRITE_MAX_BYTES):
                    alice.carrier.send(conn, bulk[start : start + port.WRITE_MAX_BYTES])
                await alice.ear.until(lambda: len(alice.ear.heard[conn]) == len(b"hello") + 4 * MIB)
                assert alice.ear.heard[conn] == b"hello" + bulk
            await alice.ear.until(lambda: alice.ear.ended == {conn: port.PEER_LEFT})

    asyncio.run(story())


def test_a_connection_to_a_killed_process_can_be_given_up() -> None:
    """Nobody tells of the killed process; giving the connection up takes no longer than a farewell."""

    async def story() -> None:
        async with at_home("alice") as (alice,), bob_elsewhere() as (bob, addrs):
            conn = await call(alice, addrs)
            bob.kill()
            await bob.wait()
            began_s = time.monotonic()
            await alice.carrier.hang_up(conn, "peer.silent")
            assert time.monotonic() - began_s < port.FAREWELL_S + 0.5
            assert alice.ear.ended == {conn: "peer.silent"}

    asyncio.run(story())


@pytest.mark.long
def test_a_killed_process_is_noticed_in_the_end() -> None:
    """Without any pings from above the library itself tells of a killed peer after about half a minute."""

    async def story() -> None:
        async with at_home("alice") as (alice,), bob_elsewhere() as (bob, addrs):
            conn = await call(alice, addrs)
            bob.kill()
            await alice.ear.until(lambda: alice.ear.ended == {conn: port.LOST}, within_s=60)

    asyncio.run(story())
