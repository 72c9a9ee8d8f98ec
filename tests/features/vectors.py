# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors of the kinds: what each says, and what a registry of these kinds makes of it."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from edgewise.ground.canon import encode
from edgewise.ground.errors import Verdict
from edgewise.log.kinds import Kind, Registry

HERE = Path(__file__).resolve().parents[1] / "vectors" / "kinds"


def yay(name: str) -> Iterator[tuple[str, bytes]]:
    """The bodies that must be read, each with its name."""
    for vector in json.loads((HERE / f"{name}.json").read_text("utf-8"))["yay"]:
        yield vector["name"], bytes.fromhex(vector["body"])


def nay(name: str) -> Iterator[tuple[str, bytes]]:
    """The bodies that must be refused, each with the reason."""
    for vector in json.loads((HERE / f"{name}.json").read_text("utf-8"))["nay"]:
        yield vector["why"], bytes.fromhex(vector["body"])


def check_yay(kinds: Sequence[Kind], body: bytes) -> None:
    """The body opens to a record of its kind, with the fields that stand in it."""
    kind, version, wall_ms, fields = msgspec.msgpack.decode(body)
    decoded = Registry(kinds).decode(body)
    assert (decoded.kind, decoded.version, decoded.wall_ms) == (kind, version, wall_ms)
    assert decoded.record is not None
    read = msgspec.msgpack.decode(encode(decoded.record))
    assert read == fields[: len(read)]


def check_nay(kinds: Sequence[Kind], body: bytes) -> None:
    """The body is a Verdict op.bad_body, and nothing else happens."""
    with pytest.raises(Verdict) as caught:
        Registry(kinds).decode(body)
    assert caught.value.code == "op.bad_body"
