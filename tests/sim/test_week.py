# SPDX-License-Identifier: AGPL-3.0-or-later
"""Weeks of five people in a world of loss, delay, partitions, wrong clocks and crashes: every check holds."""

import pytest

from edgewise.core import blobs, gate
from edgewise.sim.network import Faults
from edgewise.sim.run import live, run_sims
from edgewise.sim.trace import Violation
from edgewise.sim.world import World
from edgewise.store import register_blobs

PEOPLE, DAYS = 5, 7
# Worlds in which something was once found: each stays here for ever.
FOUND = (27, 59, 1004, 2002)


@pytest.mark.parametrize("seed", range(20))
def test_week_of_five_holds(seed: int) -> None:
    """Nobody opens what no grant gave, nothing acknowledged is lost, and all who may see, see the same."""
    lived = live(seed, PEOPLE, DAYS)
    assert lived.written > 100


@pytest.mark.parametrize("seed", FOUND)
def test_week_that_once_failed_holds(seed: int) -> None:
    """Crossing letters, an ending that nobody brought, two answers to one inviter: mended, kept mended."""
    assert live(seed, PEOPLE, DAYS, Faults(full=0, files=0)).written > 100


@pytest.mark.parametrize("seed", range(3))
def test_week_of_full_disks_holds(seed: int) -> None:
    """Every fifth who sits down has an hour without room: what was refused was refused, the rest comes."""
    lived = live(seed, PEOPLE, DAYS, Faults(full=0.2))
    assert lived.written > 100
    assert lived.refusals["home.full"] > 10


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20, 220))
def test_two_hundred_more_weeks_hold(seed: int) -> None:
    """The same over two hundred seeds, with fuller disks in every fourth."""
    assert live(seed, PEOPLE, DAYS, Faults(full=0.02 if seed % 4 else 0.2)).written > 100


def test_who_crashes_at_the_very_beginning_has_begun() -> None:
    """The current fails as soon as all was written: they are there when it comes back (seed 141)."""
    world = World(1, 3, faults=Faults(crash=1.0))
    assert all(person.me is not None and not person.up for person in world.everybody)


def test_same_seed_gives_the_same_trace() -> None:
    """What a seed shows once it shows again, to the letter; another seed shows something else."""
    assert live(3, 3, 2).digest == live(3, 3, 2).digest != live(4, 3, 2).digest


def test_gate_that_stands_open_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A canary: with a gate that lets everything out, the checkers find something."""
    monkeypatch.setattr(gate, "may_send", lambda db, space, to, now_ms: b"g" * 16)
    with pytest.raises(Violation):
        live(1, 4, 3)


def live_with_files() -> None:
    """Worlds in which most of what is said brings a picture or a file."""
    for seed in range(20):
        live(seed, 4, 4, Faults(files=0.6))


def test_pieces_that_outlive_their_item_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A canary: where taking back leaves pictures where they are, the checkers find them."""
    monkeypatch.setattr(blobs, "erased", lambda turn, op: None)
    with pytest.raises(Violation):
        live_with_files()


def test_pieces_that_no_register_knows_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A canary: where nothing is noted of what is given, the checkers find somebody who has it."""
    monkeypatch.setattr(register_blobs, "note", lambda *args: None)
    with pytest.raises(Violation, match="register"):
        live_with_files()


def test_failure_names_its_seed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A world that fails says how to see it again."""
    monkeypatch.setattr(gate, "may_send", lambda db, space, to, now_ms: b"g" * 16)
    assert run_sims(4, 3, 1) == 1
    assert "edgewise sim --people 4 --days 3 --seed 1" in capsys.readouterr().out
