# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds now, by person: what one reads of theirs, and they of one's own; and stopping, in one click."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.core.inputs import SetMember, StopGrant
from edgewise.faces.kit import dates, texts, waits
from edgewise.faces.kit.agreed import FEED, Agreed
from edgewise.faces.kit.known import CIRCLE_BYTES, PERSON_BYTES, Known, id_of
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.paging import Paged, number_of, paged
from edgewise.faces.kit.render import bdi
from edgewise.faces.kit.shown import AgreementView, Hold
from edgewise.features.agreements.web import holding
from edgewise.features.agreements.web.ending import ending
from edgewise.features.agreements.web.holders import Table, table_of
from edgewise.features.agreements.web.past import ran_out_by
from edgewise.ground.errors import Refusal
from edgewise.store import agreements
from edgewise.store.agreements import GrantRow, PairRow

GRANT_BYTES: Final = 16
UNDO_MS: Final = 8000
HOLDERS_SHOWN: Final = 24


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page: an agreement with a person; ``to_come``: it begins with the next post."""

    identity: bytes
    view: AgreementView
    to_come: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one person on this page."""

    id: str
    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The page of agreements."""

    groups: tuple[Group, ...]
    paged: Paged[Line]
    ending: int
    holders: Table | None
    ended: bool
    clocks: tuple[str, ...]
    waits: tuple[str, ...]
    why: str


class Lines:
    """Turns what holds into lines. ``back`` stands in the address of each Stop: one stays in place."""

    def __init__(self, page: Page, db: Any, back: str) -> None:
        self._page = page
        self._words = page.words
        self._known = Known(db, page.words, page.now_ms)
        self._agreed = Agreed(self._known)
        self._back = back
        self._stopped = self._just_stopped()

    def every(self, pairs: Sequence[PairRow]) -> list[Line]:
        """The lines of these acquaintances, by name."""
        ordered = sorted(pairs, key=lambda row: (self._known.name(row.identity).casefold(), row.identity))
        return [line for row in ordered for line in self._of(row)]

    def groups(self, lines: Sequence[Line]) -> tuple[Group, ...]:
        """Lines that stand together, by person."""
        found: dict[bytes, list[Line]] = {}
        for line in lines:
            found.setdefault(line.identity, []).append(line)
        return tuple(Group(who.hex(), self._known.name(who), tuple(each)) for who, each in found.items())

    def _of(self, pair: PairRow) -> Iterator[Line]:
        yield Line(pair.identity, self._meeting(pair))
        yield from (Line(pair.identity, self._reading(row)) for row in self._rows(pair.identity))
        for circle in self._agreed.to_come(pair.identity):
            sentence = self._words.markup(
                "%(name)s reads what you write to %(circle)s, from your next post there on.",
                name=bdi(self._known.name(pair.identity)),
                circle=Markup("<b>{}</b>").format(bdi(self._known.circle_name(circle))),
            )
            path = f"agreements/next/{circle.id.hex()}/{pair.identity.hex()}"
            id = f"n-{circle.id.hex()[:8]}-{pair.identity.hex()[:8]}"
            yield Line(
                pair.identity,
                AgreementView(id, sentence, self._known.now_ms, "lock", self._url(path), pair.until_ms),
                to_come=True,
            )

    def _rows(self, identity: bytes) -> list[GrantRow]:
        """What holds; and what was stopped a moment ago, where it stood before."""
        rows = self._agreed.reading(identity)
        if self._stopped is not None and self._stopped.identity == identity:
            rows = sorted([*rows, self._stopped], key=lambda row: (not row.mine, row.given_ms, row.id))
        return rows

    def _just_stopped(self) -> GrantRow | None:
        """The agreement that the address names as stopped."""
        sign = self._page.request.query_params.get("stopped", "")
        if not sign:
            return None
        row = agreements.grant(self._known.db, id_of(sign, GRANT_BYTES, "grant.missing"))
        return row if row is not None and row.ended_ms is not None and row.space_kind == FEED else None

    def _url(self, path: str) -> str:
        return self._page.url(f"{path}/stop?back={self._back}")

    def _meeting(self, pair: PairRow) -> AgreementView:
        name = bdi(self._known.name(pair.identity))
        if self._agreed.talks(pair.identity):
            sentence = self._words.markup(
                "You and %(name)s talk with each other, and your computers may find each other.", name=name
            )
        else:
            sentence = self._words.markup(
                "You and %(name)s are acquainted, and your computers may find each other.", name=name
            )
        until_ms = min(pair.until_ms, pair.their_until_ms)
        return AgreementView(f"m-{pair.identity.hex()[:16]}", sentence, pair.born_ms, "lock", "", until_ms)

    def _reading(self, grant: GrantRow) -> AgreementView:
        if grant.ended_ms is not None:
            return self._over(grant, grant.ended_ms)
        return AgreementView(
            id=f"a-{grant.id.hex()}",
            sentence=self._agreed.sentence(grant),
            since_ms=grant.given_ms,
            by="lock",
            stop_url=self._url(f"agreements/{grant.id.hex()}"),
            until_ms=grant.until_ms,
        )

    def _over(self, grant: GrantRow, ended_ms: int) -> AgreementView:
        """The line that was stopped: what happens now, and the way back while it is short."""
        circle = self._agreed.circle_id(grant)
        short = self._known.now_ms < ended_ms + UNDO_MS and grant.mine
        path = f"agreements/next/{circle.hex()}/{grant.identity.hex()}/undo?back={self._back}"
        undo = short and agreements.circle(self._known.db, circle) is not None
        return AgreementView(
            id=f"a-{grant.id.hex()}",
            sentence=self._agreed.past(grant),
            since_ms=grant.given_ms,
            by="lock",
            until=self._words.gettext("stopped"),
            hold=Hold(ended_ms + UNDO_MS, self._page.url(path)) if undo else None,
            stopped=self._what_now(grant),
        )

    def _what_now(self, grant: GrantRow) -> str:
        name = self._known.name(grant.identity)
        if grant.mine:
            posts = holding.count_in(self._known.db, grant.identity, grant.space)
            return texts.stopping(self._words, name, self._agreed.circle_name(grant), posts)
        return self._words.gettext(
            "Nothing new of it comes to you. What came stays here. %(name)s will see that this agreement "
            "ended, but no reason. To read on, ask %(name)s.",
            name=name,
        )


async def show(request: Request) -> Response:
    """GET /agreements."""
    page = await page_of(request)
    return page.render(
        "agreements/list.html", place="agreements", drawn=await page.read(lambda db: _drawn(page, db))
    )


def _drawn(page: Page, db: Any) -> Drawn:
    lines = Lines(page, db, str(number_of(page)))
    shown = paged(page, lines.every(agreements.pairs(db)), "agreements")

    def said(at_ms: int) -> str:
        return dates.when(at_ms, page.now_ms, page.zone, page.words.locale).text

    return Drawn(
        groups=lines.groups(shown.rows),
        paged=shown,
        ending=len(ending(db, page.now_ms)),
        holders=table_of(page, db, HOLDERS_SHOWN) if shown.number == 1 else None,
        ended=bool(agreements.pairs(db, live=False)),
        clocks=ran_out_by(page, db),
        waits=tuple(waits.sentences(db, page.words, page.now_ms, said)),
        why=waits.why(page.words),
    )


async def with_one(request: Request) -> Response:
    """GET /agreements/with/{who}: what was agreed with one person."""
    page = await page_of(request)
    identity = id_of(request.path_params["who"], PERSON_BYTES, "not_found.person")

    def drawn(db: Any) -> tuple[str, Paged[Line]]:
        pair = agreements.pair(db, identity)
        if pair is None:
            raise Refusal("not_found.person", name=identity.hex()[:8])
        lines = Lines(page, db, identity.hex()).every([pair] if pair.state == "live" else [])
        name = Known(db, page.words, page.now_ms).name(identity)
        return name, paged(page, lines, f"agreements/with/{identity.hex()}")

    name, lines = await page.read(drawn)
    return page.render("agreements/with.html", place="agreements", id=identity.hex(), name=name, lines=lines)


def _back(page: Page, query: str = "") -> Response:
    """To the page on which Stop stood: a person's, or a page of the list."""
    back = page.request.query_params.get("back", "")
    if len(back) == 2 * PERSON_BYTES:
        who = id_of(back, PERSON_BYTES, "not_found.person").hex()
        return page.see(f"agreements/with/{who}?{query}")
    number = int(back) if back.isascii() and back.isdigit() and len(back) < 7 else 1
    return page.see(f"agreements?page={number}&{query}")


