# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one can do with a line of one's own: change it, take it back."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.core.inputs import Place, Publish, TakeBack
from edgewise.faces.kit import texts
from edgewise.faces.kit.known import Known
from edgewise.faces.kit.page import Page, page_of
from edgewise.features.people import view as people_view
from edgewise.features.talk import view
from edgewise.features.talk.records import SayEdit
from edgewise.features.talk.web.lines import SIGN_CHARS, LineView, anchor, find_line, line_view, who_of
from edgewise.ground.errors import EdgewiseError, Refusal


def _own(db: Any, page: Page, identity: bytes) -> view.Line:
    line = find_line(db, page.request.path_params["line"])
    space = next((each.space for each in view.conversations(db) if each.identity == identity), None)
    if line.space != space:
        raise Refusal("not_found.item")
    if not line.mine:
        raise Refusal("edit.not_yours")
    if line.gone:
        raise Refusal("edit.gone")
    return line


async def edit(request: Request) -> Response:
    """GET and POST /talk/{who}/edit/{line}: another wording of one's own line."""
    page = await page_of(request)
    identity = who_of(page)
    line = await page.read(lambda db: _own(db, page, identity))
    text, notice, status = line.text, "", 200
    if request.method == "POST":
        form = await page.form()
        text = form.text("text").strip()
        try:
            if not text:
                raise Refusal("text.empty")
            if text != line.text:
                await page.do(Publish(Place("talk", identity), SayEdit(line.id, text)))
            return page.see(f"talk/{identity.hex()}#{anchor(line.id)}")
        except EdgewiseError as no:
            notice, status = page.said(no), page.status_of(no)
    name = await page.read(lambda db: people_view.name_of(db, identity))
    return page.render(
        "talk/edit.html",
        place="talk",
        status=status,
        who=identity.hex(),
        line=line.id.hex()[:SIGN_CHARS],
        name=name,
        text=text,
        notice=notice,
    )


async def back(request: Request) -> Response:
    """GET and POST /talk/{who}/back/{line}: take back one's own line."""
    page = await page_of(request)
    identity = who_of(page)
    line = await page.read(lambda db: _own(db, page, identity))
    if request.method == "POST":
        await page.form()
        for each in await page.read(lambda db: view.versions(db, line.id)):
            await page.do(TakeBack(each))
        return page.see(f"talk/{identity.hex()}#{anchor(line.id)}")

    def drawn(db: Any) -> tuple[LineView, str, str]:
        known = Known(db, page.words, page.now_ms)
        shown = line_view(page, db, known, identity, line, False)
        arrived = shown.post.state is not None and shown.post.state.stitch == "arrived"
        said = (
            texts.taking_back(page.words, 1, known.my_name)
            if arrived
            else page.words.gettext("It is not known to have left. It is deleted here, and asked for there.")
        )
        return shown, said, known.name(identity)

    shown, said, name = await page.read(drawn)
    return page.render(
        "talk/back.html",
        place="talk",
        who=identity.hex(),
        line=line.id.hex()[:SIGN_CHARS],
        post=shown.post,
        said=said,
        name=name,
    )


ROUTES: Final = [
    Route("/talk/{who}/edit/{line}", edit, methods=["GET", "POST"]),
    Route("/talk/{who}/back/{line}", back, methods=["GET", "POST"]),
]
