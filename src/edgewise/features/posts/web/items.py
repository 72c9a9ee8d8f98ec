# SPDX-License-Identifier: AGPL-3.0-or-later
"""One item with its whole thread: answering it, in words or in one; hiding somebody's answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.core.inputs import DropDraft, HideAnswers, Place, Publish, SaveDraft
from edgewise.faces.kit.attached import summary
from edgewise.faces.kit.choices import chosen
from edgewise.faces.kit.enclosing import composed, enclosing
from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.known import Known
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.said import shortened
from edgewise.faces.kit.shown import Audience, Enclosing, PostView
from edgewise.features.people import view as people_view
from edgewise.features.posts import view
from edgewise.features.posts.records import WORDS, Post, Word
from edgewise.features.posts.web.shown import PAGE_BYTES, Shown, anchor, find_id, path_of, weight
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.limits import TEXT_MAX_CHARS, WARNING_MAX_CHARS
from edgewise.store import agreements, outbox, shelf

TITLE_CHARS: Final = 24


@dataclass(frozen=True, slots=True)
class Drawn:
    """A thread as it was read. ``audience``: one's own circle that reads it; ``owner``: whose place it is."""

    title: str
    thread: PostView
    held: list[PostView]
    to_name: str
    audience: Audience | None
    owner: str
    may_answer: bool
    text: str
    warning: str
    enclosing: Enclosing
    hidden: list[tuple[str, str]]
    earlier: str
    later: str


async def item(request: Request) -> Response:
    """GET /item/{id}: the thread in which an item stands, and a form to answer it."""
    return await _show(await page_of(request))


async def _show(page: Page, *, status: int = 200, form: Form | None = None, notice: str = "") -> Response:
    id = await _id(page)
    drawn = await page.read(lambda db: _draw(page, db, id, form))
    return page.render(
        "posts/item.html",
        place="home",
        status=status,
        drawn=drawn,
        notice=notice,
        path=path_of(id),
        draft=page.draft_url(f"item:{id.hex()}"),
    )


async def _id(page: Page) -> bytes:
    return await page.read(lambda db: find_id(db, page.request.path_params["id"]))


def _draw(page: Page, db: Any, id: bytes, form: Form | None) -> Drawn:
    known = Known(db, page.words, page.now_ms)
    muted = people_view.muted(db)
    answered, top = view.item(db, id), view.thread(db, id, muted)
    if answered is None or top is None:
        raise Refusal("not_found.item")
    shown = Shown(page, known, back="item")
    draft = outbox.draft(db, f"item:{id.hex()}")
    before = page.request.query_params.get("before", "")
    replies = _replies(top, before)
    earlier = bool(replies) and replies[0].id != top.replies[0].id
    circle = agreements.circle(db, top.circle) if top.circle is not None else None
    name = known.name(top.author)
    words = page.words
    told = top.warning or top.text or summary(top.attachments, words)
    start = shortened(" ".join(told.split()), TITLE_CHARS)
    return Drawn(
        title=words.gettext("%(name)s: %(start)s", name=name, start=start) if start else name,
        thread=shown.thread(top, replies),
        held=shown.held(frozenset({top.id, *(reply.id for reply in top.replies)})),
        to_name=known.name(answered.author) if answered.id != top.id else "",
        audience=known.audience(circle) if circle is not None else None,
        owner=known.name(top.owner),
        may_answer=not answered.gone and _may_answer(db, top, known),
        text=form.text("text") if form is not None else draft.text if draft is not None else "",
        warning=form.line("warning", WARNING_MAX_CHARS) if form is not None else "",
        enclosing=enclosing(page, db, f"item:{id.hex()}"),
        hidden=_hidden(db, top, known),
        earlier=page.url(f"{path_of(id)}?before={replies[0].id.hex()}") if earlier else "",
        later=page.url(path_of(id)) if before else "",
    )


def _replies(top: view.Item, before: str) -> list[view.Item]:
    """The newest answers, or those before one of them, as many as fit on a page."""
    replies = list(top.replies)
    ids = [reply.id.hex() for reply in replies]
    replies = replies[: ids.index(before)] if before in ids else replies
    room_bytes = PAGE_BYTES - min(weight(replace(top, replies=()), TEXT_MAX_CHARS), PAGE_BYTES)
    count = 0
    for reply in reversed(replies):
        room_bytes -= weight(reply)
        if room_bytes < 0 and count:
            break
        count += 1
    return replies[len(replies) - count :]


