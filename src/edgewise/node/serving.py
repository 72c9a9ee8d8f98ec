# SPDX-License-Identifier: AGPL-3.0-or-later
"""A node as a process: the home held, the page served, until it is told to end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from edgewise.faces.cli.house import House
from edgewise.faces.cli.main import language_of, zone_of_computer
from edgewise.faces.kit.words import translator
from edgewise.faces.web import HomeSite, build_app
from edgewise.faces.web.keeper import Errand, Ran
from edgewise.faces.web.server import LocalServer, take_port
from edgewise.ground.errors import Refusal
from edgewise.node import beside, homes, launcher
from edgewise.node.keeper import HomeKeeper, iroh_carrier
from edgewise.store.home import Home

Say = Callable[[str], None]
HouseOf = Callable[[HomeKeeper, asyncio.AbstractEventLoop], House]
"""What the command line asks of the home itself, from within the node."""

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_TRY_S: Final = 0.1


def open_node(
    path: Path,
    passphrase: str | None,
    port: int | None,
    *,
    show: bool,
    icon: bool,
    say: Say,
    house_of: HouseOf,
) -> int:
    """Run the node of a home until it is stopped; where one runs already, show its page. Returns 0.

    Refusals "home.in_use", "port.taken", "passphrase.wrong", "store.newer", "node.broken" and their kin.
    """
    home = Home(path)
    link = _held_or_link(home)
    if link is not None:
        _tell(link, show, say)
        return 0
    try:
        place = homes.page_place(path)
        taken = take_port(port or place.port)
        place = replace(place, port=taken.getsockname()[1])
        homes.keep_page_place(path, place)
    except Refusal:
        home.release()
        raise
    homes.write_log(path)
    if icon:
        launcher.leave_icon()
    return asyncio.run(_run(home, taken, place, passphrase, house_of, lambda link: _tell(link, show, say)))


def _held_or_link(home: Home) -> str | None:
    """None once this process holds the home; a link where a node runs with it."""
    homes.make_folder(home.path)
    until = time.monotonic() + homes.IN_USE_WAIT_S
    while True:
        try:
            home.lock()
        except Refusal as no:
            link = beside.fresh_link(home) if no.code == "home.in_use" else None
            if link is not None:
                return link
            if no.code != "home.in_use" or time.monotonic() > until:
                raise
            time.sleep(_TRY_S)
            continue
        return None


def _tell(link: str, show: bool, say: Say) -> None:
    words = translator(language_of(os.environ))
    say(words.gettext("Edgewise is open here: %(link)s", link=link))
    if show and not launcher.show(link):
        say(words.gettext("Open this link in a browser on this computer. It works once."))


async def _run(
    home: Home,
    taken: socket.socket,
    place: homes.PagePlace,
    passphrase: str | None,
    house_of: HouseOf,
    tell: Say,
) -> int:
    async def run_errand(keeper: HomeKeeper, errand: Errand) -> Ran:
        return await beside.run_errand(keeper, errand, house_of(keeper, asyncio.get_running_loop()))

    keeper = HomeKeeper(
        home, zone=zone_of_computer(os.environ), run_errand=run_errand, carrier_of=iroh_carrier
    )
    site = HomeSite(keeper, word=place.word, port=place.port)
    server = LocalServer(build_app(site))
    serving: asyncio.Task[None] | None = None
    try:
        if home.exists() and (home.remembered() or passphrase is not None):
            await keeper.unlock(None if home.remembered() else passphrase)
        home.write_node_note(place.port, site.home_token, site.root)
        _end_on_signals(keeper)
        serving = asyncio.create_task(server.serve(sockets=[taken]))
        await asyncio.to_thread(tell, site.new_link())
        ending = asyncio.create_task(keeper.ending.wait())
        await asyncio.wait((serving, ending), return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
    finally:
        server.stop()
        if serving is not None:
            await serving
        taken.close()
        await keeper.close()
    if keeper.bug:
        raise Refusal("node.broken")
    return 0


def _end_on_signals(keeper: HomeKeeper) -> None:
    """Ctrl+C, and what a system sends at its end, end the node in an orderly way."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(keeper.end))
        else:
            loop.add_signal_handler(number, keeper.end)
    if hasattr(signal, "SIGHUP"):
        with suppress(ValueError):
            loop.add_signal_handler(signal.SIGHUP, keeper.end)
