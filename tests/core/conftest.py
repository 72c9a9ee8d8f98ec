# SPDX-License-Identifier: AGPL-3.0-or-later
"""The people of these tests."""

import pytest

from tests.core.party import Someone, World


@pytest.fixture
def world() -> World:
    """A world in which nobody is yet."""
    return World()


@pytest.fixture
def alice(world: World) -> Someone:
    """Alice, who knows nobody yet."""
    return world.person("alice")


@pytest.fixture
def bob(world: World) -> Someone:
    """Bob, who knows nobody yet."""
    return world.person("bob")


@pytest.fixture
def carol(world: World) -> Someone:
    """Carol, who knows nobody yet."""
    return world.person("carol")
