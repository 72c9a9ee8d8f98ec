# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo as three programs: one node for each, until Ctrl+C."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from edgewise.demo.past import lay_out
from edgewise.demo.week import NAMES
from edgewise.ground.errors import Refusal
from edgewise.node import homes, launcher
from edgewise.node.running import now_ms
from edgewise.store.home import Home

SayLine = Callable[[str], None]

END_WAIT_S: Final = 10.0


def run_demo(folder: Path | None, browser: bool, say: SayLine) -> int:
    """Three nodes until Ctrl+C; a folder that is named is kept, and used again the next time."""
    with _folder(folder) as where, contextlib.ExitStack() as running:
        if not all(Home(where / name.lower()).exists() for name in NAMES):
            say("Making three people and their week…")
            lay_out(where, now_ms())
        old = signal.signal(signal.SIGTERM, _interrupt)
        running.callback(signal.signal, signal.SIGTERM, old)
        try:
            nodes = [running.enter_context(_node(where / name.lower())) for name in NAMES]
            for name, (_process, link) in zip(NAMES, nodes, strict=True):
                say(f"{name}: {link}")
                if browser:
                    launcher.show(link)
            say("The three links work side by side in one browser. Ctrl+C ends all three.")
            for process, _link in nodes:
                process.wait()
        except KeyboardInterrupt:
            return 0
    return 0


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        homes.make_folder(folder)
        yield folder
        return
    where = Path(tempfile.mkdtemp(prefix="edgewise-demo-"))
    try:
        yield where
    finally:
        shutil.rmtree(where, ignore_errors=True)


@contextlib.contextmanager
def _node(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A node as a program of its own, with the link to its page; ended at the end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EDGEWISE_")}
    words = [sys.executable, "-m", "edgewise", "open", "--no-browser", "--home", str(home)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=kept)  # noqa: S603 (this program)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        if "http://" not in said:
            raise Refusal("node.unreachable")
        yield process, said[said.index("http://") :].strip()
    finally:
        process.terminate()
        try:
            process.wait(END_WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
