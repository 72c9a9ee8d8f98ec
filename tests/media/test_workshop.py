# SPDX-License-Identifier: AGPL-3.0-or-later
"""The worker: a process that may die of what it reads, beside a node that doesn't notice."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgewise.ground.errors import Verdict
from edgewise.media import pictures, voices
from edgewise.media.jobs import MEMORY_MAX_BYTES
from edgewise.media.workshop import Workshop
from tests.media import samples

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="limits of Unix")


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    """One workshop with its real process."""
    made = Workshop()
    yield made
    made.close()


def test_the_worker_does_what_is_promised(workshop: Workshop) -> None:
    """Over the pipe comes exactly what the functions give."""
    assert workshop.prepare(samples.jpeg(6)) == pictures.prepare(samples.jpeg(6))
    assert workshop.thumbnail(samples.png(), 20) == pictures.thumbnail(samples.png(), 20)
    assert workshop.voice(samples.ogg_opus()) == voices.prepare(samples.ogg_opus())


def test_every_sort_is_read_with_the_doors_shut(workshop: Workshop) -> None:
    """What the worker loaded at its start is enough for all that may come."""
    for make in (samples.jpeg, samples.png, samples.webp, samples.avif):
        for orientation in (1, 6):
            data = make(orientation)
            assert workshop.prepare(data) == pictures.prepare(data)
            assert workshop.thumbnail(data, 30) == pictures.thumbnail(data, 30)
    for sort in ("GIF", "PNG", "WEBP"):
        assert workshop.prepare(samples.moving(sort)).width == 64
    clear = samples.png(mode="RGBA")
    assert workshop.thumbnail(clear, 30).mime == pictures.thumbnail(clear, 30).mime
    assert workshop.voice(samples.webm_opus()).duration_ms == 1000


@UNIX
def test_nothing_can_be_opened_once_the_doors_are_shut() -> None:
    """No file, no connection, no program."""
    code = (
        "import socket, subprocess\n"
        "from edgewise.media import worker\n"
        "worker.limit_this_process(); worker.pictures.rehearse(); worker.shut_the_doors()\n"
        "def tried(act):\n"
        "    try: act()\n"
        "    except OSError: return 'no'\n"
        "    return 'yes'\n"
        "print(tried(lambda: open('/etc/hostname')), tried(socket.socket))\n"
        "print(tried(lambda: subprocess.run(['true'])))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["no", "no", "no"]


def test_one_worker_serves_many_jobs(workshop: Workshop) -> None:
    """A refused picture costs no process; the worker stays."""
    workshop.prepare(samples.png())
    pid, started = workshop.pid, workshop.started
    for bad in (samples.png()[:900], b"no picture"):
        with pytest.raises(Verdict):
            workshop.prepare(bad)
    workshop.prepare(samples.png())
    assert (workshop.pid, workshop.started) == (pid, started)


@UNIX
def test_a_worker_that_dies_is_replaced(workshop: Workshop) -> None:
    """A crash between two jobs, or in one, is a refused picture at most."""
    workshop.prepare(samples.png())
    process = workshop._process
    assert process is not None
    process.send_signal(signal.SIGSEGV)
    process.wait()
    assert workshop.prepare(samples.png()).width == 64


def test_a_job_that_takes_too_long_is_ended() -> None:
    """Beyond its time the worker is killed, the picture refused, and the next one gets a new worker."""
    hasty = Workshop(wall_s=0.001)
    with pytest.raises(Verdict, match=r"media\.too_much"):
        hasty.prepare(samples.png())
    assert hasty.pid is None
    hasty._wall_s = 30
    assert hasty.prepare(samples.png()).height == 48
    hasty.close()


@UNIX
def test_the_worker_has_its_bounds(workshop: Workshop) -> None:
    """Memory is bounded, no file may be written, and nothing of this person's environment is there."""
    workshop.prepare(samples.png())
    if not Path("/proc/self/limits").exists():
        pytest.skip("no /proc here")
    place = Path(f"/proc/{workshop.pid}")
    limits = place.joinpath("limits").read_text()
    assert f"Max address space         {MEMORY_MAX_BYTES}" in limits
    assert "Max file size             0 " in limits
    assert "Max open files            3                    3 " in limits
    assert place.joinpath("environ").read_bytes().count(b"=") == 0
    assert "Max cpu time              unlimited" not in limits


@UNIX
def test_memory_beyond_the_bound_ends_in_a_plain_answer() -> None:
    """Within the limits of the worker two gibibytes can't be had: the job is refused."""
    code = (
        "from edgewise.media import worker, voices, jobs\n"
        "def greedy(data): return bytearray(2 << 30)\n"
        "voices.prepare = greedy\n"
        "worker.limit_this_process()\n"
        "print(worker.answer(jobs.Job('voice', 0), b'')[0].code)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "media.too_much"


def test_the_node_never_loads_the_decoder() -> None:
    """The pages and the command line, whole, come without Pillow."""
    code = "import edgewise.__main__, edgewise.faces.web, edgewise.media.workshop as w; "
    code += "print('PIL' in w.sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
