# SPDX-License-Identifier: AGPL-3.0-or-later
"""The conversations, and one conversation of two: reading it, saying something."""

from __future__ import annotations

from dataclasses import dataclass
from string import hexdigits
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.core.inputs import DropDraft, Place, Publish, SaveDraft
from edgewise.faces.kit import attached, states, texts
from edgewise.faces.kit.enclosing import composed, enclosing
from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.known import ITEM_BYTES, PERSON_BYTES, Known, id_of
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.said import shortened
from edgewise.faces.kit.shown import Act, Enclosing, PostView, State, Who
from edgewise.faces.kit.visits import enter, visit_of
from edgewise.features.people import view as people_view
from edgewise.features.talk import view
from edgewise.features.talk.records import Say
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.limits import WARNING_MAX_CHARS
from edgewise.store import agreements, outbox, people, register, shelf

LINES: Final = 50
QUOTE_CHARS: Final = 90
SIGN_CHARS: Final = 24
"""96 bits of an id: an address that stays short where a page holds many of them."""
MARKUP_BYTES: Final = 800
"""What a line takes on a page besides its text, at most."""
PAGE_BYTES: Final = 44_000
"""What the lines of one page may take in all, so that a page stays below 60 KB."""


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation in the list: with whom, what was said last, and whether something is new."""

    id: str
    who: Who
    url: str
    at_ms: int | None
    by: str
    last: str
    new: bool


@dataclass(frozen=True, slots=True)
class LineView:
    """A line: the post that it is, and the line that it answers, if that is here."""

    id: str
    sign: str
    post: PostView
    quote: str
    quote_by: str
    quote_url: str
    first_new: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation as it was read. ``closed`` says why nothing more can be said; "" where it can."""

    who: Who
    lines: list[LineView]
    since_ms: int
    earlier: str
    later: bool
    newest_order_ms: int
    closed: str
    met_ms: int | None
    text: str
    enclosing: Enclosing
    reply: LineView | None


async def conversations(request: Request) -> Response:
    """GET /talk: with whom one writes, the newest first."""
    page = await page_of(request)
    rows = await page.read(lambda db: _rows(page, db))
    return page.render("talk/list.html", place="talk", rows=rows, unread=any(row.new for row in rows))


def _rows(page: Page, db: Any) -> list[Row]:
    known = Known(db, page.words, page.now_ms)
    blocked = people_view.blocked(db)
    found = []
    for each in view.conversations(db):
        last = each.last
        if each.identity in blocked or (last is None and not _is_live(db, each.identity)):
            continue
        text = "" if last is None else _short(last, page)
        found.append(
            Row(
                id="c-" + each.identity.hex()[:16],
                who=known.who(each.identity),
                url=page.url(f"talk/{each.identity.hex()}"),
                at_ms=None if last is None else min(last.wall_ms, page.now_ms),
                by=known.name(last.author) if last is not None and last.mine else "",
                last=(
                    page.words.gettext("taken back")
                    if last is not None and last.gone
                    else text
                    if len(text) <= QUOTE_CHARS
                    else shortened(text, QUOTE_CHARS)
                ),
                new=each.unread > 0,
            )
        )
    return found


def _short(line: view.Line, page: Page) -> str:
    told = line.warning or line.text or attached.summary(line.attachments, page.words)
    return " ".join(told.split())


def _is_live(db: Any, identity: bytes) -> bool:
    pair = agreements.pair(db, identity)
    return pair is not None and pair.state == "live"


def who_of(page: Page) -> bytes:
    """The other one, as the address says."""
    return id_of(page.request.path_params["who"], PERSON_BYTES, "not_found.person")


async def conversation(request: Request) -> Response:
    """GET /talk/{who}: the lines of one conversation, the newest at the end, and the field to say more."""
    return await _show(await page_of(request))


