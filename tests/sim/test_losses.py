# SPDX-License-Identifier: AGPL-3.0-or-later
"""Weeks in which disks are lost, and people come back from copies that are days old: every check holds."""

import pytest

from edgewise.core import library
from edgewise.sim.run import live
from edgewise.sim.trace import Violation

# Worlds in which something was once found: each stays here for ever.
FOUND = (1, 7)


@pytest.mark.parametrize("seed", [*FOUND, 5, 6, 13, 14])
def test_week_with_lost_disks_holds(seed: int) -> None:
    """COPY-8, COPY-9: nothing that a copy or a holder has is lost, and no place of a log is used twice."""
    assert live(seed, 4, 5, losses=True).written > 100


def test_holders_who_give_nothing_back_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A canary: where nobody gives somebody their own writing back, the checkers find it."""
    monkeypatch.setattr(
        library.PeerLibrary,
        "_may_pass_on",
        lambda self, where, log: where is not None and log.identity != self._peer,
    )
    with pytest.raises(Violation):
        live(1, 4, 5, losses=True)
