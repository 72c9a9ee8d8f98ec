# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing a letter, and the letters that one wrote.

Nothing is offered and nothing put in unless it is ticked. Only own posts can go into a letter: the words of
others are not one's own to hand on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from edgewise.core.effects import LetterMade
from edgewise.core.inputs import DropDraft, MakeLetter, SetSetting
from edgewise.faces.kit import dates, texts
from edgewise.faces.kit.agreed import offer
from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.known import ITEM_BYTES, Known, id_of
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.paging import paged
from edgewise.faces.kit.said import shortened
from edgewise.features.people.cli import named
from edgewise.features.people.web.person import Box
from edgewise.features.posts import view as posts_view
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.instant import DAY_MS
from edgewise.ground.limits import LETTER_DEFAULT_MS, LETTER_ITEMS_MAX, NAME_MAX_CHARS, PURPOSE_MAX_CHARS
from edgewise.store import agreements, invitations
from edgewise.store.invitations import InvitationRow

DRAFT: Final = "letter"
DAYS: Final = (3, 7, 14, 30, 90)
DAYS_DEFAULT: Final = LETTER_DEFAULT_MS // DAY_MS
POSTS_LOOKED_AT: Final = 60
POSTS_SHOWN: Final = 8
EXCERPT_CHARS: Final = 140


@dataclass(frozen=True, slots=True)
class Written:
    """A letter in the list: for whom, how it stands, and until when it is open (None: it is not)."""

    id: str
    to_name: str
    said: str
    made_ms: int
    until_ms: int | None


def state_of(row: InvitationRow, now_ms: int) -> str:
    """How a letter of one's own stands: "open", "used", "expired" or "withdrawn"."""
    if row.state in ("made", "shown"):
        return "open" if row.until_ms > now_ms else "expired"
    return row.state


def state_words(row: InvitationRow, known: Known) -> str:
    """The same, as people say it; where somebody answered, with the name."""
    words = known.words
    if row.identity is not None:
        return words.gettext("answered by %(name)s", name=known.name(row.identity))
    said: dict[str, str] = {
        "open": words.gettext("no answer yet"),
        "used": words.gettext("answered"),
        "expired": words.gettext("it has ended"),
        "withdrawn": words.gettext("taken back"),
    }
    return said[state_of(row, known.now_ms)]


async def every(request: Request) -> Response:
    """GET /letters: what one wrote, the newest first."""
    page = await page_of(request)

    def drawn(db: Any) -> list[Written]:
        known = Known(db, page.words, page.now_ms)
        return [
            Written(
                row.id.hex(),
                row.to_name,
                state_words(row, known),
                row.made_ms,
                row.until_ms if state_of(row, page.now_ms) == "open" else None,
            )
            for row in invitations.every(db)
        ]

    return page.render(
        "people/letters.html", place="people", letters=paged(page, await page.read(drawn), "letters")
    )


async def write(request: Request) -> Response:
    """GET /letters/new, with the draft that was kept; nothing in it is ticked."""
    page = await page_of(request)
    kept = await page.draft_form(DRAFT)
    to = request.query_params.get("to", "")[:NAME_MAX_CHARS] or kept.line("to")
    form = Form({"to": (to,), "text": (kept.text("text"),), "other": (kept.line("other"),)})
    return await _writing(page, form)


async def _writing(page: Page, form: Form, notice: str = "", status: int = 200) -> HTMLResponse:
    to = " ".join(form.fields.get("to", ("",))[0].split())
    days = form.fields.get("days", (str(DAYS_DEFAULT),))[0]
    until = dates.dated(page.now_ms + DAYS_DEFAULT * DAY_MS, page.zone, page.words.locale)
    circles, posts = await page.read(lambda db: _choices(page, db, form))
    return page.render(
        "people/write.html",
        place="people",
        status=status,
        notice=notice,
        to=to,
        text=form.fields.get("text", ("",))[0],
        other=form.fields.get("other", ("",))[0],
        days=days if days.isdecimal() and int(days) in DAYS else str(DAYS_DEFAULT),
        choices=DAYS,
        said=texts.letter_to_one(page.words, to, until) if to else "",
        until=until,
        draft=page.draft_url(DRAFT),
        circles=circles,
        posts=posts,
    )


def _choices(page: Page, db: Any, form: Form) -> tuple[list[Box], list[Box]]:
    known = Known(db, page.words, page.now_ms)
    circles = [
        Box(row.id.hex(), offer(row, known.circle_name(row), known), row.id.hex() in form.many("offer"))
        for row in agreements.circles(db)
        if row.builtin != "me"
    ]
    posts = [
        Box(
            item.id.hex(),
            item.warning or shortened(item.text, EXCERPT_CHARS)
            if len(item.text) > EXCERPT_CHARS
            else item.text,
            item.id.hex() in form.many("item"),
            dates.day(item.wall_ms, page.now_ms, page.zone, page.words.locale).text,
        )
        for item in posts_view.home_items(db, limit=POSTS_LOOKED_AT)
        if item.mine and not item.gone
    ]
    return circles, posts[:POSTS_SHOWN]


async def make(request: Request) -> Response:
    """POST /letters/new: the letter is made; it lies here until it is given to somebody."""
    page = await page_of(request)
    form = await page.form()
    try:
        offered = await page.read(lambda db: _offered(page, db, form))
        items = await page.read(lambda db: _items(page, db, form))
        words = form.text("text").strip()
        if not words:
            raise Refusal("text.empty")
        other = form.line("other", PURPOSE_MAX_CHARS)
        offers = (*(said for _id, said in offered), *((other,) if other else ()))
        until_ms = page.now_ms + int(form.one_of("days", tuple(str(each) for each in DAYS))) * DAY_MS
        to = named(form.line("to", 10 * NAME_MAX_CHARS))
        made: LetterMade = await page.do(MakeLetter(to, words, offers, items, until_ms))
    except EdgewiseError as no:
        return await _writing(page, form, page.said(no), page.status_of(no))
    # What was offered becomes a question to oneself once somebody has answered (Asked of you).
    circles = " ".join(id for id, _said in offered)
    await page.do(SetSetting(f"offered:{made.invitation.hex()}", circles))
    await page.do(DropDraft(DRAFT))
    return page.see(f"letters/{made.invitation.hex()}")


def _offered(page: Page, db: Any, form: Form) -> list[tuple[str, str]]:
    """The circles that are offered, with the words of the letter. Refusal "not_found.circle"."""
    known = Known(db, page.words, page.now_ms)
    own = {row.id.hex(): row for row in agreements.circles(db) if row.builtin != "me"}
    if not set(form.many("offer")) <= set(own):
        raise Refusal("not_found.circle", name="")
    return [
        (id, offer(row, known.circle_name(row), known)) for id, row in own.items() if id in form.many("offer")
    ]


def _items(page: Page, db: Any, form: Form) -> tuple[tuple[str, str], ...]:
    """The own posts that go into the letter, under their days. Refusal "not_found.item"."""
    chosen: list[tuple[str, str]] = []
    for each in form.many("item")[: LETTER_ITEMS_MAX + 1]:
        item = posts_view.item(db, id_of(each, ITEM_BYTES, "not_found.item"))
        if item is None or not item.mine or item.gone:
            raise Refusal("not_found.item")
        day = dates.dated(item.wall_ms, page.zone, page.words.locale)
        title = f"{item.warning} · {day}" if item.warning else day
        chosen.append((title[:PURPOSE_MAX_CHARS], item.text))
    return tuple(chosen)


ROUTES: Final = [
    Route("/letters", every),
    Route("/letters/new", write),
    Route("/letters/new", make, methods=["POST"]),
]
