# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of the records of posts, by the vectors of spec/kinds/posts.md."""

import pytest

from edgewise.features.posts.records import KINDS
from tests.features import vectors


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in vectors.yay("posts")])
def test_a_well_formed_body_is_read(body: bytes) -> None:
    """POST-1, POST-2, POST-3, POST-6, POST-10: what keeps them opens to the fields that were written."""
    vectors.check_yay(KINDS, body)
    assert len(body) > 0


@pytest.mark.parametrize("body", [pytest.param(body, id=why) for why, body in vectors.nay("posts")])
def test_a_body_that_breaks_a_rule_is_refused(body: bytes) -> None:
    """POST-1, POST-2, POST-3, POST-6, POST-10: what breaks one is a Verdict, and nothing worse."""
    vectors.check_nay(KINDS, body)
    assert len(body) > 0


def test_every_kind_has_a_good_and_a_bad_vector() -> None:
    """No kind of posts goes unread by the vectors."""
    for kind in KINDS:
        named = kind.name.encode()
        assert any(named in body for _, body in vectors.yay("posts")), kind.name
        assert any(named in body for _, body in vectors.nay("posts")), kind.name
