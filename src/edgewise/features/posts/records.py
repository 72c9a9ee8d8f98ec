# SPDX-License-Identifier: AGPL-3.0-or-later
"""Posts: the records of a feed and what makes them well-formed (spec/kinds/posts.md).

Who may write which of them where is decided by groups.members; here is only the form.
"""

from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground.canon import Bin32, Record, Text
from edgewise.ground.errors import Verdict
from edgewise.ground.limits import WARNING_MAX_CHARS
from edgewise.log.blobs import Attachments, BlobRef, check_attachments
from edgewise.log.kinds import Kind
from edgewise.log.op import CLS_CONTENT

WORDS: Final = ("thanks", "yes", "me_too")
"""The one-word answers. They stand with names and are never counted."""
MENTIONS_MAX: Final = 32
"""People named in one post: more than that are addressed as a circle."""

Warning = Annotated[str, Meta(max_length=WARNING_MAX_CHARS)]
Mentions = Annotated[tuple[Bin32, ...], Meta(max_length=MENTIONS_MAX)]
Parent = Annotated[bytes, Meta(max_length=32)]


class Post(Record, frozen=True):
    """A text, pictures and files, or both.

    parent: the operation that it answers, in the same space, or empty; warning: a line or "".
    """

    text: Text
    warning: Warning = ""
    parent: Parent = b""
    mentions: Mentions = ()
    attachments: Attachments = ()


class Edit(Record, frozen=True):
    """Another wording of one's own post. The latest by order counts."""

    target: Bin32
    text: Text
    warning: Warning = ""


class Word(Record, frozen=True):
    """A one-word answer given (present) or taken away again."""

    target: Bin32
    word: str
    present: bool


def check_post(post: Post) -> None:
    """Rules POST-1 to POST-3 and POST-10. Verdict "op.bad_body"."""
    if post.text or not post.attachments:
        _check_text(post.text)
    check_attachments(post.attachments)
    if len(post.parent) not in (0, 32):
        raise Verdict("op.bad_body", reason="parent is neither empty nor an id")
    if list(post.mentions) != sorted(set(post.mentions)):
        raise Verdict("op.bad_body", reason="mentions are not sorted and single")


def check_edit(edit: Edit) -> None:
    """Rule POST-1 for the new wording. Verdict "op.bad_body"."""
    _check_text(edit.text)


def check_word(word: Word) -> None:
    """Rule POST-6: one of `WORDS`. Verdict "op.bad_body"."""
    if word.word not in WORDS:
        raise Verdict("op.bad_body", reason="no such short answer")


def _check_text(text: str) -> None:
    if not text.strip():
        raise Verdict("op.bad_body", reason="no words")


def _blobs(post: Post) -> tuple[BlobRef, ...]:
    return tuple(each.ref for each in post.attachments)


def _comes(post: Post) -> tuple[BlobRef, ...]:
    return tuple(each.ref for each in post.attachments if each.comes)


def remains_of_post(post: Post) -> Post:
    """Of a post that was taken back: under what it stood."""
    return Post("", parent=post.parent)


_FEED: Final = frozenset({"feed"})

KINDS: Final[tuple[Kind, ...]] = (
    Kind("post", 1, CLS_CONTENT, Post, _FEED, check_post, _blobs, _comes, remains_of_post),
    Kind("post.edit", 1, CLS_CONTENT, Edit, _FEED, check_edit, part_of=lambda edit: edit.target),
    Kind("post.word", 1, CLS_CONTENT, Word, _FEED, check_word),
)
