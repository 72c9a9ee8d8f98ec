# SPDX-License-Identifier: AGPL-3.0-or-later
"""The core's thread, and the node around it."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgewise.consent.circles import ONLY_ME
from edgewise.core.door import Core
from edgewise.core.inputs import MakeCircle, Place, Publish, SaveDraft, Tick
from edgewise.features.posts.records import Post
from edgewise.ground.errors import Refusal
from edgewise.node import CoreThread, Node, homes, now_ms
from edgewise.store import agreements
from edgewise.store.db import Store
from edgewise.store.home import Home


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Store, Core]]:
    """Alice's home, its store and core open."""
    home = Home(tmp_path / "alice")
    key, _identity = homes.begin(home, "Alice", None, True, now_ms())
    store, core = homes.open_core(home, key)
    yield store, core
    store.close()


def test_a_command_gives_its_answer(opened: tuple[Store, Core]) -> None:
    """The future of a command holds its reply; that of a refused one its Refusal; the core goes on."""
    thread = CoreThread(opened[1], lambda effects: None)
    thread.start()
    assert len(thread.submit(MakeCircle("Friends")).result(10)) == 16
    with pytest.raises(Refusal) as no:
        thread.submit(Publish(Place("circle", bytes(15) + b"\x09"), Post("x"))).result(10)
    assert no.value.code == "not_found.circle"
    assert thread.submit(Tick()).result(10) is None
    thread.stop()


def test_what_a_person_does_overtakes_what_peers_send(opened: tuple[Store, Core]) -> None:
    """While the core is busy, a command that comes later is done before a tick that came earlier."""
    thread = CoreThread(opened[1], lambda effects: None)
    go, order = threading.Event(), list[str]()
    thread.work(lambda core: go.wait(10))
    tick, command = thread.submit(Tick()), thread.submit(MakeCircle("Friends"))
    tick.add_done_callback(lambda done: order.append("tick"))
    command.add_done_callback(lambda done: order.append("command"))
    thread.start()
    go.set()
    tick.result(10)
    thread.stop()
    assert order == ["command", "tick"]


def test_after_the_end_everything_is_refused(opened: tuple[Store, Core]) -> None:
    """What is queued is still done; what comes later is told that Edgewise is closing."""
    thread = CoreThread(opened[1], lambda effects: None)
    queued = thread.submit(MakeCircle("Friends"))
    thread.start()
    thread.stop()
    assert queued.result(0)
    with pytest.raises(Refusal) as no:
        thread.submit(Tick()).result(10)
    assert no.value.code == "node.stopping"


def test_a_bug_ends_the_core_and_is_logged(
    opened: tuple[Store, Core], caplog: pytest.LogCaptureFixture
) -> None:
    """Who waits gets the bug, who comes later is refused, the node is told, and a log line says why."""
    told = threading.Event()
    thread = CoreThread(opened[1], lambda effects: None, told.set)

    def stumble(core: Core) -> Any:
        raise ZeroDivisionError("a bug of the test")

    broken, later = thread.work(stumble), thread.submit(Tick())
    thread.start()
    with pytest.raises(ZeroDivisionError):
        broken.result(10)
    with pytest.raises(Refusal):
        later.result(10)
    assert told.wait(10)
    assert "a bug: the node ends" in caplog.text
    thread.stop()


def test_an_open_page_hears_of_what_is_done_elsewhere(opened: tuple[Store, Core]) -> None:
    """A post made at the command line reaches the watchers; a draft does not."""

    async def story() -> list[str]:
        node = Node(*opened, None)
        await node.start()
        watching = await node.watch()
        await asyncio.to_thread(node.desk.do, SaveDraft("home", "half"))
        await asyncio.to_thread(node.desk.do, Publish(Place("circle", ONLY_ME), Post("whole")))
        heard = [await asyncio.wait_for(watching.get(), 10)]
        node.unwatch(watching)
        await node.stop()
        return heard

    assert asyncio.run(story()) == ["own"]


def test_the_desk_reads_what_was_written(opened: tuple[Store, Core]) -> None:
    """A read sees what a command before it wrote."""

    async def story() -> list[str]:
        node = Node(*opened, None)
        await node.start()
        await asyncio.to_thread(node.desk.do, MakeCircle("Friends"))
        names = [circle.name for circle in node.desk.read(agreements.circles)]
        await node.stop()
        return names

    assert "Friends" in asyncio.run(story())
