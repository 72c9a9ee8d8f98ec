# SPDX-License-Identifier: AGPL-3.0-or-later
"""One letter that one wrote: to be saved, printed, shown as a square or copied; and what became of it."""

from __future__ import annotations

from typing import Any, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from edgewise.core.effects import LetterMade
from edgewise.core.inputs import ShowLetter, WithdrawLetter
from edgewise.faces.kit import texts
from edgewise.faces.kit.known import Known, id_of
from edgewise.faces.kit.letterpage import LetterView, letter_html, until_day
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.qr import qr_svg
from edgewise.features.people.web.letters import state_of, state_words
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.identity.invites import LetterBody, open_letter, parse_ticket
from edgewise.identity.tickets import LETTER_PREFIX
from edgewise.store import invitations
from edgewise.store.invitations import InvitationRow

LETTER_ID_BYTES: Final = 32


def letter_view(body: LetterBody, sealed_text: str = "", square: str = "") -> LetterView:
    """A letter as the macro and the file show it."""
    return LetterView(
        number=int.from_bytes(body.invitation[:2], "big"),
        from_name=body.from_name,
        to_name=body.to_name,
        words=body.words,
        offers=body.offers,
        items=[(item.title, item.text) for item in body.items],
        until_ms=body.until_ms,
        sealed_text=sealed_text,
        qr_svg=square,
    )


def _square(page: Page, made: LetterMade) -> Markup:
    return qr_svg(made.ticket, page.words.gettext("The way to this letter, as a square for a camera"))


async def _row(page: Page) -> InvitationRow:
    """The letter of the address. Refusal "letter.unknown"."""
    id = id_of(page.request.path_params["letter"], LETTER_ID_BYTES, "letter.unknown")
    row = await page.read(lambda db: invitations.get(db, id))
    if row is None:
        raise Refusal("letter.unknown")
    return row


async def show(request: Request) -> Response:
    """GET /letters/{letter}: the same letter again, as often as one likes."""
    page = await page_of(request)
    return await _shown(page, await _row(page))


async def _shown(page: Page, row: InvitationRow, notice: str = "", status: int = 200) -> HTMLResponse:
    state = state_of(row, page.now_ms)
    made: LetterMade | None = await page.do(ShowLetter(row.id)) if state == "open" else None

    def said(db: Any) -> str:
        return state_words(row, Known(db, page.words, page.now_ms))

    view = letter_view(open_letter(row.letter))
    return page.render(
        "people/letter.html",
        place="people",
        status=status,
        notice=notice,
        id=row.id.hex(),
        state=state,
        said=await page.read(said),
        view=view,
        day=until_day(view, page.lang, page.zone),
        ticket=made.ticket if made is not None else "",
        square=_square(page, made) if made is not None else "",
        reachable=made is not None and bool(parse_ticket(made.ticket).addrs),
        no_answer=texts.no_answer(page.words),
        identity=row.identity.hex() if row.identity is not None else "",
    )


async def file(request: Request) -> Response:
    """GET /letters/{letter}/letter.html: the letter as one file that any browser shows."""
    page = await page_of(request)
    made: LetterMade = await page.do(ShowLetter((await _row(page)).id))
    view = letter_view(made.body, made.letter.removeprefix(LETTER_PREFIX), str(_square(page, made)))
    to = "".join(sign for sign in made.body.to_name if sign.isalnum() or sign in " -_").strip()
    html = letter_html(view, page.lang, page.zone)
    return page.download(f"letter for {to}.html" if to else "letter.html", html.encode(), "text/html")


async def paper(request: Request) -> Response:
    """GET /letters/{letter}/print: the letter alone, with its square, as paper shows it."""
    page = await page_of(request)
    made: LetterMade = await page.do(ShowLetter((await _row(page)).id))
    view = letter_view(made.body)
    return page.render(
        "people/paper.html",
        id=made.invitation.hex(),
        view=view,
        day=until_day(view, page.lang, page.zone),
        square=_square(page, made),
        ticket=made.ticket,
    )


async def withdraw(request: Request) -> Response:
    """POST /letters/{letter}/withdraw: whoever holds it can't use it any more."""
    page = await page_of(request)
    await page.form()
    row = await _row(page)
    try:
        await page.do(WithdrawLetter(row.id))
    except EdgewiseError as no:
        return await _shown(page, await _row(page), page.said(no), page.status_of(no))
    return page.see(f"letters/{row.id.hex()}")


ROUTES: Final = [
    Route("/letters/{letter}", show),
    Route("/letters/{letter}/letter.html", file),
    Route("/letters/{letter}/print", paper),
    Route("/letters/{letter}/withdraw", withdraw, methods=["POST"]),
]
