# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking back what one wrote."""

import pytest

from edgewise.consent.erasure import KINDS, TakenBack, may_take_back
from edgewise.ground.errors import Verdict
from edgewise.log.kinds import Registry
from edgewise.log.op import CLS_CONTENT, CLS_CONTROL, CLS_TOMBSTONE

ALICE, BOB = b"a" * 32, b"b" * 32


def test_only_own_content_is_taken_back() -> None:
    """OP-9: not others' words, not control operations, and not a taking back."""
    assert may_take_back(ALICE, ALICE, CLS_CONTENT)
    assert not may_take_back(BOB, ALICE, CLS_CONTENT)
    for cls in (CLS_CONTROL, CLS_TOMBSTONE):
        assert not may_take_back(ALICE, ALICE, cls)


def test_taking_back_is_a_tombstone() -> None:
    """OP-11: of its own class, in feeds and talks."""
    registry = Registry(KINDS)
    decoded = registry.decode(registry.encode(TakenBack(b"i" * 32, "a slip"), 1))
    assert decoded.record == TakenBack(b"i" * 32, "a slip")
    registry.check_place(decoded, CLS_TOMBSTONE, "dm")
    with pytest.raises(Verdict, match=r"op\.not_allowed"):
        registry.check_place(decoded, CLS_CONTENT, "feed")
