# SPDX-License-Identifier: AGPL-3.0-or-later
"""A pen writes operations into one log, as a node would: sealed, linked and signed."""

from edgewise.ground.entropy import SeededEntropy
from edgewise.ground.ids import ZERO32
from edgewise.keys.signing import SigningKey
from edgewise.log.op import CLS_CONTENT, CLS_CONTROL, Op, compose, seal_body

SUBKEY = bytes(range(32))
EPOCH = b"e" * 32


class Pen:
    """Writes one log; the first operation is the genesis unless a space is given."""

    def __init__(self, key: SigningKey, space: bytes = ZERO32, *, seed: bytes = b"") -> None:
        self.key = key
        self.space = space
        self.ops: list[Op] = []
        self._entropy = SeededEntropy(b"pen " + key.public + seed)

    def write(self, body: bytes = b"a body", *, cls: int = CLS_CONTENT, deps: tuple[bytes, ...] = ()) -> Op:
        """Append an operation; the first one of a log is of class control."""
        seq = len(self.ops)
        payload = seal_body(
            SUBKEY,
            space=self.space,
            log=self.key.public,
            seq=seq,
            salt16=self._entropy.take(16),
            body=body,
        )
        op = compose(
            self.key,
            space=self.space,
            seq=seq,
            prev=self.ops[-1].id if self.ops else ZERO32,
            deps=deps,
            cheads=(),
            epoch=EPOCH,
            cls=cls if seq else CLS_CONTROL,
            payload=payload,
        )
        self.ops.append(op)
        self.space = op.space
        return op

    def write_many(self, count: int) -> list[Op]:
        """Append so many operations and return all of the log."""
        for number in range(count):
            self.write(f"text {number}".encode())
        return list(self.ops)
