# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the script asks beside the pages: word that something changed, and the keeping of drafts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from edgewise.faces.kit.enclosing import draft_of, keep_descriptions
from edgewise.faces.kit.page import page_of
from edgewise.faces.web.keeper import CLOSING, Keeper
from edgewise.faces.web.site import HomeSite
from edgewise.ground.errors import Refusal

QUIET_S: Final = 20.0
"""After so long without news a sign of life is sent, so that a browser notices a line that is gone."""
STREAMS_MAX: Final = 32
"""Pages that listen at once; of the tabs of one browser only one does."""
PLACE_MAX_CHARS: Final = 100


async def events(request: Request) -> Response:
    """A stream of the topics that change (HTML standard, "Server-sent events")."""
    site: HomeSite = request.app.state.site
    listening: set[object] = request.app.state.__dict__.setdefault("listening", set())
    if len(listening) >= STREAMS_MAX:
        return Response(status_code=429)
    return StreamingResponse(_topics(site.keeper, listening), media_type="text/event-stream")


async def _topics(keeper: Keeper, listening: set[object]) -> AsyncIterator[str]:
    mine = await keeper.watch()
    listening.add(mine)
    try:
        yield "retry: 2000\n\n"
        while True:
            try:
                topic = await asyncio.wait_for(mine.get(), QUIET_S)
            except TimeoutError:
                yield ":\n\n"
                continue
            if topic == CLOSING:
                return
            while not mine.empty() and topic != CLOSING:  # one look at the page is enough for all of them
                topic = mine.get_nowait()
            if topic == CLOSING:
                return
            yield f"data: {topic}\n\n"
    finally:
        listening.discard(mine)
        keeper.unwatch(mine)


async def keep_draft(request: Request) -> Response:
    """Keep a composer as it stands; an empty one is forgotten."""
    page = await page_of(request)
    place: str = request.path_params["place"]
    form = await page.form()
    if not place or len(place) > PLACE_MAX_CHARS:
        raise Refusal("web.form")
    await keep_descriptions(page, place, form)
    await page.do(draft_of(place, form))
    return Response(status_code=204)


ROUTES: Final = [
    Route("/events", events),
    Route("/draft/{place}", keep_draft, methods=["POST"]),
]
