# SPDX-License-Identifier: AGPL-3.0-or-later
"""The current fails at any write and any sync: nothing acknowledged is lost, and nothing is half there."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgewise.store.db import Store
from tests.core.party import World
from tests.faults.crashes import OnDisk, Replay, Script
from tests.faults.faulty import Disk, held

ACTS_PER_CHAPTER = 100


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """The disk under alice's computer; in memory where the system offers that."""
    with held(tmp_path / "alice") as made:
        yield made


def crash_along(disk: Disk, folder: Path, seed: int, acts: int, share: float) -> Replay:
    """Live through so many acts, and crash at this share of all points on the way."""
    world = World()
    alice = OnDisk("alice", world, disk=disk)
    world.people[alice.me.transport.public] = alice
    script = Script(alice, world.person("bob"), seed)
    script.begin()
    folder.mkdir()
    replay = Replay(folder, random.Random(seed))
    while script.acts < acts:
        for _ in range(ACTS_PER_CHAPTER):
            script.step()
        replay.crash_along(disk.events, share)
        disk.events.clear()
    alice.store.close()
    replay.crash_along(disk.events, share)
    return replay


@pytest.mark.parametrize("seed", [1])
def test_crash_at_a_sample_of_all_writes(disk: Disk, tmp_path: Path, seed: int) -> None:
    """At one write in eight of 200 acts, with any part of what was not synced on the disk or not."""
    replay = crash_along(disk, tmp_path / "after", seed, 200, 1 / 8)
    assert replay.looked > 500


@pytest.mark.long
@pytest.mark.parametrize("seed", [3])
def test_crash_at_every_write_and_sync(disk: Disk, tmp_path: Path, seed: int) -> None:
    """At each of some fifty thousand writes, cuts and syncs of 2,000 acts."""
    replay = crash_along(disk, tmp_path / "after", seed, 2000, 1)
    assert replay.looked == replay.points > 40_000


def test_a_store_that_does_not_sync_is_caught(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A canary: without syncs the same crashes lose what was acknowledged, and the test says so."""
    prepare = Store._prepare

    def careless(self: Store, views: object) -> object:
        found = prepare(self, views)
        self._writer.pragma("synchronous", 0)
        return found

    monkeypatch.setattr(Store, "_prepare", careless)
    with pytest.raises(AssertionError):
        crash_along(disk, tmp_path / "after", 4, 100, 1 / 20)
