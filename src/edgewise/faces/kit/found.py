# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding things that are on this computer, for the page and the command line. Nobody else is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from edgewise.faces.kit.dates import zone_of
from edgewise.faces.kit.known import Known
from edgewise.faces.kit.shown import Who
from edgewise.features.people import view as people_view
from edgewise.features.posts import view as posts_view
from edgewise.features.talk import view as talk_view
from edgewise.store import agreements, search, shelf
from edgewise.store.asked import TYPED_MAX_CHARS, Asked, holds, marked, parse

PAGE: Final = 30
EXCERPT_CHARS: Final = 220
PEOPLE_MAX: Final = 10
SIGN_CHARS: Final = 24
"""As much of an id stands in the address of an item (features/posts/web/shown)."""

Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Fields:
    """What somebody filled in; every field may be empty, and any text is allowed in each.

    where: "posts", "talk" or a circle's id. since, until: days as 2026-11-25, both inclusive. before: the
    place at which the page before this one ended.
    """

    typed: str = ""
    who: str = ""
    where: str = ""
    since: str = ""
    until: str = ""
    picture: bool = False
    best: bool = False
    before: str = ""

    @property
    def is_filtered(self) -> bool:
        """True where more is asked than words."""
        return bool(self.who or self.where or self.since or self.until or self.picture)


@dataclass(frozen=True, slots=True)
class Result:
    """One post or line: who said it, where, when, and its words in pieces (text, whether looked for).

    source "post" or "talk". path: its place below the home's own path.
    """

    id: bytes
    source: str
    author: bytes
    who: Who
    place: str
    at_ms: int
    path: str
    pieces: Pieces
    warning: Pieces


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose name was looked for."""

    identity: bytes
    who: Who
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, the newest (or the best) first. more: where the next page begins, "" at the end.

    nobody: a name that was filled in and that nobody here has.
    """

    people: list[Person] = field(default_factory=list)
    posts: list[Result] = field(default_factory=list)
    lines: list[Result] = field(default_factory=list)
    more: str = ""
    nobody: str = ""

    @property
    def count(self) -> int:
        """How many are shown."""
        return len(self.people) + len(self.posts) + len(self.lines)


@dataclass(frozen=True, slots=True)
class NotHere:
    """What is known not to be searched. sealed: people, and how many things of each are here but sealed.

    oldest: of whom one asks, the oldest thing that is here: (identity, ms).
    """

    sealed: list[tuple[bytes, int]]
    oldest: list[tuple[bytes, int]]


def look(db: Any, known: Known, fields: Fields, zone: str, limit: int = PAGE) -> Found:
    """Find what is asked; whatever was filled in, there is an answer."""
    asked = parse(fields.typed)
    authors = called(db, known, fields.who or asked.author)
    if authors is None:
        return Found(nobody=(fields.who or asked.author)[:TYPED_MAX_CHARS])
    wanted = _wanted(db, asked, authors, fields, zone)
    before = int(fields.before) if fields.before.isdecimal() and len(fields.before) < 19 else None
    if fields.best:
        hits = search.best(db, wanted, limit)
        more = ""
    else:
        hits = search.find(db, wanted, before=before, limit=limit + 1)
        more = str(hits[limit - 1].place) if len(hits) > limit else ""
    shown = [_result(db, known, hit, asked) for hit in hits[:limit]]
    alone = before is None and not fields.is_filtered and not asked.author and not asked.picture
    return Found(
        people=_people(db, known, asked) if alone else [],
        posts=[each for each in shown if each is not None and each.source == "post"],
        lines=[each for each in shown if each is not None and each.source == "talk"],
        more=more,
    )


def called(db: Any, known: Known, name: str) -> tuple[bytes, ...] | None:
    """Whom a name, or its beginning, may mean; () for none given, None where nobody is called so."""
    if not name.strip():
        return ()
    asked = parse(name)
    found = tuple(each for each, names in _names(db, known) if holds(names, asked))
    return found or None


