# SPDX-License-Identifier: AGPL-3.0-or-later
"""Alice, Bob and Carol, each at their own page."""

import importlib.util

import pytest

from edgewise.faces.web import app
from tests.core.party import World
from tests.features.pages import Looker, meet


@pytest.fixture(autouse=True)
def rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only pages that stand."""
    rooms = [(name, importlib.import_module(f"edgewise.features.{name}.web")) for name in app.ROOMS]
    monkeypatch.setattr(app, "ROOMS", [name for name, web in rooms if hasattr(web, "ROUTES")])


@pytest.fixture
def world() -> World:
    """A world in which nobody is yet."""
    return World()


@pytest.fixture
def alice(world: World) -> Looker:
    """Alice, at her page; she knows nobody yet."""
    return Looker(world.person("alice"))


@pytest.fixture
def bob(world: World) -> Looker:
    """Bob, at his page; he knows nobody yet."""
    return Looker(world.person("bob"))


@pytest.fixture
def carol(world: World) -> Looker:
    """Carol, at her page; she knows nobody yet."""
    return Looker(world.person("carol"))


@pytest.fixture
def friends(alice: Looker, bob: Looker) -> tuple[Looker, Looker]:
    """Alice and Bob, who have met."""
    meet(alice.one, bob.one)
    return alice, bob
