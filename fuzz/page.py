# SPDX-License-Identifier: AGPL-3.0-or-later
"""The local page: requests as they come over loopback, read by the server's own parser, answered by the app.

Host, Origin, cookie, path, query, form, file and the errands of the command line are all part of the bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache
from typing import Any, Final
from urllib.parse import unquote

import h11

from edgewise.faces.web import HomeSite, build_app
from edgewise.faces.web.keeper import Errand, Ran
from edgewise.faces.web.site import _hidden
from edgewise.ground.errors import EdgewiseError
from edgewise.node.homes import OwnDesk
from edgewise.store import checkup
from edgewise.store.checkup import Finding
from fuzz.two import NOW_MS, Two

WORD: Final = "a-word-of-the-fuzz"
PORT: Final = 4242
COOKIE: Final = "c" * 43
TOKEN: Final = "t" * 43
BEARER: Final = "b" * 43
CASES_PER_HOME: Final = 500


class _Keeper:
    """A home that stands open for good; what would reach beyond it is not done (faces.web.Keeper)."""

    zone = "UTC"
    state = "open"
    trouble: EdgewiseError | None = None

    def __init__(self) -> None:
        self.two = Two()
        self.desk = OwnDesk(self.two.alice.store, self.two.alice.core)

    def now_ms(self) -> int:
        """The hour, which stands still."""
        return NOW_MS

    def has_passphrase(self) -> bool:
        """There is one."""
        return True

    def remembered(self) -> bool:
        """It is not remembered."""
        return False

    async def begin(self, name: str, passphrase: str | None, remember: bool) -> None:
        """Somebody has begun."""

    async def unlock(self, passphrase: str) -> None:
        """It stands open."""

    async def change_passphrase(self, old: str | None, new: str | None, remember: bool) -> None:
        """Stays as it is."""

    async def erase(self) -> None:
        """Stays as it is."""

    async def examine(self, deep: bool) -> Sequence[Finding]:
        """The quick look."""
        return checkup.quick(self.two.alice.db)

    async def run(self, errand: Errand) -> Ran:
        """An errand that was understood is not run."""
        return Ran(0, " ".join(errand.argv), "")

    def starts_itself(self) -> bool | None:
        """It can't be set from here."""
        return None

    def set_starts_itself(self, wanted: bool) -> None:
        """Stays as it is."""

    async def watch(self) -> asyncio.Queue[str]:
        """A queue that ends at once."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        queue.put_nowait("closing")
        return queue

    def unwatch(self, mine: asyncio.Queue[str]) -> None:
        """Nothing is told."""

    def end(self) -> None:
        """It stays."""


class _Served:
    """The app over one home, on a loop of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.cases = 0
        self.renew()

    def renew(self) -> None:
        """Another home, as it was at the beginning."""
        keeper: Any = _Keeper()
        self.site = HomeSite(keeper, word=WORD, port=PORT)
        self.site.home_token = BEARER
        self.site._browsers[_hidden(COOKIE)] = TOKEN
        self.app = build_app(self.site)
        self.keeper = keeper

    def ask(self, scope: dict[str, Any], body: bytes) -> int:
        """The status of the answer."""
        self.cases += 1
        if self.cases % CASES_PER_HOME == 0:
            self.renew()
        return self.loop.run_until_complete(asyncio.wait_for(self._ask(scope, body), 10))

    async def _ask(self, scope: dict[str, Any], body: bytes) -> int:
        status: list[int] = []
        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])

        await self.app(scope, receive, send)
        return status[0]


@cache
def _served() -> _Served:
    return _Served()


def site() -> HomeSite:
    """The page that is asked."""
    return _served().site


def drop() -> None:
    """Begin with a new home."""
    _served().renew()


