# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own writing as plain files: gathered from the views, laid out as Markdown and JSON, read back.

Only what this person wrote is in it. Of others there are their names, where one wrote to them or they
answered, and none of their words: passing those on needs their permission.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from edgewise.features.archive import view as archive_view
from edgewise.features.people import view as people_view
from edgewise.features.posts import view as posts_view
from edgewise.features.talk import view as talk_view
from edgewise.ground.errors import Refusal
from edgewise.ground.instant import SECOND_MS
from edgewise.ground.limits import (
    ALT_MAX_CHARS,
    ATTACHMENTS_MAX,
    INSTANT_MAX_MS,
    TEXT_MAX_CHARS,
    WARNING_MAX_CHARS,
)
from edgewise.log.blobs import Attachment
from edgewise.store import agreements, people, pieces, shelf

FORMAT: Final = 1
JSON_NAME: Final = "edgewise.json"
JSON_MAX_BYTES: Final = 256 * 1024 * 1024
WRITINGS_MAX: Final = 1_000_000
SLUG_MAX_CHARS: Final = 40
ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/avif": "avif",
    "image/heic": "heic",
    "audio/ogg": "ogg",
    "audio/webm": "webm",
    "audio/mp4": "m4a",
}
YEAR_LAST_MS: Final = 253_402_300_799_000
"""The last second of the year 9999, after which calendars end."""

Name = Annotated[str, Meta(max_length=200)]


class Kept(msgspec.Struct, frozen=True):
    """A picture, a voice note or a file of a writing; `path` in the export, "" where it is not here."""

    path: Annotated[str, Meta(max_length=200)]
    kind: Literal["picture", "voice", "file"]
    mime: Name
    name: Name
    alt: Annotated[str, Meta(max_length=ALT_MAX_CHARS)] = ""


class Writing(msgspec.Struct, frozen=True):
    """One thing that somebody wrote. `where`: a circle's or a person's name; `to`: whom it answered."""

    id: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    kind: Literal["post", "answer", "line"]
    where: Name
    written_ms: Annotated[int, Meta(ge=1, le=INSTANT_MAX_MS)]
    text: Annotated[str, Meta(max_length=TEXT_MAX_CHARS)]
    warning: Annotated[str, Meta(max_length=WARNING_MAX_CHARS)] = ""
    to: Name = ""
    answered_by: Annotated[tuple[Name, ...], Meta(max_length=1000)] = ()
    files: Annotated[tuple[Kept, ...], Meta(max_length=ATTACHMENTS_MAX)] = ()


class Acquaintance(msgspec.Struct, frozen=True):
    """A person one knows: one's own name for them, theirs, and how long it was agreed."""

    name: Name
    own_name: Name
    state: Name
    since_ms: int
    until_ms: int
    may_read: tuple[Name, ...] = ()


class Archive(msgspec.Struct, frozen=True):
    """All of it, as it stands in `edgewise.json`."""

    edgewise: int
    name: Name
    writings: Annotated[tuple[Writing, ...], Meta(max_length=WRITINGS_MAX)]
    people: Annotated[tuple[Acquaintance, ...], Meta(max_length=100_000)] = ()


class Texts(msgspec.Struct, frozen=True):
    """The program's own words in the files, in the person's language."""

    readme: str
    answered_by: str
    to: str
    warning: str
    people: str
    until: str
    ended: str
    reads: str
    circles: tuple[tuple[str, str], ...]

    def circle(self, name: str) -> str:
        """What a circle is called in this language."""
        return dict(self.circles).get(name, name)


def blobs(db: Any) -> list[tuple[str, bytes]]:
    """Path and id of every picture and file that is here and goes along, sorted."""
    found: dict[str, bytes] = {}
    for id in (*posts_view.own_ids(db), *talk_view.own_ids(db)):
        item = posts_view.item(db, id) or talk_view.line(db, id)
        for each, kept in zip(item.attachments, _kept(db, id, item.attachments), strict=True) if item else ():
            if kept.path:
                found[kept.path] = each.ref.blob
    return sorted(found.items())


