# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may see the page: the browser that came by a link of this run, and programs that hold the home's token.

A link works once. It gives the browser a cookie that is named by the home (cookies know no ports, RFC 6265
section 8.5), holds for this home's path, and is never sent along from other places (SameSite=Strict). Each
such browser has a token of its own for its forms.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from typing import Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from edgewise.faces.kit.desk import Desk
from edgewise.faces.web.keeper import Keeper
from edgewise.media.workshop import Workshop, shared

LINKS_MAX: Final = 16
"""Links that were made and not used yet; the oldest is forgotten."""
BROWSERS_MAX: Final = 64
"""Browsers at once; the one that came first is forgotten."""
_SECRET_BYTES: Final = 32


class HomeSite:
    """The local page of one home (faces.kit.page.Site). ``word``: the random part of the home's path."""

    def __init__(self, keeper: Keeper, *, word: str, port: int, workshop: Workshop | None = None) -> None:
        assert word.isascii()
        assert word.replace("-", "").replace("_", "").isalnum(), "the word stands in a path and in a cookie"
        self.keeper = keeper
        self.port = port
        self.home_token = secrets.token_urlsafe(_SECRET_BYTES)
        self._word = word
        self._links: OrderedDict[str, None] = OrderedDict()
        self._browsers: OrderedDict[str, str] = OrderedDict()
        self.workshop = workshop or shared()
        self.phone_until_ms = 0
        self.phone_place = ""

    @property
    def root(self) -> str:
        """See `faces.kit.page.Site.root`."""
        return f"/{self._word}/"

    @property
    def origin(self) -> str:
        """Where the page stands."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names by which this computer calls itself; by any other, a foreign page is asking."""
        return (f"127.0.0.1:{self.port}", f"localhost:{self.port}")

    @property
    def cookie(self) -> str:
        """The name of this home's cookie."""
        return "edgewise_" + hashlib.sha256(self._word.encode()).hexdigest()[:12]

    @property
    def is_open(self) -> bool:
        """See `faces.kit.page.Site.is_open`."""
        return self.keeper.state == "open"

    @property
    def desk(self) -> Desk:
        """See `faces.kit.page.Site.desk`."""
        return self.keeper.desk

    @property
    def zone(self) -> str:
        """See `faces.kit.page.Site.zone`."""
        return self.keeper.zone

    def now_ms(self) -> int:
        """See `faces.kit.page.Site.now_ms`."""
        return self.keeper.now_ms()

    def new_link(self) -> str:
        """An address that lets one browser in, once."""
        once = secrets.token_urlsafe(_SECRET_BYTES)
        self._links[_hidden(once)] = None
        while len(self._links) > LINKS_MAX:
            self._links.popitem(last=False)
        return f"{self.origin}{self.root}enter?once={once}"

    def use_link(self, once: str) -> bool:
        """True the first time that the secret of a link comes."""
        known = _hidden(once) in self._links
        self._links.pop(_hidden(once), None)
        return known

    def let_in(self, response: Response) -> None:
        """Give the browser that gets this response the cookie of the home."""
        value = secrets.token_urlsafe(_SECRET_BYTES)
        self._browsers[_hidden(value)] = secrets.token_urlsafe(_SECRET_BYTES)
        while len(self._browsers) > BROWSERS_MAX:
            self._browsers.popitem(last=False)
        response.set_cookie(self.cookie, value, path=self.root, httponly=True, samesite="strict")

    def knows(self, request: HTTPConnection) -> bool:
        """True for a browser that was let in."""
        return _hidden(request.cookies.get(self.cookie, "")) in self._browsers

    def token(self, request: Request) -> str:
        """See `faces.kit.page.Site.token`."""
        return self._browsers.get(_hidden(request.cookies.get(self.cookie, "")), "")

    def is_token(self, request: Request, given: str) -> bool:
        """See `faces.kit.page.Site.is_token`."""
        own = self.token(request)
        return bool(own) and secrets.compare_digest(own.encode(), given.encode("utf-8", "replace"))

    def is_home_token(self, request: HTTPConnection) -> bool:
        """True for a program that could read the home's note: the same person's."""
        wanted = f"Bearer {self.home_token}".encode()
        return secrets.compare_digest(wanted, request.headers.get("authorization", "").encode("utf-8"))


def _hidden(secret: str) -> str:
    """Kept in place of the secret, so that looking one up takes no time that tells of it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
