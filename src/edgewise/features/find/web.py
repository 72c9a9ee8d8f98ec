# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that finds things on this computer. As one types the script asks it again; Enter does the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.faces.kit import found
from edgewise.faces.kit.dates import dated
from edgewise.faces.kit.known import Known
from edgewise.faces.kit.page import Page, page_of
from edgewise.store import agreements, search
from edgewise.store.asked import TYPED_MAX_CHARS

PLACES_MAX: Final = 100
"""Circles that can be chosen as a place; with more, one types."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The page: what was asked, what was found, and what is not here. places: (value, name)."""

    fields: found.Fields
    places: list[tuple[str, str]]
    found: found.Found
    summary: str
    not_here: list[str]
    earlier: str


async def find(request: Request) -> Response:
    """GET /find: what holds these words, on this computer."""
    page = await page_of(request)
    fields = _fields(request)
    asking = await page.read(lambda db: _ask(page, db, fields))
    return page.render("find/find.html", place="home", asking=asking, asked=asking.fields)


def _fields(request: Request) -> found.Fields:
    def given(name: str) -> str:
        return " ".join(request.query_params.get(name, "")[:TYPED_MAX_CHARS].split())

    typed = request.query_params.get("q", "")[:TYPED_MAX_CHARS].replace("\0", " ")
    return found.Fields(
        typed=typed,
        who=given("who"),
        where=given("where"),
        since=given("since"),
        until=given("until"),
        picture=bool(given("picture")),
        best=given("order") == "best",
        before=given("before"),
    )


def _ask(page: Page, db: Any, fields: found.Fields) -> Asking:
    known = Known(db, page.words, page.now_ms)
    seen = found.look(db, known, fields, page.zone)
    _ = page.words.gettext
    circles = [(row.id.hex(), known.circle_name(row)) for row in agreements.circles(db)]
    return Asking(
        fields=fields,
        places=[
            ("", _("everywhere")),
            ("posts", _("in posts")),
            ("talk", _("in talk")),
            *circles[:PLACES_MAX],
        ],
        found=seen,
        summary=_summary(page, fields, seen),
        not_here=[] if page.live else _not_here(page, known, found.not_here(db, known, fields)),
        earlier=page.url("find?" + _query(fields, seen.more)) if seen.more else "",
    )


def _query(fields: found.Fields, before: str) -> str:
    ticked = {"picture": "yes" if fields.picture else "", "order": "best" if fields.best else ""}
    asked = {"q": fields.typed, "who": fields.who, "where": fields.where, "since": fields.since}
    all_fields = {**asked, "until": fields.until, **ticked, "before": before}
    return urlencode({name: value for name, value in all_fields.items() if value})


def _summary(page: Page, fields: found.Fields, seen: found.Found) -> str:
    """How much was found, in one sentence that a screen reader says too; "" while nothing is asked."""
    words = page.words
    if seen.nobody:
        return words.gettext("Nobody here is called “%(name)s”.", name=seen.nobody)
    if not fields.typed.strip() and not fields.is_filtered:
        return ""
    if not seen.count:
        return words.gettext("Nothing here holds that.")
    if fields.best and seen.count >= found.PAGE:
        return words.gettext("The best %(num)s of the newest %(all)s.", num=found.PAGE, all=search.BEST_OF)
    if seen.more:
        return words.gettext("The newest %(num)s; there are earlier ones.", num=found.PAGE)
    return words.ngettext("%(num)s found.", "%(num)s found.", seen.count)


def _not_here(page: Page, known: Known, facts: found.NotHere) -> list[str]:
    words = page.words
    said = [
        words.gettext(
            "The oldest here by %(name)s is from %(day)s.",
            name=known.name(who),
            day=dated(at_ms, page.zone, words.locale),
        )
        for who, at_ms in facts.oldest
    ]
    for who, count in facts.sealed[: found.PEOPLE_MAX]:
        said.append(
            words.ngettext(
                "%(num)s thing by %(name)s is here only sealed, so that it can't be searched.",
                "%(num)s things by %(name)s are here only sealed, so that they can't be searched.",
                count,
                name=known.name(who),
            )
        )
    return said


ROUTES: Final = [Route("/find", find)]