def _kept(db: Any, id: bytes, attachments: Sequence[Attachment]) -> tuple[Kept, ...]:
    made = []
    for place, each in enumerate(attachments, 1):
        is_here = pieces.state(db, each.ref.blob).state == "here"
        path = f"files/{id.hex()[:16]}-{place}.{_ending(each)}" if is_here else ""
        made.append(Kept(path, each.kind, each.mime, each.name, each.alt))
    return tuple(made)


def _ending(attachment: Attachment) -> str:
    """The ending by which a computer knows what to open the file with."""
    known = ENDINGS.get(attachment.mime)
    given = attachment.name.rpartition(".")[2].lower()
    return known or (given if given.isascii() and given.isalnum() and len(given) <= 8 else "bin")


def gather(db: Any) -> Archive:
    """All that the person of this home wrote and did not take back, oldest first.

    Refusal "home.not_set_up".
    """
    me = people.me(db)
    if me is None:
        raise Refusal("home.not_set_up")
    found = [*_posts(db, me.id), *_lines(db)]
    found.sort(key=lambda each: (each.written_ms, each.id))
    return Archive(FORMAT, me.name, tuple(found), tuple(_people(db)))


def _posts(db: Any, me: bytes) -> Iterable[Writing]:
    for id in posts_view.own_ids(db):
        item = posts_view.item(db, id)
        if item is None:
            continue
        is_answer = bool(item.parent)
        circle = agreements.circle(db, item.circle) if item.circle is not None else None
        where = circle.name if circle is not None else people_view.name_of(db, item.owner)
        yield Writing(
            id=(archive_view.origin(db, id) or id).hex(),
            kind="answer" if is_answer else "post",
            where=where[:200],
            written_ms=max(1, archive_view.written_ms(db, id) or item.wall_ms),
            text=item.text,
            warning=item.warning,
            to=people_view.name_of(db, item.answers) if item.answers not in (None, me) else "",
            answered_by=_answerers(db, item, me),
            files=_kept(db, id, item.attachments),
        )


def _answerers(db: Any, item: posts_view.Item, me: bytes) -> tuple[str, ...]:
    thread = posts_view.thread(db, item.id)
    replies = thread.replies if thread is not None else ()
    who = {each.author for each in replies if each.parent == item.id and each.author != me and not each.gone}
    return tuple(sorted(people_view.name_of(db, identity) for identity in sorted(who)))


def _lines(db: Any) -> Iterable[Writing]:
    for id in talk_view.own_ids(db):
        line = talk_view.line(db, id)
        space = shelf.space(db, line.space) if line is not None else None
        if line is None or space is None:
            continue
        other = next(each for each in (space.peer, space.owner) if each and each != line.author)
        name, at_ms, kept = (
            people_view.name_of(db, other),
            max(1, line.wall_ms),
            _kept(db, id, line.attachments),
        )
        yield Writing(id.hex(), "line", name, at_ms, line.text, line.warning, files=kept)


def _people(db: Any) -> Iterable[Acquaintance]:
    names = {row.id: row.name for row in agreements.circles(db)}
    for each in people_view.known(db):
        pair = agreements.pair(db, each.identity)
        if pair is None:
            continue
        reads = tuple(
            sorted(names[id] for id in sorted(names) if each.identity in agreements.members(db, id))
        )
        yield Acquaintance(each.name, each.own_name, pair.state, pair.born_ms, pair.until_ms, reads)