def request(data: bytes) -> str:
    """One request: refused by the parser, or answered; never by a bug (status 500 and above)."""
    parser = h11.Connection(h11.SERVER)
    body = bytearray()
    asked: h11.Request | None = None
    try:
        parser.receive_data(data)
        parser.receive_data(b"")
        while not isinstance(event := parser.next_event(), h11.EndOfMessage | h11.ConnectionClosed):
            if event is h11.NEED_DATA or event is h11.PAUSED:
                break
            if isinstance(event, h11.Request):
                asked = event
            elif isinstance(event, h11.Data):
                body += event.data
    except h11.RemoteProtocolError:
        return "parser"
    if asked is None:
        return "unfinished"
    status = _served().ask(_scope(asked), bytes(body))
    assert status < 500, f"answered with {status}"
    return f"status {status}"


def _scope(asked: h11.Request) -> dict[str, Any]:
    """The request as uvicorn hands it to an app (ASGI 3)."""
    path, _, query = asked.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": asked.http_version.decode(),
        "method": asked.method.decode("ascii"),
        "scheme": "http",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in asked.headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", PORT),
    }


def samples() -> list[bytes]:
    """Requests that the page answers: each page, each form, a file, an errand."""
    home = site()
    two: Two = _served().keeper.two
    item, who = two.items[0].hex(), two.bob.identity.hex()
    base = f"Host: 127.0.0.1:{PORT}\r\nCookie: {home.cookie}={COOKIE}\r\nAccept-Language: de, en;q=0.5\r\n"
    gets = ["", "?before=5", f"talk/{who}", f"people/{who}", "find?q=leeks", "settings", "doctor", "people"]
    gets += ["agreements", f"agreements/with/{who}", "agreements/holders", "agreements/files", "circles"]
    gets += ["groups", "enter?once=abc", "static/edgewise.css", f"item/{item}", f"item/{item}/who", "letter"]
    gets += ["letters", "letters/new", "readers", "events"]
    found = [f"GET {home.root}{path} HTTP/1.1\r\n{base}\r\n".encode() for path in gets]
    forms = [
        ("settings/name", "name=Alice+B"),
        ("settings/page", "language=de&zone=UTC&scheme=auto&hold_seconds=8"),
        ("say", f"text=A+post&circle={'00' * 16}&to={'00' * 16}"),
        (f"item/{item}", "text=An+answer"),
        (f"item/{item}/edit", "text=Another+wording&warning="),
        (f"item/{item}/word/yes", ""),
        (f"talk/{who}", "text=Hello%0D%0Athere"),
        ("draft/home", "text=half"),
        ("attached/home/drop", "what=0"),
        ("letters/new", "to_name=Carol&words=Dear+Carol&days=14"),
        ("letter", "text=edgewise%3A1%3Aabc"),
        ("circles", "name=Choir"),
        (f"people/{who}/name", "name=Bobby"),
        (f"people/{who}/circles", f"circle={'00' * 16}"),
        ("doctor", ""),
    ]
    origin = f"Origin: http://127.0.0.1:{PORT}\r\nSec-Fetch-Site: same-origin\r\n"
    for path, fields in forms:
        body = f"token={TOKEN}&{fields}"
        found.append(
            f"POST {home.root}{path} HTTP/1.1\r\n{base}{origin}"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
    found += [_upload(home, base + origin, place) for place in ("letter", "attach/home", "say")]
    errand = '{"argv":["read","--json"],"environ":{"LANG":"C"},"colour":false,"text":null}'
    found.append(
        f"POST {home.root}command HTTP/1.1\r\n{base}Authorization: Bearer {BEARER}\r\n"
        f"Content-Length: {len(errand)}\r\n\r\n{errand}".encode()
    )
    return found


def _upload(home: HomeSite, head: str, place: str) -> bytes:
    body = (
        f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{TOKEN}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="letter.html"\r\n'
        "Content-Type: text/html\r\n\r\n<!doctype html><pre id=edgewise>abc</pre>\r\n--x--\r\n"
    )
    return (
        f"POST {home.root}{place} HTTP/1.1\r\n{head}Content-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
