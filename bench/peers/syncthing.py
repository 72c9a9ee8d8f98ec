# SPDX-License-Identifier: AGPL-3.0-or-later
"""Syncthing, as Debian has it: two of them, told only of each other."""

from __future__ import annotations

import hashlib
import http.client
import os
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.peers.figures import DidNotRun
from bench.peers.process import Process, free_port, surroundings
from bench.peers.stage import FILE_BYTES, IDLE_S, Peer, Stage

FOLDER: Final = "shared"
API_KEY: Final = "bench"
START_S: Final = 40.0
FETCH_S: Final = 120.0
LOOK_EVERY_S: Final = 0.01
SILENT: Final = {
    "globalAnnounceEnabled": "false",
    "localAnnounceEnabled": "false",
    "relaysEnabled": "false",
    "natEnabled": "false",
    "stunServer": "",
    "urAccepted": "-1",
    "crashReportingEnabled": "false",
    "autoUpgradeIntervalH": "0",
    "startBrowser": "false",
    "announceLANAddresses": "false",
    "setLowPriority": "false",
    "reconnectionIntervalS": "1",
}
"""Nothing asks, tells or reports anything to anybody outside; the last two are for the clock's sake."""


@dataclass(frozen=True)
class Computer:
    """One syncthing: its files, its ports, its name by its key."""

    folder: Path
    port: int
    page_port: int
    id: str

    @property
    def shared(self) -> Path:
        """The folder that is kept the same on both."""
        return self.folder / FOLDER

    def ask(self, method: str, path: str) -> Any:
        """The answer of its own page's interface. OSError where it does not run yet."""
        line = http.client.HTTPConnection("127.0.0.1", self.page_port, timeout=FETCH_S)
        try:
            line.request(method, path, headers={"X-API-Key": API_KEY})
            answer = line.getresponse().read()
        finally:
            line.close()
        return msgspec.json.decode(answer) if answer else None


def file(stage: Stage) -> dict[str, float]:
    """A new file in one's folder, from its scan until it is whole in the other's; both connected before."""
    program = stage.into / "usr/bin/syncthing"
    alice, bob = (computer(program, stage.folder / name) for name in ("alice", "bob"))
    for one, other in ((alice, bob), (bob, alice)):
        configure(one, other)
    data = os.urandom(FILE_BYTES)
    with running(program, alice), running(program, bob) as there:
        wait_until(lambda: connected(alice, bob) and connected(bob, alice), START_S, "connected")
        time.sleep(IDLE_S)
        (alice.shared / "file").write_bytes(data)
        arrived = bob.shared / "file"
        began = time.perf_counter()
        alice.ask("POST", f"/rest/db/scan?folder={FOLDER}")
        wait_until(arrived.exists, FETCH_S, "there")
        took = time.perf_counter() - began
        if hashlib.sha256(arrived.read_bytes()).digest() != hashlib.sha256(data).digest():
            raise DidNotRun("what arrived is not what was there")
        time.sleep(IDLE_S)
        return {"file": took, "memory": there.memory_mib()}


def computer(program: Path, folder: Path) -> Computer:
    """A fresh home with keys and a configuration."""
    (folder / FOLDER / ".stfolder").mkdir(parents=True)
    words = [str(program), "generate", f"--home={folder}", "--no-default-folder", "--skip-port-probing"]
    done = subprocess.run(words, env=surroundings(folder), capture_output=True, timeout=START_S, check=False)
    if done.returncode:
        raise DidNotRun(done.stderr.decode(errors="replace")[-300:])
    device = ET.parse(folder / "config.xml").getroot().find("device")  # noqa: S314 - our own file
    assert device is not None
    return Computer(folder, free_port(), free_port(), device.attrib["id"])


def configure(one: Computer, other: Computer) -> None:
    """Let one know of the other and of the folder; of nobody and nothing else."""
    path = one.folder / "config.xml"
    tree = ET.parse(path)  # noqa: S314 - our own file
    root = tree.getroot()
    options, page = root.find("options"), root.find("gui")
    assert options is not None
    assert page is not None
    for name, value in {**SILENT, "listenAddress": f"tcp://127.0.0.1:{one.port}"}.items():
        _set(options, name, value)
    _set(page, "address", f"127.0.0.1:{one.page_port}")
    _set(page, "apikey", API_KEY)
    device = ET.SubElement(root, "device", id=other.id, name=other.folder.name, compression="metadata")
    ET.SubElement(device, "address").text = f"tcp://127.0.0.1:{other.port}"
    shared = ET.SubElement(
        root, "folder", id=FOLDER, path=str(one.shared), rescanIntervalS="0", fsWatcherEnabled="false"
    )
    for each in (one, other):
        ET.SubElement(shared, "device", id=each.id)
    tree.write(path)


def _set(above: ET.Element, name: str, value: str) -> None:
    found = above.find(name)
    if found is None:
        found = ET.SubElement(above, name)
    found.text = value


@contextmanager
def running(program: Path, one: Computer) -> Iterator[Process]:
    """It runs until the end of the block."""
    words = [program, "serve", f"--home={one.folder}", "--no-browser", "--no-restart", "--no-upgrade"]
    with Process(words, one.folder, {"STNOUPGRADE": "1"}) as process:
        yield process


def connected(one: Computer, other: Computer) -> bool:
    """Whether one has a connection to the other, and the folder is at rest."""
    with suppress(OSError, msgspec.DecodeError):
        there = one.ask("GET", "/rest/system/connections")["connections"].get(other.id, {})
        return (
            bool(there.get("connected"))
            and one.ask("GET", f"/rest/db/status?folder={FOLDER}")["state"] == "idle"
        )
    return False


def wait_until(true: Callable[[], bool], within_s: float, what: str) -> None:
    """Look again and again. DidNotRun where it takes too long."""
    until = time.monotonic() + within_s
    while not true():
        if time.monotonic() > until:
            raise DidNotRun(f"not {what} within {within_s:.0f} s")
        time.sleep(LOOK_EVERY_S)


PEER: Final = Peer(
    "syncthing",
    "syncthing",
    {"file": file},
    "From the scan of a new file until it is whole there, its hashing included. TCP with TLS; fsync; "
    "nothing is encrypted on disk.",
)
