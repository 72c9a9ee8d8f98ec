# SPDX-License-Identifier: AGPL-3.0-or-later
"""A safe copy on the page: words to print, a copy to a stick or by the browser, proof, and coming back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from edgewise.faces.kit import dates, safecopy, texts
from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.qr import qr_svg
from edgewise.faces.web.site import HomeSite
from edgewise.faces.web.start import WAYS, new_passphrase
from edgewise.ground.errors import Refusal
from edgewise.ground.limits import (
    COPY_WORDS_MAX_CHARS,
    MIB,
    PASSPHRASE_MAX_CHARS,
    PASSPHRASE_MIN_CHARS,
    UPLOAD_MAX_BYTES,
)
from edgewise.store import people

PATH_MAX_CHARS: Final = 1000
CHOICES: Final = ("lost", "used")


async def show(request: Request) -> Response:
    """How things stand: the last copy, its proof; what can be done."""
    page = await page_of(request)
    return await _show(page, "", 200)


async def _show(page: Page, notice: str, status: int, path: str = "") -> HTMLResponse:
    state = await page.read(safecopy.state)
    me = await page.read(people.me)
    return page.render(
        "web/safecopy.html",
        place="settings",
        status=status,
        notice=notice,
        reason=texts.safe_copy(page.words, me.name if me is not None else ""),
        copy=state,
        made_day=_day(page, state.made_ms),
        proved_day=_day(page, state.proved_ms),
        path=path or state.path,
        most_mib=UPLOAD_MAX_BYTES // MIB,
        words_max=COPY_WORDS_MAX_CHARS,
    )


def _day(page: Page, at_ms: int) -> str:
    return dates.dated(at_ms, page.zone, page.words.locale) if at_ms else ""


async def words(request: Request) -> Response:
    """POST: new words, shown once, on a page to print. The copies made from now on open with them."""
    page = await page_of(request)
    await page.form()
    made = await _site(page).keeper.new_copy_words()
    me = await page.read(people.me)
    label = page.words.gettext("The same words, for a camera")
    return page.render(
        "web/copywords.html",
        place="settings",
        name=me.name if me is not None else "",
        day=_day(page, page.now_ms),
        each=made.split(),
        qr=qr_svg(made, label),
    )


async def make(request: Request) -> Response:
    """POST: a copy into a file on this computer or on a stick."""
    page = await page_of(request)
    form = await page.form()
    path = form.line("path", PATH_MAX_CHARS)
    try:
        if not path:
            raise Refusal("copy.no_place")
        made = await _site(page).keeper.back_up(_named(path, page))
    except Refusal as no:
        return await _show(page, page.said(no), page.status_of(no), path)
    said = page.words.gettext("A safe copy is in %(path)s. It was read back and is whole.", path=made.path)
    return await _show(page, said, 200)


def _named(path: str, page: Page) -> Path:
    """The file that is meant: in a folder, one of the person's name."""
    given = Path(path).expanduser()
    if not given.is_absolute():
        raise Refusal("copy.no_place")
    return given / safecopy.file_name(page.site.desk.read(people.me)) if given.is_dir() else given


async def download(request: Request) -> Response:
    """POST: a copy that the browser puts where it puts its files."""
    page = await page_of(request)
    await page.form()
    name = safecopy.file_name(await page.read(people.me))
    folder = _site(page).keeper.scratch()
    try:
        made = await _site(page).keeper.back_up(folder / name, lasting=False)
    except Refusal as no:
        shutil.rmtree(folder, ignore_errors=True)
        return await _show(page, page.said(no), page.status_of(no))
    gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(made.path, filename=name, media_type="application/octet-stream", background=gone)


async def prove(request: Request) -> Response:
    """POST: open a copy with its words, look at all in it, and bring nothing back."""
    page = await page_of(request)
    form = await page.form(UPLOAD_MAX_BYTES)
    path = form.line("path", PATH_MAX_CHARS)
    keeper = _site(page).keeper
    try:
        with _chosen(form, path, keeper) as file:
            found = await keeper.check_copy(file, form.text("words", COPY_WORDS_MAX_CHARS))
    except Refusal as no:
        return await _show(page, page.said(no), page.status_of(no), path)
    said = safecopy.said(found, page.words, page.zone)
    if found.findings:
        bad = page.words.gettext(
            "Something in it is not as it should be. Make a new copy, and prove that one."
        )
        return await _show(page, f"{said} {bad}", 200, path)
    good = page.words.gettext("It opens with these words, and all in it is whole. Nothing was brought back.")
    return await _show(page, f"{said} {good}", 200, path)


@contextmanager
def _chosen(form: Form, path: str, keeper: Any) -> Iterator[Path]:
    """The copy that a form names, or that came with it. Refusal "copy.no_place"."""
    if data := form.file("file"):
        folder: Path = keeper.scratch()
        try:
            (folder / "brought").write_bytes(data)
            yield folder / "brought"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    elif path and Path(path).expanduser().is_absolute():
        yield Path(path).expanduser()
    else:
        raise Refusal("copy.no_place")


async def come_back(request: Request) -> Response:
    """Where nobody has begun: bring a safe copy back."""
    page = await page_of(request)
    keeper = _site(page).keeper
    if keeper.state != "new":
        return page.see()
    if request.method != "POST":
        return _come_back(page, Form({}), "", 200)
    form = await page.form(UPLOAD_MAX_BYTES)
    try:
        lost = form.one_of("old", CHOICES) == "lost"
        remember = form.one_of("way", WAYS) == "remember"
        passphrase = None if remember else new_passphrase(form)
        with _chosen(form, form.line("path", PATH_MAX_CHARS), keeper) as file:
            await keeper.restore(file, form.text("words", COPY_WORDS_MAX_CHARS), passphrase, remember, lost)
    except Refusal as no:
        return _come_back(page, form, page.said(no), page.status_of(no))
    return page.see()


def _come_back(page: Page, form: Form, notice: str, status: int) -> HTMLResponse:
    return page.render(
        "web/comeback.html",
        status=status,
        notice=notice,
        path=form.fields.get("path", ("",))[0],
        typed=form.fields.get("words", ("",))[0],
        old=form.fields.get("old", ("",))[0],
        way=form.fields.get("way", ("",))[0],
        most_mib=UPLOAD_MAX_BYTES // MIB,
        words_max=COPY_WORDS_MAX_CHARS,
        min_chars=PASSPHRASE_MIN_CHARS,
        max_chars=PASSPHRASE_MAX_CHARS,
    )


def _site(page: Page) -> HomeSite:
    assert isinstance(page.site, HomeSite)
    return page.site


ROUTES: Final = [
    Route("/safecopy", show),
    Route("/safecopy/words", words, methods=["POST"]),
    Route("/safecopy/make", make, methods=["POST"]),
    Route("/safecopy/download", download, methods=["POST"]),
    Route("/safecopy/prove", prove, methods=["POST"]),
    Route("/comeback", come_back, methods=["GET", "POST"]),
]