async def _show(page: Page, *, status: int = 200, form: Form | None = None, notice: str = "") -> Response:
    identity = who_of(page)
    place = view.mark_of(identity)
    if form is None and not page.request.query_params.get("before"):
        newest = await page.read(lambda db: _newest(db, identity))
        await enter(page, place, newest)
    talk = await page.read(lambda db: _talk(page, db, identity, form))
    return page.render(
        "talk/conversation.html",
        place="talk",
        status=status,
        talk=talk,
        who=identity.hex(),
        notice=notice,
        draft=page.draft_url(place),
        apart=texts.not_connected(page.words),
    )


def _newest(db: Any, identity: bytes) -> int:
    found = [each for each in view.conversations(db) if each.identity == identity]
    if not found:
        raise Refusal("not_found.person", name="")
    return found[0].newest_order_ms


def _talk(page: Page, db: Any, identity: bytes, form: Form | None) -> Talk:
    known = Known(db, page.words, page.now_ms)
    space = next((each.space for each in view.conversations(db) if each.identity == identity), None)
    if space is None:
        raise Refusal("not_found.person", name="")
    before, after = (_place(page.request.query_params.get(name, "")) for name in ("before", "from"))
    if after is not None:  # a line that was found stands in the middle of its page
        before = (after[0] + 1, b"") if after[0] < 2**62 else None
    lines = view.lines(db, space, before, LINES + 1)
    count = _fitting(lines[-LINES:])
    more = len(lines) > count
    lines = lines[-count:]
    visit = visit_of(db, view.mark_of(identity))
    new = [line for line in lines if not line.mine and line.order_ms > visit.since_order_ms]
    first_new = new[0].id if new and visit.since_ms and before is None else b""
    drawn = [line_view(page, db, known, identity, each, each.id == first_new) for each in lines]
    draft = outbox.draft(db, view.mark_of(identity))
    wanted = form.text("reply") if form is not None else page.request.query_params.get("reply", "")
    answered = find_line(db, wanted) if wanted else None
    return Talk(
        who=known.who(identity),
        lines=drawn,
        since_ms=visit.since_ms,
        earlier=page.url(f"talk/{identity.hex()}?before={lines[0].order_ms}-{lines[0].id.hex()}")
        if more
        else "",
        later=before is not None,
        newest_order_ms=lines[-1].order_ms if lines else 0,
        closed=_closed(page, db, known, identity, space),
        met_ms=people.last_met(db, identity),
        text=form.text("text") if form is not None else draft.text if draft is not None else "",
        enclosing=enclosing(page, db, view.mark_of(identity)),
        reply=line_view(page, db, known, identity, answered, False)
        if answered is not None and answered.space == space and not answered.gone
        else None,
    )


def _fitting(lines: list[view.Line]) -> int:
    """How many of the newest lines fit on a page; at least one."""
    room_bytes = PAGE_BYTES
    for count, line in enumerate(reversed(lines)):
        room_bytes -= MARKUP_BYTES + len(line.text.encode()) + len(line.warning.encode())
        room_bytes -= attached.weight(line.attachments)
        if room_bytes < 0:
            return max(count, 1)
    return LINES


def _place(text: str) -> tuple[int, bytes] | None:
    order, _, id = text.partition("-")
    if not order.isdecimal() or len(order) > 18:
        return None
    return int(order), id_of(id, ITEM_BYTES, "not_found.item")


def _closed(page: Page, db: Any, known: Known, identity: bytes, space: bytes) -> str:
    """Why nothing can be said here any more, in a sentence; "" where it can."""
    name = known.name(identity)
    if not _is_live(db, identity):
        return page.said(Refusal("person.ended", name=name))
    if identity in people_view.blocked(db):
        return page.said(Refusal("person.blocked", name=name))
    grant = agreements.read_grant(db, space, identity) or agreements.grant_to_me(db, space, identity)
    if grant is None or grant.ended_ms is not None or grant.until_ms <= page.now_ms:
        return page.said(Refusal("grant.ended"))
    return ""


