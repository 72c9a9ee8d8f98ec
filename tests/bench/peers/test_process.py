# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measured programs are told, heard, weighed and ended; real processes, small ones."""

import os
import sys
from pathlib import Path

import pytest

from bench.peers.figures import DidNotRun
from bench.peers.process import Process, Talker, _line, family, free_port, pss_mib, surroundings

PROGRAM = """
import json, os, sys
for line in sys.stdin:
    asked = json.loads(line)
    if asked["do"] == "end":
        sys.exit("no more")
    if asked["do"] == "refuse":
        print(json.dumps({"ok": False, "why": "can not"}), flush=True)
    else:
        print(json.dumps({"ok": True, "asked": asked["what"], "argv": sys.argv[1:]}), flush=True)
"""


def test_a_program_answers_refuses_and_ends(tmp_path: Path) -> None:
    """What it can't do and that it ended come as DidNotRun, with its own words; it is gone at the end."""
    with Talker([sys.executable, "-I", "-S", "-c", PROGRAM], tmp_path / "alice", 7) as program:
        long = "x" * 200_000
        assert program.ask("tell", what=long) == {"asked": long, "argv": [str(tmp_path / "alice"), "7"]}
        with pytest.raises(DidNotRun, match="can not"):
            program.ask("refuse")
        with pytest.raises(DidNotRun, match="it ended: no more"):
            program.ask("end")
    assert not program.alive()


def test_what_does_not_end_by_itself_is_ended(tmp_path: Path) -> None:
    """A program that nobody asks any more is gone when its block is left."""
    with Process([sys.executable, "-I", "-S", "-c", "input()"], tmp_path) as process:
        assert process.alive()
        assert process.pid in family(process.pid)
    assert not process.alive()


def test_silence_has_an_end() -> None:
    """A line that does not come in time is none; an end of the pipe is an empty one."""
    reads, writes = os.pipe()
    try:
        os.write(writes, b"half a li")
        assert _line(reads, 0.0) is None
        os.write(writes, b"ne\n")
        assert _line(reads, 1.0) == b"ne\n"
    finally:
        os.close(writes)
        assert _line(reads, 1.0) == b""
        os.close(reads)


def test_nothing_of_this_persons_settings_goes_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A measured program has a home of its own."""
    monkeypatch.setenv("EDGEWISE_PASSPHRASE", "secret")
    monkeypatch.setenv("NODE_OPTIONS", "--inspect")
    given = surroundings(tmp_path)
    assert given["HOME"] == str(tmp_path)
    assert not {"EDGEWISE_PASSPHRASE", "NODE_OPTIONS"} & set(given)


def test_memory_is_told_where_the_system_tells_it() -> None:
    """This process holds some MiB; one that is gone holds nothing."""
    assert pss_mib(os.getpid()) > 1 or not Path("/proc/self/smaps_rollup").exists()
    assert pss_mib(2**22 + 1) == 0.0
    assert 0 < free_port() < 65536
