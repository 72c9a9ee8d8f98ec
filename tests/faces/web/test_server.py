# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page's port."""

import socket

import pytest

from edgewise.faces.web.server import LOOPBACK, PORTS, take_port
from edgewise.ground.errors import Refusal


def test_only_this_computer_can_reach_the_page() -> None:
    """The socket listens at the loopback address, at a port that stays free for tomorrow, without delay."""
    with take_port(0) as taken:
        host, port = taken.getsockname()
        assert taken.proto == socket.IPPROTO_TCP
    assert host == LOOPBACK
    assert port in PORTS


def test_a_port_that_is_taken_is_told() -> None:
    """Another program's port is not shared, and the sentence names it."""
    with take_port(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refusal) as no:
            take_port(port)
    assert no.value.code == "port.taken"
    assert str(port) in no.value.sentence
