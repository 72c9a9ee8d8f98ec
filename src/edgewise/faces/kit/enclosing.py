# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes with a text that is being written: taken in, made clean, described, kept with the draft.

A composer is one form. Its words and descriptions are kept as they stand whenever anything of it is sent, so
that adding a picture loses nothing; what came with it stands in the composer before anything leaves.
"""

from __future__ import annotations

import asyncio
import dataclasses
import io
import mimetypes
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final
from urllib.parse import urlencode

from msgspec.structs import replace

from edgewise.core.inputs import Attach, Describe, SaveDraft
from edgewise.faces.kit.attached import view
from edgewise.faces.kit.desk import Desk
from edgewise.faces.kit.forms import TOKEN_FIELD, Form
from edgewise.faces.kit.page import Page
from edgewise.faces.kit.shown import AttachedView, Enclosing
from edgewise.faces.kit.uploads import Brought, closing
from edgewise.faces.kit.words import Translator
from edgewise.ground.errors import EdgewiseError, Refusal, Verdict
from edgewise.ground.limits import (
    ALT_MAX_CHARS,
    FILE_MAX_BYTES,
    FILE_NAME_MAX_CHARS,
    MIME_MAX_CHARS,
    TEXT_MAX_CHARS,
)
from edgewise.log.blobs import Attachment, is_plain_name
from edgewise.media.jobs import PICTURE_MAX_BYTES, PICTURES, VOICE_MAX_BYTES, VOICES, Prepared
from edgewise.media.sorts import HEAD_BYTES, sort_of
from edgewise.media.workshop import Workshop
from edgewise.store import outbox, pieces

ALT: Final = "alt:"
"""Fields of descriptions are named so, with the sign of what they describe behind it."""
FILE: Final = "file"
_HOME: Final = "home"
_PLACE: Final = re.compile(r"(item|talk):([0-9a-f]{64})")
_ITEM_CHARS: Final = 24
_MIME: Final = re.compile(r"[a-z0-9]+/[a-z0-9!#$&^_.+-]+")
EXTRA_MAX_CHARS: Final = 2000


@dataclass(frozen=True, slots=True)
class Sent:
    """A composer's form. ``brought``: files came with it and stand in the draft now; nothing leaves yet."""

    form: Form
    attachments: tuple[Attachment, ...]
    brought: bool


def path_of_place(place: str) -> str:
    """Where the composer of a draft stands. Refusal "not_found.draft" for a place that has none."""
    if place == _HOME:
        return "#say"
    found = _PLACE.fullmatch(place)
    if found is None:
        raise Refusal("not_found.draft")
    kind, id = found.groups()
    return f"item/{id[:_ITEM_CHARS]}#say" if kind == "item" else f"talk/{id}#say"


def enclosing(page: Page, db: Any, place: str) -> Enclosing:
    """What the composer of a place shows of pictures and files."""
    draft = outbox.draft(db, place)
    enclosed = draft.enclosed if draft is not None else ()
    removed = {each for one in enclosed for each in one.removed}
    return Enclosing(
        place=place,
        url=page.url(f"attach/{place}"),
        attached=tuple(_in_draft(page, db, each.attachment) for each in enclosed),
        cleaned=cleaned_text(removed, page.words),
        phone_until_ms=page.site.phone_until_ms if page.site.phone_until_ms > page.now_ms else 0,
    )


def _in_draft(page: Page, db: Any, one: Attachment) -> AttachedView:
    found = view(page, one, pieces.state(db, one.ref.blob), "")
    if one.kind == "picture" and not one.comes:
        said = page.words.gettext("%(size)s: others fetch it when they like", size=found.said)
        return dataclasses.replace(found, said=said)
    return found


def cleaned_text(removed: set[str], words: Translator) -> str:
    """What was taken out of pictures, in a sentence; "" where nothing was."""
    if "place" in removed:
        return words.gettext("Place and camera data removed.")
    if "camera" in removed:
        return words.gettext("Camera data removed.")
    if removed:
        return words.gettext("Hidden words and other hidden parts removed.")
    return ""


