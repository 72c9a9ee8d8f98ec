# SPDX-License-Identifier: AGPL-3.0-or-later
"""A flipped bit anywhere on the disk is found: each page of the file, each frame of its log has its turn."""

import random
import shutil
from pathlib import Path

import pytest

from edgewise import features
from edgewise.core.door import Core
from edgewise.ground.errors import Refusal
from edgewise.node import homes
from tests.core.party import World
from tests.faults.crashes import STORE, OnDisk, Script, open_store
from tests.faults.faulty import held
from tests.store.test_pages import flipped

PAGE_BYTES = 4096


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alice's things after a while: as a power cut leaves them, and after an orderly end."""
    root = tmp_path_factory.mktemp("flips")
    with held(root / "alice") as disk:
        disk.recording = False
        world = World()
        alice = OnDisk("alice", world, disk=disk)
        world.people[alice.me.transport.public] = alice
        script = Script(alice, world.person("bob"), 5)
        script.begin()
        for _ in range(60):
            script.step()
        shutil.copytree(root / "alice", root / "left", ignore=shutil.ignore_patterns("*-shm"))
        alice.store.close()
    shutil.copytree(root / "alice", root / "closed")
    return root


def found(folder: Path) -> str:
    """How the damage shows: a code of a Refusal or of a finding; "" where all seems well."""
    try:
        store = open_store(folder)
    except Refusal as no:
        return no.code
    try:
        findings = homes.examine(store, Core(store, features.load()), deep=True)
        return findings[0].code if findings else ""
    finally:
        store.close()


def look(folders: Path, what: str, name: str, tmp_path: Path) -> dict[int, str]:
    """Flip one bit in each page's worth of a file; page → what is found."""
    data = (folders / what / name).read_bytes()
    chance = random.Random(name)
    seen = {}
    for page in range(0, len(data), PAGE_BYTES):
        folder = tmp_path / "flipped"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(folders / what, folder)
        at = chance.randrange(page, min(len(data), page + PAGE_BYTES))
        (folder / name).write_bytes(flipped(data, at, chance.randrange(8)))
        seen[page // PAGE_BYTES + 1] = found(folder)
    return seen


def test_each_page_of_the_file(folders: Path, tmp_path: Path) -> None:
    """After an orderly end every flip is found, and none is told as a wrong passphrase or a foreign file."""
    seen = look(folders, "closed", STORE, tmp_path)
    assert len(seen) > 100
    assert set(seen.values()) == {"page", "store.damaged"}


def test_each_page_of_the_log(folders: Path, tmp_path: Path) -> None:
    """After a power cut no flip in the log passes for its end."""
    seen = look(folders, "left", f"{STORE}-wal", tmp_path)
    assert len(seen) > 10
    assert set(seen.values()) == {"store.damaged"}


def test_a_page_that_stands_anew_in_the_log(folders: Path, tmp_path: Path) -> None:
    """Of a page whose newer form is in the log, the old one does not count; every other flip is found."""
    seen = look(folders, "left", STORE, tmp_path)
    unseen = [page for page, code in seen.items() if not code]
    log = (folders / "left" / f"{STORE}-wal").read_bytes()
    newer = {int.from_bytes(log[at : at + 4], "big") for at in range(32, len(log) - 24, PAGE_BYTES + 24)}
    assert set(unseen) <= newer
