# SPDX-License-Identifier: AGPL-3.0-or-later
"""What all tests share: folders that mark their tests, chance that repeats, and no way out of here."""

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

HERE = Path(__file__).parent
# A test's folder says how it runs; CONTRIBUTING.md says which make target takes which.
MARKS_BY_FOLDER = {"browser": "browser", "stories": "story", "sim": "sim", "faults": "fault"}

# The quick profile tries the same examples each time: a gate that fails by chance teaches nobody.
settings.register_profile("quick", max_examples=60, deadline=None, derandomize=True, database=None)
settings.register_profile("long", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the folder it stands in."""
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in MARKS_BY_FOLDER:
            item.add_marker(MARKS_BY_FOLDER[folder])


def _is_near(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(str(address[0]).split("%")[0]).is_loopback
    except ValueError:
        return address[0] in ("localhost", "")


@pytest.fixture(autouse=True, scope="session")
def nothing_leaves_this_machine() -> Any:
    """No test of ours dials any address but this computer's own."""
    dial = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        assert _is_near(address), f"a test dialled {address}"
        dial(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect)
    yield
    patch.undo()
