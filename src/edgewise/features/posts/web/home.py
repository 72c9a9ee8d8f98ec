# SPDX-License-Identifier: AGPL-3.0-or-later
"""Home: asked of you, the composer, what is new since one was here, the items in order of time. It ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.core.inputs import DropDraft, Place, Publish, SaveDraft, SetSetting, Undo
from edgewise.faces.kit import texts
from edgewise.faces.kit.choices import chosen
from edgewise.faces.kit.enclosing import Sent, composed, put_back
from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.known import CIRCLE_BYTES, ITEM_BYTES, PERSON_BYTES, Known, id_of
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.shown import AskView, Audience, PostView
from edgewise.faces.kit.visits import enter, visit_of
from edgewise.features.people import view as people_view
from edgewise.features.posts import view
from edgewise.features.posts.records import MENTIONS_MAX, Post
from edgewise.features.posts.web import composing
from edgewise.features.posts.web.asks import Asks
from edgewise.features.posts.web.shown import PAGE_BYTES, Shown, fitting, newest_ms, path_of, weight
from edgewise.features.talk import view as talk_view
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.limits import WARNING_MAX_CHARS
from edgewise.store import outbox

PAGE: Final = 30
STIRRED_MAX: Final = 10
"""Old threads with new answers that come back to the top at once."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Home as it was read: all of one moment."""

    asks: tuple[AskView, ...]
    held: list[PostView]
    new: list[PostView]
    rest: list[PostView]
    since_ms: int
    oldest_ms: int | None
    earlier: str
    newest_order_ms: int
    unread: bool
    alone: bool


async def home(request: Request) -> Response:
    """GET /: Home, or with ``before`` an earlier page of it."""
    page = await page_of(request)
    return await show(page)


async def show(page: Page, *, status: int = 200, form: Form | None = None, notice: str = "") -> Response:
    """Home; with a form that could not be taken, its words are in the composer again."""
    before = _before(page.request.query_params.get("before", ""))
    if before is not None:
        drawn = await page.read(lambda db: _draw(page, db, before))
        return page.render("posts/earlier.html", place="home", drawn=drawn, unread=drawn.unread)
    if form is None:
        newest = await page.read(view.newest_order)
        await enter(page, view.HOME_MARK, newest)
    drawn = await page.read(lambda db: _draw(page, db, None))
    write = await page.read(lambda db: composing.of_home(page, db, form))
    return page.render(
        "posts/home.html",
        place="home",
        status=status,
        unread=drawn.unread,
        drawn=drawn,
        write=write,
        notice=notice,
        told=await page.read(lambda db: _told(page, db)),
    )


def _before(text: str) -> tuple[int, bytes] | None:
    order, _, id = text.partition("-")
    if not order.isdecimal() or len(order) > 18:
        return None
    return int(order), id_of(id, ITEM_BYTES, "not_found.item")


