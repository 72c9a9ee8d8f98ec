# SPDX-License-Identifier: AGPL-3.0-or-later
"""Other processes of a measurement: nodes that obey (`child`), and the whole program with its page."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

END_WAIT_S: Final = 30.0
PAGE_WAIT_S: Final = 60.0


def environ(folder: Path) -> dict[str, str]:
    """The environment of a process: none of this person's own settings, nothing left outside `folder`."""
    ours = ("EDGEWISE_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "LC_ALL": "C.UTF-8"}


class Child:
    """Nodes in a process that is told what to do."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, **asked: object) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        self.tell(**asked)
        return self.answer()

    def tell(self, **asked: object) -> None:
        """Ask without waiting."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """The next answer."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "a node of the measurement ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextlib.contextmanager
def child(*paths: Path) -> Iterator[Child]:
    """A process with a node for each of these homes; ended at the end."""
    words = [sys.executable, "-m", "edgewise.bench.child", *map(str, paths)]
    with _running(words, paths[0].parent, stdin=subprocess.PIPE) as process:
        made = Child(process)
        made.answer()
        yield made
        assert process.stdin is not None
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_WAIT_S)


@contextlib.contextmanager
def _running(words: Sequence[str], folder: Path, **more: Any) -> Iterator[subprocess.Popen[str]]:
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(  # noqa: S603 (this program)
            words, stdout=subprocess.PIPE, stderr=said, text=True, env=environ(folder), **more
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(END_WAIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
            said.seek(0)
            sys.stderr.write(said.read())


class Program:
    """The whole program with its page, and a browser's one connection to it."""

    def __init__(self, process: subprocess.Popen[str], link: str) -> None:
        self.pid = process.pid
        parts = urlsplit(link)
        self._enter = f"{parts.path}?{parts.query}"
        self.root = parts.path.rpartition("/")[0] + "/"
        self._line = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PAGE_WAIT_S)
        self._cookie = ""

    def enter(self) -> None:
        """Use the link, as a browser does: it gives the cookie and leads on."""
        self._line.request("GET", self._enter)
        answer = self._line.getresponse()
        answer.read()
        cookie = answer.getheader("Set-Cookie") or ""
        self._cookie = cookie.partition(";")[0]
        assert self._cookie, f"the link gave no cookie: {answer.status}"

    def get(self, path: str = "") -> bytes:
        """A page below the home's own path, read to its end."""
        self._line.request("GET", self.root + path, headers={"Cookie": self._cookie})
        answer = self._line.getresponse()
        body = answer.read()
        assert answer.status == 200, f"{path}: {answer.status}"
        return body

    def listen(self) -> http.client.HTTPConnection:
        """A connection that hears what changes, as an open page does; closed by the caller."""
        line = http.client.HTTPConnection(self._line.host, self._line.port, timeout=PAGE_WAIT_S)
        line.request("GET", self.root + "events", headers={"Cookie": self._cookie})
        answer = line.getresponse()
        assert answer.status == 200, f"events: {answer.status}"
        return line

    def close(self) -> None:
        """Let the connection go."""
        self._line.close()


@contextlib.contextmanager
def program(home: Path) -> Iterator[tuple[Program, float]]:
    """`edgewise open` with a home, and the moment (time.perf_counter) at which it was started."""
    words = [sys.executable, "-m", "edgewise", "--home", str(home), "open", "--no-browser"]
    begun = time.perf_counter()
    with _running(words, home.parent) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert "http://" in said, "the program did not open"
        opened = Program(process, said[said.index("http://") :].strip())
        try:
            yield opened, begun
        finally:
            opened.close()


LIBRARIES: Final = (
    "apsw, msgspec, nacl.bindings, cryptography.hazmat.primitives.hpke, argon2, starlette.applications, "
    "starlette.routing, jinja2, uvicorn, babel.dates, segno, iroh.iroh_ffi, asyncio"
)
_ALONE: Final = f"import {LIBRARIES}\nimport sys\nprint('here', flush=True)\nsys.stdin.read()"


@contextlib.contextmanager
def libraries(folder: Path) -> Iterator[tuple[int, float]]:
    """A process that has loaded the libraries of the program, nothing else: its id, how long it took."""
    begun = time.perf_counter()
    with _running([sys.executable, "-c", _ALONE], folder, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid, time.perf_counter() - begun