def _may_answer(db: Any, top: view.Item, known: Known) -> bool:
    if top.owner == known.me:
        return top.circle is not None and agreements.circle(db, top.circle) is not None
    grant = agreements.grant_to_me(db, top.space, top.owner)
    live = grant is not None and grant.ended_ms is None and grant.until_ms > known.now_ms
    return live and grant is not None and "answer" in grant.verbs and top.owner not in people_view.blocked(db)


def _hidden(db: Any, top: view.Item, known: Known) -> list[tuple[str, str]]:
    """Whose answers in this feed one does not pass on: (identity, name)."""
    if top.owner != known.me:
        return []
    logs = [row for row in shelf.logs_of(db, top.space) if not row.mine and not row.listed and row.identity]
    return sorted({(row.identity.hex(), known.name(row.identity)) for row in logs if row.identity})


async def answer(request: Request) -> Response:
    """POST /item/{id}: an answer, held for some seconds; it is read by those who may read the item."""
    page = await page_of(request)
    id = await _id(page)
    place = f"item:{id.hex()}"
    form: Form | None = None
    try:
        sent = await composed(page, place)
        if sent.brought:
            return page.see(f"{path_of(id)}#say")
        form = sent.form
        found = await page.read(lambda db: view.item(db, id))
        if found is None:
            raise Refusal("not_found.item")
        text = form.text("text").strip()
        if not text and not sent.attachments:
            raise Refusal("text.empty")
        record = Post(text, form.line("warning", WARNING_MAX_CHARS), id, (), sent.attachments)
        hold_ms = 1000 * int(await page.read(lambda db: chosen(db, "hold_seconds")))
        await page.do(Publish(Place("space", found.space), record, hold_ms))
    except EdgewiseError as no:
        if no.code.startswith("web."):
            raise
        if form is not None:
            await page.do(SaveDraft(place, form.text("text")))
        return await _show(page, status=page.status_of(no), form=form, notice=page.said(no))
    await page.do(DropDraft(place))
    return page.see(f"{path_of(id)}#waiting")


async def word(request: Request) -> Response:
    """POST /item/{id}/word/{word}: a one-word answer with one's name, or no more of it."""
    page = await page_of(request)
    await page.form()
    id, said = await _id(page), request.path_params["word"]
    if said not in WORDS:
        raise Refusal("answer.unknown_word")

    def stands(db: Any) -> tuple[view.Item | None, bool]:
        found, me = view.item(db, id), Known(db, page.words, page.now_ms).me
        given = found.words if found is not None else ()
        return found, any(each.word == said and me in each.identities for each in given)

    found, present = await page.read(stands)
    if found is None:
        raise Refusal("not_found.item")
    await page.do(Publish(Place("space", found.space), Word(id, said, not present)))
    at_home = request.query_params.get("at") == "home"
    return page.see(f"#{anchor(id)}" if at_home else f"{path_of(id)}#{anchor(id)}")


async def hide(request: Request) -> Response:
    """GET and POST /item/{id}/hide: pass on one person's answers in one's own feed no more, or again."""
    page = await page_of(request)
    id = await _id(page)
    found = await page.read(lambda db: view.item(db, id))
    if found is None or found.mine or found.circle is None:
        raise Refusal("not_found.item")
    if request.method == "POST":
        form = await page.form()
        hidden = form.one_of("hidden", ("yes", "no")) == "yes"
        await page.do(HideAnswers(found.space, found.author, hidden))
        return page.see(path_of(id))
    name = await page.read(lambda db: people_view.name_of(db, found.author))

    def is_hidden(db: Any) -> bool:
        rows = [row for row in shelf.logs_of(db, found.space) if row.identity == found.author]
        return bool(rows) and not any(row.listed for row in rows)

    return page.render(
        "posts/hide.html", place="home", path=path_of(id), name=name, hidden=await page.read(is_hidden)
    )


ROUTES: Final = [
    Route("/item/{id}", item),
    Route("/item/{id}", answer, methods=["POST"]),
    Route("/item/{id}/word/{word}", word, methods=["POST"]),
    Route("/item/{id}/hide", hide, methods=["GET", "POST"]),
]
