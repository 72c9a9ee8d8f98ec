# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one can do with an item of one's own: change it, take it back, see who has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.core.inputs import Place, Publish, TakeBack
from edgewise.faces.kit import dates, texts
from edgewise.faces.kit.enclosing import share_again
from edgewise.faces.kit.known import Known
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.shown import Audience, PostView
from edgewise.features.posts import view
from edgewise.features.posts.records import Edit
from edgewise.features.posts.web.shown import Shown, find_id, path_of
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.limits import WARNING_MAX_CHARS
from edgewise.store import agreements, outbox, people, register, shelf
from edgewise.store.reach import reach as reach_of

REASONS: Final = ("", "typo", "wrong_place", "changed_my_mind")
ERASE_DAYS: Final = 90
"""So long a request to delete is asked again (protocol.md C11)."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A person whose computer has an item, or may have it; what is known, and when they were asked."""

    name: str
    said: str
    at_ms: int | None


@dataclass(frozen=True, slots=True)
class Holding:
    """The page "Who has this"."""

    post: PostView
    mine: bool
    owner: str
    audience: Audience | None
    holders: list[Holder]
    erasing: str


async def _id(page: Page) -> bytes:
    return await page.read(lambda db: find_id(db, page.request.path_params["id"]))


def _found(db: Any, id: bytes) -> view.Item:
    found = view.item(db, id)
    if found is None:
        raise Refusal("not_found.item")
    return found


def _own(db: Any, id: bytes) -> view.Item:
    found = _found(db, id)
    if not found.mine:
        raise Refusal("edit.not_yours")
    if found.gone:
        raise Refusal("edit.gone")
    return found


async def edit(request: Request) -> Response:
    """GET and POST /item/{id}/edit: another wording; everybody sees that it was changed."""
    page = await page_of(request)
    id = await _id(page)
    found = await page.read(lambda db: _own(db, id))
    text, warning, notice, status = found.text, found.warning, "", 200
    if request.method == "POST":
        form = await page.form()
        text, warning = form.text("text").strip(), form.line("warning", WARNING_MAX_CHARS)
        try:
            if not text:
                raise Refusal("text.empty")
            if (text, warning) != (found.text, found.warning):
                await page.do(Publish(Place("space", found.space), Edit(id, text, warning)))
            return page.see(path_of(id))
        except EdgewiseError as no:
            notice, status = page.said(no), page.status_of(no)
    return page.render(
        "posts/edit.html",
        place="home",
        status=status,
        path=path_of(id),
        text=text,
        warning=warning,
        notice=notice,
    )


async def back(request: Request) -> Response:
    """GET and POST /item/{id}/back: T9, then every computer that has it is asked to delete it."""
    page = await page_of(request)
    id = await _id(page)
    await page.read(lambda db: _own(db, id))
    if request.method == "POST":
        form = await page.form()
        why = form.one_of("why", REASONS)
        for each in await page.read(lambda db: view.versions(db, id)):
            await page.do(TakeBack(each, why))
        return page.see(f"{path_of(id)}/who")

    def drawn(db: Any) -> tuple[PostView, str]:
        known = Known(db, page.words, page.now_ms)
        holders = len(_runs(db, id))
        said = (
            texts.taking_back(page.words, holders, known.my_name)
            if holders
            else page.words.gettext("Nobody else has this. It is deleted here, and nobody needs to be asked.")
        )
        return Shown(page, known).alone(_own(db, id)), said

    post, said = await page.read(drawn)
    return page.render("posts/back.html", place="home", path=path_of(id), post=post, said=said)


async def again(request: Request) -> Response:
    """GET and POST /item/{id}/again: the same words and pictures into the composer, for other readers."""
    page = await page_of(request)
    id = await _id(page)
    found = await page.read(lambda db: _own(db, id))
    notice, status = "", 200
    if request.method == "POST":
        await page.form()
        try:
            await share_again(page, view.HOME_MARK, found.text, found.attachments)
            return page.see("#say")
        except Refusal as no:
            notice, status = page.said(no), page.status_of(no)
    post = await page.read(lambda db: Shown(page, Known(db, page.words, page.now_ms)).alone(_own(db, id)))
    return page.render(
        "posts/again.html", place="home", status=status, path=path_of(id), post=post, notice=notice
    )


