# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of the records of talk, by the vectors of spec/kinds/talk.md."""

import pytest

from edgewise.features.talk.records import KINDS
from tests.features import vectors


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in vectors.yay("talk")])
def test_a_well_formed_body_is_read(body: bytes) -> None:
    """TALK-1, TALK-2, TALK-7: what keeps them opens to the fields that were written."""
    vectors.check_yay(KINDS, body)
    assert len(body) > 0


@pytest.mark.parametrize("body", [pytest.param(body, id=why) for why, body in vectors.nay("talk")])
def test_a_body_that_breaks_a_rule_is_refused(body: bytes) -> None:
    """TALK-1, TALK-2, TALK-7: what breaks one is a Verdict, and nothing worse."""
    vectors.check_nay(KINDS, body)
    assert len(body) > 0


def test_every_kind_has_a_good_and_a_bad_vector() -> None:
    """No kind of talk goes unread by the vectors."""
    for kind in KINDS:
        named = kind.name.encode()
        assert any(named in body for _, body in vectors.yay("talk")), kind.name
        assert any(named in body for _, body in vectors.nay("talk")), kind.name
