# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads frozen vectors: hexadecimal becomes bytes again, words and numbers stay."""

import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# What is text in the files; all other texts are bytes in hexadecimal.
TEXTS = frozenset({"what", "name", "why", "verdict", "needs", "text", "addrs", "words", "relation"})
HEX = re.compile(r"(?:[0-9a-f]{2})*")


def read(page: str) -> dict[str, list[dict[str, Any]]]:
    """Yay and nay of one page."""
    kept = json.loads((HERE / page / f"{page}.json").read_text("utf-8"))
    return {side: [_bytes(vector) for vector in kept[side]] for side in ("yay", "nay")}


def named(page: str, side: str, *whats: str) -> list[Any]:
    """The vectors of these kinds, each an argument of a test, with its name."""
    return [vector for vector in read(page)[side] if vector["what"] in whats]


def title(vector: dict[str, Any]) -> str:
    """What a failing test calls the vector."""
    return str(vector.get("why") or vector["name"])


def _bytes(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _bytes(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_bytes(part, name) for part in value]
    if isinstance(value, str) and name not in TEXTS and HEX.fullmatch(value):
        return bytes.fromhex(value)
    return value
