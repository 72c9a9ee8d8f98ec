# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of the records of the archive, by the vectors of spec/kinds/archive.md."""

import pytest

from edgewise.features.archive.records import KINDS
from tests.features import vectors


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in vectors.yay("archive")])
def test_a_well_formed_body_is_read(body: bytes) -> None:
    """ARCHIVE-1: what keeps it opens to the fields that were written."""
    vectors.check_yay(KINDS, body)
    assert len(body) > 0


@pytest.mark.parametrize("body", [pytest.param(body, id=why) for why, body in vectors.nay("archive")])
def test_a_body_that_breaks_a_rule_is_refused(body: bytes) -> None:
    """ARCHIVE-1: what breaks it is a Verdict, and nothing worse."""
    vectors.check_nay(KINDS, body)
    assert len(body) > 0
