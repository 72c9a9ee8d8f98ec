# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real home behind a real server on loopback, for the tests of the local page. No network beyond that."""

import asyncio
import re
import threading
from pathlib import Path
from typing import Any

import httpx

from edgewise.carriers.port import Carrier
from edgewise.faces.web import HomeSite, build_app
from edgewise.faces.web.keeper import Errand, Ran
from edgewise.faces.web.server import LocalServer, take_port
from edgewise.ground.errors import Verdict
from edgewise.node.keeper import HomeKeeper
from edgewise.store.home import Home

WORD = "a-word-of-the-test"
PASSPHRASE = "four or five words"


def no_carrier(_seed: bytes, _port: int) -> Carrier:
    """A computer without a network."""
    raise Verdict("carrier.offline")


async def echo(_keeper: HomeKeeper, errand: Errand) -> Ran:
    """Stands in the place of the command line, which is tested in its own room."""
    return Ran(0, " ".join(errand.argv), "")


class Served:
    """A home's page, served from a thread of its own until `stop`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.port = 0
        self.ready = threading.Event()
        self.clients: list[httpx.Client] = []
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.thread.start()
        assert self.ready.wait(20)

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.keeper = HomeKeeper(Home(self.path), zone="UTC", run_errand=echo, carrier_of=no_carrier)
        self.keeper.hold()
        taken = take_port(0)
        self.port = taken.getsockname()[1]
        self.site = HomeSite(self.keeper, word=WORD, port=self.port)
        guard = build_app(self.site)
        self.app: Any = guard._app
        server = LocalServer(guard)
        serving = asyncio.create_task(server.serve(sockets=[taken]))
        self.ready.set()
        await self.keeper.ending.wait()
        server.stop()
        await serving
        taken.close()
        await self.keeper.close()

    def await_(self, work: Any) -> Any:
        """Run something on the server's loop and give its answer."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def begin(self, name: str = "Ana", passphrase: str | None = None) -> None:
        """Make the home's person, remembered unless there is a passphrase."""
        self.await_(self.keeper.begin(name, passphrase, passphrase is None))

    def lock(self) -> None:
        """As after a restart: the node is gone, the home is there."""
        self.await_(self.keeper._stop_node())

    def stranger(self) -> httpx.Client:
        """A browser that has come by no link."""
        # Without TLS there is nothing to verify, and loading the list of authorities takes 60 ms.
        plain = httpx.HTTPTransport(verify=False)
        self.clients.append(httpx.Client(base_url=f"{self.site.origin}/{WORD}/", timeout=20, transport=plain))
        return self.clients[-1]

    def browser(self) -> "Browser":
        """A browser that has come by a link."""
        client = self.stranger()
        assert client.get(self.site.new_link()).status_code == 200
        return Browser(client)

    def stop(self) -> None:
        """End the server, and the browsers with it."""
        for client in self.clients:
            client.close()
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.keeper.end)
        self.thread.join(20)
        assert not self.thread.is_alive()


class Browser:
    """A browser that reads forms: it sends the token that stands in the page."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, path: str = "", **more: Any) -> httpx.Response:
        """Look at a page."""
        return self.client.get(path, **more)

    def token(self, page: str) -> str:
        """The token in the forms of a page."""
        found = re.search(r'name="token" value="([^"]+)"', self.get(page).text)
        assert found is not None, page
        return found[1]

    def post(self, path: str, fields: dict[str, str], page: str | None = None, **more: Any) -> httpx.Response:
        """Send the form that stands on `page` (the same path, if none is named)."""
        token = self.token(path if page is None else page)
        return self.client.post(path, data={"token": token, **fields}, **more)
