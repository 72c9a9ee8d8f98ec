# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verb of pictures and files: the list of them, and get, fetch, pause, cancel."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgewise.core.inputs import CancelBlob, FetchBlob, PauseBlob
from edgewise.faces.kit import attached, terminal
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.terminal import FAINT, N_, Out, Verb
from edgewise.faces.kit.words import Translator
from edgewise.features.people import view as people_view
from edgewise.features.posts import view as posts_view
from edgewise.features.talk import view as talk_view
from edgewise.ground.errors import Refusal
from edgewise.log.blobs import Attachment
from edgewise.store import pieces
from edgewise.store.db import Connection

ACTS: Final = {"fetch": FetchBlob, "pause": PauseBlob, "cancel": CancelBlob}


@dataclass(frozen=True, slots=True)
class Known:
    """One picture or file of the list."""

    blob: bytes
    attachment: Attachment
    item: bytes
    author: bytes
    mine: bool
    state: pieces.BlobState


def known_files(db: Connection) -> list[Known]:
    """All pictures and files that stand with something readable here, in the order in which they came."""
    found = []
    for row in pieces.all_blobs(db):
        for name in pieces.names_of(db, row.id):
            written = posts_view.item(db, name.op) or talk_view.line(db, name.op)
            for each in written.attachments if written is not None else ():
                if written is not None and each.ref.blob == row.id:
                    state = pieces.state_of(row)
                    found.append(Known(row.id, each, name.op, written.author, written.mine, state))
    return found


def _arguments(parser: ArgumentParser, words: Translator) -> None:
    _ = words.gettext
    acts = parser.add_subparsers(dest="act", metavar="ACT", title=_("acts"))
    get = acts.add_parser("get", help=_("write one into a file of its own"))
    fetch = acts.add_parser("fetch", help=_("fetch it from whoever shared it, or go on after a pause"))
    pause = acts.add_parser("pause", help=_("fetch no more of it for now; what came stays"))
    cancel = acts.add_parser("cancel", help=_("fetch no more of it, and let go of what came"))
    for act in (get, fetch, pause, cancel):
        act.add_argument("id", metavar="ID", help=_("the sign of the picture or file"))
    get.add_argument("--out", metavar="FILE", required=True, help=_("the file to write"))


def run_files(args: Namespace, desk: Desk, out: Out) -> int:
    """List pictures and files, or do something with one."""
    if args.act is None:
        found = desk.read(known_files)
        return out.result(found, desk.read(lambda db: _lines(db, found, out)))
    one = _one(desk, out, args.id)
    if args.act == "get":
        return _get(one, args.out, desk, out)
    desk.do(ACTS[args.act](one.blob))
    state = desk.read(lambda db: pieces.state(db, one.blob))
    return out.result({"blob": one.blob, "state": state}, [attached.said(one.attachment, state, out.words)])


def _one(desk: Desk, out: Out, text: str) -> Known:
    prefix = terminal.id_prefix(text)
    found = {each.blob: each for each in desk.read(known_files) if each.blob.hex().startswith(prefix)}
    return found[terminal.only(list(found), out, "blob.unknown", text)]


def _get(one: Known, path: str, desk: Desk, out: Out) -> int:
    """Write the whole file; what was begun and did not succeed is taken away again."""
    parts = desk.file_bytes(one.blob)
    try:
        with Path(path).open("xb") as file:
            try:
                for part in parts:
                    file.write(part)
            except (OSError, Refusal):
                Path(path).unlink()
                raise
    except FileExistsError as error:
        raise Refusal("file.exists", path=path) from error
    except OSError as error:
        raise Refusal("home.unwritable", path=path) from error
    said = out.words.gettext("Written: %(path)s", path=path)
    return out.result({"blob": one.blob, "file": path, "size_bytes": one.attachment.ref.size_bytes}, [said])


def _lines(db: Connection, found: list[Known], out: Out) -> list[str]:
    _ = out.words.gettext
    if not found:
        return [_("No pictures and no files yet.")]
    rows = []
    for each in found:
        name = _("You") if each.mine else terminal.line(people_view.name_of(db, each.author))
        what = terminal.line(attached.label(each.attachment, out.words))
        rows.append(
            (
                out.styled(terminal.sign(each.blob), FAINT),
                name,
                what,
                attached.said(each.attachment, each.state, out.words),
            )
        )
    return out.table(rows)


VERBS: Final = (
    Verb(
        "files",
        N_("the pictures and files that are known here"),
        "edgewise files get 5f3a9c01 --out garden.jpg",
        _arguments,
        run_files,
    ),
)
