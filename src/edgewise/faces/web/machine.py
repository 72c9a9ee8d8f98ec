# SPDX-License-Identifier: AGPL-3.0-or-later
"""The door for the command line: a program of the same person, which shows the token of the home's note."""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edgewise.faces.web.keeper import Errand
from edgewise.faces.web.site import HomeSite
from edgewise.ground.canon import UNREADABLE
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import MIB

ERRAND_MAX_BYTES: Final = 4 * MIB
"""Words typed in a shell, and a text on the input."""


async def command(request: Request) -> Response:
    """Run one command of the command line here, and send back what it said."""
    site: HomeSite = request.app.state.site
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > ERRAND_MAX_BYTES:
            raise Refusal("web.too_big")
    try:
        errand = msgspec.json.decode(bytes(body), type=Errand)
    except UNREADABLE as error:
        raise Refusal("web.form") from error
    return Response(msgspec.json.encode(await site.keeper.run(errand)), media_type="application/json")


async def link(request: Request) -> Response:
    """A fresh link to the page, for the icon and for "edgewise open"."""
    site: HomeSite = request.app.state.site
    return JSONResponse({"link": site.new_link()})


ROUTES: Final = [
    Route("/command", command, methods=["POST"]),
    Route("/link", link, methods=["POST"]),
]
