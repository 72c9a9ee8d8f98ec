# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading a letter: the letter itself first, before any connection; then Yes, Not now or No.

The same place takes every file that somebody brought: a letter, the answer to one, a confirmation, a bundle.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from edgewise.core.effects import Answered, BundleMade, FileTaken, LetterRead
from edgewise.core.inputs import AnswerLetter, MakeBundle, ReadLetter, TakeFile
from edgewise.faces.kit.explain import explain
from edgewise.faces.kit.forms import Form
from edgewise.faces.kit.letterpage import FILE_MAX_BYTES, LetterView, extract_sealed, until_day
from edgewise.faces.kit.page import Page, page_of
from edgewise.faces.kit.states import yes_no_later
from edgewise.features.people import view as people_view
from edgewise.ground.errors import EdgewiseError, Refusal
from edgewise.ground.ids import from_hex, short
from edgewise.ground.limits import BUNDLE_MAX_BYTES, FORM_MAX_BYTES
from edgewise.identity.letters import LetterBody, open_letter
from edgewise.identity.tickets import LETTER_PREFIX, SCHEME
from edgewise.store import invitations
from edgewise.store.invitations import LetterRow

ANSWERS: Final = ("yes", "no", "later")
OVER: Final = ("used", "expired", "withdrawn")
"""What the writer's computer may say of a letter that works no more; the row keeps it as its state."""


async def choose(request: Request) -> Response:
    """Where a letter is pasted, or a file is chosen; and the letters that wait for an answer."""
    page = await page_of(request)
    return await _choose(page, "", "", 200)


async def _choose(page: Page, text: str, notice: str, status: int) -> HTMLResponse:
    rows = await page.read(invitations.letters)
    waiting = [
        (row.invitation.hex(), _from(row), row.at_ms) for row in rows if row.state in ("read", "later")
    ]
    return page.render(
        "web/letters.html", place="people", status=status, text=text, notice=notice, waiting=waiting
    )


def _from(row: LetterRow) -> str:
    return open_letter(row.letter).from_name if row.letter else ""


async def take(request: Request) -> Response:
    """Open what was pasted or chosen. A letter is shown; of any other file it is said what it was."""
    page = await page_of(request)
    form = await page.form(BUNDLE_MAX_BYTES)
    try:
        text = _text(form)
        if text:
            read: LetterRead = await page.do(ReadLetter(text))
            return page.see(f"letter/{read.invitation.hex()}")
        taken: FileTaken = await page.do(TakeFile(form.file("file")))
    except EdgewiseError as no:
        shown = form.fields.get("text", ("",))[0]
        return await _choose(page, shown, page.said(no), page.status_of(no))
    name = await page.read(lambda db: people_view.name_of(db, taken.identity))
    return page.render(
        "web/taken.html",
        place="people",
        kind=taken.kind,
        identity=taken.identity.hex(),
        name=name,
        operations=taken.operations,
        goes_back=taken.answer is not None,
    )


def _text(form: Form) -> str:
    """The text of a letter or ticket; "" for a file of another kind. Refusal "text.empty" for nothing."""
    pasted = form.text("text", FORM_MAX_BYTES).strip()
    data = form.file("file")
    if not data:
        if not pasted:
            raise Refusal("text.empty")
        return pasted
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return LETTER_PREFIX + extract_sealed(data)
    if head.startswith(SCHEME.encode()):
        return data[:FILE_MAX_BYTES].decode("ascii", "replace").strip()
    return ""


async def show(request: Request) -> Response:
    """One letter, as it was written, and how it stands."""
    page = await page_of(request)
    return await _letter(page, await _row(page), "", 200)


async def _row(page: Page) -> LetterRow:
    invitation = from_hex(page.request.path_params["invitation"])
    row = await page.read(lambda db: invitations.letter(db, invitation))
    if row is None:
        raise Refusal("letter.unknown")
    return row


async def _letter(page: Page, row: LetterRow, notice: str, status: int) -> HTMLResponse:
    body = open_letter(row.letter) if row.letter else None
    view = letter_view(body) if body is not None else None
    over = explain(Refusal(f"letter.{row.state}"), page.words) if row.state in OVER else None
    return page.render(
        "web/letter.html",
        place="people",
        status=status,
        notice=notice,
        id=row.invitation.hex(),
        state=row.state,
        over=f"{over.sentence} {over.remedy}" if over is not None else "",
        view=view,
        day=until_day(view, page.lang, page.zone) if view is not None else "",
        answers=yes_no_later(page.words),
        identity=row.from_identity.hex(),
    )


def letter_view(body: LetterBody) -> LetterView:
    """A letter's words, for the macro ``letter_body``."""
    return LetterView(
        number=int.from_bytes(body.invitation[:2], "big"),
        from_name=body.from_name,
        to_name=body.to_name,
        words=body.words,
        offers=body.offers,
        items=[(item.title, item.text) for item in body.items],
        until_ms=body.until_ms,
        sealed_text="",
    )


async def answer(request: Request) -> Response:
    """Yes, no or not now. No and not now send nothing."""
    page = await page_of(request)
    form = await page.form()
    row = await _row(page)
    try:
        await page.do(AnswerLetter(row.invitation, form.one_of("answer", ANSWERS)))
    except EdgewiseError as no:
        return await _letter(page, row, page.said(no), page.status_of(no))
    return page.see(f"letter/{row.invitation.hex()}")


async def answer_file(request: Request) -> Response:
    """The yes that was said, as a file to carry back."""
    page = await page_of(request)
    await page.form()
    row = await _row(page)
    answered: Answered = await page.do(AnswerLetter(row.invitation, "yes"))
    if answered.acceptance is None:
        raise Refusal("letter.waiting")
    return page.download(f"answer-{short(row.invitation)}.edgewise", answered.acceptance)


async def bundle_file(request: Request) -> Response:
    """All that one acquaintance lacks, as a sealed file to carry over."""
    page = await page_of(request)
    await page.form()
    identity = from_hex(page.request.path_params["identity"])
    made: BundleMade = await page.do(MakeBundle(identity))
    return page.download(f"for-{short(identity)}.edgewise", made.data)


ROUTES: Final = [
    Route("/letter", choose),
    Route("/letter", take, methods=["POST"]),
    Route("/letter/for/{identity}", bundle_file, methods=["POST"]),
    Route("/letter/{invitation}", show),
    Route("/letter/{invitation}", answer, methods=["POST"]),
    Route("/letter/{invitation}/file", answer_file, methods=["POST"]),
]
