# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures from one's phone: for some minutes a second, tiny page on the address of one's own network.

It takes pictures for one draft and gives nothing: no name, no list, nothing of this home. Its path is random,
it asks for the token of its own form, and it ends by itself: after ten minutes, after twenty pictures, or at
once by a button. What it takes is not sealed on its way over the Wi-Fi; the page says so first.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ipaddress
import secrets
import socket
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgewise.faces.kit.enclosing import Taking, enclosing, path_of_place
from edgewise.faces.kit.explain import explain
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.qr import qr_svg
from edgewise.faces.kit.render import render
from edgewise.faces.kit.uploads import closing, read_upload
from edgewise.faces.kit.words import choose_language, translator
from edgewise.faces.web.server import LocalServer
from edgewise.faces.web.site import HomeSite
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.instant import MINUTE_MS
from edgewise.media.jobs import PICTURE_MAX_BYTES, PICTURES
from edgewise.media.sorts import HEAD_BYTES, sort_of

OPEN_MS: Final = 10 * MINUTE_MS
PICTURES_MAX: Final = 20
CONNECTIONS_MAX: Final = 8
"""One phone opens a few; a neighbour on the network gets no more either."""
OWN_NETWORKS: Final = tuple(
    ipaddress.ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
)
"""RFC 1918 and RFC 3927: addresses that no router carries to the Internet."""
_WORD_BYTES: Final = 18
_STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:32rem;padding:0 1rem;"
    "background:#faf8f2;color:#1c2130}"
    "button,input{font:inherit;margin:.5rem 0;min-height:3rem;max-width:100%}"
    "button{padding:0 1.5rem}@media(prefers-color-scheme:dark){body{background:#151821;color:#ece8dd}}"
)
POLICY: Final = (
    "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def lan_address() -> str:
    """The address of this computer on its own network. Refusal "phone.no_network" where it has none.

    Nothing is sent: a datagram socket that is connected only chooses the way it would take. An address that
    the whole Internet reaches is none of one's own network.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found = str(probe.getsockname()[0])
        except OSError as error:
            raise Refusal("phone.no_network") from error
    address = ipaddress.ip_address(found)
    if not any(address in network for network in OWN_NETWORKS):
        raise Refusal("phone.no_network")
    return found


@dataclass
class Door:
    """The open page for a phone: for which draft, until when, and what came."""

    place: str
    url: str
    until_ms: int
    server: LocalServer
    serving: asyncio.Task[None]
    came: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it still takes something."""
        return not self.server.should_exit and not self.serving.done()

    def shut(self) -> None:
        """Take nothing more."""
        self.server.stop()


class Phones:
    """At most one door of a home at a time."""

    def __init__(self, site: HomeSite) -> None:
        self._site = site
        self._door: Door | None = None

    @property
    def door(self) -> Door | None:
        """The open one, if there is one."""
        if self._door is not None and not self._door.is_open:
            self.shut()
        return self._door

    def open(self, place: str) -> Door:
        """Open a door for a draft; another that is open shuts. Refusal "phone.no_network"."""
        self.shut()
        address = lan_address()
        taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            taken.bind((address, 0))
            taken.listen(CONNECTIONS_MAX)
        except OSError as error:
            taken.close()
            raise Refusal("phone.no_network") from error
        taken.setblocking(False)
        word = secrets.token_urlsafe(_WORD_BYTES)
        host = f"{address}:{taken.getsockname()[1]}"
        server = LocalServer(
            Outside(_app(self._site, self, word), host, word), connections_max=CONNECTIONS_MAX
        )
        serving = asyncio.create_task(_serve(server, taken))
        until_ms = self._site.phone_until_ms = self._site.now_ms() + OPEN_MS
        self._site.phone_place = place
        self._door = Door(place, f"http://{host}/{word}", until_ms, server, serving)
        asyncio.get_running_loop().call_later(OPEN_MS / 1000, server.stop)
        return self._door

    def shut(self) -> None:
        """Shut the open door."""
        if self._door is not None:
            self._door.shut()
        self._door = None
        self._site.phone_until_ms = 0


async def _serve(server: LocalServer, taken: socket.socket) -> None:
    try:
        await server.serve(sockets=[taken])
    finally:
        taken.close()


class Outside:
    """The outermost layer: answers only who knows the path and names the right host, and tells nothing."""

    def __init__(self, app: ASGIApp, host: str, word: str) -> None:
        self._app = app
        self._host = host
        self._path = f"/{word}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3)."""
        if scope["type"] != "http":
            return
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        app = self._app
        if scope["path"] != self._path or hosts != [self._host]:
            app = PlainTextResponse("", 404)

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY.format(hash=_hash_of_style())
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cache-Control"] = "no-store"
            await send(message)

        await app(scope, receive, marked)


def _hash_of_style() -> str:
    return base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def _app(site: HomeSite, phones: Phones, word: str) -> Starlette:
    """The page for the phone: a form, and what came of it."""
    token = secrets.token_urlsafe(_WORD_BYTES)

    def mine() -> Door | None:
        door = phones.door
        return door if door is not None and door.url.endswith(f"/{word}") else None

    def page(request: Request, said: str = "", status: int = 200) -> HTMLResponse:
        words = translator(choose_language(request.headers.get("accept-language", "")))
        door = mine()
        html = render(
            "web/phone_outside.html",
            words.lang,
            now_ms=site.now_ms(),
            token=token,
            style=_STYLE,
            said=said,
            left=0 if door is None else PICTURES_MAX - door.came,
        )
        return HTMLResponse(html, status if door is not None or said else 410)

    async def show(request: Request) -> Response:
        return page(request)

    async def take(request: Request) -> Response:
        words = translator(choose_language(request.headers.get("accept-language", "")))
        door = mine()
        if door is None:
            return page(request)
        try:
            came = await _take(request, site, door, token)
        except EdgewiseError as no:
            explained = explain(no, words)
            return page(request, f"{explained.sentence} {explained.remedy}", 400)
        if door.came >= PICTURES_MAX:
            phones.shut()
        said = words.ngettext(
            "%(num)s picture came over. Look at it on the computer.",
            "%(num)s pictures came over. Look at them on the computer.",
            came,
        )
        return page(request, said)

    return Starlette(routes=[Route(f"/{word}", show), Route(f"/{word}", take, methods=["POST"])])


async def _take(request: Request, site: HomeSite, door: Door, token: str) -> int:
    """What the phone sends into the draft; how many came. Raises what `read_upload` and `Taking` raise."""
    _, files = await read_upload(
        request,
        lambda given: secrets.compare_digest(token.encode(), given.encode("utf-8", "replace")),
        site.desk.scratch,
        files_max=max(0, PICTURES_MAX - door.came),
        file_bytes=PICTURE_MAX_BYTES,
    )
    came = 0
    with closing(files):
        for each in files:
            if not each.size_bytes:
                continue
            each.file.seek(0)
            if sort_of(each.file.read(HEAD_BYTES)) not in PICTURES:
                raise Refusal("media.no_picture")
            await asyncio.to_thread(Taking(site.desk, site.workshop).attach, door.place, each)
            door.came += 1
            came += 1
    return came


def phones_of(page: Page) -> Phones:
    """The door for phones of this home."""
    site: HomeSite = page.request.app.state.site
    kept: Phones = page.request.app.state.__dict__.setdefault("phones", Phones(site))
    return kept


def _place(page: Page) -> str:
    place: str = page.request.path_params["place"]
    path_of_place(place)
    return place


async def phone(request: Request) -> Response:
    """GET /phone/{place}: asks before anything opens; then the square, what came, and Stop."""
    return await _show(await page_of(request))


async def _show(page: Page, notice: str = "", status: int = 200) -> Response:
    place = _place(page)
    door = phones_of(page).door
    with_it = await page.read(lambda db: enclosing(page, db, place))
    return page.render(
        "web/phone.html",
        place="elsewhere",
        status=status,
        notice=notice,
        here=place,
        back=page.url(path_of_place(place)),
        door=door if door is not None and door.place == place else None,
        square=qr_svg(door.url, page.words.gettext("Square for your phone's camera")) if door else "",
        enclosing=with_it,
        minutes=OPEN_MS // MINUTE_MS,
        most=PICTURES_MAX,
    )


async def start(request: Request) -> Response:
    """POST /phone/{place}: open the door for this draft."""
    page = await page_of(request)
    place = _place(page)
    await page.form()
    try:
        phones_of(page).open(place)
    except Refusal as no:
        return await _show(page, page.said(no), page.status_of(no))
    return page.see(f"phone/{place}")


async def stop(request: Request) -> Response:
    """POST /phone/{place}/stop: shut it now."""
    page = await page_of(request)
    place = _place(page)
    await page.form()
    phones_of(page).shut()
    return page.see(path_of_place(place))


ROUTES: Final = [
    Route("/phone/{place}", phone),
    Route("/phone/{place}", start, methods=["POST"]),
    Route("/phone/{place}/stop", stop, methods=["POST"]),
]
