# SPDX-License-Identifier: AGPL-3.0-or-later
"""Circles: who may read what one writes. Nobody else learns their names, nor who is in them."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from edgewise.core.inputs import MakeCircle, RenameCircle, RetireCircle, SetMember
from edgewise.faces.kit import texts
from edgewise.faces.kit.known import CIRCLE_BYTES, Known, id_of
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.shown import Audience
from edgewise.features.people.cli import named
from edgewise.features.people.web.person import Box, changes, was
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.limits import NAME_MAX_CHARS
from edgewise.store import agreements
from edgewise.store.agreements import CircleRow

SIGN_CHARS: Final = 16
"""Of an id, in a box to tick: five hundred people stay on one page of 60 KB."""


async def every(request: Request) -> Response:
    """GET /circles."""
    return await _every(await page_of(request))


async def _every(page: Page, name: str = "", notice: str = "", status: int = 200) -> HTMLResponse:
    def audiences(db: Any) -> tuple[Audience, ...]:
        return Known(db, page.words, page.now_ms).audiences()

    return page.render(
        "people/circles.html",
        place="people",
        status=status,
        circles=await page.read(audiences),
        name=name,
        notice=notice,
    )


async def make(request: Request) -> Response:
    """POST /circles: a new one, without anybody in it."""
    page = await page_of(request)
    form = await page.form()
    try:
        made: bytes = await page.do(MakeCircle(named(form.line("name", 10 * NAME_MAX_CHARS))))
    except EdgewiseError as no:
        return await _every(page, form.fields.get("name", ("",))[0], page.said(no), page.status_of(no))
    return page.see(f"circles/{made.hex()}")


async def _circle(page: Page) -> CircleRow:
    """The circle of the address. Refusal "not_found.circle"."""
    id = id_of(page.request.path_params["circle"], CIRCLE_BYTES, "not_found.circle")
    row = await page.read(lambda db: agreements.circle(db, id))
    if row is None:
        raise Refusal("not_found.circle", name="")
    return row


async def show(request: Request) -> Response:
    """GET /circles/{circle}."""
    page = await page_of(request)
    return await _shown(page, await _circle(page))


async def _shown(page: Page, row: CircleRow, notice: str = "", status: int = 200) -> HTMLResponse:
    def drawn(db: Any) -> tuple[str, tuple[str, ...], tuple[Box, ...]]:
        known = Known(db, page.words, page.now_ms)
        inside = set(agreements.members(db, row.id))
        met = [pair.identity for pair in agreements.pairs(db)]
        boxes = [Box(each.hex()[:SIGN_CHARS], known.name(each), each in inside) for each in met]
        boxes.sort(key=lambda box: (box.name.casefold(), box.id))
        return known.circle_name(row), known.audience(row).names, tuple(boxes)

    name, names, boxes = await page.read(drawn)
    return page.render(
        "people/circle.html",
        place="people",
        status=status,
        id=row.id.hex(),
        builtin=row.builtin,
        name=name,
        said=texts.circle(page.words, names) if names else "",
        boxes=() if row.builtin == "me" else boxes,
        was=was(boxes),
        notice=notice,
    )


async def put(request: Request) -> Response:
    """POST /circles/{circle}/people: who is in it."""
    page = await page_of(request)
    form = await page.form()
    row = await _circle(page)
    everyone = [pair.identity for pair in await page.read(agreements.pairs)]
    ticked, unticked = changes(form, "who")
    for present, signs in ((True, ticked), (False, unticked)):
        for sign in signs:
            await page.do(SetMember(row.id, _one(everyone, sign), present))
    return page.see(f"circles/{row.id.hex()}")


def _one(everyone: list[bytes], sign: str) -> bytes:
    """The one person whose id begins so. Refusal "not_found.person"."""
    found = [each for each in everyone if len(sign) == SIGN_CHARS and each.hex().startswith(sign)]
    if len(found) != 1:
        raise Refusal("not_found.person", name=sign[:SIGN_CHARS])
    return found[0]


async def rename(request: Request) -> Response:
    """POST /circles/{circle}/name."""
    page = await page_of(request)
    form = await page.form()
    row = await _circle(page)
    try:
        await page.do(RenameCircle(row.id, named(form.line("name", 10 * NAME_MAX_CHARS))))
    except EdgewiseError as no:
        return await _shown(page, row, page.said(no), page.status_of(no))
    return page.see(f"circles/{row.id.hex()}")


async def retire(request: Request) -> Response:
    """POST /circles/{circle}/retire: nothing is written to it any more, and every reading of it ends."""
    page = await page_of(request)
    await page.form()
    await page.do(RetireCircle((await _circle(page)).id))
    return page.see("circles")


ROUTES: Final = [
    Route("/circles", every),
    Route("/circles", make, methods=["POST"]),
    Route("/circles/{circle}", show),
    Route("/circles/{circle}/people", put, methods=["POST"]),
    Route("/circles/{circle}/name", rename, methods=["POST"]),
    Route("/circles/{circle}/retire", retire, methods=["POST"]),
]