async def composed(page: Page, place: str) -> Sent:
    """The form of a composer as it was sent; what it says is kept, what it brings is attached to the draft.

    Raises what `Page.upload` and `attach` raise; the words are kept then too.
    """
    form, files = await page.upload()
    with closing(files):
        await keep_descriptions(page, place, form)
        brought = [each for each in files if each.size_bytes]
        if brought:
            await page.do(draft_of(place, form))
            await attach_all(page, place, brought)
    attachments = await page.read(lambda db: enclosed_of(db, place))
    return Sent(form, attachments, bool(brought))


async def attach_all(
    page: Page, place: str, files: Sequence[Brought], *, voice: bool = False, alt: str = ""
) -> None:
    """Attach these files to a draft, as many as can be; then raise the first error, if there was one.

    Stops where the browser that sends them goes away.
    """
    gone = asyncio.create_task(_until_gone(page))
    trouble: EdgewiseError | None = None
    try:
        for each in files:
            taken = Taking(page.desk, page.site.workshop, gone.done)
            try:
                await asyncio.to_thread(taken.attach, place, each, voice=voice, alt=alt)
            except EdgewiseError as no:
                trouble = trouble or no
    finally:
        gone.cancel()
    if trouble is not None:
        raise trouble


async def _until_gone(page: Page) -> None:
    while (await page.request.receive())["type"] != "http.disconnect":
        continue


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes one file into the home; ``stopped`` is asked between its parts."""

    desk: Desk
    workshop: Workshop
    stopped: Callable[[], bool] = bool

    def attach(self, place: str, brought: Brought, *, voice: bool = False, alt: str = "") -> None:
        """Take it, and put it to the draft of a place. In a thread. Raises what `take` raises."""
        attachment, removed = self.take(brought, voice=voice)
        self.desk.do(Attach(place, replace(attachment, alt=alt), removed))

    def take(self, brought: Brought, *, voice: bool = False) -> tuple[Attachment, tuple[str, ...]]:
        """Recognise it by its content, clean it, seal it; and what was taken out of it. In a thread.

        Raises Refusal, and the Verdicts of `media.workshop`.
        """
        brought.file.seek(0)
        sort = sort_of(brought.file.read(HEAD_BYTES))
        attachment: Attachment | None = None
        removed: tuple[str, ...] = ()
        if voice or (sort in VOICES and brought.size_bytes <= VOICE_MAX_BYTES):
            attachment = self._voice(brought, must=voice)
        elif sort in PICTURES:
            attachment, removed = self._picture(brought)
        if attachment is None:
            attachment = self._file(brought)
        return attachment, removed

    def _voice(self, brought: Brought, *, must: bool) -> Attachment | None:
        if brought.size_bytes > VOICE_MAX_BYTES:
            raise Refusal("media.voice_long")
        try:
            made = self.workshop.voice(_all_of(brought))
        except Verdict:
            if must:
                raise
            return None
        return self._kept(made, "voice")

    def _picture(self, brought: Brought) -> tuple[Attachment, tuple[str, ...]]:
        if brought.size_bytes > PICTURE_MAX_BYTES:
            raise Refusal("media.too_heavy", limit_mb=PICTURE_MAX_BYTES // 1_000_000)
        made = self.workshop.prepare(_all_of(brought))
        return self._kept(made, "picture"), made.removed

    def _kept(self, made: Prepared, kind: Any) -> Attachment:
        """A picture's name is left out: phones write the minute into it."""
        ref = self.desk.keep_file(io.BytesIO(made.data), FILE_MAX_BYTES, self.go_on)
        return Attachment(ref, kind, made.mime, "", "", made.width, made.height, made.duration_ms)

    def _file(self, brought: Brought) -> Attachment:
        ref = self.desk.keep_file(brought.file, FILE_MAX_BYTES, self.go_on)
        name = plain_name(brought.name)
        guessed = (mimetypes.guess_type(name)[0] or "").lower()
        known = _MIME.fullmatch(guessed) and len(guessed) <= MIME_MAX_CHARS
        return Attachment(ref, "file", guessed if known else "application/octet-stream", name)

    def go_on(self, done_bytes: int) -> None:
        """Asked while bytes are sealed. Refusal "upload.stopped" where nobody waits for them any more."""
        if self.stopped():
            raise Refusal("upload.stopped")


