# SPDX-License-Identifier: AGPL-3.0-or-later
"""The contract between a feature's pages and the local page (faces/web), which assembles them.

A feature writes ``features/<name>/web.py`` with ``ROUTES: Final[list[Route]]`` (starlette.routing). Its paths
begin with "/" and stand under the home's own path: "/" is Home, "/talk/{who}" a conversation. Paths that are
taken: /enter /setup /unlock /forgotten /erase /end /settings /doctor /letter /draft /events /static
/groups /safecopy /comeback /command /link /attach /attached /voices /phone /small /picture /voice /file
/fetch. The search of every page leads to "/find?q=", which features/find has. Handlers are
``async def handler(request: Request) -> Response`` and begin with ``page = await page_of(request)``:

    async def show(request: Request) -> Response:
        page = await page_of(request)
        lines = await page.read(lambda db: view.lines(db, ...))  # own connection, in a thread
        text = await page.draft("talk:" + who.hex())
        return page.render("talk/conversation.html", place="talk", lines=lines, text=text,
                           draft=page.draft_url("talk:" + who.hex()))

    async def say(request: Request) -> Response:                         # Route(..., methods=["POST"])
        page = await page_of(request)
        form = await page.form()                                         # refuses without the token
        await page.do(Publish(Place("talk", who), Say(form.text("text"), "", b"")))
        return page.see(f"talk/{who.hex()}")                             # 303: POST, redirect, GET

What need not be cared about in a feature: Host, Origin, cookie, token, headers, bounds; that the home is open
(else the person sees setup or unlock); templates find ``frame``, ``parts`` and ``words`` by themselves. A
Refusal or Verdict that is not caught becomes a plain page that says what happened, what to do, and shows the
words of the form's field "text" again; a handler that can show its own page with a notice does better:
``except Refusal as no: return page.render(..., status=page.status_of(no), notice=page.said(no))``.

Live: a page names its live regions with ``data-live`` and an id; the script then fetches the same address
again and takes the regions out of it, so no handler has fragments of its own. ``page.live`` tells such a
request: it must change nothing that is unread or counted. ``Notify`` of the core reaches every open page.

``request.app.state.site`` is the `Site`; ``await page_of(request)`` is the usual way to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.explain import explain
from edgewise.faces.kit.forms import Form, parse_urlencoded, read_form
from edgewise.faces.kit.render import render
from edgewise.faces.kit.uploads import Brought, read_upload
from edgewise.faces.kit.words import Translator, choose_language, translator
from edgewise.ground import errors
from edgewise.ground.errors import EdgewiseError
from edgewise.media.workshop import Workshop
from edgewise.store import outbox, settings

T = TypeVar("T")

LIVE_HEADER: Final = "X-Edgewise-Live"
STATUS: Final = {
    errors.BAD_USE: 400,
    errors.WRONG_PASSPHRASE: 403,
    errors.IN_USE: 409,
    errors.NOT_FOUND: 404,
    errors.NOT_ALLOWED: 403,
    errors.LETTER_TROUBLE: 409,
    errors.BAD_BYTES: 422,
    errors.DAMAGED_STORE: 500,
}
"""HTTP status by the class of an error (its exit code)."""


class Site(Protocol):
    """One home's local page, as its pages need it: ``request.app.state.site``."""

    @property
    def root(self) -> str:
        """The home's path; begins and ends with "/"."""
        ...

    @property
    def desk(self) -> Desk:
        """The counter of the running node. Refusal "home.locked" while the home is not open."""
        ...

    @property
    def is_open(self) -> bool:
        """True once the home is set up and unlocked."""
        ...

    @property
    def zone(self) -> str:
        """The IANA name of this computer's time zone."""
        ...

    def now_ms(self) -> int:
        """The wall clock in ms."""
        ...

    @property
    def phone_until_ms(self) -> int:
        """Until when a page for one's phone is open on one's own network; 0 while none is."""
        ...

    @property
    def workshop(self) -> Workshop:
        """What reads pictures and voice notes."""
        ...

    def token(self, request: Request) -> str:
        """The token for the forms of this browser; "" before it came by its link."""
        ...

    def is_token(self, request: Request, given: str) -> bool:
        """True when a form's token is that of this browser; compared in constant time."""
        ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the person chose for every page, read once per request."""

    language: str = ""
    zone: str = ""
    scheme: str = "auto"
    plain_letters: bool = False
    single_letters: bool = True
    one_word_answers: bool = True


@dataclass(frozen=True)
class Page:
    """One request, with all that a handler needs of the house. Made by `page_of`."""

    request: Request
    site: Site
    words: Translator
    now_ms: int
    chosen: Chosen = field(default_factory=Chosen)

    @property
    def desk(self) -> Desk:
        """The desk itself; it waits for the core, so prefer `do` and `read`. Refusal "home.locked"."""
        return self.site.desk

    @property
    def lang(self) -> str:
        """The language of this page."""
        return self.words.lang

    @property
    def zone(self) -> str:
        """The time zone of this page, as an IANA name."""
        return self.chosen.zone or self.site.zone

    @property
    def live(self) -> bool:
        """True when the script fetches the page again to swap its live regions."""
        return LIVE_HEADER in self.request.headers

    async def do(self, command: object) -> Any:
        """Run a Command and give its answer; raises Refusal."""
        return await asyncio.to_thread(self.site.desk.do, command)

    async def read(self, query: Callable[[Any], T]) -> T:
        """Run a read-only query on a connection of its own."""
        return await asyncio.to_thread(self.site.desk.read, query)

    async def form(self, file_bytes: int = 0) -> Form:
        """The form that was sent, checked. ``file_bytes`` > 0 where the page has a file to choose.

        Refusals "web.token", "web.too_big", "web.form".
        """
        found = await read_form(
            self.request, lambda given: self.site.is_token(self.request, given), file_bytes
        )
        self.request.state.form = found  # the error page shows its words again
        return found

    async def upload(self) -> tuple[Form, list[Brought]]:
        """The form that was sent, checked, and its files on the disk; whoever asks closes them.

        Refusals: those of `form`, "draft.full", "attach.too_big", "home.full", "upload.stopped".
        """
        found, files = await read_upload(
            self.request, lambda given: self.site.is_token(self.request, given), self.desk.scratch
        )
        self.request.state.form = found
        return found, files

    def url(self, path: str = "") -> str:
        """The address of a path of this home: url("talk/ab12") for the route "/talk/ab12"."""
        return self.site.root + quote(path.lstrip("/"), safe="/?&=#:;,+@~.-_%")

    def render(
        self, template: str, *, place: str = "", status: int = 200, unread: bool = False, **values: object
    ) -> HTMLResponse:
        """The page of a template; ``place`` is the lit place of the rail, "" for a page without a rail."""
        is_open = self.site.is_open and bool(place)
        html = render(
            template,
            self.lang,
            now_ms=self.now_ms,
            zone=self.zone,
            scheme=self.chosen.scheme,
            root=self.site.root,
            place=place,
            token=self.site.token(self.request),
            events=self.url("events") if is_open else "",
            find=self.url("find") if is_open else "",
            unread=unread,
            plain_letters=self.chosen.plain_letters,
            single_letters=self.chosen.single_letters,
            **values,
        )
        return HTMLResponse(html, status)

    def see(self, path: str = "") -> Response:
        """After a POST: go and look at this path of the home (303)."""
        return RedirectResponse(self.url(path), 303)

    def download(self, name: str, data: bytes, media_type: str = "application/octet-stream") -> Response:
        """A file for the person to keep; the browser never shows it as a page of this place."""
        return Response(data, media_type=media_type, headers={"Content-Disposition": disposition(name)})

    def said(self, error: EdgewiseError) -> str:
        """The error in this language, for the macro ``notice``: what happened, and what to do."""
        explained = explain(error, self.words)
        return f"{explained.sentence} {explained.remedy}".strip()

    def status_of(self, error: EdgewiseError) -> int:
        """The HTTP status of a page that tells of this error."""
        return status_of(error)

    def draft_url(self, place: str) -> str:
        """Where the script keeps the text of a composer; ``place`` is any word of up to 100 letters."""
        return self.site.root + "draft/" + quote(place, safe="")

    async def draft(self, place: str) -> str:
        """The text that was kept for this place, or "". Forget it with the Command DropDraft(place)."""
        return (await self.draft_form(place)).text("text")

    async def draft_form(self, place: str) -> Form:
        """The whole form that was kept: "text", and "audience", "warning" and such as they stood in it."""
        row = await self.read(lambda db: outbox.draft(db, place))
        if row is None:
            return Form({})
        return Form({**parse_urlencoded(row.extra.encode("ascii", "replace")).fields, "text": (row.text,)})


async def page_of(request: Request) -> Page:
    """The request as a `Page`, in the language, zone and letters that the person chose."""
    site: Site = request.app.state.site
    chosen = await asyncio.to_thread(site.desk.read, _chosen) if site.is_open else Chosen()
    lang = choose_language(request.headers.get("accept-language", ""), chosen.language)
    return Page(request, site, translator(lang), site.now_ms(), chosen)


def disposition(name: str) -> str:
    """The header that has a browser save what comes, under this name and nowhere else (RFC 6266)."""
    plain = PurePath(name).name.replace('"', "").replace("\\", "")
    ascii_name = plain.encode("ascii", "replace").decode("ascii").replace("?", "_")
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(plain, safe='')}"


def status_of(error: EdgewiseError) -> int:
    """The HTTP status of an error, by its class."""
    return STATUS[error.exit_code]


def _chosen(db: Any) -> Chosen:
    def of(name: str, default: str) -> str:
        found = settings.get(db, name)
        return default if found is None else found

    return Chosen(
        of("language", ""),
        of("zone", ""),
        of("scheme", "auto"),
        of("plain_letters", "no") == "yes",
        of("single_letters", "yes") == "yes",
        of("one_word_answers", "yes") == "yes",
    )
