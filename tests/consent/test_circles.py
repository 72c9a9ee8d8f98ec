# SPDX-License-Identifier: AGPL-3.0-or-later
"""Circles: records of one's own space."""

import pytest

from edgewise.consent.circles import KINDS, ONLY_ME, PEOPLE, Circle, Member, builtin
from edgewise.ground.canon import encode
from edgewise.ground.errors import Verdict
from edgewise.log.kinds import Registry
from edgewise.log.op import CLS_CONTENT

REGISTRY = Registry(KINDS)


@pytest.mark.parametrize(
    "record", [Circle(PEOPLE, "People I know", False), Member(b"c" * 16, b"i" * 32, True)]
)
def test_a_record_survives_its_encoding(record: Circle | Member) -> None:
    """What is written is what is read."""
    assert REGISTRY.decode(REGISTRY.encode(record, 1)).record == record


def test_circles_stand_in_the_own_space_only() -> None:
    """Nobody else is ever sent a circle's name or members."""
    decoded = REGISTRY.decode(REGISTRY.encode(Circle(PEOPLE, "People I know", False), 1))
    REGISTRY.check_place(decoded, CLS_CONTENT, "self")
    for elsewhere in ("pair", "dm", "feed"):
        with pytest.raises(Verdict):
            REGISTRY.check_place(decoded, CLS_CONTENT, elsewhere)


@pytest.mark.parametrize("id", [b"", b"c" * 15, b"c" * 17])
def test_a_circle_is_named_by_sixteen_bytes(id: bytes) -> None:
    """Anything else is malformed."""
    with pytest.raises(Verdict):
        REGISTRY.decode(encode(["circle", 1, 1, [id, "Walkers", False]]))


def test_the_two_circles_of_everybody() -> None:
    """Their ids are fixed, so that each device begins with the same ones."""
    assert [builtin(id) for id in (ONLY_ME, PEOPLE, b"c" * 16)] == ["me", "people", ""]
