# SPDX-License-Identifier: AGPL-3.0-or-later
"""The processes of a measurement: told by lines what to do, bounded in time, weighed, and ended."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from bench.peers.figures import DidNotRun

ANSWER_S: Final = 300.0
"""No single request of any job takes longer than this, or the peer did not run."""
END_S: Final = 5.0
TOLD_CHARS: Final = 300
PROC: Final = Path("/proc")


class Process:
    """A program that is measured, in a process group of its own; its output goes into `folder`/out."""

    speaks = False

    def __init__(
        self, words: Sequence[object], folder: Path, environ: Mapping[str, str] | None = None
    ) -> None:
        """environ: comes into an environment that has nothing of this process's own but its path."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._out = (folder / "out").open("wb")
        self._popen = subprocess.Popen(
            [str(word) for word in words],
            cwd=folder,
            env=surroundings(folder) | dict(environ or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if self.speaks else self._out,
            stderr=self._out,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The number of the first process of the group."""
        return self._popen.pid

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._popen.poll() is None

    def memory_mib(self) -> float:
        """What it and its children hold in memory that is theirs (PSS), in MiB; 0.0 where nothing tells."""
        return sum(pss_mib(pid) for pid in family(self.pid))

    def last_words(self) -> str:
        """The end of what it said on its error output, for a row that says why it did not run."""
        self._out.flush()
        return (self.folder / "out").read_text("utf-8", "replace").strip()[-TOLD_CHARS:]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(END_S)
                break
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # children that outlived it
        for pipe in (self._popen.stdin, self._popen.stdout, self._out):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


class Talker(Process):
    """A program that takes a JSON request per line and gives a JSON answer per line."""

    speaks = True

    def __init__(self, words: Sequence[object], folder: Path, port: int = 0) -> None:
        """port: where this program listens at 127.0.0.1, for the other one's request."""
        self.port = port
        super().__init__([*words, folder, port], folder)

    def send(self, do: str, **fields: object) -> None:
        """Ask for something; the answer is taken by `hear`. DidNotRun where the program is gone."""
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.write(json.dumps({"do": do, **fields}).encode() + b"\n")
            self._popen.stdin.flush()
        except BrokenPipeError as error:
            raise DidNotRun(f"it ended: {self.last_words()}") from error

    def hear(self, within_s: float = ANSWER_S) -> dict[str, Any]:
        """The next answer. DidNotRun where none comes in time, or it says that it can't."""
        assert self._popen.stdout is not None
        line = _line(self._popen.stdout.fileno(), within_s)
        if line is None:
            raise DidNotRun(f"no answer within {within_s:.0f} s")
        if not line:
            raise DidNotRun(f"it ended: {self.last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if not answer.pop("ok"):
            raise DidNotRun(str(answer["why"])[:TOLD_CHARS])
        return answer

    def ask(self, do: str, **fields: object) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        self.send(do, **fields)
        return self.hear()


def _line(file: int, within_s: float) -> bytes | None:
    """One line from a pipe without reading beyond it; b"" at its end, None where it takes too long."""
    until = time.monotonic() + within_s
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(file, selectors.EVENT_READ)
        while not said.endswith(b"\n"):
            if not selector.select(max(0.0, until - time.monotonic())):
                return None
            # One answer follows one request: there is never more than one line in the pipe.
            piece = os.read(file, 65536)
            if not piece:
                return b""
            said += piece
    return said


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a measured program: its own empty home, nobody's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def family(pid: int) -> list[int]:
    """A process and all below it, as /proc tells."""
    found = [pid]
    for each in found:
        with suppress(OSError):
            for task in (PROC / str(each) / "task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def pss_mib(pid: int) -> float:
    """The memory of one process, pages shared with others counted by their share (proc(5)), in MiB."""
    with suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def free_port() -> int:
    """A TCP port at 127.0.0.1 that nobody has just now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def talkers(words: Sequence[object], folder: Path) -> Iterator[tuple[Talker, Talker]]:
    """A program twice, alice's and bob's; a folder and a port of its own end each one's words."""
    with (
        Talker(words, folder / "alice", free_port()) as alice,
        Talker(words, folder / "bob", free_port()) as bob,
    ):
        yield alice, bob
