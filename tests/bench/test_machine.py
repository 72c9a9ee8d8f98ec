# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is written down of the computer on which something was measured."""

import os
import platform
from pathlib import Path

import pytest

from edgewise.bench import machine


def test_the_computer_is_described_without_its_name(tmp_path: Path) -> None:
    """Cores, processor, memory, Python and disk stand there; the computer's name and paths do not."""
    found = machine.machine(tmp_path)
    assert {"cores", "cpu", "memory_mib", "python", "disk"} <= set(found)
    assert found["cores"] == os.cpu_count()
    text = repr(found)
    assert str(tmp_path) not in text
    assert platform.node() not in text


@pytest.mark.skipif(not machine.has_proc(), reason="this system does not tell")
def test_what_a_process_costs_is_read_from_the_system() -> None:
    """This process holds some MB, of which its own share is no more, and has used the processor."""
    before = machine.usage(os.getpid())
    assert 1 < before.pss_mb <= before.rss_mb <= machine.peak_rss_mb(os.getpid()) + 1
    assert before.cpu_s > 0
