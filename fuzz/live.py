# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole cores: bent bytes come over a line that stands, from a stranger, in a file, or as a pasted letter.

A pair of people serves many cases. Now and then, and after a crasher, it is looked at and made anew.
"""

from __future__ import annotations

from typing import Final

from edgewise.core import inputs
from edgewise.core.inputs import Opened, Received
from edgewise.ground.errors import EdgewiseError
from edgewise.keys.hashing import digest
from edgewise.keys.labels import Label
from edgewise.store import people
from edgewise.sync import bundle
from fuzz.two import Two

CASES_PER_PAIR: Final = 400
STRANGER: Final = b"s" * 32


class _Stage:
    """The pair that is used now."""

    def __init__(self) -> None:
        self._two: Two | None = None
        self._cases = 0

    def two(self) -> Two:
        """Alice and bob, connected."""
        if self._two is not None and self._cases >= CASES_PER_PAIR:
            self._two.check()
            self._two = None
        if self._two is None:
            self._two, self._cases = Two(), 0
        self._cases += 1
        if not self._two.connected:
            self._two.connect()
        return self._two

    def drop(self) -> None:
        """Whatever went wrong may be still in there."""
        self._two = None


_STAGE: Final = _Stage()


def drop() -> None:
    """Begin with a new pair."""
    _STAGE.drop()


def check() -> None:
    """Look thoroughly at the pair that was used last."""
    if _STAGE._two is not None:
        _STAGE._two.check()


def line(data: bytes) -> None:
    """Bob, who is let in, says anything; nothing of it ever raises."""
    two = _STAGE.two()
    cut = len(data) // 3
    for piece in (data[:cut], data[cut:]):
        two.alice.give(Received(two.conn, piece))
    two.alice.outgoing.clear()


def stranger(data: bytes) -> None:
    """Somebody unknown calls and says anything; they are gone soon, or still say nothing."""
    two = _STAGE.two()
    conn = 1_000_000 + two.conn
    two.alice.give(Opened(conn, STRANGER, False))
    effects = two.alice.give(Received(conn, data))
    two.alice.give(inputs.Closed(conn))
    sent = sum(len(getattr(each, "data", b"")) for each in effects)
    assert sent <= 64 * 1024, f"a stranger was sent {sent} bytes"


def taken_file(data: bytes) -> None:
    """A file that somebody brings: refused in words, or taken."""
    _STAGE.two().alice.do(inputs.TakeFile(data))


def taken_bundle(data: bytes) -> None:
    """A file that bob really sealed to alice, and whose frames are anything."""
    two = _STAGE.two()
    (device,) = people.devices_of(two.bob.db, two.alice.identity)
    sealed = bundle.seal_bundle(
        [data],
        sender_device=two.bob.me.device,
        receiver_kem=device.kem,
        receiver_device=device.sign,
        entropy=two.bob.entropy,
    )
    two.alice.do(inputs.TakeFile(b"".join(sealed)))


def read_letter(data: bytes) -> None:
    """A text that somebody pastes, and answers with yes where it opens."""
    two = _STAGE.two()
    read = two.alice.do(inputs.ReadLetter(data.decode("utf-8", "replace")))
    try:
        two.alice.do(inputs.AnswerLetter(read.invitation, "yes"))
    except EdgewiseError:
        assert digest(Label.CHECKWORDS, read.invitation)  # refused in words, as it should be
