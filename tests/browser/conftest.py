# SPDX-License-Identifier: AGPL-3.0-or-later
"""Browsers for the tests of this folder, each with a profile of its own, ended with its test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.browser.screen import Screen, screen

Screens = Callable[..., Screen]


@pytest.fixture
def screens(tmp_path: Path) -> Iterator[Screens]:
    """Makes a browser for a name; see `screen` for what else it takes."""
    with ExitStack() as open_ones:

        def made(name: str, **chosen: object) -> Screen:
            return open_ones.enter_context(screen(tmp_path / f"browser-{name}", **chosen))  # type: ignore[arg-type]

        yield made
