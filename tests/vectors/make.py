# SPDX-License-Identifier: AGPL-3.0-or-later
"""Made the frozen vectors once: `python -m tests.vectors.make`. A file that is there is never written again.

All chance comes from seeds, but for what HPKE takes from the operating system: what is sealed to a device is
frozen as it came out, and only ever opened.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.vectors import (
    make_epoch,
    make_meeting,
    make_membership,
    make_operation,
    make_pieces,
    make_safecopy,
)

HERE = Path(__file__).parent

PAGES: Final[dict[str, tuple[str, Callable[[], dict[str, list[dict[str, Any]]]]]]] = {
    "operation": ("Operations, runs and fork proofs (spec/operation.md).", make_operation.vectors),
    "epoch": ("Epochs, envelopes and what they commit to (spec/epoch.md).", make_epoch.vectors),
    "pieces": (
        "Blobs, their pieces and proofs (spec/pieces.md); the file holds bytes 0 to 250, again and again.",
        make_pieces.vectors,
    ),
    "meeting": ("Identity chains, tickets, letters and both yeses (spec/meeting.md).", make_meeting.vectors),
    "membership": ("Named histories of groups (spec/membership.md).", make_membership.vectors),
    "safecopy": ("Safe copies and their words (spec/safecopy.md).", make_safecopy.vectors),
}


def spelled(value: Any) -> Any:
    """Bytes as hexadecimal, in lists and records as well."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: spelled(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [spelled(part) for part in value]
    return value


def main() -> None:
    """Write the files that are not there yet."""
    for name, (about, vectors) in PAGES.items():
        path = HERE / name / f"{name}.json"
        if path.exists():
            continue
        path.parent.mkdir(exist_ok=True)
        text = json.dumps({"about": about, **spelled(vectors())}, indent=1, ensure_ascii=False)
        path.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
