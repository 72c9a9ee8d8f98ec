# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures, voice notes and files as pages show them: how much is here, and what one can do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from edgewise.faces.kit.render import size_text
from edgewise.faces.kit.shown import AttachedView, Choice
from edgewise.faces.kit.words import Translator
from edgewise.log.blobs import Attachment
from edgewise.store import pieces
from edgewise.store.pieces import BlobState

LARGE_PX: Final = 1200
SMALL_PX: Final = 480
"""The two sizes of small pictures: of an item, and of a list or a phone."""
MARKUP_BYTES: Final = 900
"""What one takes on a page besides its own words, about."""


class Addresses(Protocol):
    """What is needed of a page: its words, and addresses below the home's own path."""

    @property
    def words(self) -> Translator:
        """The language of the page."""
        ...

    def url(self, path: str = "") -> str:
        """The address of a path of this home."""
        ...


def weight(attachments: Sequence[Attachment]) -> int:
    """About how many bytes of a page they take."""
    return sum(MARKUP_BYTES + 2 * len((each.alt + each.name).encode()) for each in attachments)


def views(page: Addresses, db: Any, attachments: Sequence[Attachment], back: str) -> tuple[AttachedView, ...]:
    """What stands in an item; ``back`` is the path to which its buttons return."""
    return tuple(view(page, each, pieces.state(db, each.ref.blob), back) for each in attachments)


def view(page: Addresses, attachment: Attachment, state: BlobState, back: str) -> AttachedView:
    """One of them, in the state in which it is."""
    words, sign = page.words, attachment.ref.blob.hex()
    here = state.state == "here"
    kind = attachment.kind
    return AttachedView(
        kind=kind,
        sign=sign,
        label=label(attachment, words),
        alt=attachment.alt,
        said=said(attachment, state, words),
        here=here,
        url=_url(page, attachment) if here else "",
        small=page.url(f"small/{sign}/") if here and kind == "picture" else "",
        width=attachment.width,
        height=attachment.height,
        acts=() if here else acts(state, words),
        act_url=page.url(f"fetch/{sign}"),
        back=back,
        done=state.have_bytes if state.state in ("coming", "paused") else 0,
        total=attachment.ref.size_bytes if state.state in ("coming", "paused") else 0,
    )


def _url(page: Addresses, attachment: Attachment) -> str:
    sign = attachment.ref.blob.hex()
    if attachment.kind == "file":
        return page.url(f"file/{sign}/") + page.url(attachment.name.replace("/", "_")).removeprefix(
            page.url()
        )
    return page.url(f"{attachment.kind}/{sign}")


def label(attachment: Attachment, words: Translator) -> str:
    """What it is, in a word or by its name."""
    if attachment.kind == "picture":
        return words.gettext("Picture")
    if attachment.kind == "voice":
        seconds = attachment.duration_ms // 1000
        time = f"{seconds // 60}:{seconds % 60:02}"
        return words.gettext("Voice note, %(time)s", time=time) if seconds else words.gettext("Voice note")
    return attachment.name or words.gettext("File")


def summary(attachments: Sequence[Attachment], words: Translator) -> str:
    """What goes with a text that has no words, in a line: "Picture, Picture, plan.pdf"."""
    return words.names([label(each, words) for each in attachments[:3]]) if attachments else ""


def said(attachment: Attachment, state: BlobState, words: Translator) -> str:
    """Its size, or how much of it is here, and why it is not all of it. It says only what is known."""
    size = size_text(attachment.ref.size_bytes, words)
    have = size_text(state.have_bytes, words)
    match state.state:
        case "here":
            return size
        case "coming":
            return words.gettext("Coming: %(have)s of %(size)s", have=have, size=size)
        case "wanted":
            return words.gettext("%(size)s, not on this computer yet", size=size)
        case "paused" if state.full:
            return words.gettext(
                "%(have)s of %(size)s are here; the disk has no room for more", have=have, size=size
            )
        case "paused":
            return words.gettext("Paused: %(have)s of %(size)s are here", have=have, size=size)
        case "erased":
            return words.gettext("Its author took it back")
        case _:
            return words.gettext("%(size)s, not on this computer", size=size)


def acts(state: BlobState, words: Translator) -> tuple[Choice, ...]:
    """What one can do about one that is not here."""
    get, stop = Choice("get", words.gettext("Get")), Choice("stop", words.gettext("Stop"))
    match state.state:
        case "elsewhere":
            return (get,)
        case "paused":
            return (Choice("get", words.gettext("Go on")), stop)
        case "coming" | "wanted":
            return (Choice("pause", words.gettext("Pause")), stop)
        case _:
            return ()
