# SPDX-License-Identifier: AGPL-3.0-or-later
"""One person's computer for the stories: a folder, the program in it, its node started, stopped or killed."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgewise.faces.cli.main import Streams
from edgewise.node.beside import run_beside

COMMAND_TIMEOUT_S = 60
END_TIMEOUT_S = 30
WAIT_S = 40.0
TRY_EVERY_S = 0.1


@dataclass
class Home:
    """One person's computer. Nothing of it lies outside `folder`; `inside` is its Edgewise there."""

    name: str
    folder: Path
    inside: str = "home"
    link: str = ""
    _node: subprocess.Popen[str] | None = None

    @property
    def path(self) -> Path:
        """The folder of this person's Edgewise."""
        return self.folder / self.inside

    def run(
        self, *argv: object, text: str = "", words: str = "", passphrase: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end: in a process of its own, or by the running node (name files in full).

        `words` are those of a safe copy.
        """
        given = {"EDGEWISE_WORDS": words, "EDGEWISE_PASSPHRASE": passphrase}
        environ = {**self._environ(), **{name: value for name, value in given.items() if value}}
        if self._node is not None:
            out, err = io.StringIO(), io.StringIO()
            said = [str(word) for word in argv]
            code = run_beside(said, Streams(io.StringIO(text), out, err), environ)
            if code is not None:
                return subprocess.CompletedProcess(said, code, out.getvalue(), err.getvalue())
        return subprocess.run(
            self._command(*argv),
            env=environ,
            cwd=self.folder,
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=COMMAND_TIMEOUT_S,
        )

    def ok(self, *words: object, text: str = "", passphrase: str = "") -> str:
        """The output of a command that must succeed."""
        done = self.run(*words, text=text, passphrase=passphrase)
        assert done.returncode == 0, (self.name, words, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def value(self, *words: object) -> Any:
        """The JSON value of a command that must succeed."""
        return json.loads(self.ok(*words, "--json"))

    def start(self) -> str:
        """Start the node; the link to its page, which works once."""
        assert self._node is None, "it runs already"
        self._node = subprocess.Popen(
            self._command("open", "--no-browser"),
            env=self._environ(),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self._node.stdout is not None
        said = self._node.stdout.readline()
        assert "http://127.0.0.1:" in said, (self.name, said, self._node.stderr and self._node.stderr.read())
        self.link = said[said.index("http://") :].strip()
        return self.link

    def stop(self) -> None:
        """End the node as Ctrl+C does; it must end in good order and say nothing."""
        assert self._node is not None, "it does not run"
        node, self._node = self._node, None
        node.send_signal(signal.SIGINT)
        _said, err = node.communicate(timeout=END_TIMEOUT_S)
        assert (node.returncode, err) == (0, ""), (self.name, node.returncode, err)

    def kill(self) -> None:
        """The power goes: the node is gone at once. Nothing happens where none runs."""
        node, self._node = self._node, None
        if node is not None:
            node.kill()
            node.communicate(timeout=END_TIMEOUT_S)

    def fresh_link(self) -> str:
        """One more link to the page of the node that runs."""
        said = self.ok("open", "--no-browser")
        return said[said.index("http://") :].strip()

    def _command(self, *words: object) -> list[str]:
        return [sys.executable, "-m", "edgewise", *(str(word) for word in words)]

    def _environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EDGEWISE_")}
        return {
            **kept,
            "EDGEWISE_HOME": str(self.path),
            "HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }


@contextmanager
def computers(folder: Path, *names: str) -> Iterator[list[Home]]:
    """A computer for each of these people; whatever still runs there is gone at the end."""
    made = []
    for name in names:
        (folder / name.lower()).mkdir(parents=True)
        made.append(Home(name, folder / name.lower()))
    try:
        yield made
    finally:
        for home in made:
            home.kill()


def until(true: Callable[[], object], seconds: float = WAIT_S) -> Any:
    """Wait until this is true and give what it was; the test fails where it never is."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it never came true"
        time.sleep(TRY_EVERY_S)
    return found
