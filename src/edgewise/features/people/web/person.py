# SPDX-License-Identifier: AGPL-3.0-or-later
"""One person: the four words, what they may read, one's own name for them, files, and the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from edgewise.core.inputs import CompareWords, EndAcquaintance, Place, Publish, SetMember
from edgewise.faces.kit.agreed import Agreed
from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.known import PERSON_BYTES, Known, id_of
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.shown import Who
from edgewise.features.people import view
from edgewise.features.people.cli import named
from edgewise.features.people.records import Mute, Petname, Verified
from edgewise.features.people.view import Known as Met
from edgewise.features.people.web.everybody import how_met
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.limits import NAME_MAX_CHARS
from edgewise.store import agreements

HEARING: Final = ("hear", "mute", "block")
SELF: Final = Place("self")


@dataclass(frozen=True, slots=True)
class Box:
    """A box to tick: what it stands for, its words, whether it is ticked, and a line below."""

    id: str
    name: str
    ticked: bool
    small: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The page of one person."""

    id: str
    who: Who
    met: Met
    how_met: str
    may: tuple[str, ...]
    talks: bool
    words: tuple[str, ...]
    hearing: str
    circles: tuple[Box, ...]

    @property
    def was(self) -> str:
        """Which boxes were ticked when the page was drawn: only what the person changes is changed."""
        return was(self.circles)


def was(boxes: tuple[Box, ...]) -> str:
    """The names of the boxes that are ticked, for a hidden field."""
    return " ".join(box.id for box in boxes if box.ticked)


def changes(form: Form, field: str) -> tuple[list[str], list[str]]:
    """What was ticked and what was unticked since the page was drawn, in the order of the page."""
    before = form.text("was").split()
    now = form.many(field)
    return [each for each in now if each not in before], [each for each in before if each not in now]


async def _met(page: Page) -> Met:
    """The person of the address. Refusal "not_found.person"."""
    identity = id_of(page.request.path_params["who"], PERSON_BYTES, "not_found.person")
    everyone = await page.read(view.known)
    for each in everyone:
        if each.identity == identity:
            return each
    raise Refusal("not_found.person", name=identity.hex()[:8])


async def show(request: Request) -> Response:
    """GET /people/{who}."""
    page = await page_of(request)
    return await _shown(page, await _met(page))


async def _shown(page: Page, met: Met, notice: str = "", status: int = 200) -> HTMLResponse:
    drawn = await page.read(lambda db: _drawn(page, db, met))
    differed = met.verified is not None and not met.verified.match
    return page.render(
        "people/person.html",
        place="people",
        status=status,
        drawn=drawn,
        notice=notice,
        differed=page.said(Refusal("words.differ")) if differed else "",
    )


def _drawn(page: Page, db: Any, met: Met) -> Drawn:
    known = Known(db, page.words, page.now_ms)
    agreed = Agreed(known)
    inside = {row.id for row in agreed.circles_of(met.identity)}
    return Drawn(
        id=met.identity.hex(),
        who=known.who(met.identity),
        met=met,
        how_met=how_met(page, db, met),
        may=agreed.may(met.identity),
        talks=agreed.talks(met.identity) and not met.blocked,
        words=tuple(met.check_words.split()),
        hearing="block" if met.blocked else "mute" if met.muted else "hear",
        circles=tuple(
            Box(row.id.hex(), known.circle_name(row), row.id in inside)
            for row in agreements.circles(db)
            if row.builtin != "me"
        ),
    )


async def compare(request: Request) -> Response:
    """POST /people/{who}/words: the four words were the same, or not."""
    page = await page_of(request)
    form = await page.form()
    met = await _met(page)
    match = form.one_of("answer", ("same", "differ")) == "same"
    await page.do(CompareWords(met.identity, match))
    await page.do(Publish(SELF, Verified(met.identity, match, met.check_words)))
    return page.see(f"people/{met.identity.hex()}#words")


async def rename(request: Request) -> Response:
    """POST /people/{who}/name: one's own name for a person; without any, theirs comes back."""
    page = await page_of(request)
    form = await page.form()
    met = await _met(page)
    try:
        name = named(form.line("name", 10 * NAME_MAX_CHARS), empty=True)
        await page.do(Publish(SELF, Petname(met.identity, "" if name == met.own_name else name)))
    except EdgewiseError as no:
        return await _shown(page, met, page.said(no), page.status_of(no))
    return page.see(f"people/{met.identity.hex()}")


async def hear(request: Request) -> Response:
    """POST /people/{who}/hearing: show what they write, leave it out of Home, or block them."""
    page = await page_of(request)
    form = await page.form()
    met = await _met(page)
    chosen = form.one_of("hearing", HEARING)
    await page.do(Publish(SELF, Mute(met.identity, chosen != "hear", chosen == "block")))
    return page.see(f"people/{met.identity.hex()}#hearing")


async def place(request: Request) -> Response:
    """POST /people/{who}/circles: in which circles a person is."""
    page = await page_of(request)
    form = await page.form()
    met = await _met(page)
    own = {row.id.hex(): row.id for row in await page.read(agreements.circles) if row.builtin != "me"}
    ticked, unticked = changes(form, "circle")
    for present, ids in ((True, ticked), (False, unticked)):
        for id in ids:
            if id not in own:
                raise Refusal("not_found.circle", name="")
            await page.do(SetMember(own[id], met.identity, present))
    return page.see(f"people/{met.identity.hex()}#circles")


async def end(request: Request) -> Response:
    """POST /people/{who}/end: the end of an acquaintance, in one act."""
    page = await page_of(request)
    await page.form()
    met = await _met(page)
    await page.do(EndAcquaintance(met.identity))
    return page.see(f"people/{met.identity.hex()}")


ROUTES: Final = [
    Route("/people/{who}", show),
    Route("/people/{who}/words", compare, methods=["POST"]),
    Route("/people/{who}/name", rename, methods=["POST"]),
    Route("/people/{who}/hearing", hear, methods=["POST"]),
    Route("/people/{who}/circles", place, methods=["POST"]),
    Route("/people/{who}/end", end, methods=["POST"]),
]
