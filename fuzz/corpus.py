# SPDX-License-Identifier: AGPL-3.0-or-later
"""The samples that are kept, a folder for each target, and the crashers that were found among them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

CORPUS: Final = Path(__file__).parent / "corpus"


def samples(target: str) -> list[bytes]:
    """What is kept for a target, the same order each time."""
    return [path.read_bytes() for path in sorted((CORPUS / target).glob("*"))]


def keep(target: str, data: bytes, name: str = "") -> Path:
    """Keep a sample under the beginning of its hash; a crasher has a name before it."""
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}{hashlib.sha256(data).hexdigest()[:12]}.bin"
    path.write_bytes(data)
    return path
