# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first and the last pages: coming in by a link, setting up, unlocking, erasing everything, ending."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.web.site import HomeSite
from edgewise.features.people.cli import named
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import PASSPHRASE_MAX_CHARS, PASSPHRASE_MIN_CHARS

WAYS: Final = ("passphrase", "remember")


async def enter(request: Request) -> Response:
    """A link: lets the browser in and goes on by itself.

    Answered with 200, since a Strict cookie that is set on a redirect is not sent with it.
    """
    page = await page_of(request)
    site: HomeSite = request.app.state.site
    knows = site.knows(request)
    fresh = site.use_link(request.query_params.get("once", ""))
    if not (fresh or knows):
        return page.render("web/stale.html", status=403)
    answer = page.render("web/enter.html")
    if not knows:
        site.let_in(answer)
    answer.headers["Refresh"] = f"0; url={site.root}"
    return answer


async def setup(request: Request) -> Response:
    """What should people call you, and how is it locked?"""
    page = await page_of(request)
    site: HomeSite = request.app.state.site
    if site.keeper.state != "new":
        return page.see()
    return _setup(page, Form({}), "", 200)


def _setup(page: Page, form: Form, notice: str, status: int) -> HTMLResponse:
    return page.render(
        "web/setup.html",
        status=status,
        notice=notice,
        name=form.fields.get("name", ("",))[0],
        way=form.fields.get("way", ("",))[0],
        min_chars=PASSPHRASE_MIN_CHARS,
        max_chars=PASSPHRASE_MAX_CHARS,
    )


async def begin(request: Request) -> Response:
    """Make the home, as was chosen."""
    page = await page_of(request)
    site: HomeSite = request.app.state.site
    form = await page.form()
    if site.keeper.state != "new":
        return page.see()
    try:
        name = named(form.text("name"))
        remember = form.one_of("way", WAYS) == "remember"
        await site.keeper.begin(name, None if remember else new_passphrase(form), remember)
    except Refusal as no:
        return _setup(page, form, page.said(no), page.status_of(no))
    return page.see()


def new_passphrase(form: Form) -> str:
    """The passphrase that was typed twice. Refusals "passphrase.differs", "passphrase.empty" and its kin."""
    given = form.text("passphrase", 4 * PASSPHRASE_MAX_CHARS)
    if given != form.text("again", 4 * PASSPHRASE_MAX_CHARS):
        raise Refusal("passphrase.differs")
    if not given:
        raise Refusal("passphrase.empty")
    if len(given) < PASSPHRASE_MIN_CHARS:
        raise Refusal("passphrase.too_short", limit_chars=PASSPHRASE_MIN_CHARS)
    return given


async def unlock(request: Request) -> Response:
    """Ask for the passphrase, and open the home with it."""
    page = await page_of(request)
    site: HomeSite = request.app.state.site
    if request.method != "POST":
        if site.keeper.state != "locked":
            return page.see()
        return page.render("web/unlock.html", notice="", max_chars=PASSPHRASE_MAX_CHARS)
    form = await page.form()
    try:
        if site.keeper.state == "locked":
            await site.keeper.unlock(form.text("passphrase", 4 * PASSPHRASE_MAX_CHARS))
    except Refusal as no:
        status = page.status_of(no)
        notice = page.said(no)
        return page.render("web/unlock.html", status=status, notice=notice, max_chars=PASSPHRASE_MAX_CHARS)
    return page.see()


async def forgotten(request: Request) -> Response:
    """The truth about a forgotten passphrase: nobody has it."""
    page = await page_of(request)
    return page.render("web/forgotten.html")


async def erase(request: Request) -> Response:
    """Erase everything of this home here, after a word that was typed out."""
    page = await page_of(request)
    site: HomeSite = request.app.state.site
    wanted = page.words.pgettext("the word to type before all is erased", "erase everything")
    place = "settings" if site.is_open else ""
    if request.method != "POST":
        return page.render("web/erase.html", place=place, wanted=wanted, notice="")
    form = await page.form()
    if form.line("word").casefold() != wanted.casefold():
        notice = page.words.gettext("Nothing was erased: the words are not the same.")
        return page.render("web/erase.html", place=place, status=400, wanted=wanted, notice=notice)
    await site.keeper.erase()
    answer = page.render("web/ended.html", erased=True)
    answer.delete_cookie(site.cookie, path=site.root, httponly=True, samesite="strict")
    site.keeper.end()
    return answer


async def end(request: Request) -> Response:
    """End Edgewise on this computer; its icon starts it again."""
    page = await page_of(request)
    site: HomeSite = request.app.state.site
    await page.form()
    site.keeper.end()
    return page.render("web/ended.html", erased=False)


ROUTES: Final = [
    Route("/enter", enter),
    Route("/setup", setup),
    Route("/setup", begin, methods=["POST"]),
    Route("/unlock", unlock, methods=["GET", "POST"]),
    Route("/forgotten", forgotten),
    Route("/erase", erase, methods=["GET", "POST"]),
    Route("/end", end, methods=["POST"]),
]
