# SPDX-License-Identifier: AGPL-3.0-or-later
"""Puts the others below one folder outside the tree, by the ordinary clients, and remembers what is there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.peers.figures import DidNotRun
from bench.peers.pins import PINS, Pin

INSTALL_S: Final = 240.0
TOLD_CHARS: Final = 300
STAMP: Final = "installed"
HERE: Final = Path(__file__).parent


def default_folder() -> Path:
    """Where the others go if nobody says otherwise: this computer's cache."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "edgewise-bench-peers"


def install(peer: str, into: Path) -> Path:
    """The folder of an installed peer below `into`; nothing is fetched where the pinned versions are there.

    DidNotRun with the client's last words where that fails.
    """
    pins = PINS[peer]
    folder, wanted = into / peer, stamp_of(pins)
    stamp = folder / STAMP
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        {"npm": _npm, "pip": _pip, "apt": _apt}[pins[0].from_](pins, folder)
        stamp.write_text(wanted, "utf-8")
    for program in HERE.glob("*.js"):  # beside node_modules, where require() and import() look
        shutil.copy(program, folder)
    return folder


def stamp_of(pins: Sequence[Pin]) -> str:
    """What stands in the stamp of a folder with these pins."""
    return "".join(f"{pin.from_} {pin.package} {pin.version}\n" for pin in pins)


def _npm(pins: Sequence[Pin], folder: Path) -> None:
    wanted = [f"{pin.package}@{pin.version}" for pin in pins]
    (folder / "package.json").write_text(json.dumps({"name": folder.name, "private": True}), "utf-8")
    # No script of a package runs at install: what is native in these comes built.
    words = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", *wanted]
    _run([_found("npm"), *words], folder)


def _pip(pins: Sequence[Pin], folder: Path) -> None:
    _run([sys.executable, "-m", "venv", folder / "venv"], folder)
    words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([python_of(folder), *words, *(f"{pin.package}=={pin.version}" for pin in pins)], folder)


def _apt(pins: Sequence[Pin], folder: Path) -> None:
    """Unpacked, not installed: nothing of it starts by itself, and no rights are needed."""
    for pin in pins:
        _run([_found("apt-get"), "download", pin.package], folder)
    for package in sorted(folder.glob("*.deb")):
        _run([_found("dpkg-deb"), "-x", package, folder], folder)
        package.unlink()


def python_of(folder: Path) -> Path:
    """The Python of a peer that came by pip."""
    return folder / "venv/bin/python"


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise DidNotRun(f"{program} is not on this computer")
    return path


def _run(words: Sequence[object], folder: Path) -> None:
    try:
        done = subprocess.run(
            [str(word) for word in words],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DidNotRun(f"installing took longer than {INSTALL_S:.0f} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise DidNotRun(f"installing failed: {said[-TOLD_CHARS:]}")
