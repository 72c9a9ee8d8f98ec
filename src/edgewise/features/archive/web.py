# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking one's words along, and bringing words in, on the page."""

from __future__ import annotations

import asyncio
import io
import zipfile
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from edgewise.consent.circles import ONLY_ME
from edgewise.core.inputs import NoteExport
from edgewise.faces.kit.known import CIRCLE_BYTES, Known, id_of
from edgewise.faces.kit.page import Page, page_of
from edgewise.features.archive import cli, writings
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import MIB, UPLOAD_MAX_BYTES
from edgewise.store import agreements

PATH_MAX_CHARS: Final = 1000
ZIP_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The same for every file, so that equal words give equal bytes."""


async def show(request: Request) -> Response:
    """Both ways on one page."""
    page = await page_of(request)
    return await _show(page, "", 200)


async def _show(page: Page, notice: str, status: int, path: str = "") -> HTMLResponse:
    def circles(db: object) -> list[tuple[str, str]]:
        known = Known(db, page.words, page.now_ms)
        return [(row.id.hex(), known.circle_name(row)) for row in agreements.circles(db)]  # type: ignore[arg-type]

    return page.render(
        "archive/archive.html",
        place="settings",
        status=status,
        notice=notice,
        path=path,
        circles=await page.read(circles),
        only_me=ONLY_ME.hex(),
        most_mib=UPLOAD_MAX_BYTES // MIB,
    )


async def folder(request: Request) -> Response:
    """POST: write the files into a folder on this computer."""
    page = await page_of(request)
    form = await page.form()
    path = form.line("path", PATH_MAX_CHARS)
    try:
        size_bytes = await asyncio.to_thread(_write, page, absolute(path))
        await page.do(NoteExport(Path(path).name, size_bytes))
    except Refusal as no:
        return await _show(page, page.said(no), page.status_of(no), path)
    said = page.words.gettext("Your words are in %(path)s. They are not sealed there.", path=path)
    return await _show(page, said, 200)


def _write(page: Page, path: Path) -> int:
    files, blobs = cli.gathered(page.desk, page.words), page.desk.read(writings.blobs)
    return cli.write_folder(path, files, blobs, page.desk.file_bytes)


def absolute(path: str) -> Path:
    """The path that was typed. Refusal "archive.no_place"."""
    given = Path(path).expanduser()
    if not path or not given.is_absolute():
        raise Refusal("archive.no_place")
    return given


async def packed(request: Request) -> Response:
    """POST: the same files in one archive that the browser keeps."""
    page = await page_of(request)
    await page.form()
    try:
        data = await asyncio.to_thread(_packed, page)
    except Refusal as no:
        return await _show(page, page.said(no), page.status_of(no))
    await page.do(NoteExport("edgewise-words.zip", len(data)))
    return page.download("edgewise-words.zip", data, "application/zip")


def _packed(page: Page) -> bytes:
    """All files in one; in memory, so no more than a browser may bring. Refusal "export.too_big"."""
    files = cli.gathered(page.desk, page.words)
    left_bytes = UPLOAD_MAX_BYTES - sum(len(data) for _, data in files)
    for name, blob in page.desk.read(writings.blobs):
        data = bytearray()
        for part in page.desk.file_bytes(blob):
            data += part
            if len(data) > left_bytes:
                raise Refusal("export.too_big", limit_mib=UPLOAD_MAX_BYTES // MIB)
        left_bytes -= len(data)
        files.append((name, bytes(data)))
    if left_bytes < 0:
        raise Refusal("export.too_big", limit_mib=UPLOAD_MAX_BYTES // MIB)
    return zipped(files)


def zipped(files: list[tuple[str, bytes]]) -> bytes:
    """The files in one ZIP; equal files give equal bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, ZIP_DAY), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


async def bring(request: Request) -> Response:
    """POST: bring in what an export holds."""
    page = await page_of(request)
    form = await page.form(UPLOAD_MAX_BYTES)
    path = form.line("path", PATH_MAX_CHARS)
    try:
        circle = id_of(form.line("to"), CIRCLE_BYTES, "not_found.circle")
        data = form.file("file")
        archive = await asyncio.to_thread(_read, data, path)
        taken = await asyncio.to_thread(cli.bring_in, page.desk, archive, circle)
    except Refusal as no:
        return await _show(page, page.said(no), page.status_of(no), path)
    words = page.words
    new = words.ngettext("%(num)s thing was new.", "%(num)s things were new.", taken.new)
    here = words.ngettext("%(num)s was here already.", "%(num)s were here already.", taken.known)
    return await _show(page, f"{new} {here}", 200)


def _read(data: bytes, path: str) -> writings.Archive:
    return writings.from_json(data) if data else cli.read_folder(absolute(path))


ROUTES: Final = [
    Route("/archive", show),
    Route("/archive/folder", folder, methods=["POST"]),
    Route("/archive/packed", packed, methods=["POST"]),
    Route("/archive/bring", bring, methods=["POST"]),
]
