# SPDX-License-Identifier: AGPL-3.0-or-later
"""Homes to be served, in a computer that keeps nothing of the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edgewise.faces.web import app
from edgewise.node import homes
from tests.faces.web.served import Served


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Served]]:
    """Serves homes by name; ends them after the test. Only the pages of this room stand."""
    monkeypatch.setattr(app, "ROOMS", ())
    monkeypatch.setattr(homes, "memory_total_bytes", lambda: 0)  # the smallest stretching
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    served: list[Served] = []

    def start(name: str) -> Served:
        served.append(Served(tmp_path / name))
        return served[-1]

    yield start
    for each in served:
        each.stop()


@pytest.fixture
def ana(serve: Callable[[str], Served]) -> Served:
    """The page of Ana's open home."""
    served = serve("ana")
    served.begin("Ana")
    return served


@pytest.fixture
def nobody(serve: Callable[[str], Served]) -> Served:
    """The page of a home in which nobody has begun."""
    return serve("nobody")
