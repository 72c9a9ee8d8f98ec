# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures, voice notes and files out of this home, to the browser of its person.

What a file is, its bytes say, never its name or its author: a picture or a sound of a known sort is shown,
all else is only ever saved. Nothing is kept outside this process: small pictures stand in memory, bounded.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from edgewise.core.inputs import CancelBlob, FetchBlob, PauseBlob
from edgewise.faces.kit.attached import LARGE_PX, SMALL_PX
from edgewise.faces.kit.known import id_of
from edgewise.faces.kit.page import Page, disposition, page_of
from edgewise.faces.web.guard import SANDBOX
from edgewise.faces.web.site import HomeSite
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.media.jobs import MIME, PICTURE_MAX_BYTES, PICTURES, VOICES, Prepared
from edgewise.media.sorts import HEAD_BYTES, sort_of
from edgewise.media.workshop import Workshop
from edgewise.store import pieces

BLOB_BYTES: Final = 32
SIZES_PX: Final = {str(SMALL_PX): SMALL_PX, str(LARGE_PX): LARGE_PX}
SMALL_ONES_MAX_BYTES: Final = 24 * 1024 * 1024
"""Some two hundred small pictures."""
TURNS: Final = 2
"""Small pictures in the making at once: the other threads serve pages meanwhile."""
_COMMANDS: Final = {"get": FetchBlob, "pause": PauseBlob, "stop": CancelBlob}


class SmallOnes:
    """Small pictures that were drawn, the latest used; what is erased is shown no more."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[bytes, int], Prepared | EdgewiseError] = OrderedDict()
        self._size = 0
        self.turns = asyncio.Semaphore(TURNS)

    def drawn(self, blob: bytes, px: int, parts: Iterator[bytes]) -> Prepared:
        """The small picture of a blob; ``parts`` are its bytes. Raises what `Workshop.thumbnail` raises."""
        with self._lock:
            found = self._held.get((blob, px))
            if found is not None:
                self._held.move_to_end((blob, px))
        if found is None:
            found = self._draw(blob, px, parts)
        if isinstance(found, EdgewiseError):
            raise found
        return found

    def _draw(self, blob: bytes, px: int, parts: Iterator[bytes]) -> Prepared | EdgewiseError:
        made: Prepared | EdgewiseError
        try:
            made = self._workshop.thumbnail(b"".join(parts), px)
        except EdgewiseError as no:
            made = no  # asked for again with each look at the page: it is bad once and for all
        with self._lock:
            self._held[blob, px] = made
            self._size += _size(made)
            while self._size > SMALL_ONES_MAX_BYTES:
                self._size -= _size(self._held.popitem(last=False)[1])
        return made

    def forget(self, blob: bytes) -> None:
        """It is not here any more."""
        with self._lock:
            for px in SIZES_PX.values():
                self._size -= _size(self._held.pop((blob, px), None))


def _size(held: Prepared | EdgewiseError | None) -> int:
    return len(held.data) if isinstance(held, Prepared) else 0


def _blob(page: Page) -> bytes:
    return id_of(page.request.path_params["blob"], BLOB_BYTES, "blob.unknown")


def _small_ones(page: Page) -> SmallOnes:
    site: HomeSite = page.request.app.state.site
    kept: SmallOnes = page.request.app.state.__dict__.setdefault("small_ones", SmallOnes(site.workshop))
    return kept


async def small(request: Request) -> Response:
    """GET /small/{blob}/{px}: a picture drawn small on this computer."""
    page = await page_of(request)
    blob, px = _blob(page), SIZES_PX.get(request.path_params["px"])
    if px is None:
        raise Refusal("not_found.page")
    small_ones = _small_ones(page)

    def made() -> Prepared:
        state = page.desk.read(lambda db: pieces.state(db, blob))
        if state.state != "here":
            small_ones.forget(blob)
            raise Refusal("blob.not_here")
        if state.size_bytes > PICTURE_MAX_BYTES:
            raise Refusal("media.too_large", limit_mpx=64)
        return small_ones.drawn(blob, px, page.desk.file_bytes(blob))

    async with small_ones.turns:
        drawn = await asyncio.to_thread(made)
    return Response(drawn.data, media_type=drawn.mime)


async def picture(request: Request) -> Response:
    """GET /picture/{blob}: a whole picture, as its author gave it."""
    return await _shown(await page_of(request), PICTURES)


async def voice(request: Request) -> Response:
    """GET /voice/{blob}: a voice note, or a part of it."""
    return await _shown(await page_of(request), VOICES)


async def file(request: Request) -> Response:
    """GET /file/{blob}/{name}: a file to be saved; it is never shown as a page of this place."""
    return await _shown(await page_of(request), ())


async def _shown(page: Page, sorts: tuple[str, ...]) -> Response:
    blob = _blob(page)
    state = await page.read(lambda db: pieces.state(db, blob))
    if state.state != "here":
        raise Refusal("blob.not_here")
    size = state.size_bytes
    head = await asyncio.to_thread(lambda: b"".join(page.desk.file_bytes(blob, 0, HEAD_BYTES)))
    sort = sort_of(head)
    known = sort in sorts and sort in MIME
    headers = {"Accept-Ranges": "bytes"}
    if known:
        headers["Content-Disposition"] = f'inline; filename="edgewise.{sort}"'
    else:
        headers["Content-Security-Policy"] = SANDBOX
        headers["Content-Disposition"] = disposition(page.request.path_params.get("name", sort or "file"))
    span = _span(page.request.headers.get("range", ""), size)
    if span is None:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    first, stop = span
    whole = (first, stop) == (0, size)
    if not whole:
        headers["Content-Range"] = f"bytes {first}-{stop - 1}/{size}"
    headers["Content-Length"] = str(stop - first)
    return StreamingResponse(
        await asyncio.to_thread(page.desk.file_bytes, blob, first, stop),
        200 if whole else 206,
        headers,
        MIME[sort] if known else "application/octet-stream",
    )


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last (RFC 9110 14.1.2); None where nothing of it is there.

    What is asked otherwise than as one range of bytes is answered with the whole, as the RFC allows.
    """
    unit, _, rest = asked.partition("=")
    start, dash, end = rest.strip().partition("-")
    numbers = (start + end).isdecimal() and (start + end).isascii() and len(start + end) < 30
    if unit.strip() != "bytes" or not dash or not numbers:
        return 0, size
    if not start:
        return (max(0, size - int(end)), size) if int(end) and size else None
    if int(start) >= size or (end and int(end) < int(start)):
        return None
    return int(start), min(size, int(end) + 1) if end else size


async def fetch(request: Request) -> Response:
    """POST /fetch/{blob}: get it, pause, or stop; then back to where it stands."""
    page = await page_of(request)
    form = await page.form()
    blob = _blob(page)
    await page.do(_COMMANDS[form.one_of("do", tuple(_COMMANDS))](blob))
    return page.see(form.line("back", 300))


ROUTES: Final = [
    Route("/small/{blob}/{px}", small),
    Route("/picture/{blob}", picture),
    Route("/voice/{blob}", voice),
    Route("/file/{blob}/{name}", file),
    Route("/fetch/{blob}", fetch, methods=["POST"]),
]
