# SPDX-License-Identifier: AGPL-3.0-or-later
"""The node's side of the worker: starts it when it is needed, bounds it, and does without it afterwards.

Called from threads; one job runs at a time. Whatever a file does to the worker, the node keeps its life, its
memory and its patience.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import threading
from functools import cache
from typing import IO, Any, Final

import msgspec

from edgewise.ground.errors import ROWS, Refusal, Verdict
from edgewise.media.jobs import (
    PICTURE_MAX_BYTES,
    VOICE_MAX_BYTES,
    WALL_MAX_S,
    Answer,
    Job,
    Prepared,
    length_of,
    packed,
)

KEPT_S: Final = 30.0
"""So long the worker waits for another job; then its memory is given back."""
_START: Final = "import sys; sys.path[:] = {path!r}; from edgewise.media.worker import main; main()"


class Workshop:
    """One worker process, there while it has work."""

    def __init__(self, wall_s: float = WALL_MAX_S, kept_s: float = KEPT_S) -> None:
        self._wall_s = wall_s
        self._kept_s = kept_s
        self._one = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._leaving: threading.Timer | None = None
        self.started = 0

    @property
    def pid(self) -> int | None:
        """The worker's number, while one is there."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def prepare(self, data: bytes) -> Prepared:
        """A picture as it may be shared (`pictures.prepare`).

        Verdicts "media.no_picture" (a file, then), "media.heic", "media.broken", "media.too_large", and
        "media.too_much" where it wanted more than the worker may have.
        """
        return self._ask(Job("picture", len(data)), data, PICTURE_MAX_BYTES)

    def thumbnail(self, data: bytes, max_px: int) -> Prepared:
        """A small upright picture (`pictures.thumbnail`); the same Verdicts."""
        return self._ask(Job("thumbnail", len(data), max_px), data, PICTURE_MAX_BYTES)

    def voice(self, data: bytes) -> Prepared:
        """A voice note as it may be shared (`voices.prepare`).

        Verdicts "media.no_voice", "media.voice_long", "media.broken", "media.too_much".
        """
        return self._ask(Job("voice", len(data)), data, VOICE_MAX_BYTES)

    def close(self) -> None:
        """End the worker now."""
        with self._one:
            self._end()

    def _ask(self, job: Job, data: bytes, limit_bytes: int) -> Prepared:
        if len(data) > limit_bytes:
            raise Verdict("media.voice_long" if job.what == "voice" else "media.too_large", limit_mpx=64)
        with self._one:
            self._stay()
            process = self._at_work()
            overdue = threading.Timer(self._wall_s, process.kill)
            overdue.daemon = True
            overdue.start()
            try:
                answer, body = self._exchange(process, packed(job), data)
            except (OSError, ValueError, msgspec.MsgspecError) as error:
                self._end()
                raise Verdict("media.too_much") from error
            finally:
                overdue.cancel()
            self._leave_later()
        if answer.code:
            raise Verdict(answer.code if answer.code in ROWS else "media.broken", **answer.facts)
        return Prepared(
            body,
            answer.mime,
            answer.width,
            answer.height,
            answer.duration_ms,
            answer.removed,
            answer.redrawn,
        )

    def _exchange(self, process: subprocess.Popen[bytes], head: bytes, data: bytes) -> tuple[Answer, bytes]:
        """One job out, one answer back. OSError or ValueError where the worker ended or answers nonsense."""
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(head)
        process.stdin.write(data)
        process.stdin.flush()
        answer = msgspec.msgpack.decode(
            _exactly(process.stdout, length_of(_exactly(process.stdout, 4))), type=Answer
        )
        if not 0 <= answer.size_bytes <= PICTURE_MAX_BYTES:
            raise ValueError("an answer beyond its bound")
        return answer, _exactly(process.stdout, answer.size_bytes)

    def _at_work(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = _start()
            self.started += 1
        return self._process

    def _stay(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    def _leave_later(self) -> None:
        self._leaving = threading.Timer(self._kept_s, self.close)
        self._leaving.daemon = True
        self._leaving.start()

    def _end(self) -> None:
        self._stay()
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            _shut(pipe)


@cache
def shared() -> Workshop:
    """The workshop of this process, ended with it."""
    made = Workshop()
    atexit.register(made.close)
    return made


def _shut(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except OSError:
        return  # what was still to be written has nobody to read it


def _start() -> subprocess.Popen[bytes]:
    """A Python of its own, without this person's environment and without this node's open files."""
    more: dict[str, Any] = {}
    if sys.platform == "win32":
        more["creationflags"] = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    else:
        more["start_new_session"] = True
    try:
        return subprocess.Popen(  # noqa: S603 (this Python, and a text of ours)
            [sys.executable, "-I", "-X", "utf8", "-c", _START.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=True,
            env={},
            **more,
        )
    except OSError as error:
        raise Refusal("media.no_worker") from error


def _exactly(source: IO[bytes], size: int) -> bytes:
    data = source.read(size)
    if len(data) < size:
        raise ValueError("the worker ended")
    return data