def line_view(
    page: Page, db: Any, known: Known, identity: bytes, line: view.Line, first_new: bool
) -> LineView:
    """A line as the page of a conversation shows it."""
    words, sign, talk = page.words, line.id.hex()[:SIGN_CHARS], f"talk/{identity.hex()}"
    answer = Act(words.gettext("Answer"), page.url(f"{talk}?reply={sign}#say"))
    acts: tuple[Act, ...] = () if line.mine or line.gone else (answer,)
    more: tuple[Act, ...] = ()
    if line.mine and not line.gone:
        more = (
            answer,
            *((Act(words.gettext("Change"), page.url(f"{talk}/edit/{sign}")),) if line.text else ()),
            Act(words.gettext("Take back"), page.url(f"{talk}/back/{sign}")),
        )
    quoted = view.line(db, line.reply_to) if line.reply_to else None
    text = "" if quoted is None or quoted.gone else _short(quoted, page)
    return LineView(
        id=anchor(line.id),
        sign=sign,
        post=PostView(
            id=anchor(line.id),
            who=known.who(line.author),
            text=line.text,
            at_ms=min(line.wall_ms, known.now_ms),
            state=_state(db, line, identity, known) if line.mine or line.gone else None,
            edited_ms=line.edited_ms,
            warning=line.warning,
            acts=acts,
            more=more,
            attached=attached.views(page, db, line.attachments, f"{talk}#{anchor(line.id)}"),
        ),
        quote=text if len(text) <= QUOTE_CHARS else shortened(text, QUOTE_CHARS),
        quote_by=known.name(quoted.author) if quoted is not None else "",
        quote_url="#" + anchor(quoted.id) if quoted is not None else "",
        first_new=first_new,
    )


def anchor(id: bytes) -> str:
    """The name of a line within its page."""
    return "l-" + id.hex()[:16]


def find_line(db: Any, text: str) -> view.Line:
    """The line that an address means. Refusal "not_found.item"."""
    found = view.find(db, text) if SIGN_CHARS <= len(text) <= 64 and set(text) <= set(hexdigits) else []
    line = view.line(db, found[0]) if len(found) == 1 else None
    if line is None:
        raise Refusal("not_found.item")
    return line


def _state(db: Any, line: view.Line, other: bytes, known: Known) -> State:
    """Where an own line is: with the other, on its way there, or taken back."""
    if line.gone:
        return states.taken_back(known.words)
    op = shelf.op_row(db, line.id)
    holders = register.holders(db, op.space, op.log, op.seq) if op is not None else []
    has_it = any(
        state == "acked" and people.identity_of_device(db, device) == other for device, state in holders
    )
    if has_it:
        return State(
            "arrived", known.words.gettext("Arrived: on %(name)s's computer", name=known.name(other))
        )
    return states.on_its_way(known.words, [], 0, 1)


async def say(request: Request) -> Response:
    """POST /talk/{who}: a line, at once."""
    page = await page_of(request)
    identity = who_of(page)
    place = view.mark_of(identity)
    form: Form | None = None
    try:
        sent = await composed(page, place)
        if sent.brought:
            return page.see(f"talk/{identity.hex()}#say")
        form = sent.form
        closed = await page.read(lambda db: identity in people_view.blocked(db))
        if closed:
            raise Refusal(
                "person.blocked", name=await page.read(lambda db: people_view.name_of(db, identity))
            )
        text = form.text("text").strip()
        if not text and not sent.attachments:
            raise Refusal("text.empty")
        reply = form.text("reply")
        reply_to = (await page.read(lambda db: find_line(db, reply))).id if reply else b""
        warning = form.line("warning", WARNING_MAX_CHARS)
        await page.do(Publish(Place("talk", identity), Say(text, warning, reply_to, sent.attachments)))
    except EdgewiseError as no:
        if no.code.startswith("web."):
            raise
        if form is not None:
            await page.do(SaveDraft(place, form.text("text")))
        return await _show(page, status=page.status_of(no), form=form, notice=page.said(no))
    await page.do(DropDraft(place))
    return page.see(f"talk/{identity.hex()}#say")


ROUTES: Final = [
    Route("/talk", conversations),
    Route("/talk/{who}", conversation),
    Route("/talk/{who}", say, methods=["POST"]),
]