async def stop(request: Request) -> Response:
    """POST /agreements/{grant}/stop: it ends at once, from one's own side."""
    page = await page_of(request)
    await page.form()
    grant = id_of(request.path_params["grant"], GRANT_BYTES, "grant.missing")
    row = await page.read(lambda db: agreements.grant(db, grant))
    if row is None or row.space_kind != FEED:
        raise Refusal("grant.missing")
    await page.do(StopGrant(grant))
    return _back(page, f"stopped={grant.hex()}#a-{grant.hex()}")


async def _member(page: Page, present: bool) -> Response:
    await page.form()
    circle = id_of(page.request.path_params["circle"], CIRCLE_BYTES, "not_found.circle")
    who = id_of(page.request.path_params["who"], PERSON_BYTES, "not_found.person")
    await page.do(SetMember(circle, who, present))
    return _back(page)


async def stop_next(request: Request) -> Response:
    """POST /agreements/next/{circle}/{who}/stop: what was to begin with the next post does not begin."""
    return await _member(await page_of(request), present=False)


async def undo(request: Request) -> Response:
    """POST /agreements/next/{circle}/{who}/undo: the stopped reading goes on, with the next post."""
    return await _member(await page_of(request), present=True)


ROUTES: Final = [
    Route("/agreements", show),
    Route("/agreements/with/{who}", with_one),
    Route("/agreements/next/{circle}/{who}/stop", stop_next, methods=["POST"]),
    Route("/agreements/next/{circle}/{who}/undo", undo, methods=["POST"]),
    Route("/agreements/{grant}/stop", stop, methods=["POST"]),
]
