# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding things: people, posts and talk that are on this computer. Nobody else is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.faces.kit.known import Known
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.said import shortened
from edgewise.faces.kit.shown import PostView, Who
from edgewise.features.people import view as people_view
from edgewise.features.posts import view
from edgewise.features.posts.web.shown import Shown
from edgewise.features.talk import view as talk_view
from edgewise.store import shelf

QUERY_MAX_CHARS: Final = 200
FOUND_MAX: Final = 20
LINE_CHARS: Final = 140


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line of a talk that was found: with whom, by whom, and where it stands."""

    who: Who
    by: str
    text: str
    at_ms: int
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, newest first."""

    people: list[tuple[Who, str]]
    posts: list[PostView]
    lines: list[FoundLine]

    @property
    def is_empty(self) -> bool:
        """True when nothing was found."""
        return not (self.people or self.posts or self.lines)


async def find(request: Request) -> Response:
    """GET /find?q=: what holds these words, on this computer."""
    page = await page_of(request)
    wanted = " ".join(request.query_params.get("q", "")[:QUERY_MAX_CHARS].split())
    found = await page.read(lambda db: _search(page, db, wanted)) if wanted else Found([], [], [])
    return page.render("posts/find.html", place="home", wanted=wanted, found=found)


def _search(page: Page, db: Any, wanted: str) -> Found:
    known = Known(db, page.words, page.now_ms)
    shown = Shown(page, known)
    people = [
        (known.who(each.identity), page.url(f"people/{each.identity.hex()}"))
        for each in people_view.known(db)
        if wanted.casefold() in f"{each.name}\n{each.own_name}".casefold()
    ]
    posts = [shown.alone(each) for each in view.search(db, wanted, FOUND_MAX)]
    others = {row.id: row.peer or row.owner for row in shelf.spaces(db, kind="dm")}
    lines = [
        _line(page, known, each, others[each.space])
        for each in talk_view.search(db, wanted, FOUND_MAX)
        if each.space in others
    ]
    return Found(people[:FOUND_MAX], posts, lines)


def _line(page: Page, known: Known, line: talk_view.Line, other: bytes) -> FoundLine:
    text = line.text if len(line.text) <= LINE_CHARS else shortened(line.text, LINE_CHARS)
    at_ms = min(line.wall_ms, known.now_ms)
    url = page.url(f"talk/{other.hex()}?from={line.order_ms}-{line.id.hex()}#l-{line.id.hex()[:16]}")
    return FoundLine(known.who(other), known.name(line.author), text, at_ms, url)


ROUTES: Final = [Route("/find", find)]