async def who(request: Request) -> Response:
    """GET /item/{id}/who: T6, and for an own item each person whose computer has it."""
    page = await page_of(request)
    id = await _id(page)
    drawn = await page.read(lambda db: _holding(page, db, id))
    return page.render(
        "posts/who.html", place="home", drawn=drawn, path=path_of(id), all_known=texts.who_has_it(page.words)
    )


def _holding(page: Page, db: Any, id: bytes) -> Holding:
    known = Known(db, page.words, page.now_ms)
    found = _found(db, id)
    circle = agreements.circle(db, found.circle) if found.circle is not None else None
    return Holding(
        post=Shown(page, known).alone(found),
        mine=found.mine,
        owner="" if found.owner == known.me else known.name(found.owner),
        audience=known.audience(circle) if circle is not None else None,
        holders=_holders(db, found, known) if found.mine else [],
        erasing=_erasing(page, db, found, known) if found.gone and found.mine else "",
    )


def _runs(db: Any, id: bytes) -> dict[bytes, bool]:
    """Who was given an item: identity → whether their computer said that it has it."""
    op = shelf.op_row(db, id)
    found: dict[bytes, bool] = {}
    for device, state in register.holders(db, op.space, op.log, op.seq) if op is not None else ():
        identity = people.identity_of_device(db, device, revoked=True)
        if identity is not None:
            found[identity] = found.get(identity, False) or state == "acked"
    return found


def _holders(db: Any, item: view.Item, known: Known) -> list[Holder]:
    words = known.words
    erasures = {row.holder_identity: row for row in outbox.erasures(db, target=item.id)}
    runs = _runs(db, item.id)
    readers = reach_of(db, item.id, known.now_ms).readers
    everyone = {*runs, *readers, *(() if item.owner == known.me else (item.owner,))}
    found = []
    for identity in sorted(everyone, key=lambda each: (known.name(each).casefold(), each)):
        name, at_ms = known.name(identity), None
        if item.gone:
            if identity not in erasures:
                continue
            row = erasures[identity]
            at_ms = row.answered_ms or row.asked_ms
            said = {
                "done": words.gettext("deleted, by their own word"),
                "held": words.gettext("waits for a day before it deletes, by their own word"),
                "kept": words.gettext("kept, by their own word"),
                "never_had": words.gettext("never had it, by their own word"),
            }.get(row.state, words.gettext("asked, no answer yet"))
        elif runs.get(identity):
            said = words.gettext("on %(name)s's computer, can read it", name=name)
        elif identity in runs:
            said = words.gettext("sent; whether it arrived is not known yet")
        else:
            said = words.gettext("not there yet; it goes when both computers are on")
        found.append(Holder(name, said, at_ms))
    return found


def _erasing(page: Page, db: Any, item: view.Item, known: Known) -> str:
    rows = outbox.erasures(db, target=item.id)
    done = [known.name(row.holder_identity) for row in rows if row.state in ("done", "never_had")]
    unknown = [known.name(row.holder_identity) for row in rows if row.state in ("asked", "unknown")]
    held = [known.name(row.holder_identity) for row in rows if row.state == "held"]
    since_ms = min((row.asked_ms for row in rows), default=page.now_ms)
    day = dates.when(since_ms, page.now_ms, page.zone, page.words.locale).text
    return texts.taken_back(page.words, done, held, unknown, day, ERASE_DAYS)


ROUTES: Final = [
    Route("/item/{id}/edit", edit, methods=["GET", "POST"]),
    Route("/item/{id}/back", back, methods=["GET", "POST"]),
    Route("/item/{id}/again", again, methods=["GET", "POST"]),
    Route("/item/{id}/who", who),
]
