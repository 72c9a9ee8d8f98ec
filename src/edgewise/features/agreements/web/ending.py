# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ends within a fortnight, gathered on one page: row by row, keeping it or letting it end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.core.inputs import RenewAll, SetSetting
from edgewise.faces.kit import dates, texts
from edgewise.faces.kit.known import PERSON_BYTES, Known, id_of
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.paging import Paged, paged
from edgewise.faces.kit.shown import Who
from edgewise.ground.errors import Refusal
from edgewise.ground.instant import DAY_MS
from edgewise.ground.limits import GRANT_DEFAULT_MS
from edgewise.store import agreements, settings
from edgewise.store.agreements import PairRow

ENDING_MS: Final = 14 * DAY_MS
LET_END: Final = "let_end"


@dataclass(frozen=True, slots=True)
class Row:
    """An acquaintance that ends soon from one's own side; ``let_end``: one said that it may."""

    id: str
    who: Who
    said: str
    let_end: bool


def ending(db: Any, now_ms: int) -> list[PairRow]:
    """The acquaintances whose end, from one's own side, comes within a fortnight; the next first."""
    found = [row for row in agreements.pairs(db) if now_ms < row.until_ms <= now_ms + ENDING_MS]
    return sorted(found, key=lambda row: (row.until_ms, row.identity))


def _answer_name(row: PairRow) -> str:
    """The setting in which Home too keeps what was answered; another end is another question."""
    return f"asked:ending-{row.identity.hex()}-{row.until_ms}"


async def show(request: Request) -> Response:
    """GET /agreements/ending."""
    page = await page_of(request)
    return page.render(
        "agreements/ending.html", place="agreements", rows=await page.read(lambda db: _rows(page, db))
    )


def _rows(page: Page, db: Any) -> Paged[Row]:
    known = Known(db, page.words, page.now_ms)

    def row_of(pair: PairRow) -> Row:
        day = dates.dated(pair.until_ms, page.zone, page.words.locale)
        said = texts.ending(page.words, known.name(pair.identity), day, GRANT_DEFAULT_MS // DAY_MS)
        answer = (settings.get(db, _answer_name(pair)) or "").partition(":")[2]
        return Row(pair.identity.hex(), known.who(pair.identity), said, answer == LET_END)

    return paged(page, [row_of(pair) for pair in ending(db, page.now_ms)], "agreements/ending")


async def answer(request: Request) -> Response:
    """POST /agreements/ending/{who}: keep it for another year, or let it end."""
    page = await page_of(request)
    form = await page.form()
    identity = id_of(request.path_params["who"], PERSON_BYTES, "not_found.person")
    pair = await page.read(lambda db: agreements.pair(db, identity))
    if pair is None or pair.state != "live":
        raise Refusal("not_found.person", name=identity.hex()[:8])
    if form.one_of("answer", ("keep", LET_END)) == "keep":
        await page.do(RenewAll(identity, max(pair.until_ms, page.now_ms) + GRANT_DEFAULT_MS))
    else:
        await page.do(SetSetting(_answer_name(pair), f"{page.now_ms}:{LET_END}"))
    return page.see("agreements/ending")


ROUTES: Final = [
    Route("/agreements/ending", show),
    Route("/agreements/ending/{who}", answer, methods=["POST"]),
]
