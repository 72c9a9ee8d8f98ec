# SPDX-License-Identifier: AGPL-3.0-or-later
"""Talk: the records of a conversation of two, and what makes them well-formed (spec/kinds/talk.md)."""

from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground.canon import Bin32, Record, Text
from edgewise.ground.errors import Verdict
from edgewise.ground.limits import WARNING_MAX_CHARS
from edgewise.log.blobs import Attachments, BlobRef, check_attachments
from edgewise.log.kinds import Kind
from edgewise.log.op import CLS_CONTENT


class Say(Record, frozen=True):
    """A line, pictures and files, or both.

    reply_to: the line that it answers, or empty; warning: "" or a content warning.
    """

    text: Text
    warning: Annotated[str, Meta(max_length=WARNING_MAX_CHARS)] = ""
    reply_to: Annotated[bytes, Meta(max_length=32)] = b""
    attachments: Attachments = ()


class SayEdit(Record, frozen=True):
    """Another wording of one's own line; the latest by order counts."""

    target: Bin32
    text: Text


def check_say(say: Say) -> None:
    """Rules TALK-1, TALK-2 and TALK-7. Verdict "op.bad_body"."""
    if say.text or not say.attachments:
        _check_text(say.text)
    check_attachments(say.attachments)
    if len(say.reply_to) not in (0, 32):
        raise Verdict("op.bad_body", reason="reply_to is neither empty nor an id")


def check_edit(edit: SayEdit) -> None:
    """Rule TALK-1 for the new wording. Verdict "op.bad_body"."""
    _check_text(edit.text)


def _check_text(text: str) -> None:
    if not text.strip():
        raise Verdict("op.bad_body", reason="no words")


def _blobs(say: Say) -> tuple[BlobRef, ...]:
    return tuple(each.ref for each in say.attachments)


def _comes(say: Say) -> tuple[BlobRef, ...]:
    return tuple(each.ref for each in say.attachments if each.comes)


def remains_of_say(say: Say) -> Say:
    """Of a line that was taken back: what it answered."""
    return Say("", reply_to=say.reply_to)


_DM: Final = frozenset({"dm"})

KINDS: Final[tuple[Kind, ...]] = (
    Kind("say", 1, CLS_CONTENT, Say, _DM, check_say, _blobs, _comes, remains_of_say),
    Kind("say.edit", 1, CLS_CONTENT, SayEdit, _DM, check_edit, part_of=lambda edit: edit.target),
)
