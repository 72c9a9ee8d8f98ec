# SPDX-License-Identifier: AGPL-3.0-or-later
"""The door of the local page: who asks, from where, and what every answer carries.

Other pages in the same browser, and programs of other people on this computer, can reach a loopback port. So
each request is refused unless its Host is this computer's own, it does not come from another page (Origin and
Sec-Fetch-Site, Fetch standard), it knows the home's path, and it brings the cookie of a browser that came by
a link. Forms bring a token besides (kit.forms).
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgewise.faces.kit.explain import explain
from edgewise.faces.kit.render import render
from edgewise.faces.kit.words import choose_language, translator
from edgewise.faces.web.site import HomeSite
from edgewise.ground.errors import Refusal

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing inline, nothing from elsewhere, in nobody's frame (CSP level 3)."""
HEADERS: Final = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
SANDBOX: Final = "sandbox; default-src 'none'"
"""The policy of a file that a browser shall save: should one show it, it can do nothing and see nothing."""
VOICE: Final = ("Permissions-Policy", "camera=(), geolocation=(), microphone=(self)")
"""Of the one page that records a voice note."""
STRICTER: Final = (("Content-Security-Policy", SANDBOX), VOICE)
"""What a page may say of itself instead."""
READING: Final = ("GET", "HEAD")
OPEN_TO_ALL: Final = ("enter", "static/")
"""Below the home's path: what needs no cookie. A link brings one; styles hold nothing of anybody's."""
OF_PROGRAMS: Final = ("command", "link")
"""What the command line asks, with the home's token."""
BEFORE_OPEN: Final = (
    *("enter", "static/", "setup", "comeback", "unlock", "forgotten", "erase", "end"),
    *OF_PROGRAMS,
)
"""What stands before the home is set up or unlocked."""


class Guard:
    """The outermost layer of the page: refuses who may not come in, and marks each answer."""

    def __init__(self, app: ASGIApp, site: HomeSite) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        path: str = scope["path"]

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(MutableHeaders(scope=message), path.startswith(self._site.root + "static/"))
            await send(message)

        refused = self._refused(request, scope["method"], path)
        await (refused or self._app)(scope, receive, marked)

    def _refused(self, request: HTTPConnection, method: str, path: str) -> Response | None:
        """The answer to one who may not come in, or None."""
        site = self._site
        if request.headers.getlist("host") not in [[host] for host in site.hosts]:
            return _bare(request, "web.host")
        if not _is_from_here(request, method):
            return _bare(request, "web.origin")
        if not path.startswith(site.root):
            return _bare(request, "web.icon", 404)
        rest = path.removeprefix(site.root)
        if rest in OF_PROGRAMS:
            return None if site.is_home_token(request) else _bare(request, "web.token")
        if not _begins(rest, OPEN_TO_ALL) and not site.knows(request):
            return stale(request, site)
        if not site.is_open and not _begins(rest, BEFORE_OPEN):
            return self._not_yet(request, method)
        return None

    def _not_yet(self, request: HTTPConnection, method: str) -> Response:
        if method not in READING or request.headers.get("sec-fetch-mode", "navigate") != "navigate":
            return _bare(request, "home.locked")
        return RedirectResponse(self._site.root + ("setup" if self._site.keeper.state == "new" else "unlock"))


def _begins(rest: str, allowed: tuple[str, ...]) -> bool:
    return any(rest == each or (each.endswith("/") and rest.startswith(each)) for each in allowed)


def _is_from_here(request: HTTPConnection, method: str) -> bool:
    """Whether this page itself asks, or the person by a link or the address line."""
    headers = request.headers
    site, own = headers.get("sec-fetch-site", ""), f"http://{headers['host']}"
    origin = headers.get("origin")
    if origin is not None and origin != own and not (origin == "null" and site == "same-origin"):
        # A form of a page with "no-referrer" says "null" (Fetch standard, "append a request Origin header").
        return False
    if site in ("cross-site", "same-site"):
        navigates = (
            headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        )
        return method in READING and navigates
    return True


def _mark(headers: MutableHeaders, is_static: bool) -> None:
    for name, value in HEADERS:
        if (name, headers.get(name)) not in STRICTER:
            headers[name] = value
    headers["Cache-Control"] = "no-cache" if is_static else "no-store"
    headers["Vary"] = "Cookie"


def _bare(request: HTTPConnection, code: str, status: int = 403) -> Response:
    """A page without style, for whoever may not even know the home's path."""
    words = translator(choose_language(request.headers.get("accept-language", "")))
    said = explain(Refusal(code), words)
    page = (
        f'<!doctype html><html lang="{words.tag}" dir="{words.direction}"><meta charset="utf-8">'
        f"<title>Edgewise</title><h1>Edgewise</h1><p>{said.sentence}</p><p>{said.remedy}</p></html>"
    )
    return HTMLResponse(page, status)


def stale(request: HTTPConnection, site: HomeSite) -> Response:
    """To a browser without the cookie: open Edgewise by its icon."""
    lang = choose_language(request.headers.get("accept-language", ""))
    return HTMLResponse(render("web/stale.html", lang, now_ms=site.now_ms(), root=site.root), 403)
