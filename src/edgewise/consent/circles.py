# SPDX-License-Identifier: AGPL-3.0-or-later
"""Circles: whom one means when one writes. They stand in the space that only one's own devices hold.

Nobody else learns that a circle exists, what it is called or who is in it. The latest record about a circle,
or about one person in it, counts: by (order, operation id), so that each device counts the same.
"""

from typing import Final

from edgewise.ground.canon import Bin16, Bin32, Name, Record
from edgewise.log.kinds import Kind
from edgewise.log.op import CLS_CONTENT

# The two circles that everybody begins with; the second is who one has met *and* put into it.
ONLY_ME: Final = bytes(16)
PEOPLE: Final = bytes(15) + b"\x01"


class Circle(Record, frozen=True):
    """A circle's name; a retired one is written to no more."""

    id: Bin16
    name: Name
    retired: bool


class Member(Record, frozen=True):
    """Somebody is put into a circle, or out of it."""

    circle: Bin16
    identity: Bin32
    present: bool


def builtin(circle: bytes) -> str:
    """ "me" or "people" for the two circles that everybody has, else ""."""
    return {ONLY_ME: "me", PEOPLE: "people"}.get(circle, "")


_SELF: Final = frozenset({"self"})

KINDS: Final = (
    Kind("circle", 1, CLS_CONTENT, Circle, _SELF),
    Kind("circle.member", 1, CLS_CONTENT, Member, _SELF),
)
