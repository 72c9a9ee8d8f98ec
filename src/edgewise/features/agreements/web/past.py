# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ended and what was refused. Where there is a way back, it stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.faces.kit import clocks
from edgewise.faces.kit.agreed import FEED, Agreed
from edgewise.faces.kit.known import Known
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.paging import paged
from edgewise.faces.kit.render import bdi
from edgewise.faces.kit.shown import Act
from edgewise.identity.invites import open_letter
from edgewise.store import agreements, invitations


@dataclass(frozen=True, slots=True)
class Ended:
    """Something that is over: what it was, how it came to its end, when, and the way back, if any."""

    said: str
    how: str
    at_ms: int
    act: Act | None


async def show(request: Request) -> Response:
    """GET /agreements/ended, the latest first."""
    page = await page_of(request)
    rows = await page.read(lambda db: sorted(_every(page, db), key=lambda row: -row.at_ms))
    return page.render(
        "agreements/ended.html",
        place="agreements",
        rows=paged(page, rows, "agreements/ended"),
        clocks=await page.read(lambda db: ran_out_by(page, db)),
    )


def ran_out_by(page: Page, db: Any) -> tuple[str, ...]:
    """What is known of wrong clocks, where an acquaintance ran out: perhaps it did so by them alone."""
    live = agreements.pairs(db)
    if all(min(row.until_ms, row.their_until_ms) > page.now_ms for row in live):
        return ()
    return tuple(clocks.sentences(db, page.words, page.now_ms))


def _every(page: Page, db: Any) -> Iterator[Ended]:
    known = Known(db, page.words, page.now_ms)
    yield from _acquaintances(page, known)
    yield from _permissions(page, known)
    yield from _letters(page, known)


def _acquaintances(page: Page, known: Known) -> Iterator[Ended]:
    words = page.words
    for row in agreements.pairs(known.db, live=False):
        over = row.ended_ms is not None
        until_ms = min(row.until_ms, row.their_until_ms)
        if not over and until_ms > known.now_ms:
            continue
        name = known.name(row.identity)
        said = words.markup("You and %(name)s were acquainted.", name=bdi(name))
        if over:
            act = Act(words.gettext("Write a new letter"), page.url("letters/new?to=") + quote(name))
            yield Ended(said, words.gettext("one of you ended it"), row.ended_ms or 0, act)
        else:
            act = Act(words.gettext("Look"), page.url(f"people/{row.identity.hex()}"))
            yield Ended(said, words.gettext("it ran out"), until_ms, act)


def _permissions(page: Page, known: Known) -> Iterator[Ended]:
    words, agreed = page.words, Agreed(known)
    ended = {row.identity: row.ended_ms for row in agreements.pairs(known.db, live=False)}
    for row in agreements.grants(known.db):
        if row.space_kind != FEED or (row.ended_ms is None and row.until_ms > known.now_ms):
            continue
        if row.ended_ms is not None and row.ended_ms == ended.get(row.identity):
            continue  # the end of the acquaintance says it
        if row.mine:
            act = Act(words.gettext("Look"), page.url(f"people/{row.identity.hex()}#circles"))
        else:
            act = Act(words.gettext("Ask again"), page.url(f"talk/{row.identity.hex()}"))
        how = words.gettext("it was stopped") if row.ended_ms is not None else words.gettext("it ran out")
        yield Ended(agreed.past(row), how, row.ended_ms or row.until_ms, act)


def _letters(page: Page, known: Known) -> Iterator[Ended]:
    words = page.words
    for row in invitations.letters(known.db, "refused"):
        name = open_letter(row.letter).from_name if row.letter else words.gettext("somebody")
        said = words.markup("%(name)s wrote you a letter.", name=bdi(name))
        act = Act(words.gettext("Read it again"), page.url(f"letter/{row.invitation.hex()}"))
        yield Ended(said, words.gettext("you said no; nobody was told"), row.at_ms, act)
    for own in invitations.every(known.db):
        over = own.state in ("made", "shown") and own.until_ms <= known.now_ms
        if own.state != "withdrawn" and not over:
            continue
        said = words.markup("You wrote a letter to %(name)s.", name=bdi(own.to_name))
        how = words.gettext("nobody answered in time") if over else words.gettext("you took it back later")
        act = Act(words.gettext("Look"), page.url(f"letters/{own.id.hex()}"))
        yield Ended(said, how, own.until_ms if over else own.made_ms, act)


ROUTES: Final = [Route("/agreements/ended", show)]
