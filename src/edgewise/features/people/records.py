# SPDX-License-Identifier: AGPL-3.0-or-later
"""People: what one person notes about others, in their own space alone (spec/kinds/people.md)."""

from typing import Annotated, Final

from msgspec import Meta

from edgewise.ground.canon import Bin32, Record
from edgewise.ground.errors import Verdict
from edgewise.ground.limits import NAME_MAX_CHARS
from edgewise.log.kinds import Kind
from edgewise.log.op import CLS_CONTENT

CHECK_WORDS_MAX_CHARS: Final = 64
"""Four words of at most eight letters with the gaps between them, and room for other lists."""


class Petname(Record, frozen=True):
    """What this person calls another; "" gives the other's own name back."""

    identity: Bin32
    name: Annotated[str, Meta(max_length=NAME_MAX_CHARS)]


class Mute(Record, frozen=True):
    """muted: not shown at home; blocked: not shown, and not written to either."""

    identity: Bin32
    muted: bool
    blocked: bool


class Verified(Record, frozen=True):
    """The four check words were compared by people, and were the same (match) or not."""

    identity: Bin32
    match: bool
    words: Annotated[str, Meta(max_length=CHECK_WORDS_MAX_CHARS)]


def check_name(petname: Petname) -> None:
    """Rule PEOPLE-2. Verdict "op.bad_body"."""
    if petname.name != " ".join(petname.name.split()) or not petname.name.isprintable():
        raise Verdict("op.bad_body", reason="a name with unseen signs or idle spaces")


_SELF: Final = frozenset({"self"})

KINDS: Final[tuple[Kind, ...]] = (
    Kind("people.name", 1, CLS_CONTENT, Petname, _SELF, check_name),
    Kind("people.mute", 1, CLS_CONTENT, Mute, _SELF),
    Kind("people.verified", 1, CLS_CONTENT, Verified, _SELF),
)
