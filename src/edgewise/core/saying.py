# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes out over one connection: frames without a person's data, and those under a grant."""

from __future__ import annotations

from edgewise.core.effects import WIRE_FRAMES, Send, Wire
from edgewise.core.library import PeerLibrary
from edgewise.core.links import Link
from edgewise.core.turn import Turn
from edgewise.sync import frames
from edgewise.sync.frames import encode_frame


def wire(turn: Turn, link: Link, frame: frames.Frame, *, urgent: bool = True) -> None:
    """Say something that is nobody's."""
    assert isinstance(frame, WIRE_FRAMES)
    turn.effects.append(Wire(link.conn, encode_frame(frame), urgent))


def send(turn: Turn, link: Link, frame: frames.Frame, grant: bytes, *, urgent: bool = True) -> None:
    """Give something of a person under a grant."""
    turn.effects.append(Send(link.conn, encode_frame(frame), grant, urgent))


def library_of(turn: Turn, link: Link) -> PeerLibrary | None:
    """What the other end may know of; None before it was let in, and after it was hung up."""
    if not link.identity or link.conn not in turn.peers.links:
        return None
    return turn.library(link.identity)
