# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nodes in a process of their own: real homes, cores and carriers, told what to do by lines of JSON.

    python -m edgewise.bench.child HOME …        one node for each home, all in this process

Each line on stdin is `{"do": …}`, each answer is one line on stdout. Times are of the system's monotonic
clock, which all processes of a computer share.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any, Final, Literal

from edgewise import features
from edgewise.consent.circles import PEOPLE
from edgewise.core import effects as fx
from edgewise.core.door import Core, all_views
from edgewise.core.inputs import FetchBlob, Input, Opened, Place, Publish
from edgewise.features.posts.records import Post
from edgewise.features.talk.records import Say
from edgewise.ground.entropy import Entropy
from edgewise.log.blobs import Attachment
from edgewise.node import homes
from edgewise.node.keeper import iroh_carrier
from edgewise.node.running import Node
from edgewise.store import chest, pieces, shelf
from edgewise.store.db import Store
from edgewise.store.home import Home

LOOK_EVERY_S: Final = 0.005


class StampedCore(Core):
    """The core, which notes when it had committed what."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.committed: dict[bytes, int] = {}
        self.met_ns: list[int] = []

    def handle(self, item: Input, now_ms: int, entropy: Entropy) -> list[fx.Effect]:
        """See `Core.handle`; an own item is noted by its id, and so is one that came."""
        effects = super().handle(item, now_ms, entropy)
        at_ns = time.monotonic_ns()
        if isinstance(item, Opened):
            self.met_ns.append(at_ns)
        for effect in effects:
            if isinstance(effect, fx.Notify) and effect.topic in ("item", "talk"):
                self.committed.setdefault(effect.subject, at_ns)
            elif isinstance(effect, fx.Reply) and isinstance(item, Publish):
                assert isinstance(effect.value, bytes)
                self.committed[effect.value] = at_ns
        return effects


class Host:
    """The nodes of this process, and what can be asked of the first of them."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.cores: list[StampedCore] = []

    async def open(self, path: Path) -> None:
        """Open a home and start its node on the port that it remembers."""
        home = Home(path)
        homes.take(home)
        loaded = features.load()
        store = Store.open(home.store_path, home.unlock(None), views=all_views(loaded))
        core = StampedCore(store, loaded)
        with store.reading() as db:
            seed = chest.secret(db, "transport")
        assert seed is not None, "a home without its person"
        node = Node(store, core, iroh_carrier(seed, homes.page_place(path).udp_port))
        await node.start()
        self.nodes.append(node)
        self.cores.append(core)

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Do what one line asks."""
        node, core = self.nodes[0], self.cores[0]
        match asked["do"]:
            case "say":
                return await self._say(bytes.fromhex(asked["to"]), asked["times"], asked["every_s"])
            case "stamps":
                return {"stamps": {id.hex(): at_ns for id, at_ns in core.committed.items()}}
            case "await":
                return await self._await(node, core, bytes.fromhex(asked["space"]), asked["operations"])
            case "keep":
                return await asyncio.to_thread(_keep, node, Path(asked["path"]), asked["kind"])
            case "fetch":
                return await _fetch(node, bytes.fromhex(asked["blob"]))
            case "read":
                return await asyncio.to_thread(_read, node, bytes.fromhex(asked["blob"]))
            case "links":
                return {"links": sum(len(_lines(node)) for node in self.nodes)}
            case "heard":
                return {"bytes": sum(_heard_bytes(line) for node in self.nodes for line in _lines(node))}
        raise AssertionError(asked)

    async def _say(self, to: bytes, times: int, every_s: float) -> dict[str, Any]:
        """Say so many lines to somebody, one after another; when each was on the disk here."""
        node, core = self.nodes[0], self.cores[0]
        ids = []
        for n in range(times):
            command = Publish(Place("talk", to), Say(f"Line {n} of a talk: are you still there?"))
            ids.append(await asyncio.to_thread(node.desk.do, command))
            await asyncio.sleep(every_s)
        return {"stamps": {id.hex(): core.committed[id] for id in ids}}

    async def _await(self, node: Node, core: StampedCore, space: bytes, operations: int) -> dict[str, Any]:
        """Wait until so many operations of a space are here, and tell since when the other was there."""
        begun_s = None
        while True:
            if begun_s is None and core.met_ns:
                begun_s = time.process_time()
            held = node.desk.read(lambda db: sum(shelf.heads(db, space).values()))
            if held >= operations:
                break
            await asyncio.sleep(LOOK_EVERY_S)
        done_ns = time.monotonic_ns()
        return {"wall_s": (done_ns - core.met_ns[0]) / 1e9, "cpu_s": time.process_time() - (begun_s or 0.0)}


def _keep(node: Node, path: Path, kind: Literal["picture", "file"]) -> dict[str, Any]:
    """Seal a file into the home and share it with everybody whom one knows."""
    begun = time.monotonic_ns()
    with path.open("rb") as source:
        ref = node.desk.keep_file(source, path.stat().st_size)
    shared_ns = time.monotonic_ns()
    wall_s = (shared_ns - begun) / 1e9
    attachment = Attachment(ref, kind, "image/png" if kind == "picture" else "application/zip", path.name)
    node.desk.do(Publish(Place("circle", PEOPLE), Post("Here it is.", attachments=(attachment,))))
    return {"blob": ref.blob.hex(), "wall_s": wall_s, "shared_ns": shared_ns}


async def _fetch(node: Node, blob: bytes) -> dict[str, Any]:
    """Ask for a blob as soon as it is heard of, where it does not come by itself; wait until it is whole."""
    asked = False
    while (state := node.desk.read(lambda db: pieces.state(db, blob))).state != "here":
        if not asked and state.state == "elsewhere" and state.size_bytes:
            asked = True
            await asyncio.to_thread(node.desk.do, FetchBlob(blob))
        await asyncio.sleep(LOOK_EVERY_S)
    return {"here_ns": time.monotonic_ns()}


def _read(node: Node, blob: bytes) -> dict[str, Any]:
    """Open a blob that is here, from its first byte to its last."""
    begun = time.monotonic_ns()
    size_bytes = sum(len(part) for part in node.desk.file_bytes(blob))
    return {"size_bytes": size_bytes, "wall_s": (time.monotonic_ns() - begun) / 1e9}


def _lines(node: Node) -> list[Any]:
    return list(node._carrier._lines.values())  # type: ignore[union-attr]  # beneath the port, to count


def _heard_bytes(line: Any) -> int:
    """Bytes of datagrams that came over a connection, as the library of the carrier counts them."""
    return int(line._connection.stats().udp_rx_bytes)


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def _serve(paths: list[Path]) -> None:
    host = Host()
    for path in paths:
        await host.open(path)
    _tell({"ready": len(paths)})
    while line := await asyncio.to_thread(sys.stdin.readline):
        _tell(await host.answer(json.loads(line)))
    for node in host.nodes:
        await node.stop()


if __name__ == "__main__":
    logging.getLogger("edgewise").setLevel(logging.WARNING)
    asyncio.run(_serve([Path(each) for each in sys.argv[1:]]))
