# SPDX-License-Identifier: AGPL-3.0-or-later
"""Archive on the command line: export, import."""

from __future__ import annotations

import stat
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from edgewise.consent.circles import ONLY_ME
from edgewise.core.inputs import NoteExport, Place, Publish, SetSetting
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.terminal import N_, Out, Verb
from edgewise.faces.kit.words import Translator
from edgewise.features.archive import view, writings
from edgewise.features.archive.records import Brought
from edgewise.features.archive.writings import JSON_MAX_BYTES, JSON_NAME, Archive, Texts
from edgewise.features.posts import view as posts_view
from edgewise.features.posts.records import Post
from edgewise.ground.errors import Refusal
from edgewise.store import agreements, settings

BEGAN: Final = "archive.began_ms"
"""When a bringing in began that has not come to its end."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of bringing writing in: how many things were new, how many were here already."""

    new: int
    known: int


def texts_in(words: Translator, name: str) -> Texts:
    """The program's own words in the files."""
    _ = words.gettext
    readme = "\n\n".join(
        (
            "# " + _("What %(name)s wrote in Edgewise", name=name),
            _("Everything here is plain text; any editor opens it. One file per circle or person and month."),
            _(
                "Only %(name)s's own words are here. Where others answered, their names stand without their "
                "words: passing those on needs their permission.",
                name=name,
            ),
            _(
                "%(file)s holds the same for programs, and Edgewise can bring it in again: "
                "edgewise import DIR",
                file=JSON_NAME,
            ),
            _("Times are in UTC. Nothing here is sealed: whoever has these files can read them."),
        )
    )
    return Texts(
        readme=readme + "\n",
        answered_by=words.raw(N_("Answered by %(names)s.")),
        to=words.raw(N_("An answer to %(name)s.")),
        warning=words.raw(N_("Before you read: %(words)s")),
        people=_("People I know"),
        until=words.raw(N_("since %(since)s, until %(until)s.")),
        ended=words.raw(N_("since %(since)s, ended.")),
        reads=words.raw(N_("May read: %(circles)s.")),
        circles=(("Only me", _("Only me")), ("People I know", _("People I know"))),
    )


def gathered(desk: Desk, words: Translator) -> list[tuple[str, bytes]]:
    """Name and bytes of every file of an export."""
    archive = desk.read(writings.gather)
    return writings.files(archive, texts_in(words, archive.name))


