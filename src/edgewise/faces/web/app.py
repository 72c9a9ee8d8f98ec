# SPDX-License-Identifier: AGPL-3.0-or-later
"""The local page, assembled: the routes of this room and of each feature, under the home's own path."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount

from edgewise import features
from edgewise.faces.kit.explain import explain
from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.page import Page, page_of, status_of
from edgewise.faces.kit.words import choose_language, translator
from edgewise.faces.web import attaching, letters, live, machine, phone, safecopy, settings, showing, start
from edgewise.faces.web.guard import Guard, stale
from edgewise.faces.web.site import HomeSite
from edgewise.faces.web.static import Static
from edgewise.ground.errors import EdgewiseError, Refusal

ROOMS: Final = (*features.NAMES, "agreements", "find")
"""Whose pages stand here besides: the features', finding, and agreements, which are the core's own."""
OWN: Final = (
    *start.ROUTES,
    *settings.ROUTES,
    *letters.ROUTES,
    *safecopy.ROUTES,
    *live.ROUTES,
    *machine.ROUTES,
    *attaching.ROUTES,
    *showing.ROUTES,
    *phone.ROUTES,
)


def build_app(site: HomeSite) -> Guard:
    """The page of one home as an ASGI app; `site` says who may see it."""
    routes: list[BaseRoute] = [
        Mount("/static", Static()),
        *OWN,
        *(route for name in ROOMS for route in feature_routes(name)),
    ]
    app = Starlette(
        routes=[Mount(site.root.rstrip("/"), routes=routes)],
        exception_handlers={EdgewiseError: refused, HTTPException: not_there, Exception: broken},
    )
    app.state.site = site
    return Guard(app, site)  # outside of all, so that the page that tells of a bug is marked too


def feature_routes(name: str) -> list[BaseRoute]:
    """The routes of a feature's pages; none for a feature that has no pages."""
    room = f"edgewise.features.{name}.web"
    if not all(importlib.util.find_spec(each) for each in (room.removesuffix(".web"), room)):
        return []
    web = importlib.import_module(room)
    routes: list[BaseRoute] = list(getattr(web, "ROUTES", ()))
    return routes


async def refused(request: Request, error: Exception) -> Response:
    """What can't be done, as a page: what happened, what to do, and the words that were typed."""
    assert isinstance(error, EdgewiseError)
    if error.code == "web.token":
        return stale(request, request.app.state.site)
    return await _told(request, error, status_of(error))


async def not_there(request: Request, error: Exception) -> Response:
    """A page that does not exist, or is asked for in a way that it does not know."""
    assert isinstance(error, HTTPException)
    return await _told(request, Refusal("not_found.page"), error.status_code)


async def broken(request: Request, error: Exception) -> Response:
    """A bug of ours: said as it is. The caller logs it (Starlette raises it again)."""
    return await _told(request, Refusal("web.broken"), 500)


async def _told(request: Request, error: EdgewiseError, status: int) -> Response:
    form = getattr(request.state, "form", None)
    page = await _page_even_now(request)
    explained = explain(error, page.words)
    return page.render(
        "web/refused.html",
        place="elsewhere" if page.site.is_open else "",
        status=status,
        sentence=explained.sentence,
        remedy=explained.remedy,
        kept="",
        act=None,
        typed=form.fields.get("text", ("",))[0] if isinstance(form, Form) else "",
    )


async def _page_even_now(request: Request) -> Page:
    """The page of a request, also where the store can't even say the language."""
    try:
        return await page_of(request)
    except EdgewiseError:
        site: HomeSite = request.app.state.site
        lang = choose_language(request.headers.get("accept-language", ""))
        return Page(request, site, translator(lang), site.now_ms())