def as_json(archive: Archive) -> bytes:
    """The one file from which everything can be brought in again; equal archives give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(archive), indent=1) + b"\n"


def from_json(data: bytes) -> Archive:
    """Read it back. Refusals "archive.malformed", "archive.newer"."""
    try:
        version = msgspec.json.decode(data, type=_Version).edgewise
        if version > FORMAT:
            raise Refusal("archive.newer")
        archive = msgspec.json.decode(data, type=Archive)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("archive.malformed") from error
    if version != FORMAT:
        raise Refusal("archive.malformed")
    return archive


class _Version(msgspec.Struct, frozen=True):
    edgewise: int


def files(archive: Archive, texts: Texts) -> list[tuple[str, bytes]]:
    """Name and bytes of every file, sorted; names are ASCII, safe on any disk, and the same each time."""
    made = {JSON_NAME: as_json(archive), "README.md": texts.readme.encode()}
    if archive.people:
        made["people.md"] = _people_page(archive.people, texts)
    months: dict[tuple[str, str, str], list[Writing]] = {}
    for each in archive.writings:
        folder = {"post": "circles", "answer": "answers", "line": "talk"}[each.kind]
        months.setdefault((folder, each.where, day(each.written_ms)[:7]), []).append(each)
    slugs = _slugs(months)
    for (folder, where, month), written in sorted(months.items()):
        title = texts.circle(where) if folder == "circles" else where
        made[f"{folder}/{slugs[folder, where]}/{month}.md"] = _month_page(title, month, written, texts)
    return sorted(made.items())


def _slugs(months: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
    """A folder's name for each place; two that look alike get a number."""
    taken: dict[tuple[str, str], str] = {}
    for folder, where in sorted({(folder, where) for folder, where, _ in months}):
        plain = re.sub(r"[^a-z0-9]+", "-", where.lower()).strip("-")[:SLUG_MAX_CHARS] or "place"
        slug, count = plain, 1
        while slug in [value for (other, _), value in taken.items() if other == folder]:
            count += 1
            slug = f"{plain}-{count}"
        taken[folder, where] = slug
    return taken


def _month_page(title: str, month: str, written: Sequence[Writing], texts: Texts) -> bytes:
    parts = [f"# {title} · {month}"]
    for each in written:
        parts.append(f"## {day(each.written_ms)} UTC")
        if each.to:
            parts.append(f"*{texts.to % {'name': each.to}}*")
        if each.warning:
            parts.append(f"*{texts.warning % {'words': each.warning}}*")
        parts += [each.text] if each.text else []
        parts += [_link(kept) for kept in each.files]
        if each.answered_by:
            parts.append(f"*{texts.answered_by % {'names': ', '.join(each.answered_by)}}*")
    return ("\n\n".join(parts) + "\n").encode("utf-8", "replace")


def _link(kept: Kept) -> str:
    """A file as Markdown has it; its words can't end the link."""
    said = re.sub(r"[\[\]\n]", " ", kept.alt or kept.name or kept.kind)
    shown = "!" if kept.kind == "picture" else ""
    return f"{shown}[{said}](../../{kept.path})" if kept.path else f"[{said}]"


def _people_page(known: Sequence[Acquaintance], texts: Texts) -> bytes:
    parts = [f"# {texts.people}"]
    for each in known:
        name = each.name if each.name == each.own_name else f"{each.name} ({each.own_name})"
        agreed = texts.until if each.state == "live" else texts.ended
        line = (
            f"- **{name}**: {agreed % {'since': day(each.since_ms)[:10], 'until': day(each.until_ms)[:10]}}"
        )
        if each.may_read:
            line += " " + texts.reads % {"circles": ", ".join(texts.circle(name) for name in each.may_read)}
        parts.append(line)
    return ("\n".join((parts[0], "", *parts[1:])) + "\n").encode("utf-8", "replace")


def day(at_ms: int) -> str:
    """The day and minute in UTC, as ISO 8601 has them; years beyond 9999 count as that."""
    moment = datetime.fromtimestamp(min(max(at_ms, 0), YEAR_LAST_MS) // SECOND_MS, UTC)
    return moment.strftime("%Y-%m-%d %H:%M")
