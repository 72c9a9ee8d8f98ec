# SPDX-License-Identifier: AGPL-3.0-or-later
"""The worker: reads jobs from its input, answers on its output, within bounds that it sets on itself first.

Before the first job it does one of each sort, so that all it needs is loaded; from then on it can open no
file and no connection, and start no program, since each would need a file. A decoder that breaks ends this
process and nothing else; one that is taken over finds nothing to read and nowhere to send it.
"""

from __future__ import annotations

import sys
from typing import BinaryIO, Final

import msgspec

from edgewise.ground.errors import EdgewiseError
from edgewise.media import pictures, voices
from edgewise.media.jobs import CPU_MAX_S, MEMORY_MAX_BYTES, Answer, Job, Prepared, length_of, packed

TOO_MUCH: Final = "media.too_much"
_STREAMS: Final = 3
"""Input, output, and where errors would go."""


def limit_this_process() -> None:
    """Address space, written files and new processes, where the system knows such limits."""
    if sys.platform == "win32":
        return
    import resource

    for what, most in ((resource.RLIMIT_AS, MEMORY_MAX_BYTES), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def shut_the_doors() -> None:
    """No file and no connection can be opened from now on, by nobody in this process."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (_STREAMS, _STREAMS))


def limit_next_job() -> None:
    """So many seconds of CPU from now on; beyond them the system ends this process."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + CPU_MAX_S + 1
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def answer(job: Job, data: bytes) -> tuple[Answer, bytes]:
    """What comes of one job."""
    try:
        done = _done(job, data)
    except EdgewiseError as no:
        return Answer(code=no.code, facts={name: str(fact)[:200] for name, fact in no.facts.items()}), b""
    except MemoryError:
        return Answer(code=TOO_MUCH), b""
    return Answer(
        size_bytes=len(done.data),
        mime=done.mime,
        width=done.width,
        height=done.height,
        duration_ms=done.duration_ms,
        removed=done.removed,
        redrawn=done.redrawn,
    ), done.data


def _done(job: Job, data: bytes) -> Prepared:
    if job.what == "voice":
        return voices.prepare(data)
    return pictures.prepare(data) if job.what == "picture" else pictures.thumbnail(data, job.max_px)


def serve(source: BinaryIO, out: BinaryIO) -> None:
    """Answer jobs until the input ends."""
    while head := source.read(4):
        job = msgspec.msgpack.decode(source.read(length_of(head)), type=Job)
        data = source.read(job.size_bytes)
        if len(data) < job.size_bytes:
            return
        limit_next_job()
        said, body = answer(job, data)
        del data
        out.write(packed(said))
        out.write(body)
        out.flush()


def main() -> None:
    """The life of the worker."""
    limit_this_process()
    pictures.rehearse()
    shut_the_doors()
    serve(sys.stdin.buffer, sys.stdout.buffer)
