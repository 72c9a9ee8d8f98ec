# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking back: a tombstone over an own operation, kept for ever so that nothing brings the payload back."""

from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground.canon import Bin32, Record
from edgewise.ground.limits import PURPOSE_MAX_CHARS
from edgewise.log.kinds import Kind
from edgewise.log.op import CLS_CONTROL, CLS_TOMBSTONE


class TakenBack(Record, frozen=True):
    """The author takes an own operation back: holders drop its payload and keep its header."""

    target: Bin32
    why: Annotated[str, Meta(max_length=PURPOSE_MAX_CHARS)]


def may_take_back(author: bytes, target_author: bytes, target_cls: int) -> bool:
    """Whether a tombstone counts: over one's own content only; control operations are never erased."""
    return author == target_author and target_cls not in (CLS_CONTROL, CLS_TOMBSTONE)


KINDS: Final = (Kind("takeback", 1, CLS_TOMBSTONE, TakenBack, frozenset({"feed", "dm"})),)