def write_folder(
    folder: Path,
    files: list[tuple[str, bytes]],
    blobs: Sequence[tuple[str, bytes]] = (),
    bytes_of: Callable[[bytes], Iterable[bytes]] = lambda _blob: (),
) -> int:
    """Write files, and pictures by their ids, into a folder that is new or empty; the size of all.

    Refusals "export.*", "blob.*".
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Refusal("export.not_empty", path=folder)
        for name, data in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        size_bytes = sum(len(data) for _, data in files)
        for name, blob in blobs:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("xb") as file:
                for part in bytes_of(blob):
                    size_bytes += file.write(part)
    except OSError as error:
        raise Refusal("export.unwritable", path=folder) from error
    return size_bytes


def read_folder(folder: Path) -> Archive:
    """What an export holds, from its folder or from the one file itself.

    Nothing else in the folder is looked at, no link is followed. Refusals "archive.*", "file.*".
    """
    path = folder / JSON_NAME if folder.is_dir() else folder
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise Refusal("archive.malformed")
        if found.st_size > JSON_MAX_BYTES:
            raise Refusal("file.too_big", path=path)
        with path.open("rb") as file:
            data = file.read(JSON_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise Refusal("file.missing", path=path) from error
    except OSError as error:
        raise Refusal("file.unreadable", path=path) from error
    if len(data) > JSON_MAX_BYTES:
        raise Refusal("file.too_big", path=path)
    return writings.from_json(data)


def bring_in(desk: Desk, archive: Archive, circle: bytes) -> Taken:
    """Write the posts of an export into a circle, and answers and lines of talk for oneself alone.

    What is here already is left out, so that it can be done again after a power cut.
    """
    new = known = 0
    halves = desk.read(_halves)
    desk.do(SetSetting(BEGAN, desk.read(lambda db: settings.get(db, BEGAN)) or str(desk.now_ms())))
    for each in archive.writings:
        if not each.text.strip():
            continue  # a picture without words: files stay where the export has them
        if desk.read(partial(_is_here, bytes.fromhex(each.id))):
            known += 1
            continue
        place = Place("circle", circle if each.kind == "post" else ONLY_ME)
        half = halves.pop((each.text, each.warning), None)
        target: bytes = half or desk.do(Publish(place, Post(each.text, each.warning)))
        desk.do(Publish(place, Brought(target, each.written_ms, bytes.fromhex(each.id))))
        new += 1
    desk.do(SetSetting(BEGAN, ""))
    return Taken(new, known)


def _is_here(origin: bytes, db: Any) -> bool:
    return view.is_here(db, origin)


def _halves(db: Any) -> dict[tuple[str, str], bytes]:
    """Posts of a bringing in that was cut off, to which the word of when they were written is missing."""
    began = settings.get(db, BEGAN) or ""
    if not began:
        return {}
    items = [posts_view.item(db, id) for id in posts_view.own_ids(db)]
    return {
        (item.text, item.warning): item.id
        for item in items
        if item is not None and item.wall_ms >= int(began) and view.written_ms(db, item.id) is None
    }


def _export_arguments(parser: ArgumentParser, words: Translator) -> None:
    parser.add_argument("folder", metavar="DIR", help=words.gettext("a new or empty folder"))


def run_export(args: Namespace, desk: Desk, out: Out) -> int:
    """Write one's own words into plain files."""
    files, blobs = gathered(desk, out.words), desk.read(writings.blobs)
    size_bytes = write_folder(Path(args.folder), files, blobs, desk.file_bytes)
    desk.do(NoteExport(Path(args.folder).name, size_bytes))
    _ = out.words.gettext
    said = [
        out.words.ngettext(
            "%(num)s file in %(path)s.",
            "%(num)s files in %(path)s.",
            len(files) + len(blobs),
            path=args.folder,
        ),
        _("Only your own words are in it. It is not sealed: whoever has it can read it."),
    ]
    count = len(files) + len(blobs)
    return out.result({"folder": args.folder, "files": count, "size_bytes": size_bytes}, said)


def _import_arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    parser.add_argument("folder", metavar="DIR", help=_("the folder of an export, or its edgewise.json"))
    parser.add_argument("--to", metavar="CIRCLE", help=_("who may read the posts; without it, only you"))


def _circle(desk: Desk, out: Out, name: str) -> bytes:
    """The circle of this name, in any case and in the person's language too. Refusal "not_found.circle"."""
    wanted = " ".join(name.split()).casefold()
    texts = texts_in(out.words, "")
    for circle in desk.read(agreements.circles):
        if wanted in (circle.name.casefold(), texts.circle(circle.name).casefold(), circle.id.hex()):
            return circle.id
    raise Refusal("not_found.circle", name=name)


def run_import(args: Namespace, desk: Desk, out: Out) -> int:
    """Bring in what an export holds."""
    archive = read_folder(Path(args.folder))
    circle = _circle(desk, out, args.to) if args.to else ONLY_ME
    taken = bring_in(desk, archive, circle)
    said = [
        out.words.ngettext("%(num)s thing was new.", "%(num)s things were new.", taken.new),
        out.words.ngettext("%(num)s was here already.", "%(num)s were here already.", taken.known),
    ]
    return out.result({"new": taken.new, "known": taken.known}, said)


VERBS: Final = (
    Verb(
        "export",
        N_("write your own words into plain files"),
        "edgewise export ~/my-words",
        _export_arguments,
        run_export,
    ),
    Verb(
        "import",
        N_("bring in the words of an export"),
        "edgewise import ~/my-words",
        _import_arguments,
        run_import,
    ),
)
