# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures, voice notes and files to a draft, and out of it again. Nothing leaves before the text does."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.core.inputs import Detach
from edgewise.faces.kit.enclosing import (
    attach_all,
    composed,
    draft_of,
    keep_descriptions,
    path_of_place,
    plain_alt,
)
from edgewise.faces.kit.known import id_of
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.uploads import closing
from edgewise.faces.web.guard import VOICE
from edgewise.faces.web.showing import BLOB_BYTES
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import ALT_MAX_CHARS
from edgewise.media.jobs import VOICE_MAX_MS

LIVE_STATUS: Final = 204
TO: Final = ("voices", "phone")


def _place(page: Page) -> str:
    place: str = page.request.path_params["place"]
    path_of_place(place)
    return place


async def attach(request: Request) -> Response:
    """POST /attach/{place}: what was chosen goes to the draft; the words beside it are kept as they stand."""
    page = await page_of(request)
    place = _place(page)
    form, files = await page.upload()
    with closing(files):
        voice = form.ticked("voice")
        if not voice:
            await keep_descriptions(page, place, form)
            await page.do(draft_of(place, form))
        brought = [each for each in files if each.size_bytes]
        if not brought:
            raise Refusal("attach.nothing")
        await attach_all(
            page, place, brought, voice=voice, alt=plain_alt(form.text("alt", ALT_MAX_CHARS)) if voice else ""
        )
    return Response(status_code=LIVE_STATUS) if page.live else page.see(path_of_place(place))


async def detach(request: Request) -> Response:
    """POST /attached/{place}/drop: take one out again, and keep the words as they stand."""
    page = await page_of(request)
    place = _place(page)
    sent = await composed(page, place)
    await page.do(draft_of(place, sent.form))
    await page.do(Detach(place, id_of(sent.form.text("drop", 100), BLOB_BYTES, "blob.unknown")))
    return page.see(path_of_place(place))


async def to(request: Request) -> Response:
    """POST /attached/{place}/to: keep the words, then go to the page of a voice note or of the phone."""
    page = await page_of(request)
    place = _place(page)
    sent = await composed(page, place)
    await page.do(draft_of(place, sent.form))
    return page.see(f"{sent.form.one_of('to', TO)}/{place}")


async def voice(request: Request) -> Response:
    """GET /voices/{place}: record a voice note here, with a field for its words."""
    page = await page_of(request)
    place = _place(page)
    answer = page.render(
        "web/voice.html",
        place="elsewhere",
        action=page.url(f"attach/{place}"),
        back=page.url(path_of_place(place)),
        seconds=VOICE_MAX_MS // 1000,
        max_chars=ALT_MAX_CHARS,
    )
    answer.headers[VOICE[0]] = VOICE[1]
    return answer


ROUTES: Final = [
    Route("/attach/{place}", attach, methods=["POST"]),
    Route("/attached/{place}/drop", detach, methods=["POST"]),
    Route("/attached/{place}/to", to, methods=["POST"]),
    Route("/voices/{place}", voice),
]
