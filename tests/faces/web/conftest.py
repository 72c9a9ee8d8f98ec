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
    yield from _serving(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page of an open home of Ana's, for all tests of a module that leave it as it is."""
    with pytest.MonkeyPatch.context() as patch:
        for serve in _serving(tmp_path_factory.mktemp("standing"), patch):
            served = serve("ana")
            served.begin("Ana")
            yield served


def _serving(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Served]]:
    patch.setattr(app, "ROOMS", ())
    patch.setattr(homes, "memory_total_bytes", lambda: 0)  # the smallest stretching
    patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    served: list[Served] = []

    def start(name: str) -> Served:
        served.append(Served(folder / name))
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
