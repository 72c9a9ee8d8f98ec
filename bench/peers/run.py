# SPDX-License-Identifier: AGPL-3.0-or-later
"""One run: everybody is installed, then each does its jobs, round after round, within a time."""

from __future__ import annotations

import http.client
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.peers import install
from bench.peers.figures import OURS, DidNotRun, Result, Results
from bench.peers.pins import PINS
from bench.peers.stage import Peer, say, stage, texts
from bench.peers.who import FIGURES
from edgewise import __version__

WENT_WRONG: Final = (
    DidNotRun,
    OSError,
    subprocess.SubprocessError,
    http.client.HTTPException,
    ValueError,
    KeyError,
)
"""What a foreign program may do to us by failing, by ending early, or by answering what nobody expects."""
Clock = Callable[[], float]


def run(
    peers: Sequence[Peer],
    jobs: Sequence[str],
    into: Path,
    rounds: int,
    budget_s: float,
    clock: Clock = time.monotonic,
) -> Results:
    """Every figure of these programs. The first round is whole; a later job begins within the time only.

    Who can't be installed or does not do a job has a row that says why; nothing of that ends the run.
    """
    results: Results = {}
    folders = _installed(peers, into, jobs, results)
    began = clock()
    every = [(job, peer) for job in jobs for peer in peers if job in peer.jobs and peer.name in folders]
    of = texts()
    for number in range(rounds):
        for job, peer in every:
            if number and clock() - began > budget_s:
                say(f"no time for more than {number} whole rounds")
                return results
            say(f"round {number + 1}: {job}, {peer.name}")
            _measure(peer, job, folders[peer.name], of, results)
    return results


def _installed(peers: Sequence[Peer], into: Path, jobs: Sequence[str], results: Results) -> dict[str, Path]:
    folders: dict[str, Path] = {}
    for peer in peers:
        wanted = [job for job in jobs if job in peer.jobs]
        if not wanted:
            continue
        try:
            folders[peer.name] = install.install(peer.package, into) if peer.package else into
        except WENT_WRONG as error:
            _note_failure(results, peer, wanted, error)
    return folders


def _measure(peer: Peer, job: str, folder: Path, of: tuple[str, ...], results: Results) -> None:
    try:
        with stage(folder, of) as here:
            figures = peer.jobs[job](here)
    except WENT_WRONG as error:
        _note_failure(results, peer, [job], error)
        return
    for name, value in figures.items():
        results.setdefault(name, {}).setdefault(peer.name, Result()).values.append(value)


def _note_failure(results: Results, peer: Peer, jobs: Sequence[str], error: Exception) -> None:
    why = str(error) if isinstance(error, DidNotRun) else f"{type(error).__name__}: {error}"
    say(f"{peer.name} did not run: {why}")
    for job in jobs:
        for name in FIGURES[job]:
            results.setdefault(name, {}).setdefault(peer.name, Result()).why_not = why


def versions(peers: Sequence[Peer], into: Path) -> dict[str, str]:
    """Which version of each was measured, as it says itself where it came by npm or Debian."""
    found = {OURS: __version__}
    for peer in peers:
        if peer.package:
            pins = PINS[peer.package]
            said = [_version(into / peer.package, pin.package) or pin.version for pin in pins[:2]]
            found[peer.name] = ", ".join(
                f"{pin.package} {version}" for pin, version in zip(pins, said, strict=False)
            )
    return found


def _version(folder: Path, package: str) -> str:
    manifest = folder / "node_modules" / package / "package.json"
    if manifest.exists():
        return str(json.loads(manifest.read_text("utf-8"))["version"])
    program = folder / "usr/bin" / package
    if program.exists():
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
        return done.stdout.split()[1].lstrip("v") if done.stdout else ""
    return ""


def about(rounds: int) -> dict[str, Any]:
    """On what it was measured. Nobody's name, no path."""
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "node": _node(),
        "an fsync in ms": round(fsync_ms(), 2),
        "load at the start": round(os.getloadavg()[0], 2),
        "rounds": rounds,
    }


def fsync_ms(times: int = 20) -> float:
    """How long 4 KiB take to the disk where the programs have their files: the price of writing through."""
    taken = []
    with tempfile.TemporaryFile() as file:
        for _ in range(times):
            file.write(bytes(4096))
            began = time.perf_counter()
            file.flush()
            os.fsync(file.fileno())
            taken.append(1000 * (time.perf_counter() - began))
    return median(taken)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )


def _node() -> str:
    try:
        done = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return "none"
    return done.stdout.strip().lstrip("v")