def _draw(page: Page, db: Any, before: tuple[int, bytes] | None) -> Drawn:
    known = Known(db, page.words, page.now_ms)
    muted = people_view.muted(db)
    visit = visit_of(db, view.HOME_MARK)
    marked = visit.since_order_ms if visit.since_ms and before is None else 2**63 - 1
    order_ms, id = before if before is not None else (None, b"")
    items = view.home_items(db, before_order_ms=order_ms, before_id=id, limit=PAGE + 1, muted=muted)
    here = {item.id for item in items[: min(fitting(items), PAGE)]}
    fresh_tops: list[view.Item] = []
    if before is None and visit.since_ms:
        stirred = [top for top in view.stirred(db, marked, muted, STIRRED_MAX) if top not in here]
        threads = [view.thread(db, top, muted) for top in stirred]
        fresh_tops = [each for each in threads if each is not None]
        fresh_tops = fresh_tops[: fitting(fresh_tops, PAGE_BYTES // 2)]
    room_bytes = PAGE_BYTES - sum(weight(each) for each in fresh_tops)
    count = min(fitting(items, room_bytes), PAGE)
    last = items[count - 1] if len(items) > count else None
    items = [*fresh_tops, *items[:count]]
    shown = Shown(page, known, marked)
    # Under the red thread stands all that was written since, by oneself too, but only if others wrote.
    is_new = any(shown.is_new(item) for item in items)
    new = sorted((each for each in items if is_new and shown.stirs(each)), key=newest_ms, reverse=True)
    fresh = {item.id for item in new}
    seen_to = outbox.marked(db, view.HOME_MARK) or 0
    return Drawn(
        asks=Asks(page, known).every() if before is None else (),
        held=shown.held() if before is None else [],
        new=[shown.post(item) for item in new],
        rest=[shown.post(item) for item in items if item.id not in fresh],
        since_ms=visit.since_ms,
        oldest_ms=min(last.wall_ms, page.now_ms) if last is not None else None,
        earlier=page.url(f"?before={last.order_ms}-{last.id.hex()}") if last is not None else "",
        newest_order_ms=view.newest_order(db),
        unread=view.has_new_since(db, seen_to, muted) or talk_view.unread_total(db) > 0,
        alone=not people_view.known(db),
    )


def _told(page: Page, db: Any) -> str:
    """T3, once for each circle: beside the first post to it, while it can still be undone."""
    told = page.request.query_params.get("told", "")
    if not told or not outbox.all_held(db):
        return ""
    known = Known(db, page.words, page.now_ms)
    found = [each for each in known.audiences() if each.id == told and each.names]
    return texts.circle(page.words, found[0].names) if found else ""


async def say(request: Request) -> Response:
    """POST /say: a post is held for some seconds and then leaves, if it is said who may read it."""
    page = await page_of(request)
    try:
        sent = await composed(page, view.HOME_MARK)
    except EdgewiseError as no:
        if no.code.startswith("web."):
            raise
        return await show(page, status=page.status_of(no), notice=page.said(no))
    if sent.brought:
        return page.see("#say")
    return await _publish(page, sent)


async def _publish(page: Page, sent: Sent) -> Response:
    form = sent.form
    try:
        audience = await page.read(lambda db: composing.audience_of(page, db, form))
        if form.text("step") == "names":
            return await _names(page, form, audience)
        record = _record(sent, await page.read(lambda db: _mentioned(page, db, form, audience)))
        hold_ms = 1000 * int(await page.read(lambda db: chosen(db, "hold_seconds")))
        circle = id_of(audience.id, CIRCLE_BYTES, "not_found.circle")
        await page.do(Publish(Place("circle", circle), record, hold_ms))
    except EdgewiseError as no:
        await page.do(SaveDraft(view.HOME_MARK, form.text("text")))
        notice = "" if no.code == "audience.missing" else page.said(no)
        return await show(page, status=page.status_of(no), form=form, notice=notice)
    await page.do(DropDraft(view.HOME_MARK))
    first = await page.read(lambda db: composing.is_first(db, audience.id))
    await page.do(SetSetting("audience:home", audience.id))
    await page.do(SetSetting(f"told:{audience.id}", "yes"))
    return page.see(f"?told={audience.id}#say" if first and audience.names else "#say")


def _record(sent: Sent, mentions: tuple[bytes, ...]) -> Post:
    text = sent.form.text("text").strip()
    if not text and not sent.attachments:
        raise Refusal("text.empty")
    return Post(text, sent.form.line("warning", WARNING_MAX_CHARS), b"", mentions, sent.attachments)


def _mentioned(page: Page, db: Any, form: Form, audience: Audience) -> tuple[bytes, ...]:
    """Who is named: only those who may read it. Refusal "mention.unseen"."""
    wanted = {id_of(each, PERSON_BYTES, "not_found.person") for each in form.many("mention")}
    readers = Known(db, page.words, page.now_ms).readers(bytes.fromhex(audience.id))
    if not wanted <= set(readers) or len(wanted) > MENTIONS_MAX:
        raise Refusal("mention.unseen")
    return tuple(sorted(wanted))


async def _names(page: Page, form: Form, audience: Audience) -> Response:
    """The words again, and everybody who may read them, to be named by ticking."""

    def people(db: Any) -> list[tuple[str, str]]:
        known = Known(db, page.words, page.now_ms)
        readers = known.readers(bytes.fromhex(audience.id))
        return sorted(((known.name(each), each.hex()) for each in readers), key=lambda row: row[0].casefold())

    return page.render(
        "posts/names.html",
        place="home",
        audience=audience,
        people=await page.read(people),
        text=form.text("text"),
        warning=form.line("warning", WARNING_MAX_CHARS),
        seen=form.text("seen", 4000),
    )


async def undo(request: Request) -> Response:
    """POST /undo/{held}: it does not leave; its words are in the field again."""
    page = await page_of(request)
    await page.form()
    record = await page.do(Undo(id_of(request.path_params["held"], CIRCLE_BYTES, "hold.over")))
    if not isinstance(record, Post):
        return page.see()
    place = f"item:{record.parent.hex()}" if record.parent else view.HOME_MARK
    await put_back(page, place, record.text, record.attachments)
    return page.see(f"{path_of(record.parent)}#say" if record.parent else "#say")


async def readers(request: Request) -> Response:
    """GET /readers: for each circle, everybody who may read what is written to it."""
    page = await page_of(request)

    def every(db: Any) -> list[tuple[Audience, str, str]]:
        known = Known(db, page.words, page.now_ms)
        return [
            (each, texts.circle(page.words, each.names) if each.names else "", page.url(f"circles/{each.id}"))
            for each in known.audiences()
        ]

    return page.render("posts/readers.html", place="home", circles=await page.read(every))


ROUTES: Final = [
    Route("/", home),
    Route("/say", say, methods=["POST"]),
    Route("/undo/{held}", undo, methods=["POST"]),
    Route("/readers", readers),
]