def not_here(db: Any, known: Known, fields: Fields) -> NotHere:
    """What this computer knows that it can't search."""
    asked_for = called(db, known, fields.who or parse(fields.typed).author) or ()
    oldest = [(who, at) for who in asked_for if (at := search.oldest_ms(db, who)) is not None]
    return NotHere(shelf.sealed_counts(db), oldest[:PEOPLE_MAX])


def _wanted(db: Any, asked: Asked, authors: tuple[bytes, ...], fields: Fields, zone: str) -> search.Wanted:
    where = fields.where
    in_circle = where not in ("", "posts", "talk")
    feeds = [row.id for row in shelf.spaces(db, kind="feed") if row.circle and row.circle.hex() == where]
    hidden = () if authors else tuple((each, "posts") for each in sorted(people_view.muted(db)))
    return search.Wanted(
        asked=asked,
        authors=authors,
        spaces=(tuple(feeds) or (b"nowhere",)) if in_circle else (),
        source="" if in_circle else where,
        picture=fields.picture or asked.picture,
        since_ms=_start_ms(fields.since, zone) or 0,
        until_ms=_start_ms(fields.until, zone, days=1),
        hidden=hidden,
    )


def _start_ms(day: str, zone: str, days: int = 0) -> int | None:
    """The first ms of a day in this zone, or so many days later; None for what is no day."""
    try:
        first = date.fromisoformat(day.strip()) + timedelta(days=days)
        start = datetime(first.year, first.month, first.day, tzinfo=zone_of(zone))
    except (ValueError, OverflowError):
        return None
    return max(0, int(start.timestamp() * 1000))


def _names(db: Any, known: Known) -> list[tuple[bytes, str]]:
    me = (known.me, f"{known.my_name} {known.words.gettext('you')}")
    return [me, *((who, f"{name} {own}") for who, name, own in people_view.names(db))]


def _people(db: Any, known: Known, asked: Asked) -> list[Person]:
    found = []
    for identity, name, own in people_view.names(db):
        if holds(f"{name} {own}", asked):
            found.append(Person(identity, known.who(identity), marked(name, asked)))
    return sorted(found, key=lambda each: (each.who.name.casefold(), each.identity))[:PEOPLE_MAX]


def _result(db: Any, known: Known, hit: search.Hit, asked: Asked) -> Result | None:
    if hit.source == "talk":
        line = talk_view.line(db, hit.id)
        return None if line is None else _line(db, known, line, asked)
    item = posts_view.item(db, hit.id)
    return None if item is None else _post(db, known, item, asked)


def _post(db: Any, known: Known, item: posts_view.Item, asked: Asked) -> Result:
    circle = agreements.circle(db, item.circle) if item.circle is not None else None
    place = known.circle_name(circle) if circle is not None else ""
    if circle is None and item.owner != item.author:
        place = known.words.gettext("answering %(name)s", name=known.name(item.owner))
    return Result(
        id=item.id,
        source="post",
        author=item.author,
        who=known.who(item.author),
        place=place,
        at_ms=min(item.wall_ms, known.now_ms),
        path=f"item/{item.id.hex()[:SIGN_CHARS]}#p-{item.id.hex()[:16]}",
        pieces=marked(item.text, asked, EXCERPT_CHARS),
        warning=marked(item.warning, asked),
    )


def _line(db: Any, known: Known, line: talk_view.Line, asked: Asked) -> Result | None:
    space = shelf.space(db, line.space)
    if space is None:
        return None
    other = space.peer or space.owner
    return Result(
        id=line.id,
        source="talk",
        author=line.author,
        who=known.who(line.author),
        place=known.words.gettext("with %(name)s", name=known.who(other).name),
        at_ms=min(line.wall_ms, known.now_ms),
        path=f"talk/{other.hex()}?from={line.order_ms}-{line.id.hex()}#l-{line.id.hex()[:16]}",
        pieces=marked(line.text, asked, EXCERPT_CHARS),
        warning=marked(line.warning, asked),
    )