def _all_of(brought: Brought) -> bytes:
    brought.file.seek(0)
    parts = []
    while part := brought.file.read(1 << 20):
        parts.append(part)
    return b"".join(parts)


def plain_name(name: str) -> str:
    """A file's own name, without folders and signs that lead elsewhere; "" where none is left."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    kept = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    short = kept.strip()[-FILE_NAME_MAX_CHARS:]
    return short if is_plain_name(short) else ""


async def keep_descriptions(page: Page, place: str, form: Form) -> None:
    """Keep the words that stand beside what is attached."""
    draft = await page.read(lambda db: outbox.draft(db, place))
    for each in draft.enclosed if draft is not None else ():
        field = ALT + each.attachment.ref.blob.hex()
        if field in form.fields:
            alt = plain_alt(form.text(field, ALT_MAX_CHARS))
            if alt != each.attachment.alt:
                await page.do(Describe(place, each.attachment.ref.blob, alt))


def plain_alt(text: str) -> str:
    """A description without signs that nobody sees."""
    kept = (char for char in text.strip() if unicodedata.category(char) not in ("Cc", "Cs") or char == "\n")
    return "".join(kept)


def draft_of(place: str, form: Form) -> SaveDraft:
    """The command that keeps a composer as it stands. Refusal "web.form" for one of no composer."""
    rest = [
        (name, value)
        for name, values in form.fields.items()
        if name not in ("text", TOKEN_FIELD, FILE) and not name.startswith(ALT)
        for value in values
    ]
    extra = urlencode(rest)
    if len(extra) > EXTRA_MAX_CHARS:
        raise Refusal("web.form")
    return SaveDraft(place, form.text("text"), extra)


def enclosed_of(db: Any, place: str) -> tuple[Attachment, ...]:
    """What is to go with the draft of a place."""
    draft = outbox.draft(db, place)
    return tuple(each.attachment for each in draft.enclosed) if draft is not None else ()


async def share_again(page: Page, place: str, text: str, attachments: Sequence[Attachment]) -> None:
    """Put a copy of what was sent before into a draft: for other readers it is sealed anew (PIECE-9).

    Stops where the browser goes away. Refusals "blob.not_here", "draft.full", "home.full".
    """
    gone = asyncio.create_task(_until_gone(page))

    def copied(one: Attachment) -> None:
        taking = Taking(page.desk, page.site.workshop, gone.done)
        with page.desk.scratch() as file:
            for part in page.desk.file_bytes(one.ref.blob):
                file.write(part)
                taking.go_on(0)
            ref = page.desk.keep_file(file, FILE_MAX_BYTES, taking.go_on)
        page.desk.do(Attach(place, replace(one, ref=ref)))

    try:
        for each in attachments:
            await asyncio.to_thread(copied, each)
    finally:
        gone.cancel()
    draft = await page.read(lambda db: outbox.draft(db, place))
    before = draft.text.rstrip() if draft is not None else ""
    together = f"{before}\n\n{text}" if before and text not in before else before or text
    await page.do(SaveDraft(place, together[:TEXT_MAX_CHARS], draft.extra if draft is not None else ""))


async def put_back(page: Page, place: str, text: str, attachments: Sequence[Attachment]) -> None:
    """What was called back stands in the composer again, with all that went with it."""
    await page.do(SaveDraft(place, text))
    for each in attachments:
        await page.do(Attach(place, each))
