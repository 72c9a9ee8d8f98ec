# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of the records of people, by the vectors of spec/kinds/people.md."""

import pytest

from edgewise.features.people.records import KINDS
from tests.features import vectors


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in vectors.yay("people")])
def test_a_well_formed_body_is_read(body: bytes) -> None:
    """PEOPLE-1, PEOPLE-2: what keeps them opens to the fields that were written."""
    vectors.check_yay(KINDS, body)
    assert len(body) > 0


@pytest.mark.parametrize("body", [pytest.param(body, id=why) for why, body in vectors.nay("people")])
def test_a_body_that_breaks_a_rule_is_refused(body: bytes) -> None:
    """PEOPLE-1, PEOPLE-2: what breaks one is a Verdict, and nothing worse."""
    vectors.check_nay(KINDS, body)
    assert len(body) > 0


def test_every_kind_has_a_good_and_a_bad_vector() -> None:
    """No kind of people goes unread by the vectors."""
    for kind in KINDS:
        named = kind.name.encode()
        assert any(named in body for _, body in vectors.yay("people")), kind.name
        assert any(named in body for _, body in vectors.nay("people")), kind.name
