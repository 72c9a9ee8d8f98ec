# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real local page over the real core of one person of a small world (tests/core/party.py)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any, BinaryIO, cast

import httpx

from edgewise.core import inputs
from edgewise.faces.web import HomeSite, build_app
from edgewise.ground.ids import to_hex
from edgewise.log.blobs import BlobRef
from edgewise.node import files
from tests.core.party import Someone

PORT = 8765
PAGE_MAX_BYTES = 60_000


@dataclass
class PartyDesk:
    """The counter of somebody's core; what a command causes goes into the world at once."""

    one: Someone

    def do(self, command: Any) -> Any:
        """See Desk."""
        return self.one.do(command)

    def read(self, query: Callable[[Any], Any]) -> Any:
        """See Desk."""
        return query(self.one.db)

    def now_ms(self) -> int:
        """See Desk."""
        return self.one.world.now_ms

    def scratch(self) -> BinaryIO:
        """See Desk."""
        return cast(BinaryIO, self.one.store.scratch(self.one.entropy))

    def keep_file(
        self, source: BinaryIO, size_max_bytes: int, progress: Callable[[int], None] = lambda done_bytes: None
    ) -> BlobRef:
        """See Desk."""
        return files.keep_file(self.one.store, self.do, source, size_max_bytes, self.one.entropy, progress)

    def file_bytes(self, blob: bytes, first: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See Desk."""
        return files.file_bytes(self.one.store, blob, first, stop)

    def lang(self) -> str:
        """See Desk."""
        return ""


@dataclass
class PartyKeeper:
    """An open home; of the composition root the pages of features need no more."""

    desk: PartyDesk
    state: str = "open"
    zone: str = "UTC"
    trouble: None = None

    def now_ms(self) -> int:
        """See Keeper."""
        return self.desk.now_ms()


@dataclass
class Looker:
    """One person at their own page. Paths are those below the home's own; every page is checked for size."""

    one: Someone
    lang: str = "en"
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    def __post_init__(self) -> None:
        keeper: Any = PartyKeeper(PartyDesk(self.one))
        site = HomeSite(keeper, word="home-of-" + self.one.identity.hex()[:8], port=PORT)
        self.root, self.origin = site.root, site.origin
        self.app = build_app(site)
        self.ask("GET", site.new_link().removeprefix(self.origin + self.root))

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request of this browser, as it stands."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(
                transport=transport, base_url=self.origin, cookies=self.cookies
            ) as client:
                answer = await client.request(method, self.root + path, **more)
                self.cookies.update(client.cookies)
                return answer

        return asyncio.run(asked())

    def get(self, path: str = "", *, live: bool = False, lang: str = "") -> str:
        """The HTML of a page that is there."""
        headers = {"accept-language": lang or self.lang}
        if live:
            headers["X-Edgewise-Live"] = "1"
        answer = self.ask("GET", path.partition("#")[0], headers=headers)
        assert answer.status_code == 200, (path, answer.status_code, text_of(answer.text)[:600])
        assert len(answer.content) <= PAGE_MAX_BYTES, (path, len(answer.content))
        return answer.text

    def read(self, path: str = "", **more: Any) -> str:
        """What a person reads on a page: its text in one line."""
        return text_of(self.get(path, **more))

    def token(self) -> str:
        """The token of this browser's forms."""
        found = re.search(r'name="token" value="([^"]+)"', self.get("", live=True))
        assert found is not None
        return found[1]

    def post(self, path: str, fields: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Send a form."""
        headers = {"accept-language": self.lang}
        return self.ask("POST", path, data={"token": self.token(), **(fields or {})}, headers=headers, **more)

    def press(self, path: str, fields: dict[str, Any] | None = None) -> str:
        """Send a form and go where it leads; the text of the page there."""
        answer = self.post(path, fields)
        assert answer.status_code == 303, (path, answer.status_code, text_of(answer.text)[:600])
        return self.read(answer.headers["location"].removeprefix(self.root))

    def say(self, text: str, circle: bytes, **more: Any) -> str:
        """Write to a circle by the composer of Home; the page that follows."""
        return self.press("say", {"text": text, "audience": to_hex(circle), "seen": self.seen(), **more})

    def seen(self) -> str:
        """What the composer notes of who may read."""
        found = re.search(r'name="seen" value="([^"]*)"', self.get("", live=True))
        assert found is not None
        return unescape(found[1])


def text_of(html: str) -> str:
    """What stands on a page, without its tags, in one line."""
    body = html.partition("<main")[2].partition(">")[2] or html
    plain = re.sub(r'<div class="notice" id="stale".*?</div>', " ", body, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())


def meet(one: Someone, other: Someone) -> None:
    """One writes a letter, the other says yes, over a line."""
    made = one.do(inputs.MakeLetter(other.name, "Let us write to each other."))
    other.do(inputs.ReadLetter(made.letter))
    other.do(inputs.AnswerLetter(made.invitation, "yes"))
    one.world.deliver()


def let_read(one: Someone, *others: Someone, circle: bytes) -> None:
    """Put people into a circle."""
    for other in others:
        one.do(inputs.SetMember(circle, other.identity, True))
    one.world.deliver()
