# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures and files at the terminal: named by paths, cleaned and sealed as on a page, told in lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from edgewise.faces.kit import attached, terminal
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.enclosing import Taking, plain_alt
from edgewise.faces.kit.uploads import Brought
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import ALT_MAX_CHARS, ATTACHMENTS_MAX
from edgewise.log.blobs import Attachment
from edgewise.media.workshop import Workshop
from edgewise.store import pieces


def attachments_of(desk: Desk, paths: list[str], alts: list[str]) -> tuple[Attachment, ...]:
    """The files of these names, the n-th with the n-th description.

    Refusals "file.missing", "file.unreadable", "file.too_big", "attach.too_many", "attach.alone",
    "text.too_long", and what `enclosing.Taking` raises.
    """
    if len(paths) > ATTACHMENTS_MAX:
        raise Refusal("attach.too_many", limit=ATTACHMENTS_MAX)
    if len(alts) > len(paths):
        raise Refusal("attach.alone")
    for each in alts:
        if len(each) > ALT_MAX_CHARS:
            raise Refusal("text.too_long", size_chars=len(each), limit_chars=ALT_MAX_CHARS)
    workshop = Workshop()
    try:
        described = zip(paths, [*alts, *[""] * (len(paths) - len(alts))], strict=True)
        return tuple(_taken(Taking(desk, workshop), Path(path), alt) for path, alt in described)
    finally:
        workshop.close()


def _taken(taking: Taking, path: Path, alt: str) -> Attachment:
    try:
        with path.open("rb") as file:
            brought = Brought("attach", path.name, file, path.stat().st_size)
            attachment, _removed = taking.take(brought)
    except FileNotFoundError as error:
        raise Refusal("file.missing", path=path) from error
    except OSError as error:
        raise Refusal("file.unreadable", path=path) from error
    return replace(attachment, alt=plain_alt(alt))


def lines_of(db: Any, attachments: tuple[Attachment, ...], out: terminal.Out) -> list[str]:
    """Under an item: each picture and file with its sign, what it shows, and how much of it is here."""
    lines = []
    for each in attachments:
        state = attached.said(each, pieces.state(db, each.ref.blob), out.words)
        sign = out.styled(terminal.sign(each.ref.blob), terminal.FAINT)
        lines.append(f"  {terminal.line(attached.label(each, out.words))} · {state} · {sign}")
        if each.alt:
            lines += terminal.indented(each.alt, "    ")
    return lines
