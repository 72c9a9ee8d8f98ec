# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who holds one's things: a picture, the table that is the truth, and what left by file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edgewise.faces.kit.known import PERSON_BYTES, Known, id_of
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.paging import Paged, paged
from edgewise.faces.kit.said import shortened
from edgewise.faces.kit.shown import Who
from edgewise.features.agreements.web import holding
from edgewise.features.agreements.web.picture import picture
from edgewise.features.people import view as people_view
from edgewise.features.posts import view as posts_view
from edgewise.ground.errors import Refusal
from edgewise.store import people, register
from edgewise.store.register import ExportRow

EXCERPT_CHARS: Final = 140


@dataclass(frozen=True, slots=True)
class Row:
    """A person with things of one's own, and how many; nothing of it is sealed against them."""

    id: str
    who: Who
    counts: str
    unsure: int
    last_met_ms: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """The holders: those that are shown, how many there are in all, and the picture of them."""

    rows: tuple[Row, ...]
    total: int
    picture: Markup


@dataclass(frozen=True, slots=True)
class Text:
    """A post of one's own that somebody holds."""

    url: str
    text: str
    at_ms: int
    sure: bool


@dataclass(frozen=True, slots=True)
class There:
    """What one person holds: how much, how many lines of talk, and the posts on this page."""

    row: Row
    lines: int
    paged: Paged[holding.Thing]
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file that left: its sentence, where more about it stands ("" for nowhere), its size."""

    said: str
    url: str
    size_bytes: int
    at_ms: int


def table_of(page: Page, db: Any, limit: int) -> Table:
    """Who holds one's things, by name; the picture shows as many as the table."""
    known = Known(db, page.words, page.now_ms)
    rows = sorted(
        (_row(known, each) for each in holding.holders(db)),
        key=lambda row: (row.who.name.casefold(), row.id),
    )
    shown = tuple(rows[:limit])
    return Table(shown, len(rows), picture([row.who for row in shown], page.words))


def _row(known: Known, each: holding.Holder) -> Row:
    return Row(
        id=each.identity.hex(),
        who=known.who(each.identity),
        counts=_counts(known, each),
        unsure=each.unsure,
        last_met_ms=people.last_met(known.db, each.identity),
    )


def _counts(known: Known, each: holding.Holder) -> str:
    words = known.words
    parts = []
    if each.posts:
        parts.append(words.ngettext("%(num)s post", "%(num)s posts", each.posts))
    if each.lines:
        parts.append(words.ngettext("%(num)s line of talk", "%(num)s lines of talk", each.lines))
    return words.names(parts)


async def every(request: Request) -> Response:
    """GET /agreements/holders: the whole table, in pages."""
    page = await page_of(request)

    def rows(db: Any) -> list[Row]:
        known = Known(db, page.words, page.now_ms)
        found = [_row(known, each) for each in holding.holders(db)]
        return sorted(found, key=lambda row: (row.who.name.casefold(), row.id))

    return page.render(
        "agreements/holders.html",
        place="agreements",
        rows=paged(page, await page.read(rows), "agreements/holders"),
    )


async def one(request: Request) -> Response:
    """GET /agreements/holders/{who}: what of one's own is on this person's computer."""
    page = await page_of(request)
    identity = id_of(request.path_params["who"], PERSON_BYTES, "not_found.person")
    path = f"agreements/holders/{identity.hex()}"

    def drawn(db: Any) -> There:
        known = Known(db, page.words, page.now_ms)
        holder = next((each for each in holding.holders(db) if each.identity == identity), None)
        if holder is None and not any(each.identity == identity for each in people_view.known(db)):
            raise Refusal("not_found.person", name=identity.hex()[:8])
        holder = holder or holding.Holder(identity, ())
        shown = paged(page, [each for each in holder.things if each.is_post], path)
        found = (_text(page, db, each) for each in shown.rows)
        return There(
            _row(known, holder), holder.lines, shown, tuple(each for each in found if each is not None)
        )

    return page.render("agreements/holder.html", place="agreements", there=await page.read(drawn))


def _text(page: Page, db: Any, thing: holding.Thing) -> Text | None:
    item = posts_view.item(db, thing.id)
    if item is None:
        return None
    text = item.warning or item.text
    said = shortened(text, EXCERPT_CHARS) if len(text) > EXCERPT_CHARS else text
    return Text(page.url(f"item/{thing.id.hex()}"), said, min(item.wall_ms, page.now_ms), thing.sure)


async def files(request: Request) -> Response:
    """GET /agreements/files: the letters and files that left this computer in somebody's hands."""
    page = await page_of(request)

    def rows(db: Any) -> list[File]:
        known = Known(db, page.words, page.now_ms)
        return [_file(page, known, each) for each in register.exports(db)]

    return page.render(
        "agreements/files.html",
        place="agreements",
        files=paged(page, await page.read(rows), "agreements/files"),
    )


def _file(page: Page, known: Known, row: ExportRow) -> File:
    words = page.words
    if row.what == "letter":
        said = words.gettext("A letter for %(name)s. Whoever holds it can open it.", name=row.name)
        return File(said, page.url(f"letters/{row.subject.hex()}"), row.size_bytes, row.at_ms)
    if row.what == "bundle":
        identity = id_of(row.name, PERSON_BYTES, "not_found.person")
        said = words.gettext(
            "A file for %(name)s, sealed: only that computer can open it.", name=known.name(identity)
        )
        return File(said, page.url(f"people/{identity.hex()}"), row.size_bytes, row.at_ms)
    if row.what == "copy":
        said = words.gettext("A safe copy, sealed under its words: %(name)s", name=row.name)
        return File(said, page.url("safecopy"), row.size_bytes, row.at_ms)
    if row.what == "export":
        said = words.gettext("Your own words as plain files, not sealed: %(name)s", name=row.name)
        return File(said, page.url("archive"), row.size_bytes, row.at_ms)
    return File(words.gettext("A file: %(name)s", name=row.name), "", row.size_bytes, row.at_ms)


ROUTES: Final = [
    Route("/agreements/holders", every),
    Route("/agreements/holders/{who}", one),
    Route("/agreements/files", files),
]
