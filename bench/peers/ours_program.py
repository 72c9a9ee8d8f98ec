# SPDX-License-Identifier: AGPL-3.0-or-later
"""Edgewise as the measured program: a home, its core, its network at 127.0.0.1; told what to do line by line.

One JSON request per line comes in, one answer per line goes out, as in lines.js. What runs is what
`edgewise open` runs, without its page.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from edgewise.carriers.iroh import IrohCarrier
from edgewise.consent.circles import PEOPLE
from edgewise.core.inputs import (
    FetchBlob,
    Place,
    Publish,
)
from edgewise.features.posts import view as posts
from edgewise.features.posts.records import Post
from edgewise.features.talk import view as talk
from edgewise.features.talk.records import Say
from edgewise.ground.limits import FILE_MAX_BYTES
from edgewise.log.blobs import Attachment
from edgewise.node import homes
from edgewise.node.running import Node, SystemEntropy, now_ms
from edgewise.store import chest, pieces
from edgewise.store.home import Home

LOOK_EVERY_S: Final = 0.025
FILE_LOOK_EVERY_S: Final = 0.01
STANDS_STILL_S: Final = 10.0
PAGE_ITEMS: Final = 30
ALL_ITEMS: Final = 1_000_000
Request = dict[str, Any]
Answer = dict[str, Any]


class Program:
    """One person's Edgewise in a folder, and what it can be asked to do: each public method is a request."""

    def __init__(self, path: Path) -> None:
        home = Home(path)
        homes.take(home)
        self._home = home
        self._store, self._core = homes.open_core(home, home.unlock(None))
        with self._store.reading() as db:
            seed = chest.secret(db, "transport")
        assert seed is not None, "a home without its person"
        port = homes.page_place(path).udp_port
        self._node = Node(self._store, self._core, IrohCarrier(seed, port, ("127.0.0.1",)))
        self._talk = b""
        self._before: frozenset[bytes] = frozenset()

    async def who(self, _request: Request) -> Answer:
        """Whose home this is."""
        me = self._core.me()
        assert me is not None, "a home without its person"
        return {"identity": me.identity.hex()}

    async def write(self, request: Request) -> Answer:
        """Write posts one after another, each on the disk before the next. Before `start` only."""
        entropy = SystemEntropy()
        texts = json.loads(await asyncio.to_thread(Path(request["file"]).read_text, "utf-8"))
        began = time.perf_counter()
        for text in texts:
            self._core.handle(Publish(Place("circle", PEOPLE), Post(text)), now_ms(), entropy)
        return {"seconds": time.perf_counter() - began}

    async def start(self, _request: Request) -> Answer:
        """Go online."""
        await self._node.start()
        with self._store.reading() as db:
            self._talk = talk.conversations(db)[0].space
        return {}

    async def fetch(self, request: Request) -> Answer:
        """Go online, until so many posts of the other are here and the newest page of them is read."""
        self._before = frozenset(each.id for each in self._items())
        wanted = request["count"] + self._read(lambda db: posts.new_count_since(db, 0))
        began = time.perf_counter()
        await self._node.start()
        while self._read(lambda db: posts.new_count_since(db, 0)) < wanted:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)  # looked at rather than told: one look for many posts
        page = self._read(lambda db: posts.home_items(db, limit=PAGE_ITEMS))
        return {"seconds": time.perf_counter() - began, "page": len(page)}

    async def check(self, _request: Request) -> Answer:
        """All posts that `fetch` brought, as one digest of their texts."""
        found = sorted(each.text for each in self._items() if each.id not in self._before)
        return {"count": len(found), "digest": digest(found)}

    async def say(self, request: Request) -> Answer:
        """Say lines one after another, each on the disk before the next; when the first was begun."""
        place = Place("talk", bytes.fromhex(request["identity"]))
        began_ns = time.monotonic_ns()

        def all_of_them() -> None:
            for text in request["texts"]:
                self._node.desk.do(Publish(place, Say(text)))

        await asyncio.to_thread(all_of_them)
        return {"at_ns": began_ns}

    async def hear(self, request: Request) -> Answer:
        """Wait until this line is readable, woken as an open page is; when that was."""
        changes = await self._node.watch()
        while True:
            newest = self._read(lambda db: talk.lines(db, self._talk, limit=1))
            if newest and newest[0].text == request["text"]:
                self._node.unwatch(changes)
                return {"at_ns": time.monotonic_ns()}
            await changes.get()

    async def share(self, request: Request) -> Answer:
        """Seal a file into this home and say it to somebody; when that was begun."""
        path, place = Path(request["file"]), Place("talk", bytes.fromhex(request["identity"]))
        began_ns = time.monotonic_ns()

        def all_of_it() -> None:
            with path.open("rb") as source:
                ref = self._node.desk.keep_file(source, FILE_MAX_BYTES)
            held = Attachment(ref, "file", "application/octet-stream", path.name)
            self._node.desk.do(Publish(place, Say("", attachments=(held,))))

        await asyncio.to_thread(all_of_it)
        return {"at_ns": began_ns}

    async def fetch_file(self, _request: Request) -> Answer:
        """Ask for the file of the next line that has one, until it is here; when that was, and its digest.

        Raises TimeoutError where nothing more of it comes.
        """
        changes = await self._node.watch()
        while not (held := self._read(lambda db: talk.lines(db, self._talk, limit=1)[-1].attachments)):
            await changes.get()
        self._node.unwatch(changes)
        blob = held[0].ref.blob
        await asyncio.to_thread(self._node.desk.do, FetchBlob(blob))
        have_bytes, until = 0, time.monotonic() + STANDS_STILL_S
        while (state := self._read(lambda db: pieces.state(db, blob))).state != "here":
            if state.have_bytes > have_bytes:
                have_bytes, until = state.have_bytes, time.monotonic() + STANDS_STILL_S
            if time.monotonic() > until:
                raise TimeoutError(f"{have_bytes} bytes of the file came, then nothing more")
            await asyncio.sleep(FILE_LOOK_EVERY_S)
        at_ns = time.monotonic_ns()
        whole = hashlib.sha256()
        for part in self._node.desk.file_bytes(blob):
            whole.update(part)
        return {"at_ns": at_ns, "digest": whole.hexdigest()}

    async def look(self, request: Request) -> Answer:
        """How many lines are here, and in `whole` a digest of them in their order."""
        found = self._read(lambda db: talk.lines(db, self._talk, limit=ALL_ITEMS))
        return {
            "length": len(found),
            "digest": digest(each.text for each in found) if request["whole"] else "",
        }

    async def stop(self, _request: Request) -> Answer:
        """Go offline and close the home."""
        await self._node.stop()
        self._home.release()
        return {}

    def _items(self) -> list[posts.Item]:
        return list(self._read(lambda db: posts.home_items(db, limit=ALL_ITEMS)))

    def _read(self, query: Any) -> Any:
        return self._node.desk.read(query)


def digest(texts: Iterable[str]) -> str:
    """SHA-256 over texts, a line each."""
    return hashlib.sha256("".join(f"{text}\n" for text in texts).encode()).hexdigest()


async def serve(program: Program) -> None:
    """Answer requests until the input ends."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        request = json.loads(line)
        try:
            answer = {"ok": True, **await getattr(program, request["do"])(request)}
        except TimeoutError as error:
            answer = {"ok": False, "why": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    asyncio.run(serve(Program(folder.parent / "homes" / folder.name)))
