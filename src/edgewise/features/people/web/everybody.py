# SPDX-License-Identifier: AGPL-3.0-or-later
"""People: everybody one has met, under one's own names for them, with what each may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.faces.kit import dates
from edgewise.faces.kit.agreed import Agreed
from edgewise.faces.kit.known import Known
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.paging import Paged, paged
from edgewise.faces.kit.shown import Act, PersonView
from edgewise.features.people import view
from edgewise.features.people.view import Known as Met
from edgewise.store import invitations


@dataclass(frozen=True, slots=True)
class Drawn:
    """The list of people: those one knows first, then those with whom it ended; and open letters."""

    live: tuple[PersonView, ...]
    ended: tuple[PersonView, ...]
    paged: Paged[Met]
    open_letters: int
    received: int


def how_met(page: Page, db: Any, each: Met) -> str:
    """By whose letter one met, and on which day."""
    day = dates.day(each.born_ms, page.now_ms, page.zone, page.words.locale).text
    if invitations.by_identity(db, each.identity) is not None:
        return page.words.gettext("met %(day)s, by a letter of yours", day=day)
    return page.words.gettext("met %(day)s, by a letter from there", day=day)


def standing(page: Page, each: Met) -> str:
    """What one noted about a person, or still has to do with them."""
    words = page.words
    if each.blocked:
        return words.gettext("Blocked: not shown, not written to.")
    if each.muted:
        return words.gettext("Left out of Home.")
    if each.verified is not None and not each.verified.match:
        return words.gettext("The four words differed.")
    if each.check_words and each.verified is None:
        return words.gettext("The four words are not compared yet.")
    return ""


async def everybody(request: Request) -> Response:
    """GET /people."""
    page = await page_of(request)
    return page.render("people/list.html", place="people", drawn=await page.read(lambda db: _drawn(page, db)))


def _drawn(page: Page, db: Any) -> Drawn:
    known = Known(db, page.words, page.now_ms)
    agreed = Agreed(known)
    shown = paged(page, view.known(db), "people")
    letters = [row for row in invitations.every(db) if row.state in ("made", "shown")]
    received = [row for row in invitations.letters(db) if row.state in ("read", "later")]
    return Drawn(
        live=tuple(_row(page, known, agreed, each) for each in shown.rows if each.state == "live"),
        ended=tuple(_row(page, known, agreed, each) for each in shown.rows if each.state != "live"),
        paged=shown,
        open_letters=sum(1 for row in letters if row.until_ms > page.now_ms),
        received=len(received),
    )


def _row(page: Page, known: Known, agreed: Agreed, each: Met) -> PersonView:
    url = page.url(f"people/{each.identity.hex()}")
    if each.state != "live":
        day = dates.day(each.ended_ms, page.now_ms, page.zone, page.words.locale).text
        return PersonView(known.who(each.identity), url, page.words.gettext("ended %(day)s", day=day))
    talk = Act(page.words.pgettext("act", "Talk"), page.url(f"talk/{each.identity.hex()}"))
    return PersonView(
        who=known.who(each.identity),
        url=url,
        met=how_met(page, known.db, each),
        may=agreed.may(each.identity),
        last_met_ms=each.last_met_ms or None,
        waiting=standing(page, each),
        acts=(talk,) if agreed.talks(each.identity) and not each.blocked else (),
    )


ROUTES: Final = [Route("/people", everybody)]
