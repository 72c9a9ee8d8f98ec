# SPDX-License-Identifier: AGPL-3.0-or-later
"""The computer on which something was measured, and what one of its processes costs. No names, no paths.

Figures of memory and processor come from /proc, as proc(5) tells; on a system without it they are missing.
"""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgewise.node import homes

PROC: Final = Path("/proc")


def machine(folder: Path) -> dict[str, object]:
    """Cores, processor, memory, Python, kind of disk, and how busy the computer was at the start."""
    return {
        "cores": os.cpu_count(),
        "cpu": _cpu_model(),
        "memory_mib": homes.memory_total_bytes() // 1024 // 1024,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "disk": _file_system(folder),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def _cpu_model() -> str:
    try:
        lines = (PROC / "cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _file_system(folder: Path) -> str:
    """The type of the file system under a folder: the longest mount point that it lies below."""
    try:
        lines = (PROC / "self/mounts").read_text("utf-8").splitlines()
    except OSError:
        return ""
    mounts = [(fields[1], fields[2]) for fields in (line.split() for line in lines) if len(fields) > 2]
    where = folder.resolve()
    under = [(len(point), kind) for point, kind in mounts if where.is_relative_to(point)]
    return max(under)[1] if under else ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process holds and has used so far."""

    rss_mb: float
    pss_mb: float
    cpu_s: float


def usage(pid: int) -> Usage:
    """Memory (resident, and its share where pages are shared) in MB of 2^20 bytes, processor time in s."""
    kib = {"Rss": 0, "Pss": 0}
    for line in (PROC / str(pid) / "smaps_rollup").read_text("utf-8").splitlines():
        name, _, rest = line.partition(":")
        if name in kib:
            kib[name] = int(rest.split()[0])
    # Behind the name in brackets: utime and stime are fields 14 and 15 of proc(5), the 12th and 13th here.
    fields = (PROC / str(pid) / "stat").read_text("utf-8").rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return Usage(kib["Rss"] / 1024, kib["Pss"] / 1024, ticks / os.sysconf("SC_CLK_TCK"))


def has_proc() -> bool:
    """Whether this system tells what a process costs."""
    return (PROC / str(os.getpid()) / "smaps_rollup").exists() and sys.platform.startswith("linux")


def peak_rss_mb(pid: int) -> float:
    """The most that a process ever held, in MB of 2^20 bytes."""
    for line in (PROC / str(pid) / "status").read_text("utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
